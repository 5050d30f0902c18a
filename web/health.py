"""Whether the process lives (`/healthz`) and whether it can do its work (`/readyz`)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from indexer.port import IndexUnavailable
from repositories import outbox
from web.access import ANYONE, rule
from web.current import platform

blueprint = Blueprint("health", __name__)
LIBRARIES = ("achievements", "needs", "talents")


@blueprint.get("/healthz")
@rule(ANYONE)
def alive() -> Any:
    """The process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@rule(ANYONE)
def ready() -> Any:
    """Database, index generations, model, depth and age of the queue; 503 when database or index is away."""
    here, good = platform(), True
    body: dict[str, Any] = {"model": {"id": here.embedder.model_id, "ready": here.embedder.ready}}
    try:
        with here.database.read() as session:
            waiting, parked, oldest = outbox.depth(session)
        age = (here.now() - oldest).total_seconds() if oldest else 0.0
        body["database"] = "ok"
        body["queue"] = {"depth": waiting, "parked": parked, "oldest_seconds": round(age, 1)}
    except here.database.busy_errors as away:
        body["database"], good = type(away).__name__, False
    try:
        body["index"] = {
            name: {
                "generation": state.generation,
                "documents": state.documents,
                "with_vector": state.with_vector,
            }
            for name in LIBRARIES
            for state in [here.index.state(name)]
        }
    except IndexUnavailable:
        body["index"], good = "unavailable", False
    body["status"] = "ok" if good else "unavailable"
    response = jsonify(body)
    response.status_code = 200 if good else 503
    return response
