"""One value that a process keeps in memory and makes anew when it is out of date. Never a truth: it may be dropped."""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """`value` is replaced whole, so that readers need no lock; `making` is held by whoever makes the next one."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.value: Value | None = None
        self.making = Lock()
