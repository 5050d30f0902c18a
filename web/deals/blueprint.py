"""The blueprint all pages of deals hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("deals", __name__, url_prefix="/deals")
