"""Patent lists through the API: reading them, proposing bundles, deciding on each. Importing is `POST /imports/patents`."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response

from repositories.accounts import INSTITUTION, OPERATOR, UNIVERSITY
from repositories.patents import BUNDLE_STATE_NAMES, PROPOSED, Bundle, Patent, Wanted
from services.errors import FieldError, Invalid, NotFound
from services.patents import background, bundles, drafting, lists, terms
from web.api.blueprint import ID, endpoint
from web.api.documents import day, moment
from web.api.schemas import Paging
from web.api.values import Flag, Out, Strict, Text, Whole
from web.current import actor, platform

TAG = "专利清单"
KEEPERS = (UNIVERSITY, INSTITUTION, OPERATOR)
PATENT, BUNDLE = ID.format("patent_id"), ID.format("bundle_id")
BIGGEST_ID = 2**31 - 1


def _organisation(**options: Any) -> Whole:
    return Whole(
        1, BIGGEST_ID, metadata={"description": "单位编号（只有运营要写；其他人总是本单位）"}, **options
    )


class Ids(ma.fields.Field[list[int]]):
    """A list of ids."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> list[int]:
        if not isinstance(value, list) or not all(
            isinstance(one, int) and not isinstance(one, bool) and 0 < one <= BIGGEST_ID for one in value
        ):
            raise ma.ValidationError("应为编号（正整数）的列表。")
        if len(value) > 1000:
            raise ma.ValidationError("最多 1000 个编号。")
        return list(value)


def _ids() -> Ids:
    shape = {"type": "array", "items": {"type": "integer"}, "description": "专利编号"}
    return Ids(load_default=list, metadata=shape)


class Search(Paging):
    """Which patents."""

    q = Text(100, load_default="", metadata={"description": "名称、号码或发明人里的字"})
    type = Text(20, load_default="", metadata={"description": "类型，见 /vocabularies/ip_types"})
    status = Text(
        20, load_default="", metadata={"description": "今天的法律状态，见 /vocabularies/ip_statuses"}
    )
    standing = Text(10, load_default="", metadata={"description": "free、proposed、confirmed 或 dismissed"})
    soon = Flag(metadata={"description": "只要一年内到期的"})
    organisation = _organisation(load_default=None)


class BundleSearch(Paging):
    """Which bundles."""

    state = Text(10, load_default=PROPOSED, metadata={"description": "、".join(BUNDLE_STATE_NAMES)})
    organisation = _organisation(load_default=None)


class Whose(Strict):
    """Whose list."""

    may_be_empty = True
    organisation = _organisation(load_default=None)


class NewBundle(Whose):
    """A bundle put together by hand."""

    patent_ids = _ids()
    title = Text(400, load_default="", metadata={"description": "成果名称；不写则用第一件的名称"})


class BundleDecision(Strict):
    """What a verb needs: a title (confirm, rename), patents (split, release), another bundle (merge)."""

    may_be_empty = True
    title = Text(400, load_default="")
    patent_ids = _ids()
    bundle_id = Whole(1, BIGGEST_ID, load_default=0, metadata={"description": "合并进来的另一组"})
    mark = Text(40, load_default="", metadata={"description": "您读到的版本；不同时回答 412"})


_PATENT: dict[str, ma.fields.Field[Any]] = {
    "id": Out("integer"), "number": Out("string", "申请号，统一写法"), "publication_number": Out(), "title": Out(),
    "type": Out(["string", "null"]), "status": Out(["string", "null"], "今天的法律状态"), "filed_on": Out(["string", "null"]),
    "granted_on": Out(["string", "null"]), "expires_on": Out(["string", "null"], "到期日"), "inventors": Out("array"),
    "applicants": Out("array"), "ipc": Out("array"), "abstract": Out(), "bundle_id": Out(["integer", "null"]),
}  # fmt: skip
PATENT_OUT = ma.Schema.from_dict(_PATENT, name="Patent")
PATENTS_OUT = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(PATENT_OUT)), "total": Out("integer"), "page": Out("integer"),
        "per_page": Out("integer"), "facets": Out("object", "type、status、standing：代码 → 件数"),
    },
    name="PatentPage",
)  # fmt: skip
_BUNDLE: dict[str, ma.fields.Field[Any]] = {
    "id": Out("integer"), "title": Out(), "reason": Out("string", "为什么放在一起"), "state": Out(), "state_name": Out(),
    "size": Out("integer", "几件专利"), "achievement_id": Out(["integer", "null"], "确认后建的成果"),
    "decided_at": Out(["string", "null"]), "mark": Out("string", "版本；确认时放进请求"),
    "patents": ma.fields.List(ma.fields.Nested(PATENT_OUT)),
}  # fmt: skip
BUNDLE_OUT = ma.Schema.from_dict(_BUNDLE, name="PatentBundle")
BUNDLES_OUT = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(BUNDLE_OUT)), "total": Out("integer"), "page": Out("integer"),
        "per_page": Out("integer"), "states": Out("object", "每个状态的组数"),
    },
    name="PatentBundlePage",
)  # fmt: skip


@endpoint("GET", "/patents", *KEEPERS, tag=TAG, query=Search, answer=PATENTS_OUT, summary="专利清单",
          description="只有本单位和运营看得到。")  # fmt: skip
def patents(query: dict[str, Any]) -> Any:
    """One page of a house's patents."""
    house = lists.house(platform(), actor(), query["organisation"])
    wanted = Wanted(query["q"], query["type"], query["status"], query["standing"])
    if not house.id:
        return {"items": [], "total": 0, "page": 1, "per_page": query["per_page"], "facets": {}}
    found = lists.page(
        platform(), actor(), house.id, wanted, query["page"], soon=query["soon"], per_page=query["per_page"]
    )
    return {
        "items": [_patent(row) for row, _ in found.rows], "total": found.total, "page": found.page,
        "per_page": query["per_page"], "facets": {name: dict(counts) for name, counts in found.facets.items()},
    }  # fmt: skip


@endpoint("GET", f"/patents/{PATENT}", *KEEPERS, tag=TAG, answer=PATENT_OUT, summary="一件专利")
def patent(patent_id: int) -> Any:
    """One patent."""
    return _patent(lists.get(platform(), actor(), patent_id)[0])


@endpoint("DELETE", f"/patents/{PATENT}", *KEEPERS, tag=TAG, status=204, summary="从清单里删去")
def remove_patent(patent_id: int) -> Any:
    """Take a patent off the list."""
    lists.remove(platform(), actor(), patent_id)
    return Response(status=204)


@endpoint(
    "GET", "/patent-bundles", *KEEPERS, tag=TAG, query=BundleSearch, answer=BUNDLES_OUT, summary="成果组"
)
def patent_bundles(query: dict[str, Any]) -> Any:
    """Bundles of one state, the largest first."""
    if query["state"] not in BUNDLE_STATE_NAMES:
        known = "、".join(BUNDLE_STATE_NAMES)
        raise Invalid([FieldError("state", f"没有“{query['state']}”这个状态，可用：{known}。")])
    house = _house(query["organisation"])
    rows, counts = bundles.listing(
        platform(), actor(), house, query["state"], query["page"], query["per_page"]
    )
    return {
        "items": [_bundle(row) | {"size": size} for row, size in rows], "total": counts.get(query["state"], 0),
        "page": query["page"], "per_page": query["per_page"], "states": counts,
    }  # fmt: skip


@endpoint("POST", "/patent-bundles/propose", *KEEPERS, tag=TAG, body=Whose, summary="按发明人和内容分组",
          answer=ma.Schema.from_dict({
              "waiting": Out("integer", "等待确认的组数；还在分组时是上一次的"), "running": Out("boolean", "是否还在分组"),
          }, name="Proposed"),
          description="只动没有人改过的组。清单很长时在后台分组：running 为 true，过一会儿再读成果组。")  # fmt: skip
def propose_bundles(body: dict[str, Any]) -> Any:
    """Bundle what nobody has put anywhere."""
    now = background.begin(platform(), actor(), _house(body["organisation"]))
    return {"waiting": now.waiting, "running": now.running}


@endpoint(
    "POST",
    "/patent-bundles",
    *KEEPERS,
    tag=TAG,
    body=NewBundle,
    answer=BUNDLE_OUT,
    status=201,
    summary="自己成组",
)
def make_bundle(body: dict[str, Any]) -> Any:
    """A bundle put together by hand."""
    house = _house(body["organisation"])
    made = bundles.make(platform(), actor(), house, body["patent_ids"], body["title"])
    return _opened(made.id)


@endpoint("GET", f"/patent-bundles/{BUNDLE}", *KEEPERS, tag=TAG, answer=BUNDLE_OUT, summary="一个成果组")
def patent_bundle(bundle_id: int) -> Any:
    """One bundle with its patents."""
    return _opened(bundle_id)


@endpoint("POST", f"/patent-bundles/{BUNDLE}/<string:verb>", *KEEPERS, tag=TAG, body=BundleDecision, answer=BUNDLE_OUT,
          summary="确认或修改成果组",
          description="verb：confirm（建成果草稿）、rename、split（patent_ids 另成一组，回答新的一组）、release（移出）、"
          "merge（并入 bundle_id）、dismiss（不建成果）、restore。")  # fmt: skip
def decide_bundle(body: dict[str, Any], bundle_id: int, verb: str) -> Any:
    """Change or decide one bundle."""
    here, person = platform(), actor()
    match verb:
        case "confirm":
            drafting.confirm(here, person, bundle_id, title=body["title"], mark=body["mark"])
        case "rename":
            bundles.rename(here, person, bundle_id, body["title"])
        case "split":
            return _opened(bundles.split(here, person, bundle_id, body["patent_ids"]).id)
        case "release":
            return _bundle(bundles.release(here, person, bundle_id, body["patent_ids"]))
        case "merge":
            bundles.merge(here, person, bundle_id, body["bundle_id"])
        case "dismiss":
            bundles.dismiss(here, person, bundle_id, body["mark"])
        case "restore":
            bundles.restore(here, person, bundle_id)
        case _:
            raise NotFound()
    return _opened(bundle_id)


def _house(organisation: int | None) -> int:
    house = lists.house(platform(), actor(), organisation)
    if not house.id:
        raise NotFound()
    return house.id


def _patent(row: Patent) -> dict[str, Any]:
    return {
        "id": row.id, "number": row.number, "publication_number": row.publication_number, "title": row.title,
        "type": row.type or None, "status": terms.state_today(row.status, row.expires_on, platform().today()) or None,
        "filed_on": day(row.filed_on), "granted_on": day(row.granted_on), "expires_on": day(row.expires_on),
        "inventors": list(row.inventors or ()), "applicants": list(row.applicants or ()), "ipc": list(row.ipc or ()),
        "abstract": row.abstract, "bundle_id": row.bundle_id,
    }  # fmt: skip


def _bundle(bundle: Bundle) -> dict[str, Any]:
    return {
        "id": bundle.id, "title": bundle.title, "reason": bundle.reason, "state": bundle.state,
        "state_name": BUNDLE_STATE_NAMES[bundle.state], "achievement_id": bundle.achievement_id,
        "decided_at": moment(bundle.decided_at),
    }  # fmt: skip


def _opened(bundle_id: int) -> dict[str, Any]:
    opened = bundles.get(platform(), actor(), bundle_id)
    rows = [_patent(row) for row in opened.patents]
    return _bundle(opened.bundle) | {"size": len(rows), "mark": opened.mark, "patents": rows}
