"""Files of listings through the API, listed, handed in, downloaded, taken away: 证明材料 of achievements, 证书 of managers."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from repositories.files import StoredFile
from services import evidence
from services.file_kinds import ACCEPTED
from web.access import ANYONE
from web.api.blueprint import ID, PREFIX, endpoint
from web.api.documents import moment
from web.api.values import Out
from web.current import actor, platform
from web.limits import upload_limit
from web.listings.evidence import KEEPERS, hand_out, take_file

TAGS = {"achievements": "技术成果", "talents": "技术转移人才"}
NOUNS = {"achievements": "证明材料", "talents": "证书文件"}
NOTES = {
    "achievements": "已发布的成果加了材料要再审核，通过前不对外展示。一条成果最多 10 份。",
    "talents": "只有本人和平台运营看得到，供核对证书。最多 10 份。",
}
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


FILES = ma.Schema.from_dict({"items": ma.fields.List(ma.fields.Nested(FILE))}, name="EvidenceFiles")


def _routes(library: str, suffix: str) -> None:
    """Declare the routes of one library's files."""
    tag, noun, keepers = TAGS[library], NOUNS[library], KEEPERS[library]
    path = f"/{library}/{ID.format('listing_id')}/files"
    one = f"{path}/{ID.format('file_id')}"

    @endpoint("GET", path, ANYONE, tag=tag, summary=noun, name=f"list_{suffix}s", answer=FILES)
    def list_files(listing_id: int) -> Any:
        return {
            "items": [_document(each) for each in evidence.listed(platform(), actor(), library, listing_id)]
        }

    @endpoint("POST", path, *keepers, tag=tag, summary=f"上传{noun}", name=f"add_{suffix}", multipart=UPLOAD,
              answer=FILE, status=201, description=NOTES[library])  # fmt: skip
    @upload_limit
    def add_file(listing_id: int) -> Any:
        # a stranger learns nothing, not even that a file is missing
        evidence.listed(platform(), actor(), library, listing_id)
        stored = take_file(library, listing_id)
        return _document(stored), 201, {"Location": _document(stored)["href"]}

    @endpoint("GET", one, ANYONE, tag=tag, summary=f"下载一份{noun}", name=f"get_{suffix}",
              content_type="application/octet-stream",
              answer={"type": "string", "format": "binary"})  # fmt: skip
    def get_file(listing_id: int, file_id: int) -> Any:
        return hand_out(library, listing_id, file_id)

    @endpoint(
        "DELETE", one, *keepers, tag=tag, summary=f"删除一份{noun}", name=f"remove_{suffix}", status=204
    )
    def remove_file(listing_id: int, file_id: int) -> Any:
        evidence.remove(platform(), actor(), library, listing_id, file_id)
        return "", 204


def _document(one: StoredFile) -> dict[str, Any]:
    return {
        "id": one.id, "name": one.name, "media_type": one.media_type, "size": one.size,
        "sha256": one.content_hash, "public": one.let_through and one.owner_kind not in evidence.PRIVATE,
        "created_at": moment(one.created_at), "href": f"{PREFIX}/{one.owner_kind}/{one.owner_id}/files/{one.id}",
    }  # fmt: skip


_routes("achievements", "file")
_routes("talents", "certificate")
