"""证明材料 of achievements through the API: listed, handed in, downloaded, taken away."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from repositories.accounts import INSTITUTION, OPERATOR, UNIVERSITY
from repositories.files import StoredFile
from services import evidence
from services.file_kinds import ACCEPTED
from web.access import ANYONE
from web.api.blueprint import ID, PREFIX, endpoint
from web.api.documents import moment
from web.api.values import Out
from web.current import actor, platform
from web.limits import upload_limit
from web.listings.evidence import LIBRARY, hand_out, take_file

TAG = "技术成果"
FILES = f"/achievements/{ID.format('listing_id')}/files"
ONE = f"{FILES}/{ID.format('file_id')}"
UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary", "description": f"{ACCEPTED}；最大 10 MB"}},
}
FILE = ma.Schema.from_dict(
    {
        "id": Out("integer"),
        "name": Out("string", "文件名；扩展名与内容一致"),
        "media_type": Out(),
        "size": Out("integer", "字节"),
        "sha256": Out("string", "内容的 SHA-256"),
        "public": Out("boolean", "运营看过、随成果公开；否则只有所有者和运营看得到"),
        "created_at": Out(),
        "href": Out("string", "下载地址"),
    },
    name="EvidenceFile",
)


@endpoint("GET", FILES, ANYONE, tag=TAG, summary="成果的证明材料", name="list_files",
          answer=ma.Schema.from_dict({"items": ma.fields.List(ma.fields.Nested(FILE))}, name="EvidenceFiles"))  # fmt: skip
def list_files(listing_id: int) -> Any:
    """What this person may see."""
    return {"items": [_document(one) for one in evidence.listed(platform(), actor(), LIBRARY, listing_id)]}


@endpoint("POST", FILES, UNIVERSITY, INSTITUTION, OPERATOR, tag=TAG, summary="上传证明材料", name="add_file",
          multipart=UPLOAD, answer=FILE, status=201,
          description="已发布的成果加了材料要再审核，通过前不对外展示。一条成果最多 10 份。")  # fmt: skip
@upload_limit
def add_file(listing_id: int) -> Any:
    """Hand one in."""
    evidence.listed(
        platform(), actor(), LIBRARY, listing_id
    )  # a stranger learns nothing, not even that a file is missing
    stored = take_file(listing_id)
    return _document(stored), 201, {"Location": _document(stored)["href"]}


@endpoint("GET", ONE, ANYONE, tag=TAG, summary="下载一份证明材料", name="get_file",
          content_type="application/octet-stream",
          answer={"type": "string", "format": "binary"})  # fmt: skip
def get_file(listing_id: int, file_id: int) -> Any:
    """The file itself."""
    return hand_out(listing_id, file_id)


@endpoint("DELETE", ONE, UNIVERSITY, INSTITUTION, OPERATOR, tag=TAG, summary="删除一份证明材料", name="remove_file",
          status=204)  # fmt: skip
def remove_file(listing_id: int, file_id: int) -> Any:
    """Take it away."""
    evidence.remove(platform(), actor(), LIBRARY, listing_id, file_id)
    return "", 204


def _document(one: StoredFile) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "media_type": one.media_type, "size": one.size,
        "sha256": one.content_hash, "public": one.let_through, "created_at": moment(one.created_at),
        "href": f"{PREFIX}/achievements/{one.owner_id}/files/{one.id}",
    }  # fmt: skip
