"""The client's errors in the port's words: away, crowded, unknown, or refused as wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import elasticsearch

from indexer.port import IndexUnavailable, UnknownGeneration


class TimedOut(IndexUnavailable):
    """It may be there, but it takes too long."""


class Crowded(IndexUnavailable):
    """It is there and asks to come back later."""


@contextmanager
def translated() -> Iterator[None]:
    """The client's errors as the port's; what the server refuses as wrong is a ValueError."""
    try:
        yield
    except elasticsearch.NotFoundError as error:
        raise UnknownGeneration(str(error)) from error
    except elasticsearch.ConnectionTimeout as error:
        raise TimedOut(str(error)) from error
    except elasticsearch.ApiError as error:
        if error.status_code == 429:
            raise Crowded(str(error)) from error
        if error.status_code in (401, 403) or error.status_code >= 500:
            raise IndexUnavailable(str(error)) from error
        raise ValueError(str(error)) from error
    except (elasticsearch.TransportError, elasticsearch.UnsupportedProductError) as error:
        raise IndexUnavailable(str(error)) from error


def reason(error: Any) -> str:
    """What the server says is wrong, in one line."""
    if isinstance(error, dict):
        causes = error.get("root_cause") or [error]
        return f"{causes[0].get('type', '')}: {causes[0].get('reason', '')}"[:500]
    return str(error)[:500]
