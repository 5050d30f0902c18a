"""What the server is told and asked, as data: mapping, bulk lines, search bodies. What they find is the contract's."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from config import settings as configuration
from config.settings import BadSetting
from indexer.engines.elasticsearch import mapping, queries
from indexer.engines.elasticsearch.lines import STATE_ID, lines, packed, state_line
from indexer.port import Document, Filters, LibrarySchema, Sort, Tombstone

SCHEMA = LibrarySchema("needs", ("industry", "region"), ("published",), "published")


def document(version: int = 3, vector: np.ndarray | None = None) -> Document:
    return Document("needs", 7, version, "石墨烯 TRL", "正文", vector, {"industry": ("C", "C26")},
                    {"published": 2.0}, "f" * 32)  # fmt: skip


def test_no_text_is_cut_by_the_server_and_no_source_is_kept() -> None:
    made = mapping.mapping(SCHEMA, "m", "s")
    assert made["_source"] == {"enabled": False}
    assert made["dynamic"] is False
    texts = [field for field in made["properties"].values() if field.get("type") == "text"]
    assert [field["analyzer"] for field in texts] == ["whitespace", "whitespace"]
    vector = made["properties"]["vector"]
    assert vector["index_options"]["type"] == "int8_hnsw"
    assert "dims" not in vector


def test_a_name_carries_what_can_make_an_index_wrong() -> None:
    wider = LibrarySchema("needs", (*SCHEMA.keywords, "modes"), SCHEMA.numbers)
    assert mapping.shape_of(SCHEMA) != mapping.shape_of(wider)
    name = mapping.generation_name("sanku-needs", mapping.shape_of(SCHEMA), "E5 Klein/中文-fp32", 3)
    assert name == f"sanku-needs-s{mapping.shape_of(SCHEMA)}-me5_klein_-fp32-g000003"
    assert len(mapping.generation_name("sanku-needs", "12345678", "m" * 500, 1).encode()) < 255


@pytest.mark.parametrize(("replicas", "key"), [(None, "auto_expand_replicas"), (2, "number_of_replicas")])
def test_settings_leave_refreshing_to_the_writer(replicas: int | None, key: str) -> None:
    made = mapping.settings(4, replicas)
    assert (made["number_of_shards"], made["refresh_interval"], made["gc_deletes"]) == (4, -1, "0s")
    assert key in made


def test_versions_order_every_two_words_about_a_listing() -> None:
    vector = np.ones(4, dtype=np.float32) / 2
    made = [
        *lines([document(3)], [], True),
        *lines([document(3, vector)], [], True),
        *lines([], [Tombstone("needs", 7, 3)], True),
        *lines([document(4)], [], True),
    ]
    versions = [json.loads(line.body[0])["index"]["version"] for line in made]
    assert versions == sorted(set(versions))
    assert json.loads(made[1].body[1])["vector"] == [0.5] * 4
    (without,) = lines([document(3, vector)], [], False)
    assert json.loads(without.body[0])["index"]["version"] == versions[0]
    assert "vector" not in json.loads(without.body[1])


def test_a_row_that_is_gone_is_deleted_whatever_its_version() -> None:
    (line,) = lines([], [Tombstone("needs", 7, None)], True)
    assert [json.loads(part) for part in line.body] == [{"delete": {"_id": "7"}}]
    assert state_line(5).key == STATE_ID


def test_a_token_longer_than_the_servers_is_cut_alike_on_both_sides() -> None:
    (line,) = lines([Document("needs", 1, 1, "a" * 600, "", None, {}, {}, "")], [], True)
    assert set(json.loads(line.body[1])["grams"].split()) == {"a" * 255}
    assert queries.matching(["a" * 600], 1)["bool"]["should"] == [{"term": {"grams": "a" * 255}}]


def test_requests_stay_under_their_limit() -> None:
    made = list(lines([document(n) for n in range(1, 50)], [], True))
    batches = list(packed(iter(made), 1000))
    assert [line for batch in batches for line in batch] == made
    assert all(sum(line.size for line in batch) <= 1000 for batch in batches)
    assert len(list(packed(iter(made[:1]), 1))) == 1


def test_one_character_is_looked_up_where_characters_are() -> None:
    made = queries.matching(("锂", "锂电"), 2)["bool"]
    assert made["should"] == [{"term": {"characters": "锂"}}, {"term": {"grams": "锂电"}}]
    assert made["minimum_should_match"] == 2
    assert queries.matching((), 0) == {"term": {"alive": True}}


def test_filters_stand_inside_the_nearest() -> None:
    filters = Filters({"region": ("330000",), "industry": ()}, {"price": (1.0, None), "trl": (None, None)})
    clause = queries.nearest(np.ones(2, np.float32), 10, filters, {3, 1})["query"]["knn"]
    assert clause["filter"] == [
        {"terms": {"k.region": ["330000"]}},
        {"range": {"n.price": {"gte": 1.0}}},
        {"bool": {"must_not": [{"terms": {"id": [1, 3]}}]}},
    ]
    assert clause["num_candidates"] >= 400
    assert clause["rescore_vector"] == {"oversample": 3.0}


def test_a_facet_is_counted_without_its_own_filter() -> None:
    filters = Filters({"industry": ("C",), "region": ("33",), "visibility": ("public",)})
    body = queries.facets(("industry", "region", "modes"), (), 0, filters, ())
    assert body["size"] == 0
    assert body["query"]["bool"]["filter"] == [{"terms": {"k.visibility": ["public"]}}]
    narrow = {name: group["filter"]["bool"]["filter"] for name, group in body["aggs"].items()}
    assert narrow == {
        "free": [{"terms": {"k.industry": ["C"]}}, {"terms": {"k.region": ["33"]}}],
        "own-industry": [{"terms": {"k.region": ["33"]}}],
        "own-region": [{"terms": {"k.industry": ["C"]}}],
    }


def test_ties_are_broken_by_id_and_nothing_stored_is_read() -> None:
    body = queries.words({"term": {"alive": True}}, 20, 10, Sort("price", descending=False), True, False)
    assert body["sort"] == [
        {"n.price": {"order": "asc", "missing": "_last", "unmapped_type": "double"}},
        {"id": "asc"},
    ]
    assert (body["from"], body["size"], body["_source"], body["stored_fields"]) == (20, 10, False, "_none_")


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"SANKU_INDEX": "elasticsearch"}, "SANKU_ELASTICSEARCH_URL"),
        ({"SANKU_ELASTICSEARCH_URL": "https://user:pw@host:9200"}, "SANKU_ELASTICSEARCH_URL"),
        ({"SANKU_ELASTICSEARCH_URL": "host:9200"}, "SANKU_ELASTICSEARCH_URL"),
        ({"SANKU_ELASTICSEARCH_PREFIX": "Sanku-1"}, "SANKU_ELASTICSEARCH_PREFIX"),
        ({"SANKU_ELASTICSEARCH_CA": "/no/such/file.crt"}, "SANKU_ELASTICSEARCH_CA"),
        ({"SANKU_ELASTICSEARCH_PASSWORD_FILE": "/no/such/file"}, "SANKU_ELASTICSEARCH_PASSWORD_FILE"),
        ({"SANKU_ELASTICSEARCH_SHARDS": "0"}, "SANKU_ELASTICSEARCH_SHARDS"),
    ],
)
def test_a_wrong_setting_names_its_variable(env: dict[str, str], named: str, tmp_path) -> None:
    with pytest.raises(BadSetting, match=named):
        configuration.load({"SANKU_DATA": str(tmp_path), **env})


def test_secrets_may_come_as_files(tmp_path) -> None:
    (tmp_path / "password").write_text("very secret\n")
    env = {
        "SANKU_DATA": str(tmp_path), "SANKU_INDEX": "elasticsearch", "SANKU_ELASTICSEARCH_USER": "sanku",
        "SANKU_ELASTICSEARCH_URL": "https://a:9200, https://b:9200",
        "SANKU_ELASTICSEARCH_PASSWORD_FILE": str(tmp_path / "password"),
    }  # fmt: skip
    server = configuration.load(env).elasticsearch
    assert server.urls == ("https://a:9200", "https://b:9200")
    assert (server.user, server.password, server.replicas) == ("sanku", "very secret", None)
    assert "very secret" not in repr(server)


def test_only_this_engine_knows_the_client() -> None:
    """Everybody else asks the port."""
    root = Path(__file__).resolve().parents[3]
    rooms = ("config", "indexer", "matching", "repositories", "services", "web", "benchmarks", "tests")
    found = {
        path.relative_to(root).parts[:3]
        for room in rooms
        for path in (root / room).rglob("*.py")
        if re.search(r"^\s*(from|import) elasticsearch\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found == {("indexer", "engines", "elasticsearch")}
