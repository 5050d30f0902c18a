"""Several processes at one index: seen at once, never by halves, nothing acknowledged is lost."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from indexer.port import Index, Query
from tests.contract.conftest import Open
from tests.contract.listings import LIBRARY, axis, ids, listing

ROOT = Path(__file__).resolve().parents[2]


class TestProcesses:
    def test_a_write_is_seen_by_the_next_request_of_others(self, index: Index, reopen: Open) -> None:
        other = reopen()
        assert other.search(Query(LIBRARY)).total == 0
        for number in range(1, 15):
            index.write(LIBRARY, [listing(number, f"第{number}件", vector=axis(number))])
            assert other.search(Query(LIBRARY)).total == number
            assert number in ids(other.candidates(LIBRARY, "", axis(number), 5))

    def test_readers_never_see_half_a_write(self, index: Index, reopen: Open) -> None:
        """Each write gives documents 1–20 one version; a reader sees one version only, in words and in vectors."""
        reader = reopen()
        index.write(LIBRARY, [listing(at, "同批", version=1, vector=axis(0)) for at in range(1, 21)])
        wrong: list[str] = []
        stop = threading.Event()

        def read() -> None:
            while not stop.is_set():
                hits = reader.search(Query(LIBRARY, "同批", axis(0), limit=50)).words
                near = reader.candidates(LIBRARY, "", axis(0), 50)
                for found in (hits, near):
                    if len(found) != 20 or len({hit.version for hit in found}) != 1:
                        wrong.append(
                            f"{len(found)} hits of versions {sorted({hit.version for hit in found})}"
                        )

        thread = threading.Thread(target=read)
        thread.start()
        for version in range(2, 25):
            index.write(
                LIBRARY, [listing(at, "同批", version=version, vector=axis(0)) for at in range(1, 21)]
            )
        stop.set()
        thread.join()
        assert wrong == []

    def test_two_writers_lose_nothing(self, index: Index, reopen: Open) -> None:
        other = reopen()

        def write(which: Index, first: int) -> None:
            for at in range(first, first + 10):
                which.write(LIBRARY, [listing(at, f"第{at}件", vector=axis(at))])

        threads = [threading.Thread(target=write, args=pair) for pair in ((index, 1), (other, 101))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [row.id for row in index.scan(LIBRARY)] == [*range(1, 11), *range(101, 111)]
        assert index.state(LIBRARY).consistent

    def test_killed_writer_loses_nothing_acknowledged(self, engine: str, place: str, reopen: Open) -> None:
        """Killed with no time to clean up, eight times, at moments spread over a write."""
        acknowledged = 0
        for delay in (0.0, 0.004, 0.008, 0.012, 0.016, 0.02, 0.03, 0.05):
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.contract.writer", engine, place, str(acknowledged + 1)],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert process.stdout is not None
            begun = 0
            for line in process.stdout:
                verb, number = line.split()
                if verb == "done":
                    acknowledged = int(number)
                else:
                    begun = int(number)
                if verb == "begin" and acknowledged >= 3 and begun >= acknowledged + 1:
                    time.sleep(delay)
                    process.kill()
                    break
            for line in process.stdout:
                verb, number = line.split()
                if verb == "done":
                    acknowledged = int(number)
            process.wait()
            index = reopen()
            state = index.state(LIBRARY)
            assert state.consistent
            rows = {row.id: row.version for row in index.scan(LIBRARY)}
            # The write under way may have happened or not, but wholly.
            last = rows[1]
            assert last in (acknowledged, acknowledged + 1)
            assert rows == {1: last, 1000 + last: last}
            assert index.search(Query(LIBRARY, f"第{last}批")).total == 2
            assert len(index.candidates(LIBRARY, "", axis(1), 10)) == 2
            acknowledged = last
        index.write(LIBRARY, [listing(1, "还能写", version=10_000)])
        assert index.search(Query(LIBRARY, "还能写")).total == 1
