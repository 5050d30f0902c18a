"""Each test of the contract runs on each engine of ``engines.ENGINES``."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.port import Index, LibrarySchema
from tests.contract.engines import ENGINES, MODEL, SCHEMA
from tests.contract.listings import CATALOGUE, LIBRARY

Open = Callable[..., Index]


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "elasticsearch":
        request.getfixturevalue("elasticsearch")
    return str(request.param)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "index")


@pytest.fixture
def reopen(engine: str, place: str) -> Iterator[Open]:
    """Opens the same index again, as another process would."""
    opened: list[Index] = []

    def again(schema: LibrarySchema = SCHEMA, model_id: str = MODEL) -> Index:
        opened.append(ENGINES[engine](place, schema, model_id))
        return opened[-1]

    yield again
    for index in opened:
        index.close()


@pytest.fixture
def index(reopen: Open) -> Index:
    return reopen()


@pytest.fixture
def filled(index: Index) -> Index:
    report = index.write(LIBRARY, CATALOGUE)
    assert (report.applied, report.stale) == (5, 0)
    return index
