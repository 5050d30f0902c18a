"""Tests of a file, and of a heavy service, run in one process: their set-up is made once."""

from __future__ import annotations

from tests.sharing import group_of

GROUPS = {
    "tests/unit/indexer/test_lists.py::test_one[a/b]": "tests/unit/indexer/test_lists.py",
    "tests/unit/indexer/test_elasticsearch_shapes.py::test_one": "tests/unit/indexer/test_elasticsearch_shapes.py",
    "tests/contract/test_filters.py::TestFilters::test_one[embedded]": "tests/contract/test_filters.py",
    "tests/contract/test_filters.py::TestFilters::test_one[elasticsearch]": "elasticsearch",
    "tests/contract/test_filters.py::TestFilters::test_one[elasticsearch-3]": "elasticsearch",
    "tests/integration/elasticsearch/test_life.py::test_one": "elasticsearch",
    "tests/browser/test_anyone.py::test_one[390]": "browser",
}


def test_what_a_test_shares_its_process_with() -> None:
    assert {test: group_of(test) for test in GROUPS} == GROUPS
