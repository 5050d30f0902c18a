"""What only the embedded engine can get wrong: damaged files, leftovers of a killed writer, space given back."""

from pathlib import Path

import numpy as np
import pytest

from indexer.engines.embedded import segment
from indexer.engines.embedded.engine import EmbeddedIndex
from indexer.engines.embedded.view import View, merged
from indexer.port import Document, Filters, IndexUnavailable, LibrarySchema, Query, Tombstone

SCHEMA = LibrarySchema("achievements", ("industry",), ("price",))


def document(at: int, version: int = 1, industry: str = "C") -> Document:
    vector = np.random.default_rng(at).standard_normal(8).astype(np.float32)
    vector /= np.linalg.norm(vector)
    keywords, numbers = {"industry": (industry,)}, {"price": float(at)}
    return Document("achievements", at, version, f"第{at}件", "", vector, keywords, numbers, f"{at:032x}")


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex(tmp_path, {"achievements": SCHEMA}, "m")


def generation(tmp_path: Path, index: EmbeddedIndex) -> Path:
    return tmp_path / index.state("achievements").generation


def test_a_segment_reads_as_it_was_written(tmp_path: Path) -> None:
    documents = [document(at, industry="C" if at % 2 else "A") for at in (5, 3, 9)]
    rows = segment.rows_of(documents, [Tombstone("achievements", 4, 7)], ("industry",), ("price",), True)
    segment.save(tmp_path / "one.bin", rows)
    read = segment.load(tmp_path / "one.bin")
    assert read.ids.tolist() == [3, 5, 9]
    assert read.dead_ids.tolist() == [4]
    assert np.array_equal(read.vectors, rows.vectors)
    assert read.numbers["price"].tolist() == [3.0, 5.0, 9.0]
    mask = read.matching(Filters({"industry": ("C",)}, {"price": (4.0, None)}))
    assert mask is not None
    assert mask.tolist() == [False, True, True]
    with pytest.raises(FileExistsError):
        segment.save(tmp_path / "one.bin", rows)


def test_merging_keeps_memory_of_the_dead_until_the_oldest_segment_joins() -> None:
    old = segment.rows_of([document(1), document(2)], [], ("industry",), ("price",), True)
    new = segment.rows_of(
        [],
        [Tombstone("achievements", 1, 5), Tombstone("achievements", 2, None)],
        ("industry",),
        ("price",),
        True,
    )
    part = merged(View([new]), is_whole=False)
    assert part.dead_versions.tolist() == [5, segment.FORGET]
    whole = merged(View([old, new]), is_whole=True)
    assert (len(whole), whole.dead_ids.tolist()) == (0, [1])
    assert View([old, part]).standings([1, 2]) == View([whole]).standings([1, 2])


def test_int8_pass_finds_the_exact_nearest() -> None:
    documents = [document(at) for at in range(1, 5001)]
    plain = segment.rows_of(documents, [], ("industry",), ("price",), True)
    small = merged(View([plain]), is_whole=True, exact_rows=1)
    assert small.small is not None
    query = documents[17].vector
    assert query is not None
    for filters in (Filters(), Filters({}, {"price": (1000.0, 4000.0)})):
        exact = View([plain]).nearest(query, 100, filters, (18,))
        rough = View([small]).nearest(query, 100, filters, (18,))
        assert exact.ids.tolist() == rough.ids.tolist()
        assert np.allclose(exact.nearness, rough.nearness)


def test_leftovers_of_a_killed_writer_are_swept(tmp_path: Path, index: EmbeddedIndex) -> None:
    index.write("achievements", [document(1)])
    folder = generation(tmp_path, index)
    (folder / "text-000002").mkdir()
    (folder / "text-000002" / "meta.json").write_text("{half")
    (folder / "segment-000002.bin").write_bytes(b"half")
    (folder / ".manifest.json.1.new").write_text("{half")
    assert index.search(Query("achievements", "第1件")).total == 1
    index.write("achievements", [document(2)])
    assert index.state("achievements").documents == 2
    index.write("achievements", [document(3)])
    names = sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))
    assert not any(name.startswith(".manifest") for name in names)
    assert len([name for name in names if name.startswith("text-")]) <= 2


def test_space_is_given_back(tmp_path: Path, index: EmbeddedIndex) -> None:
    for version in range(1, 60):
        index.write("achievements", [document(at, version) for at in range(1, 30)])
    folder = generation(tmp_path, index)
    segments = [path for path in folder.iterdir() if path.name.startswith("segment-")]
    assert len(segments) <= 20
    assert sum(path.stat().st_size for path in segments) < 400_000
    assert index.state("achievements").documents == 29


@pytest.mark.parametrize("name", ["manifest.json", "segment", "meta.json"])
def test_damage_is_said_and_not_taken_for_nothing_found(
    tmp_path: Path, index: EmbeddedIndex, name: str
) -> None:
    index.write("achievements", [document(1)])
    folder = generation(tmp_path, index)
    *_, victim = sorted(path for path in folder.rglob("*") if path.name.startswith(name))
    victim.write_bytes(b"damaged")
    with pytest.raises(IndexUnavailable):
        EmbeddedIndex(tmp_path, {"achievements": SCHEMA}, "m").search(Query("achievements", "第1件"))


def test_vectors_of_two_widths_in_one_write_are_refused(index: EmbeddedIndex) -> None:
    index.write("achievements", [document(1)])
    odd = document(2)
    wide = Document(odd.library, 3, 1, "x", "", np.ones(4, dtype=np.float32) / 2, {}, {}, "0" * 32)
    with pytest.raises(ValueError, match="dimensions"):
        index.write("achievements", [odd, wide])
    assert index.state("achievements").documents == 1
    index.write("achievements", [odd])
    assert index.state("achievements").documents == 2


def test_a_file_in_place_of_the_folder_is_said_too(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(b"")
    with pytest.raises(IndexUnavailable):
        EmbeddedIndex(tmp_path / "index", {"achievements": SCHEMA}, "m").search(Query("achievements", "激光"))
