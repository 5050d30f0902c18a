"""How frequent terms are, remembered between writes: the same need is asked again with every filter somebody tries.

What is remembered holds for one state of one generation; whoever sees another state says so. Only the choice of the sixty
words of a long text depends on it.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

FRESH_SECONDS = 30.0
"""So long does it hold where nobody looks at the state."""

MOST_TERMS = 200_000
"""Some 30 MB; then everything is forgotten."""

Ask = Callable[[Sequence[str]], tuple[int, Mapping[str, int]]]
"""Terms → (documents there are, term → in how many of them)."""


class Frequencies:
    """Of one library. Thread-safe."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._stamp: tuple[str, int] | None = None
        self._known: dict[str, int] = {}
        self._documents = 0
        self._since = time.monotonic()

    def of(self, terms: Sequence[str], ask: Ask) -> tuple[int, Mapping[str, int]]:
        """(documents, frequencies) of *terms*; asks only for those it does not know."""
        with self._changing:
            if time.monotonic() - self._since > FRESH_SECONDS or len(self._known) > MOST_TERMS:
                self._forget()
            known, documents = self._known, self._documents
        missing = [term for term in terms if term not in known]
        if missing:
            documents, found = ask(missing)
            with self._changing:
                # What was asked before a forgetting goes into the table that was forgotten, and with it.
                known.update({term: found.get(term, 0) for term in missing})
                if known is self._known:
                    self._documents = documents
        return documents, {term: known[term] for term in terms}

    def seen(self, generation: str, number: int) -> None:
        """The index is in this state now: what was learnt in another one is forgotten."""
        with self._changing:
            if (generation, number) != self._stamp:
                self._forget()
                self._stamp = (generation, number)

    def _forget(self) -> None:
        self._known = {}
        self._documents = 0
        self._since = time.monotonic()
