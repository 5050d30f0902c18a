"""Tables of access as they are written in tests: a head of roles, a line a thing, a cell an answer."""

from __future__ import annotations

from collections.abc import Iterator

from tests.functional.stage import ROLES, Stage


def cells(table: str) -> Iterator[tuple[str, str, str]]:
    """(line, role, expected) of a table."""
    head, *lines = [line for line in table.splitlines() if line.strip()]
    roles = head.split()
    assert tuple(roles) == ROLES
    for line in lines:
        words = line.split()
        yield from (
            (" ".join(words[: -len(roles)]), r, e) for r, e in zip(roles, words[-len(roles) :], strict=True)
        )


def rows(table: str) -> list[tuple[str, dict[str, str]]]:
    """(line, role → expected), one test each."""
    found: dict[str, dict[str, str]] = {}
    for name, role, expected in cells(table):
        found.setdefault(name, {})[role] = expected
    return list(found.items())


def status(stage: Stage, role: str, path: str) -> str:
    """What a page answers; the way to the sign-in page is 401."""
    answer = stage.get(role, path)
    if answer.status_code == 302:
        assert answer.location.startswith("/account/login?next="), answer.location
        return "401"
    return str(answer.status_code)


def said(yes: bool) -> str:
    return "yes" if yes else "-"
