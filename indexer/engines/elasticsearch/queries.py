"""Questions in the server's language, pure: what is asked in, one search body out.

Counts are lexical and exact; the filter stands inside the kNN search; a facet is counted without its own filter. The
server has scripts, reciprocal ranks and learning to rank only elsewhere or for money, and none is needed here.
"""

from collections.abc import Collection, Sequence
from typing import Any

from indexer.engines.elasticsearch.mapping import MAX_TOKEN
from indexer.port import Filters, Sort, Vector
from indexer.terms import is_character

FACET_VALUES = 5000
"""More values than any vocabulary has: a facet is counted whole (regions down to counties are 3,200)."""

CANDIDATES = 400
OVERSAMPLE = 3.0
"""12,980 real titles × 249 needs, k = 100: with both 0.998 of the exact nearest are found, with 2,000 candidates and no
rescoring by the float32 vectors 0.858."""

WORDS = "words"
"""The name under which a kNN hit says that the words match it too."""

Body = dict[str, Any]

LEAN: Body = {"_source": False, "stored_fields": "_none_", "docvalue_fields": ["id", "version"]}
"""A hit is two numbers from columns; nothing stored is read or sent."""


def matching(terms: Sequence[str], required: int) -> Body:
    """Documents with *required* of *terms*, scored by them; none: every document."""
    if not terms:
        return {"term": {"alive": True}}
    should = [{"term": {"characters" if is_character(term) else "grams": term[:MAX_TOKEN]}} for term in terms]
    return {"bool": {"should": should, "minimum_should_match": max(1, required)}}


def conditions(filters: Filters) -> list[Body]:
    """One clause a field; a field the index lacks matches nothing."""
    narrowed = filters.narrowed()
    clauses: list[Body] = [{"terms": {f"k.{name}": list(v)}} for name, v in narrowed.keywords.items()]
    for name, (low, high) in narrowed.ranges.items():
        ends = {key: float(end) for key, end in (("gte", low), ("lte", high)) if end is not None}
        clauses.append({"range": {f"n.{name}": ends}})
    return clauses


def narrowed_to(query: Body, filters: Filters, excluded: Collection[int]) -> Body:
    """*query* under filters, without the excluded ids."""
    clauses = conditions(filters)
    if not clauses and not excluded:
        return query
    whole: Body = {"must": [query]}
    if clauses:
        whole["filter"] = clauses
    if excluded:
        whole["must_not"] = [{"terms": {"id": sorted(excluded)}}]
    return {"bool": whole}


def words(query: Body, offset: int, limit: int, sort: Sort | None, is_counted: bool, is_scored: bool) -> Body:
    """The body of one page. Ties are broken by id, so that pages neither share nor miss a row."""
    order: list[Any] = [{"id": "asc"}]
    if sort is not None:
        by = {"order": "desc" if sort.descending else "asc", "missing": "_last", "unmapped_type": "double"}
        order.insert(0, {f"n.{sort.number}": by})
    elif is_scored:
        order.insert(0, "_score")
    return {
        "query": query, "from": offset, "size": limit, "sort": order, "track_total_hits": is_counted, **LEAN,
    }  # fmt: skip


def facets(names: Sequence[str], terms: Sequence[str], required: int, filters: Filters, excluded: Collection[int]) -> Body:  # fmt: skip
    """The body that counts each facet without its own filter. It asks for no hit, so the server may remember it."""
    own = [name for name in names if name in filters.narrowed().keywords]
    free = [name for name in names if name not in own]
    shared = Filters({k: v for k, v in filters.keywords.items() if k not in own}, filters.ranges)
    counted: Body = {}
    if free:
        narrow = conditions(Filters({name: filters.keywords[name] for name in own}))
        counted["free"] = _under(narrow, free)
    for name in own:
        others = Filters({other: filters.keywords[other] for other in own if other != name})
        counted[f"own-{name}"] = _under(conditions(others), [name])
    query = narrowed_to(matching(terms, required), shared, excluded)
    return {"query": query, "size": 0, "track_total_hits": False, "aggs": counted}


def nearest(vector: Vector, limit: int, filters: Filters, excluded: Collection[int], matched: Body | None = None) -> Body:  # fmt: skip
    """The body of the *limit* nearest under filters; with *matched* each hit says whether that query matches it."""
    found: Body = {"knn": knn(vector, limit, conditions(filters), excluded)}
    if matched is not None:
        marked = {"constant_score": {"filter": matched, "boost": 0.0, "_name": WORDS}}
        found = {"bool": {"must": [found], "should": [marked]}}
    return {"query": found, "size": limit, "track_total_hits": False, **LEAN}


def nearness(vector: Vector, ids: Sequence[int]) -> Body:
    """The body that asks how near these few are. The server compares them one by one: the filter leaves no more."""
    found = knn(vector, len(ids), [{"terms": {"id": list(ids)}}], ())
    return {"query": {"knn": found}, "size": len(ids), "track_total_hits": False, **LEAN}


def knn(vector: Vector, limit: int, clauses: list[Body], excluded: Collection[int]) -> Body:
    """A kNN clause with its filter inside, rescored by the float32 vectors."""
    clause: Body = {
        "field": "vector",
        "query_vector": vector.tolist(),
        "k": limit,
        "num_candidates": max(CANDIDATES, limit),
        "rescore_vector": {"oversample": OVERSAMPLE},
    }
    if excluded:
        clauses = [*clauses, {"bool": {"must_not": [{"terms": {"id": sorted(excluded)}}]}}]
    if clauses:
        clause["filter"] = clauses
    return clause


STATE: Body = {
    "size": 0,
    "track_total_hits": False,
    "aggs": {
        "generation": {"terms": {"field": "_index", "size": 2}},
        "number": {"max": {"field": "number"}},
        "documents": {"filter": {"term": {"alive": True}}},
        "with_vector": {"filter": {"term": {"has_vector": True}}},
    },
}
"""What a generation holds; remembered by the server between writes."""


def _under(clauses: list[Body], names: Sequence[str]) -> Body:
    inner = {name: {"terms": {"field": f"k.{name}", "size": FACET_VALUES}} for name in names}
    return {"filter": {"bool": {"filter": clauses}}, "aggs": inner}
