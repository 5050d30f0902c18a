"""The API described: the OpenAPI document, and a page of our own made from it (no script, no foreign style)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify, render_template

from web.access import ANYONE, rule
from web.api.blueprint import PREFIX
from web.current import platform

blueprint = Blueprint("api_docs", __name__)
METHODS = ("get", "post", "patch", "put", "delete")
DEPTH = 3
"""How deep nested objects are spelled out on the page; the OpenAPI document has all."""


def document() -> dict[str, Any]:
    """The OpenAPI document of this application."""
    spec: dict[str, Any] = current_app.extensions["sanku-api"].spec.to_dict()
    return {**spec, "servers": [{"url": platform().settings.base_url}]}


@blueprint.get(f"{PREFIX}/openapi.json")
@rule(ANYONE)
def openapi() -> Any:
    """For programs."""
    return jsonify(document())


@blueprint.get("/api/docs")
@rule(ANYONE)
def page() -> Any:
    """For people."""
    spec = document()
    return render_template(
        "api_docs/page.html",
        groups=groups(spec),
        prefix=PREFIX,
        base_url=platform().settings.base_url,
        example_id=1,
    )


def groups(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """[{name, anchor, operations}] in the order of the tags; an operation knows its fields as rows of a table."""
    found: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in spec.get("tags", ())}
    for path, methods in spec["paths"].items():
        shared = methods.get("parameters", [])
        for method in METHODS:
            if method in methods:
                entry = _operation(spec, path, method, methods[method], shared)
                found.setdefault(methods[method]["tags"][0], []).append(entry)
    return [
        {"name": name, "anchor": f"group-{number}", "operations": operations}
        for number, (name, operations) in enumerate(found.items(), 1)
        if operations
    ]


def _operation(
    spec: dict[str, Any], path: str, method: str, operation: dict[str, Any], shared: list[dict[str, Any]]
) -> dict[str, Any]:
    parameters = [_resolve(spec, p) for p in (*shared, *operation.get("parameters", ()))]
    body: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    taken: dict[str, Any] = next(iter(body.values()), {})
    answered: list[tuple[str, dict[str, Any]]] = [
        (str(code), one) for code, one in operation["responses"].items() if str(code).startswith("2")
    ]
    status, answer = answered[0] if answered else ("", {})
    content = answer.get("content", {}).get("application/json", {})
    roles = operation.get("x-roles", [])
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path.removeprefix(PREFIX),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "anyone": {} in operation.get("security", []),
        "roles": [role for role in roles if role != "signed_in"],
        "parameters": [
            {
                "name": p["name"],
                "where": p["in"],
                "required": p.get("required", False),
                "type": _type(p.get("schema", {})),
                "description": p.get("description") or ("编号" if p["name"].endswith("_id") else ""),
            }
            for p in parameters
        ],
        "body_type": next(iter(body), ""),
        "body": _rows(spec, taken.get("schema", {}), new=method == "post"),
        "status": status,
        "answer": _rows(spec, content.get("schema", {})),
    }


def _resolve(spec: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference within the document."""
    while "$ref" in node:
        target: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _rows(
    spec: dict[str, Any], schema: dict[str, Any], prefix: str = "", depth: int = 0, *, new: bool = False
) -> list[dict[str, Any]]:
    """The properties of an object as rows; nested ones under dotted names, listings named instead of repeated."""
    schema = _resolve(spec, schema)
    needed = {*schema.get("required", ()), *(schema.get("x-required-when-new", ()) if new else ())}
    rows = []
    for name, raw in schema.get("properties", {}).items():
        node = _resolve(spec, raw)
        inner = _resolve(spec, node.get("items", {})) if "items" in node else node
        listed = "items" in node
        reference = (raw.get("$ref") or raw.get("items", {}).get("$ref", "")).rsplit("/", 1)[-1]
        whole = reference in ("Achievement", "Need", "Talent")
        label = f"{prefix}{name}" + ("[]" if listed else "")
        rows.append(
            {
                "name": label,
                "type": f"{reference} {'的列表' if listed else ''}".strip() if whole else _type(node),
                "required": name in needed,
                "description": raw.get("description", "") or node.get("description", ""),
            }
        )
        if inner.get("properties") and not whole and depth < DEPTH:
            rows += _rows(spec, inner, f"{label}.", depth + 1)
    return rows


NAMES = {
    "string": "文字",
    "number": "数字",
    "integer": "整数",
    "boolean": "真假",
    "array": "列表",
    "object": "对象",
    "null": "空",
}


def _type(schema: dict[str, Any]) -> str:
    kinds = schema.get("type", "")
    listed: list[str] = kinds if isinstance(kinds, list) else [kinds] if kinds else []
    return " / ".join(NAMES.get(kind, kind) for kind in listed if kind != "null")
