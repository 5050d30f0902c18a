"""Constant traffic through the API: listings posted, changed and withdrawn, and what was acknowledged remembered.

A call that got no answer may or may not have happened, so a listing then has two states it may rightly be in. What was
acknowledged has one.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PAUSE_SECONDS = 0.02
"""Between two calls of one person; without it three of them fill an index faster than one computer can encode it."""
WORD = "断电试验"
"""In every title, so that one search finds them all."""

GONE = ("withdrawn", "")
State = tuple[str, str]
"""(state, title); the title of what is withdrawn does not matter."""


@dataclass
class Ledger:
    """What people were told: id → the last acknowledged state, and the states a call without an answer may have made."""

    told: dict[int, State] = field(default_factory=dict)
    open: dict[int, State] = field(default_factory=dict)
    withdrawn: dict[int, float] = field(default_factory=dict)
    """Id → moment (monotonic) at which its withdrawal was acknowledged."""
    changed: int = 0

    def possible(self, listing: int) -> set[State]:
        """The states a listing may rightly be in."""
        return {self.told[listing], self.open.get(listing, self.told[listing])}

    def published(self) -> set[int]:
        """Listings that were acknowledged as published and of which no withdrawal was begun."""
        return {i for i in self.told if all(state == "published" for state, _ in self.possible(i))}

    def gone_before(self, moment: float) -> set[int]:
        """Listings whose withdrawal was acknowledged before `moment`."""
        return {i for i, at in list(self.withdrawn.items()) if at < moment}


class Api:
    """One connection of one caller; raises OSError or HTTPException when the other end is away."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Content-Type": "application/json", "If-Match": "*"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """(status, document) of one call; the document is None where there is none."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None


class Person(threading.Thread):
    """Posts, changes and withdraws listings, one call after the other, until told to stop or cut off.

    `mine` are published listings that only this person touches from now on.
    """

    def __init__(self, port: int, token: str, ledger: Ledger, seed: int, mine: Iterable[int] = ()) -> None:
        super().__init__(daemon=True)
        self._api = Api(port, token)
        self._ledger = ledger
        self._dice = random.Random(seed)
        self._seed = seed
        self._mine = list(mine)
        self.ended = threading.Event()
        self.trouble = ""

    def run(self) -> None:
        """Act until `ended`; a broken connection ends it too, anything else is `trouble`."""
        try:
            for number in range(1_000_000):
                if self.ended.wait(PAUSE_SECONDS):
                    return
                self._act(number)
        except (OSError, http.client.HTTPException):
            return
        except AssertionError as wrong:
            self.trouble = str(wrong)

    def _act(self, number: int) -> None:
        choice = self._dice.random()
        if self._mine and choice < 0.25:
            listing = self._dice.choice(self._mine)
            self._change(listing, f"{WORD} 改过的装置 {self._seed} 之 {number}")
        elif self._mine and choice < 0.45:
            self._withdraw(self._mine.pop(self._dice.randrange(len(self._mine))))
        else:
            self._post(f"{WORD} 装置 {self._seed} 之 {number}")

    def _post(self, title: str) -> None:
        listing = self._asked("POST", "/api/v1/achievements", {"title": title}, 201)["id"]
        self._ledger.told[listing] = ("draft", title)
        self._ledger.open[listing] = ("published", title)
        self._asked("POST", f"/api/v1/achievements/{listing}/publish", {}, 200)
        self._settle(listing, ("published", title))
        self._mine.append(listing)

    def _change(self, listing: int, title: str) -> None:
        self._ledger.open[listing] = ("published", title)
        self._asked("PATCH", f"/api/v1/achievements/{listing}", {"title": title}, 200)
        self._settle(listing, ("published", title))
        self._ledger.changed += 1

    def _withdraw(self, listing: int) -> None:
        self._ledger.open[listing] = GONE
        self._asked("POST", f"/api/v1/achievements/{listing}/withdraw", {}, 200)
        self._settle(listing, GONE)
        self._ledger.withdrawn[listing] = time.monotonic()

    def _settle(self, listing: int, state: State) -> None:
        self._ledger.told[listing] = state
        self._ledger.open.pop(listing, None)

    def _asked(self, method: str, path: str, body: Mapping[str, Any], status: int) -> Any:
        got, document = self._api.call(method, path, body)
        assert got == status, f"{method} {path}: {got} {document}"
        return document


class Watcher(threading.Thread):
    """Reads the public list again and again: what was withdrawn before it asked must not be in the answer."""

    def __init__(self, port: int, ledger: Ledger) -> None:
        super().__init__(daemon=True)
        self._api = Api(port)
        self._ledger = ledger
        self.ended = threading.Event()
        self.answers: dict[int, int] = {}
        self.trouble = ""

    def run(self) -> None:
        """Watch until `ended` or the connection breaks."""
        try:
            while not self.ended.wait(PAUSE_SECONDS):
                self._look()
        except (OSError, http.client.HTTPException):
            return
        except AssertionError as wrong:
            self.trouble = str(wrong)

    def _look(self) -> None:
        gone = self._ledger.gone_before(time.monotonic())
        status, page = self._api.call("GET", "/api/v1/achievements?sort=newest&per_page=100")
        self.answers[status] = self.answers.get(status, 0) + 1
        assert status in (200, 503), f"the list answered {status}: {page}"
        if status == 200:
            shown = gone & {item["id"] for item in page["items"]}
            assert not shown, f"withdrawn and shown: {sorted(shown)}"
        if gone:
            listing = max(gone)
            status, _ = self._api.call("GET", f"/api/v1/achievements/{listing}")
            assert status == 404, f"listing {listing} is withdrawn and answers {status}"


def crowd(port: int, token: str, ledger: Ledger, size: int, seed: int) -> list[Person]:
    """So many people, who share the published listings among themselves and are not acting yet."""
    known = sorted(ledger.published())
    return [Person(port, token, ledger, size * seed + n, known[n::size]) for n in range(size)]


def stop(people: list[Person], watcher: Watcher | None = None) -> None:
    """End everybody and fail with what one of them saw."""
    everybody = [*people, *([watcher] if watcher else [])]
    for one in everybody:
        one.ended.set()
    for one in everybody:
        one.join(60)
        assert not one.is_alive()
        assert not one.trouble, one.trouble
