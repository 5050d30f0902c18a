"""需求温度 by API: how much published demand points at one's own achievement, and why it was set aside."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from repositories.accounts import INSTITUTION, OPERATOR, UNIVERSITY
from services import temperature
from web.api.blueprint import ID, endpoint
from web.api.matching import TAG
from web.api.values import Out
from web.current import actor, platform

TEMPERATURE = ma.Schema.from_dict(
    {
        "days": Out("integer", "看最近多少天的推荐"),
        "least": Out("integer", "少于这么多家企业的数字不给出"),
        "pointing": Out(["integer", "null"], "多少条公开需求指向它（较强及以上，或成了线索）；太少时为空"),
        "passed": ma.fields.List(Out("object"), metadata={"description": "企业略过它的原因与条数"}),
    },
    name="Temperature",
)


@endpoint("GET", f"/achievements/{ID.format('achievement_id')}/temperature", UNIVERSITY, INSTITUTION, OPERATOR, tag=TAG,
          answer=TEMPERATURE, summary="这条成果的需求温度", name="read_temperature",
          description="给成果的所有者和运营。只计公开需求；看不出是哪些企业。")  # fmt: skip
def read_temperature(achievement_id: int) -> Any:
    """How much demand points here."""
    found = temperature.of_achievement(platform(), actor(), achievement_id)
    return {
        "days": temperature.WINDOW.days,
        "least": temperature.LEAST,
        "pointing": found.pointing,
        "passed": [{"reason": reason, "needs": needs} for reason, needs in found.reasons],
    }
