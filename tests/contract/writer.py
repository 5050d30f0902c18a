"""A process that writes batch after batch and says when each is acknowledged, to be killed from outside.

Arguments: engine, place, first batch number. Each batch rewrites document 1 with the batch's number as its version,
adds a document of its own and buries the one before.
"""

import sys

import numpy as np

from indexer.port import Document, Tombstone
from tests.contract.engines import ENGINES, MODEL, SCHEMA


def document(at: int, version: int) -> Document:
    """Document *at* with a vector along its own axis."""
    vector = np.zeros(8, dtype=np.float32)
    vector[at % 8] = 1.0
    return Document("achievements", at, version, f"第{version}批", "正文", vector, {}, {}, f"{version:032x}")


def main(engine: str, place: str, first: int) -> None:
    """Write until killed."""
    index = ENGINES[engine](place, SCHEMA, MODEL)
    batch = first
    while True:
        print(f"begin {batch}", flush=True)
        index.write(
            "achievements",
            [document(1, batch), document(1000 + batch, batch)],
            [Tombstone("achievements", 1000 + batch - 1, batch)],
        )
        print(f"done {batch}", flush=True)
        batch += 1


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
