"""The generations of one library, and the pointer file that says which of them answers.

The pointer is replaced by one rename, so a reader follows either the old generation or the new one; the old folder
stays until the swap after the next, and a reader that still has it open is not disturbed.
"""

import hashlib
import re
import shutil
import threading
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from indexer.engines.embedded.files import locked, read_json, write_json
from indexer.engines.embedded.generation import Generation
from indexer.engines.embedded.view import EXACT_ROWS
from indexer.port import IndexUnavailable, LibrarySchema, UnknownGeneration
from indexer.text import TOKENS_VERSION

FORMAT = 1
"""Raise it when the files of a generation change: readers of an older format cannot open the new one."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names of generations: the one that answers, the one being filled, the one kept back; counter for names."""

    current: str = ""
    filling: str = ""
    previous: str = ""
    count: int = 0


class Library:
    """All generations of one library under *folder*."""

    def __init__(
        self, folder: Path, schema: LibrarySchema, model_id: str, exact_rows: int = EXACT_ROWS
    ) -> None:
        self.schema = schema
        self.model_id = model_id
        self._folder = folder
        self._exact_rows = exact_rows
        self._open: dict[str, Generation] = {}
        self._opening = threading.Lock()
        self.shape = shape_of(schema)

    def pointer(self) -> Pointer:
        """The present pointer; an empty one before the first write."""
        try:
            return Pointer(**read_json(self._folder / f"{self.schema.library}.json"))
        except FileNotFoundError:
            return Pointer()

    def current(self) -> Generation | None:
        """The generation that answers; None before the first write."""
        for _ in range(20):
            name = self.pointer().current
            if not name:
                return None
            try:
                return self.generation(name)
            except UnknownGeneration:
                # Swapped twice between our reading the pointer and opening the folder: read it again.
                continue
        raise IndexUnavailable(f"the index of {self.schema.library} names a generation that is not there")

    def generation(self, name: str) -> Generation:
        """One generation by name; raises UnknownGeneration."""
        with self._opening:
            generation = self._open.get(name)
            if generation is not None:
                return generation
            if not re.fullmatch(rf"{re.escape(self.schema.library)}-s[\w.\-]+", name):
                raise UnknownGeneration(name)
            try:
                generation = Generation(self._folder / name, self._exact_rows)
            except FileNotFoundError:
                raise UnknownGeneration(name) from None
            self._open[name] = generation
            return generation

    def ensure(self) -> None:
        """Make the first generation where there is none."""
        if self.pointer().current:
            return
        with self._changing():
            pointer = self.pointer()
            if not pointer.current:
                name = self._create(pointer)
                self._point(Pointer(current=name, count=pointer.count + 1))

    def live(self) -> tuple[str, ...]:
        """The generations that every write must reach."""
        pointer = self.pointer()
        return tuple(name for name in (pointer.current, pointer.filling) if name)

    def begin(self, resume: bool = False) -> str:
        """Start an empty generation; one that was being filled is dropped, or gone on with where *resume* and it suits."""
        self.ensure()
        with self._changing():
            pointer = self.pointer()
            if resume and pointer.filling:
                begun = self.generation(pointer.filling)
                if (begun.shape, begun.model_id) == (self.shape, self.model_id):
                    return pointer.filling
            name = self._create(pointer)
            self._point(replace(pointer, filling=name, count=pointer.count + 1))
            if pointer.filling:
                self._remove(pointer.filling)
        return name

    def swap(self, name: str) -> None:
        """Let the filled generation answer, with its segments made one."""
        if name and name == self.pointer().filling:
            self.generation(name).compact()
        with self._changing():
            pointer = self.pointer()
            if not name or name != pointer.filling:
                raise UnknownGeneration(f"{name} is not being filled")
            self.generation(name).snapshot()
            self._point(replace(pointer, current=name, filling="", previous=pointer.current))
            if pointer.previous:
                self._remove(pointer.previous)

    def drop(self, name: str) -> None:
        """Remove a generation that does not answer."""
        with self._changing():
            pointer = self.pointer()
            if name not in (pointer.filling, pointer.previous) or not name:
                raise UnknownGeneration(f"{name} answers or is unknown")
            self._point(
                replace(
                    pointer,
                    filling="" if pointer.filling == name else pointer.filling,
                    previous="" if pointer.previous == name else pointer.previous,
                )
            )
            self._remove(name)

    def rollback(self) -> str:
        """Let the generation kept back answer; the one that answered is kept in its place."""
        with self._changing():
            pointer = self.pointer()
            if not pointer.previous:
                raise UnknownGeneration("no generation was kept back")
            self.generation(pointer.previous).snapshot()
            self._point(replace(pointer, current=pointer.previous, previous=pointer.current))
            return pointer.previous

    def _changing(self) -> AbstractContextManager[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        return locked(self._folder / f"{self.schema.library}.lock")

    def _create(self, pointer: Pointer) -> str:
        model = re.sub(r"[^\w.\-]+", "_", self.model_id)[:60]
        name = f"{self.schema.library}-s{self.shape}-m{model}-g{pointer.count + 1:06d}"
        # A process killed between making the folder and naming it in the pointer left an orphan of this name.
        shutil.rmtree(self._folder / name, ignore_errors=True)
        Generation.create(self._folder / name, self.schema, self.model_id, self.shape, self._exact_rows)
        return name

    def _point(self, pointer: Pointer) -> None:
        write_json(self._folder / f"{self.schema.library}.json", asdict(pointer))

    def _remove(self, name: str) -> None:
        with self._opening:
            self._open.pop(name, None)
        shutil.rmtree(self._folder / name, ignore_errors=True)


def shape_of(schema: LibrarySchema) -> str:
    """Eight hex digits over all that decides how rows are stored: fields, tokens, format."""
    text = repr((FORMAT, TOKENS_VERSION, schema.library, schema.keywords, schema.numbers))
    return hashlib.sha256(text.encode()).hexdigest()[:8]
