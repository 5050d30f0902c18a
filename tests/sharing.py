"""Which tests run in one process when several share the work: those of a heavy service, else those of a file.

A file's expensive set-up is then made once, and a run starts one search server and one browser. xdist's own groups do
this by a suffix to each test's id, which pytest 9.2 no longer takes: tests were dealt out one by one, without a word.
"""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

HEAVY = re.compile(r"^tests/(browser)/|[/\[-](elasticsearch)[/\]-]")
"""Services too heavy to be started in each process, as they stand in a test's id: its folder, or the engine or
database in brackets behind its name."""


def group_of(test: str) -> str:
    """What a test shares its process with: the name of a service, else its file."""
    heavy = HEAVY.search(test)
    return next(filter(None, heavy.groups())) if heavy else test.partition("::")[0]


class Sharing(LoadScopeScheduling):
    """Deals out whole groups, in the order in which their first tests were found: the small files come last, so that
    no process waits long for the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
