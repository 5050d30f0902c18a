"""Addresses of styles, scripts and icons that change when their content does, so that browsers may keep them for a year.

The version is a part of the path, not a parameter: what one file fetches by a relative address (a module another
module, a style an image) then carries it as well.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

KEPT = timedelta(days=365)
LENGTH = 10


def url_path(folder: Path) -> str:
    """`/static/<version>` for the files below `folder`; the version is a digest of their names and contents."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"/static/{digest.hexdigest()[:LENGTH]}"
