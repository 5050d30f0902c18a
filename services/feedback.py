"""What similar needs said, given to needs before they are judged: one query of counts a list, the rest from memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.feedback import CHOSEN, UNFIT, Feedback
from matching.types import NeedFacts
from repositories import feedback
from services.platform import Platform


def heard(platform: Platform, needs: Sequence[NeedFacts]) -> list[NeedFacts]:
    """The needs in their order, each with what needs similar to it chose or set aside, where any did."""
    return _current(platform).for_needs(needs) if needs else []


def _current(platform: Platform) -> Feedback:
    """All there is to hear, read again when somebody chose, passed or withdrew something."""
    with platform.database.read() as session:
        mark = (*feedback.mark(session), platform.embedder.model_id)
        kept = platform.feedback.value
        if kept is not None and kept[0] == mark:
            return kept[1]
        events = feedback.newest(session, platform.embedder.model_id)
    made = Feedback(
        needs=np.array([one.need for one in events], dtype=np.float32),
        achievements=np.array([one.achievement for one in events], dtype=np.float32),
        weights=np.array([CHOSEN if one.chosen else UNFIT for one in events], dtype=np.float32),
        need_ids=np.array([one.need_id for one in events], dtype=np.int64),
    )
    platform.feedback.value = (mark, made)
    return made
