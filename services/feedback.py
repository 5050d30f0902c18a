"""What similar needs said, given to needs before they are judged, from memory: what is new or withdrawn is heard soon."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from matching.feedback import CHOSEN, UNFIT, Feedback
from matching.types import NeedFacts
from repositories import feedback
from services.platform import Platform

HEARD_AGAIN = 10.0
"""Seconds after which a process reads anew what people chose and set aside: a list must not wait for a thousand rows."""


def heard(platform: Platform, needs: Sequence[NeedFacts]) -> list[NeedFacts]:
    """The needs in their order, each with what needs similar to it chose or set aside, where any did."""
    return _current(platform).for_needs(needs) if needs else []


def _current(platform: Platform) -> Feedback:
    """All there is to hear, as it was at most `HEARD_AGAIN` ago."""
    kept = platform.feedback.value
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    with platform.database.read() as session:
        events = feedback.newest(session, platform.embedder.model_id)
    made = Feedback(
        needs=np.array([one.need for one in events], dtype=np.float32),
        achievements=np.array([one.achievement for one in events], dtype=np.float32),
        weights=np.array([CHOSEN if one.chosen else UNFIT for one in events], dtype=np.float32),
        need_ids=np.array([one.need_id for one in events], dtype=np.int64),
    )
    platform.feedback.value = (time.monotonic() + HEARD_AGAIN, made)
    return made
