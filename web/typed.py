"""What a request says, without NUL and not longer than any form is.

No person types NUL; PostgreSQL refuses it in every text, also in one that is only looked for. So it is taken out once,
where requests come in, instead of at each of the places that ask the database.
"""

from __future__ import annotations

from functools import cached_property

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

MAX_TYPED_BYTES = 4 * 1024 * 1024
"""The longest form has some 30,000 characters, nine bytes each on the wire."""


class TypedRequest(Request):
    """A request whose address and form hold no NUL."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The query of the address."""
        return _without_nul(super().args)

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = _without_nul(self.__dict__["form"])


def _without_nul(values: MultiDict[str, str]) -> MultiDict[str, str]:
    if not any("\x00" in name or "\x00" in value for name, value in values.items(multi=True)):
        return values
    return ImmutableMultiDict(
        [(name.replace("\x00", ""), value.replace("\x00", "")) for name, value in values.items(multi=True)]
    )


def _limit() -> None:
    """MAX_FORM_MEMORY_SIZE holds for multipart only; a plain form of 20 MB would take seconds to read and to show."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = MAX_TYPED_BYTES


def register(app: Flask) -> None:
    """Read requests this way; call it before anything else looks at a form."""
    app.request_class = TypedRequest
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_TYPED_BYTES
    app.before_request(_limit)
