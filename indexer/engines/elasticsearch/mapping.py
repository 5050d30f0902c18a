"""What the server is told about an index: fields and settings, as plain data.

No analyser of the server cuts words: texts arrive as tokens of ``indexer.text`` with spaces between them. Raise FORMAT
whenever this file changes what is stored.
"""

import hashlib
import re
from typing import Any

from indexer.port import LibrarySchema
from indexer.text import TOKENS_VERSION

FORMAT = 1
MAX_RESULT_WINDOW = 100_000
"""The deepest list page is the 500th of 100 rows; the server's own limit is 10,000."""

MAX_TOKEN = 255
"""The server's whitespace analyser cuts longer tokens into pieces, so both sides cut them first."""

MODEL_NAME_LENGTH = 60


def mapping(schema: LibrarySchema, model_id: str, shape: str) -> dict[str, Any]:
    """The fields of a generation. What a document has beside them is ignored, and its source is not kept.

    `dims` is left to the first vector, for asking a model for it would load the model.
    """
    tokens = {"type": "text", "analyzer": "whitespace"}
    return {
        "dynamic": False,
        "_source": {"enabled": False},
        "_meta": {"model_id": model_id, "shape": shape},
        "properties": {
            "id": {"type": "long"},
            "version": {"type": "long", "index": False},
            "hash": {"type": "keyword", "index": False},
            "alive": {"type": "boolean"},
            "has_vector": {"type": "boolean"},
            "number": {"type": "long", "index": False},
            "grams": {**tokens, "index_options": "freqs"},
            "characters": {**tokens, "index_options": "docs"},
            "k": {"properties": {name: {"type": "keyword"} for name in schema.keywords}},
            "n": {"properties": {name: {"type": "double"} for name in schema.numbers}},
            "vector": {
                "type": "dense_vector",
                "index": True,
                "similarity": "cosine",
                "index_options": {"type": "int8_hnsw", "m": 16, "ef_construction": 100},
            },
        },
    }


def settings(shards: int, replicas: int | None) -> dict[str, Any]:
    """*replicas* None: none on a single node, one as soon as there are two.

    Nothing is refreshed by the clock: a write refreshes when it is whole, so that no reader sees half of it. Deletes
    are not remembered, for a database may give an id to a new row; what must be remembered is a tombstone.
    """
    copies: dict[str, Any] = (
        {"auto_expand_replicas": "0-1"} if replicas is None else {"number_of_replicas": replicas}
    )
    return {
        "number_of_shards": shards,
        **copies,
        "refresh_interval": -1,
        "gc_deletes": "0s",
        "max_result_window": MAX_RESULT_WINDOW,
    }


def shape_of(schema: LibrarySchema) -> str:
    """Eight hex digits over all that decides how rows are stored: fields, tokens, format."""
    text = repr((FORMAT, TOKENS_VERSION, schema.library, schema.keywords, schema.numbers))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def generation_name(root: str, shape: str, model_id: str, number: int) -> str:
    """The name of a generation's index; *root* is the alias under which the library answers."""
    model = re.sub(r"[^a-z0-9_.\-]+", "_", model_id.lower())[:MODEL_NAME_LENGTH]
    return f"{root}-s{shape}-m{model}-g{number:06d}"
