"""Talking to the server: short time-outs for readers, patience for writers, its troubles in the port's words.

A server that does not answer is an IndexUnavailable, never an empty answer; parts of an answer (some shards only) count
as none. Do not retry reads here: a person waits for them, and the next request asks again.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import elasticsearch
from elasticsearch import Elasticsearch
from elasticsearch.serializer import OrjsonSerializer

from config.settings import ElasticsearchSettings
from indexer.engines.elasticsearch.lines import Line, packed
from indexer.engines.elasticsearch.troubles import Crowded, TimedOut, reason, translated
from indexer.port import IndexUnavailable, UnknownGeneration

log = logging.getLogger(__name__)

READ_SECONDS = 3.0
WRITE_SECONDS = 60.0
MERGE_SECONDS = 3600.0
REQUEST_BYTES = 4_000_000
"""Some 700 listings with vectors of 384 dimensions."""

PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0)
"""Between attempts of a write the server had no room for; then it goes back to the outbox."""

SEGMENT_BYTES = 5 * 2**30
"""The server merges nothing larger by itself; a larger segment would keep its deleted documents for good."""

REST_SECONDS = 1.0
"""After a time-out readers are told at once for so long, or each page of a frozen server would take three seconds. Where
there are several addresses the client asks another one next."""

_CONNECTIONS = 16
_FORGET_PAUSE = 0.05
_FORGET_ATTEMPTS = 40

Body = dict[str, Any]


class Connection:
    """One client of one cluster. Thread-safe; nothing is connected before the first call."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        options: dict[str, Any] = {}
        if settings.api_key:
            options["api_key"] = settings.api_key
        elif settings.user:
            options["basic_auth"] = (settings.user, settings.password)
        if settings.ca:
            options["ca_certs"] = str(settings.ca)
        packer = OrjsonSerializer()
        self._client = Elasticsearch(
            list(settings.urls), request_timeout=READ_SECONDS, max_retries=2, retry_on_timeout=False,
            connections_per_node=_CONNECTIONS, max_dead_node_backoff=5.0,
            serializers={"application/json": packer, "application/vnd.elasticsearch+json": packer}, **options,
        )  # fmt: skip
        self._is_single = len(settings.urls) == 1
        self._rest_until = 0.0
        self._counting = threading.Lock()
        self._number = 0

    def ask(self, alias: str, bodies: Sequence[Body]) -> list[Body] | None:
        """The answers to several searches in one request, in their order; None where the alias does not exist.

        A body the server refuses gives ``{}``: a vector of another width, which is no vector here.
        """
        if time.monotonic() < self._rest_until:
            raise IndexUnavailable("it did not answer a moment ago")
        searches: list[Body] = []
        for body in bodies:
            searches += [{"index": alias, "allow_partial_search_results": False}, body]
        try:
            with translated():
                answers = self._client.msearch(searches=searches)["responses"]
        except TimedOut:
            if self._is_single:
                self._rest_until = time.monotonic() + REST_SECONDS
            raise
        return None if any(_is_unknown(answer) for answer in answers) else [_checked(one) for one in answers]

    def frequencies(self, alias: str, texts: Mapping[str, str]) -> tuple[int, dict[str, int]]:
        """(documents there are, term → in how many of them) for texts by field; deleted ones may count too."""
        with translated():
            found: Any = self._client.termvectors(
                index=alias, doc=texts, fields=list(texts), term_statistics=True, field_statistics=True,
                offsets=False, positions=False, payloads=False, routing="0",
            )  # fmt: skip
        vectors = found.get("term_vectors", {})
        counts = {
            term: about["doc_freq"]
            for field in vectors.values()
            for term, about in field["terms"].items()
            if "doc_freq" in about
        }
        documents = max((f["field_statistics"]["doc_count"] for f in vectors.values()), default=0)
        return int(documents), counts

    def write(self, target: str, operations: Iterator[Line]) -> tuple[int, int]:
        """(applied, stale) of operations sent to an alias; visible to nobody before :meth:`refresh`.

        Raises IndexUnavailable, UnknownGeneration where the alias is gone, ValueError for what the server refuses.
        """
        applied = stale = 0
        for batch in packed(operations, REQUEST_BYTES):
            some = self._send(target, batch)
            applied, stale = applied + some[0], stale + some[1]
        return applied, stale

    def refresh(self, target: str) -> None:
        """Let all that was written be seen."""
        with translated():
            self._client.options(request_timeout=WRITE_SECONDS).indices.refresh(index=target)

    def next_number(self) -> int:
        """A number larger than any before, also of other processes: microseconds since 1970."""
        with self._counting:
            self._number = max(self._number + 1, time.time_ns() // 1000)
            return self._number

    def pages(
        self, index: str, query: Body, columns: Sequence[str], size: int = 5000
    ) -> Iterator[list[Body]]:
        """All documents of a query as they were at one moment, ascending by id, a page at a time."""
        patient = self._client.options(request_timeout=WRITE_SECONDS)
        with translated():
            moment = patient.open_point_in_time(index=index, keep_alive="5m")["id"]
        try:
            after: Sequence[Any] | None = None
            while True:
                with translated():
                    hits = patient.search(
                        pit={"id": moment, "keep_alive": "5m"}, query=query, size=size, sort=[{"id": "asc"}],
                        search_after=after, docvalue_fields=[{"field": name} for name in columns], source=False, stored_fields="_none_",
                        track_total_hits=False, allow_partial_search_results=False,
                    )["hits"]["hits"]  # fmt: skip
                if hits:
                    yield hits
                if len(hits) < size:
                    return
                after = hits[-1]["sort"]
        finally:
            try:
                patient.close_point_in_time(id=moment)
            except (elasticsearch.ApiError, elasticsearch.TransportError):
                log.info("a point in time is left to expire")

    def roles(self, pattern: str) -> dict[str, frozenset[str]]:
        """Indices of a name pattern with their aliases."""
        with translated():
            found = self._client.indices.get_alias(index=pattern, allow_no_indices=True)
        return {name: frozenset(about["aliases"]) for name, about in found.items()}

    def about(self, index: str) -> Body:
        """What the index was created with: model and shape. Raises UnknownGeneration."""
        with translated():
            found = self._client.indices.get_mapping(index=index)
        return dict(found[index]["mappings"].get("_meta", {}))

    def create(self, index: str, mappings: Body, settings: Body, aliases: Sequence[str]) -> bool:
        """Make an index with aliases in one step; False where there is one of this name."""
        try:
            with translated():
                self._client.options(request_timeout=WRITE_SECONDS).indices.create(
                    index=index, mappings=mappings, settings=settings, aliases={name: {} for name in aliases}
                )
        except ValueError as refused:
            if "resource_already_exists" in str(refused):
                return False
            raise
        return True

    def change(self, actions: Sequence[Body]) -> None:
        """Several changes of aliases, all or none; raises UnknownGeneration where one does not stand as expected."""
        with translated():
            self._client.options(request_timeout=WRITE_SECONDS).indices.update_aliases(actions=actions)

    def merge(self, index: str, shards: int) -> None:
        """Make few segments of each shard, one where it fits: a search asks each segment's graph and words anew.

        A merge that takes longer than we wait goes on by itself, so that is no error.
        """
        with translated():
            patient = self._client.options(request_timeout=MERGE_SECONDS)
            found = patient.indices.stats(index=index, metric="store")["_all"]["primaries"]
            size = found["store"]["size_in_bytes"] / shards
            try:
                with translated():
                    patient.indices.forcemerge(index=index, max_num_segments=1 + int(size // SEGMENT_BYTES))
            except TimedOut:
                log.warning("%s is still being merged", index)
            patient.indices.refresh(index=index)

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _send(self, target: str, batch: list[Line]) -> tuple[int, int]:
        """Send until every operation is applied or lost for good; what was refused for lack of room goes in halves."""
        applied = stale = 0
        waiting, pieces = batch, 1
        forgetting = 0
        for pause in (*PAUSES, None):
            lacking: list[Line] = []
            size = -(-len(waiting) // pieces)
            for start in range(0, len(waiting), size):
                part = waiting[start : start + size]
                while part:
                    done, conflicts, refused = self._bulk(target, part)
                    applied += done
                    lacking += refused
                    # A row that was erased is not remembered, but for a moment the server still compares with it.
                    part = self._erased(target, conflicts) if forgetting < _FORGET_ATTEMPTS else []
                    stale += len(conflicts) - len(part)
                    if part:
                        forgetting += 1
                        time.sleep(_FORGET_PAUSE)
            if not lacking:
                return applied, stale
            if pause is None:
                break
            waiting, pieces = lacking, min(len(lacking), pieces * 2)
            time.sleep(pause)
        raise IndexUnavailable(f"{len(lacking)} of {len(batch)} writes found no room")

    def _bulk(self, target: str, part: list[Line]) -> tuple[int, list[Line], list[Line]]:
        """(applied, those that lost against something newer, those there was no room for)."""
        try:
            with translated():
                answer = self._client.options(request_timeout=WRITE_SECONDS).bulk(
                    index=target, require_alias=True, filter_path="items.*.status,items.*.error",
                    operations=[piece for line in part for piece in line.body],  # type: ignore[misc]
                )  # fmt: skip
        except Crowded:
            return 0, [], part
        applied, conflicts, refused = 0, [], []
        for line, item in zip(part, answer["items"], strict=True):
            ((_, result),) = item.items()
            status = result["status"]
            if status < 300 or (status == 404 and "error" not in result):
                applied += 1
            elif status == 409:
                conflicts.append(line)
            elif status == 429:
                refused.append(line)
            elif status == 404:
                raise UnknownGeneration(target)
            elif status in (401, 403) or status >= 500:
                raise IndexUnavailable(reason(result["error"]))
            else:
                raise ValueError(f"listing {line.key} is refused: {reason(result['error'])}")
        return applied, conflicts, refused

    def _erased(self, target: str, conflicts: list[Line]) -> list[Line]:
        """Those that lost although there is nothing of that id."""
        if not conflicts:
            return []
        with translated():
            found = self._client.options(request_timeout=WRITE_SECONDS).mget(
                index=target, ids=[line.key for line in conflicts], source=False
            )
        return [line for line, doc in zip(conflicts, found["docs"], strict=True) if not doc.get("found")]


def _is_unknown(answer: Body) -> bool:
    return answer.get("status") == 404 and answer["error"]["type"] == "index_not_found_exception"


def _checked(answer: Body) -> Body:
    status = answer.get("status", 200)
    if status == 200 and not answer.get("timed_out"):
        return answer
    if status == 400:
        log.warning("the server refuses a search: %s", reason(answer["error"]))
        return {}
    raise IndexUnavailable(reason(answer.get("error", "it timed out")))
