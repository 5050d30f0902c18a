"""Domain errors as one line on standard error and exit code 1, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from services.errors import DomainError, Invalid


@contextmanager
def told() -> Iterator[None]:
    """Turn what use cases raise into a click error."""
    try:
        yield
    except Invalid as invalid:
        raise click.ClickException("；".join(error.message for error in invalid.errors)) from invalid
    except DomainError as error:
        raise click.ClickException(error.message) from error
