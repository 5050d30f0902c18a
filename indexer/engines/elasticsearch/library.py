"""The generations of one library on the server, and the aliases that say which of them answers.

Each change of roles is one request that the cluster applies as a whole, and it names what it expects to find, so that
of two processes that change the same thing one is refused. Readers follow the alias and notice nothing.
"""

import re
import time
from dataclasses import dataclass

from indexer.engines.elasticsearch import mapping
from indexer.engines.elasticsearch.connection import Connection
from indexer.engines.elasticsearch.lines import state_line
from indexer.port import LibrarySchema, UnknownGeneration

FRESH_SECONDS = 1.0
"""So old may be what a reader knows of the roles; a writer always asks."""

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names of generations by role; *all*: every index of the library, also one whose begin was cut short."""

    current: str = ""
    filling: str = ""
    previous: str = ""
    all: tuple[str, ...] = ()

    @property
    def live(self) -> tuple[str, ...]:
        """Those that every write must reach."""
        return tuple(name for name in (self.current, self.filling) if name)


@dataclass(frozen=True, slots=True)
class About:
    """What a generation was created for."""

    model_id: str
    shape: str


class Library:
    """All generations of one library. Thread-safe."""

    def __init__(
        self, connection: Connection, prefix: str, schema: LibrarySchema, model_id: str, shards: int,
        replicas: int | None,
    ) -> None:  # fmt: skip
        self.schema, self.model_id = schema, model_id
        self.shape = mapping.shape_of(schema)
        self.shards = shards
        self.root = f"{prefix}-{schema.library}"
        self._filling, self._previous = f"{self.root}-filling", f"{self.root}-previous"
        self._connection, self._replicas = connection, replicas
        self._known: dict[str, About] = {}
        self._pointer: tuple[float, Pointer] = (0.0, Pointer())

    def pointer(self) -> Pointer:
        """The present roles."""
        roles = self._connection.roles(f"{self.root}-s*")
        names = sorted(roles, key=_number)
        found = Pointer(
            current=next((name for name in names if self.root in roles[name]), ""),
            filling=next((name for name in reversed(names) if self._filling in roles[name]), ""),
            previous=next((name for name in names if self._previous in roles[name]), ""),
            all=tuple(names),
        )
        self._pointer = (time.monotonic(), found)
        return found

    def recent_pointer(self, current: str) -> Pointer:
        """The roles as they were a moment ago, if *current* answered then too."""
        taken, found = self._pointer
        if found.current == current and time.monotonic() - taken < FRESH_SECONDS:
            return found
        return self.pointer()

    def about(self, name: str) -> About:
        """Model and shape of a generation; they never change. Raises UnknownGeneration."""
        known = self._known.get(name)
        if known is None:
            raw = self._connection.about(name)
            known = self._known[name] = About(str(raw.get("model_id", "")), str(raw.get("shape", "")))
        return known

    def write_alias(self, name: str) -> str:
        """The alias by which a generation is written to: no alias, no write, so that none makes an index by mistake."""
        return f"{name}.w"

    def ensure(self) -> Pointer:
        """Make the first generation where there is none; gives the roles."""
        for _ in range(_ATTEMPTS):
            pointer = self.pointer()
            if pointer.current:
                return pointer
            self._create(pointer, self.root)
        return self.pointer()

    def begin(self, resume: bool = False) -> str:
        """Start an empty generation; those that were being filled go, or are gone on with where *resume* and it suits."""
        before = self.ensure()
        if resume and before.filling and self.about(before.filling) == About(self.model_id, self.shape):
            return before.filling
        name = self._create(before, self._filling)
        while not name:
            before = self.pointer()
            name = self._create(before, self._filling)
        left = [old for old in before.all if old not in (before.current, before.previous)]
        self._change([_remove_index(old) for old in left])
        return name

    def swap(self, name: str) -> None:
        """Let the filled generation answer, merged; the one before is kept back, an older one goes."""
        pointer = self.pointer()
        if not name or name != pointer.filling:
            raise UnknownGeneration(f"{name} is not being filled")
        self._connection.merge(name, self.shards)
        actions = [
            _remove(name, self._filling),
            _remove(pointer.current, self.root),
            _add(name, self.root),
            _add(pointer.current, self._previous),
        ]
        if pointer.previous:
            actions.append(_remove_index(pointer.previous))
        self._change(actions)

    def drop(self, name: str) -> None:
        """Remove a generation that does not answer."""
        pointer = self.pointer()
        if not name or name not in (pointer.filling, pointer.previous):
            raise UnknownGeneration(f"{name} answers or is unknown")
        self._change([_remove_index(name)])

    def rollback(self) -> str:
        """Let the generation kept back answer; the one that answered is kept in its place."""
        pointer = self.pointer()
        if not pointer.previous:
            raise UnknownGeneration("no generation was kept back")
        self._change(
            [
                _remove(pointer.previous, self._previous),
                _remove(pointer.current, self.root),
                _add(pointer.previous, self.root),
                _add(pointer.current, self._previous),
            ]
        )
        return pointer.previous

    def _create(self, pointer: Pointer, role: str) -> str:
        """A new generation with this role; empty when another process was first with this number."""
        number = max(map(_number, pointer.all), default=0) + 1
        name = mapping.generation_name(self.root, self.shape, self.model_id, number)
        made = self._connection.create(
            name, mapping.mapping(self.schema, self.model_id, self.shape),
            mapping.settings(self.shards, self._replicas), [role, self.write_alias(name)],
        )  # fmt: skip
        if not made:
            return ""
        target = self.write_alias(name)
        self._connection.write(target, iter([state_line(self._connection.next_number())]))
        self._connection.refresh(target)
        return name

    def _change(self, actions: list[dict[str, object]]) -> None:
        self._pointer = (0.0, Pointer())
        if actions:
            self._connection.change(actions)


def _number(name: str) -> int:
    found = re.search(r"-g(\d+)\Z", name)
    return int(found.group(1)) if found else 0


def _add(index: str, alias: str) -> dict[str, object]:
    return {"add": {"index": index, "alias": alias}}


def _remove(index: str, alias: str) -> dict[str, object]:
    return {"remove": {"index": index, "alias": alias, "must_exist": True}}


def _remove_index(index: str) -> dict[str, object]:
    return {"remove_index": {"index": index}}
