"""The server's answers as hits and counts, pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from indexer.engines.elasticsearch.queries import WORDS, Body
from indexer.port import Hit

Row = tuple[int, int, float]
"""(id, version, score)."""


def rows_of(answer: Body) -> list[Row]:
    """Hits as (id, version, word score); the score is 0 where a number sorted them."""
    return [
        (int(hit["fields"]["id"][0]), int(hit["fields"]["version"][0]), float(hit.get("_score") or 0.0))
        for hit in answer.get("hits", {}).get("hits", [])
    ]


def hits_of(answer: Body) -> list[tuple[Hit, bool]]:
    """Hits of a kNN search, nearest first, each with whether the words match it too. The server's score is (1+cos)/2."""
    found: list[tuple[Hit, bool]] = []
    for hit in answer.get("hits", {}).get("hits", []):
        columns: Any = hit["fields"]
        nearness = 2.0 * float(hit["_score"]) - 1.0
        one = Hit(int(columns["id"][0]), int(columns["version"][0]), 0.0, nearness)
        found.append((one, WORDS in hit.get("matched_queries", ())))
    return found


def facets_of(names: Sequence[str], answer: Body) -> dict[str, Mapping[str, int]]:
    """Counts by field and value, most frequent first."""
    found: dict[str, Mapping[str, int]] = {name: {} for name in names}
    for group in answer.get("aggregations", {}).values():
        for name in names:
            if name in group:
                pairs = [(str(b["key"]), int(b["doc_count"])) for b in group[name]["buckets"]]
                found[name] = dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
    return found
