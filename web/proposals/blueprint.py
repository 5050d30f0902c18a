"""The blueprint all pages of needs written for enterprises hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("proposals", __name__, url_prefix="/proposals")
