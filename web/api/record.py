"""A manager's record through the API: figures, and the deals behind each."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from repositories.deals import STATE_NAMES
from services import record
from services.record import FIGURES
from web.access import ANYONE
from web.api.blueprint import ID, endpoint
from web.api.values import Out, Strict, Text
from web.current import actor, platform


class Which(Strict):
    """Which figure's deals."""

    what = Text(20, load_default="led", metadata={"description": f"哪个数字：{'、'.join(FIGURES)}"})
    industry = Text(10, load_default="", metadata={"description": "只看这个行业（代码）"})


RECORD = ma.Schema.from_dict(
    {
        "talent_id": Out("integer"),
        "counts": Out("object", "每个数字：led、completed、under_way、ended、negotiated"),
        "end_reasons": Out("object", "终止原因：代码 → 项目数"),
        "industries": Out("object", "行业代码 → 项目数"),
        "median_days_to_negotiation": Out(["integer", "null"], "从接手到洽谈的天数，中位数"),
        "load": Out("integer", "正在承接"),
        "capacity": Out("integer", "最多同时承接"),
        "items": ma.fields.List(
            Out("object", "项目：月份、行业、结果；成果没有公开时 title 为空；编号和原因只给本人和运营")
        ),
    },
    name="TalentRecord",
)


@endpoint("GET", f"/talents/{ID.format('talent_id')}/record", ANYONE, tag="技术转移人才", name="talent_record",
          query=Which, answer=RECORD, summary="平台确认的业绩",
          description="由平台上的项目算出，不能填写。企业名称从不出现。")  # fmt: skip
def talent_record(query: dict[str, Any], talent_id: int) -> Any:
    """Figures and rows of one manager."""
    _, known, rows = record.rows(platform(), actor(), talent_id, query["what"], query["industry"])
    return {
        "talent_id": talent_id,
        "counts": dict(known.counts),
        "end_reasons": dict(known.reasons),
        "industries": dict(known.industries),
        "median_days_to_negotiation": known.median_days,
        "load": known.load,
        "capacity": known.capacity,
        "items": [
            {
                "deal_id": row.deal_id, "achievement_id": row.achievement_id, "title": row.title or None,
                "industry": row.industry or None, "state": row.state, "state_name": STATE_NAMES[row.state],
                "reason": row.reason or None, "month": row.month,
            }
            for row in rows
        ],
    }  # fmt: skip
