"""Progress on the terminal: bars where somebody watches, a line a step where output goes into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

Told = Callable[[str, int, int], None]


@contextmanager
def bars() -> Iterator[Told]:
    """A function `told(step, done, total)` that draws one bar a step on standard error."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, disable=not console.is_terminal,
    ) as progress:  # fmt: skip
        steps: dict[str, TaskID] = {}

        def told(step: str, done: int, total: int) -> None:
            if step not in steps:
                steps[step] = progress.add_task(step, total=total)
                if not console.is_terminal:
                    console.print(f"{step} …", highlight=False)
            progress.update(steps[step], completed=done, total=total)

        yield told


@contextmanager
def bar(step: str) -> Iterator[Callable[[int, int], None]]:
    """The same for work with one step."""
    with bars() as told:
        yield lambda done, total: told(step, done, total)
