"""Uploaded spreadsheets nobody has read yet: their bytes wait in the data folder for the background step.

Reading a large workbook takes many seconds, and a request must not. A batch names its bytes by a token under
`unread` in its notes; bytes without a batch are left by a killed process and are swept up.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from pathlib import Path

from services.imports.table import UnreadableFile
from services.platform import Platform

FOLDER = "incoming"
LEFT_ALONE_SECONDS = 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


def keep(platform: Platform, data: bytes) -> str:
    """Store bytes, readable by the platform only; gives their token."""
    token = secrets.token_hex(16)
    path = _path(platform, token)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return token


def read(platform: Platform, token: str) -> bytes:
    """The bytes; raises UnreadableFile where they are gone (a restored backup, another machine)."""
    try:
        return _path(platform, token).read_bytes()
    except FileNotFoundError:
        raise UnreadableFile("上传的文件在服务器上已经不在了，库里没有改动。请重新上传。") from None


def drop(platform: Platform, token: str) -> None:
    """Take the bytes away; harmless when they are gone."""
    _path(platform, token).unlink(missing_ok=True)


def sweep(platform: Platform) -> None:
    """Take away what has waited for a day: no batch of today needs it."""
    before = time.time() - LEFT_ALONE_SECONDS
    for path in (platform.settings.data / FOLDER).glob("*"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _path(platform: Platform, token: str) -> Path:
    assert _TOKEN.fullmatch(token)
    folder: Path = platform.settings.data / FOLDER
    return folder / token
