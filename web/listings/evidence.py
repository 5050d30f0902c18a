"""Files of listings: handed in and taken away on the form's page, downloaded by whoever may see them.

证明材料 of achievements and 证书 of managers are the same pages under two addresses; who reads what is decided by
`services.evidence`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, request, send_file, url_for

from repositories.accounts import INSTITUTION, MANAGER, OPERATOR, UNIVERSITY
from repositories.files import StoredFile
from services import evidence
from services.errors import FieldError, Invalid
from services.listings import entries
from web.access import ANYONE, rule
from web.current import actor, platform
from web.limits import upload_limit
from web.listings.pages import edit_page

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""A handed-in file runs nothing, not even where a browser is told to show it."""
KEEPERS = {"achievements": (UNIVERSITY, INSTITUTION, OPERATOR), "talents": (MANAGER, OPERATOR)}
"""Who fills each library."""


def routes(name: str, library: str) -> Blueprint:
    """The three pages of one library's files, under a blueprint called `name`."""
    made = Blueprint(name, __name__, url_prefix=f"/{library}/<int:row_id>/files")

    @made.post("")
    @rule(*KEEPERS[library])
    @upload_limit
    def upload(row_id: int) -> Any:
        """Take one file; 422 shows the form's page with what is wrong with it."""
        entries.get(platform(), actor(), library, row_id)
        try:
            stored = take_file(library, row_id)
        except Invalid as invalid:
            return edit_page(library, row_id, file_errors=[error.message for error in invalid.errors])
        row = entries.get(platform(), actor(), library, row_id)
        then = "；成果转为待审核，通过后材料随成果一起公开。" if row.state == "submitted" else "。"
        flash(
            f"已上传“{stored.name}”{then if library not in evidence.PRIVATE else '，只有您和平台运营看得到。'}",
            "ok",
        )
        return _back(library, row_id)

    @made.get("/<int:file_id>")
    @rule(ANYONE)
    def download(row_id: int, file_id: int) -> Any:
        """The file itself, never shown inside the site."""
        return hand_out(library, row_id, file_id)

    @made.post("/<int:file_id>/remove")
    @rule(*KEEPERS[library])
    def remove(row_id: int, file_id: int) -> Any:
        """Take a file away."""
        evidence.remove(platform(), actor(), library, row_id, file_id)
        flash("已删除这份材料。", "ok")
        return _back(library, row_id)

    return made


blueprint = routes("evidence", "achievements")
certificates = routes("certificates", "talents")


def take_file(library: str, row_id: int) -> StoredFile:
    """Store the uploaded file; raises Invalid when there is none."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid([FieldError("file", "请先选择一个文件。")])
    return evidence.add(platform(), actor(), library, row_id, file.filename, file.read())


def hand_out(library: str, row_id: int, file_id: int) -> Response:
    """A file as a download that no browser opens in the site's name."""
    stored, path = evidence.open_one(platform(), actor(), library, row_id, file_id)
    answer = send_file(
        path, mimetype=stored.media_type, as_attachment=True, download_name=stored.name, etag=False
    )
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _back(library: str, row_id: int) -> Any:
    return redirect(url_for(f"{library}.edit", row_id=row_id, _anchor="files"), 303)
