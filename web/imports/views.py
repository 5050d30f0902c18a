"""Importing by page: choose a library, upload, watch the check, read the report, confirm or drop it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from repositories.accounts import ENTERPRISE, INSTITUTION, OPERATOR, UNIVERSITY
from repositories.imports import CHECKING
from services.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from services.imports import background, batches, refused, template
from services.imports.columns import NAMES, OWNED, fields_of, title_of
from services.imports.table import MAX_ROWS
from services.listings.fields import Field
from web.access import rule
from web.current import actor, platform
from web.imports.view_models import batch_view
from web.limits import upload_limit

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
may_come_in = rule(ENTERPRISE, UNIVERSITY, INSTITUTION, OPERATOR)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCEPTED = ".xlsx,.xlsm,.csv,.txt"
_MB = 1024 * 1024


@blueprint.get("")
@may_come_in
def index() -> Any:
    """One's own latest files, and where to begin."""
    mine = batches.libraries_for(actor())
    return render_template(
        "imports/index.html", nav_active="workbench", libraries=[(name, NAMES[name]) for name in mine],
        files=[batch_view(report) for report in batches.latest(platform(), actor())],
    )  # fmt: skip


@blueprint.get("/<string:library>")
@may_come_in
def new(library: str) -> Any:
    """The upload form of a library."""
    return _form(library)


@blueprint.post("/<string:library>")
@may_come_in
@upload_limit
def upload(library: str) -> Any:
    """Take a file and begin the check; 422 says what is wrong with the file as a whole."""
    _require(library)
    file = request.files.get("file")
    owner = request.form.get("organisation", "")[:200]
    try:
        if file is None or not file.filename:
            raise Invalid([FieldError("file", "请选择一个 .xlsx 或 .csv 文件。")])
        batch_id = batches.upload(
            platform(), actor(), library, file.filename, file.read(), organisation=owner, may_wait=True
        )
    except Invalid as invalid:
        return _form(library, invalid, owner), 422
    background.start(platform(), actor(), batch_id, CHECKING)
    return redirect(url_for("imports.batch", batch_id=batch_id), 303)


@blueprint.get("/<string:library>/template.xlsx")
@may_come_in
def template_file(library: str) -> Any:
    """The workbook to fill in."""
    _require(library)
    body = template.build(library, platform().vocabularies)
    return _spreadsheet(body, f"{NAMES[library]}导入模板.xlsx")


@blueprint.get("/batches/<int:batch_id>")
@may_come_in
def batch(batch_id: int) -> Any:
    """How far it is, the report, and what can be done."""
    report = batches.get(platform(), actor(), batch_id)
    return render_template("imports/batch.html", nav_active="workbench", batch=batch_view(report))


@blueprint.get("/batches/<int:batch_id>/progress")
@may_come_in
def progress(batch_id: int) -> Any:
    """The progress line, asked for every second; once the step is over the page is loaded anew."""
    report = batches.get(platform(), actor(), batch_id)
    response = Response(render_template("imports/_progress.html", batch=batch_view(report)))
    if not report.busy:
        response.headers["HX-Refresh"] = "true"
    return response


@blueprint.post("/batches/<int:batch_id>/commit")
@may_come_in
def commit(batch_id: int) -> Any:
    """Write it: everything, or the rows that passed."""
    good_only, publish = request.form.get("rows") == "good", request.form.get("then") == "publish"
    return _go_on(
        batch_id,
        lambda: batches.confirm(platform(), actor(), batch_id, good_only=good_only, publish=publish),
    )


@blueprint.post("/batches/<int:batch_id>/resume")
@may_come_in
def resume(batch_id: int) -> Any:
    """Go on where a process stopped."""
    return _go_on(batch_id, lambda: batches.resume(platform(), actor(), batch_id))


@blueprint.post("/batches/<int:batch_id>/discard")
@may_come_in
def discard(batch_id: int) -> Any:
    """Drop the uploaded file."""
    try:
        batches.discard(platform(), actor(), batch_id)
    except Conflict as conflict:
        flash(conflict.message, "bad")
        return redirect(url_for("imports.batch", batch_id=batch_id), 303)
    flash("已删除上传的文件。已经写入库里的内容不受影响。", "ok")
    return redirect(url_for("imports.index"), 303)


@blueprint.get("/batches/<int:batch_id>/refused.xlsx")
@may_come_in
def refused_file(batch_id: int) -> Any:
    """The rows that did not pass, with their problems."""
    return _spreadsheet(refused.build(platform(), actor(), batch_id), f"未通过的行-{batch_id}.xlsx")


def _go_on(batch_id: int, claim: Callable[[], str]) -> Any:
    """Begin the step `claim` gives the state of, or say why it cannot begin; back to the page of the file."""
    try:
        state = claim()
    except Conflict as conflict:
        flash(conflict.message, "bad")
    else:
        background.start(platform(), actor(), batch_id, state)
    return redirect(url_for("imports.batch", batch_id=batch_id), 303)


def _form(library: str, invalid: Invalid | None = None, owner: str = "") -> str:
    _require(library)
    errors: dict[str, list[str]] = {}
    for error in invalid.errors if invalid else ():
        errors.setdefault(error.field, []).append(error.message)
    fields = fields_of(library)
    return render_template(
        "imports/new.html", nav_active="workbench", library=library, noun=NAMES[library], errors=errors, owner=owner,
        accept=ACCEPTED, limit_mb=platform().settings.max_upload_bytes // _MB, max_rows=f"{MAX_ROWS:,}",
        chooses_owner=actor().is_operator and library in OWNED,
        title_column=next(f.column for f in fields if f.name == title_of(library)), columns=_by_section(fields),
        goes_live=library in batches.LIVE_AT_ONCE,
    )  # fmt: skip


def _by_section(fields: tuple[Field, ...]) -> list[tuple[str, str]]:
    sections: dict[str, list[str]] = {}
    for field in fields:
        sections.setdefault(field.section, []).append(field.column)
    return [(section, "、".join(names)) for section, names in sections.items()]


def _require(library: str) -> None:
    if library not in NAMES:
        raise NotFound()
    if not batches.may_import(actor(), library):
        raise Forbidden(f"您的账户不能导入{NAMES[library]}。")


def _spreadsheet(body: bytes, name: str) -> Response:
    return send_file(BytesIO(body), as_attachment=True, download_name=name, mimetype=XLSX)
