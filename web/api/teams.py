"""能做的团队 by API: the same recommendations of a need, read by who did the work."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from repositories.accounts import ENTERPRISE, MANAGER, OPERATOR
from services import recommend, teams
from web.api.blueprint import ID, endpoint
from web.api.documents import team_document
from web.api.matching import TAG
from web.api.values import Out
from web.current import actor, platform

TEAMS = ma.Schema.from_dict(
    {
        "run_id": Out(["integer", "null"], "这份名单出自哪一次推荐"),
        "items": ma.fields.List(
            ma.fields.Nested(
                ma.Schema.from_dict(
                    {
                        "organisation": Out("object"),
                        "team": Out("string", "团队名称，未填时为空"),
                        "levels": Out("object", "够得上推荐的成果，按等级计数"),
                        "near": Out("integer", "另有几项只是相近"),
                        "recommended": Out(
                            "boolean", "有没有够得上推荐的成果；没有时是做过几项相近工作的团队"
                        ),
                        "entry_id": Out(["integer", "null"], "最好的一项，请求引荐时用"),
                        "works": ma.fields.List(Out("object")),
                    },
                    name="Team",
                )
            )
        ),
    },
    name="Teams",
)


@endpoint("GET", f"/needs/{ID.format('need_id')}/teams", ENTERPRISE, MANAGER, OPERATOR, tag=TAG, answer=TEAMS, name="list_teams",
          summary="能做这条需求的团队",
          description="把同一份推荐按单位和团队归拢，没有另外打分；要联系，用 entry_id POST /introductions。")  # fmt: skip
def list_teams(need_id: int) -> Any:
    """Who could do it."""
    found = recommend.for_listing(platform(), actor(), "needs", need_id)
    return {
        "run_id": found.run_id,
        "items": [team_document(line) for line in teams.teams_of(platform(), found)],
    }
