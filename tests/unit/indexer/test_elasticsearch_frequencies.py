"""Term frequencies are asked once for each state of the index."""

from collections.abc import Mapping, Sequence

import pytest

from indexer.engines.elasticsearch import frequencies
from indexer.engines.elasticsearch.frequencies import Frequencies


class Server:
    """What is asked, and what it says."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.documents = 10

    def __call__(self, terms: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        self.asked.append(list(terms))
        return self.documents, {term: len(term) for term in terms if term != "unknown"}


def test_each_term_is_asked_once_a_state() -> None:
    server, known = Server(), Frequencies()
    known.seen("g1", 1)
    assert known.of(["ab", "unknown"], server) == (10, {"ab": 2, "unknown": 0})
    assert known.of(["unknown", "abc"], server) == (10, {"unknown": 0, "abc": 3})
    known.seen("g1", 1)
    assert known.of(["ab", "abc", "unknown"], server)[1] == {"ab": 2, "abc": 3, "unknown": 0}
    assert server.asked == [["ab", "unknown"], ["abc"]]
    server.documents = 11
    known.seen("g1", 2)
    assert known.of(["ab"], server) == (11, {"ab": 2})
    assert server.asked[-1] == ["ab"]


def test_nothing_is_remembered_for_long_or_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    server, known = Server(), Frequencies()
    known.of(["ab"], server)
    monkeypatch.setattr(frequencies, "FRESH_SECONDS", -1.0)
    known.of(["ab"], server)
    monkeypatch.setattr(frequencies, "FRESH_SECONDS", 100.0)
    monkeypatch.setattr(frequencies, "MOST_TERMS", 0)
    known.of(["ab"], server)
    assert len(server.asked) == 3


def test_an_answer_to_an_older_state_is_not_kept() -> None:
    server, known = Server(), Frequencies()

    def slow(terms: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        known.seen("g2", 1)
        return 5, dict.fromkeys(terms, 99)

    assert known.of(["ab"], slow) == (5, {"ab": 99})
    assert known.of(["ab"], server) == (10, {"ab": 2})
