"""对接项目: the four tabs of one's deals and the board by stage."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from repositories.accounts import MANAGER, OPERATOR
from repositories.deal_lists import COLUMN, DONE, OPEN, STOPPED, WAITING
from repositories.deals import OPENED, PERFORMING, STATE_NAMES, UNDER_WAY
from services.deals import reading
from web.access import SIGNED_IN, rule
from web.current import actor, platform
from web.deals import acting, assigning, opening  # noqa: F401  their routes hang on the same blueprint
from web.deals.blueprint import blueprint
from web.deals.cards import STAGES, lines
from web.listings.lists import page_number, pagination

PER_PAGE = 20
WAITING_LABELS = {OPERATOR: "待指派经理人", MANAGER: "待我确认"}
BOARD_STAGES = STAGES[STAGES.index(OPENED) : STAGES.index(PERFORMING) + 1]


@blueprint.get("")
@rule(SIGNED_IN)
def index() -> Any:
    """One's deals: a tab of the list, or all that are under way as a board."""
    words = request.args.get("q", "").strip()[: reading.LONGEST_SEARCH]
    if request.args.get("view") == "board":
        return _board(words)
    wanted, state = request.args.get("tab", ""), request.args.get("state", "")
    tabs = _tab_labels()
    tab = wanted if wanted in tabs else WAITING
    state = state if tab == OPEN and state in UNDER_WAY else ""
    page = page_number()
    found = reading.listed(
        platform(), actor(), tab, (page - 1) * PER_PAGE, PER_PAGE, state=state, words=words
    )
    if not wanted and not found.rows:
        # Nobody opens an empty tab on purpose: without a wish, show the first one that holds something.
        tab = next((one for one in tabs if found.counts.get(one)), tab)
        if tab != WAITING:
            found = reading.listed(platform(), actor(), tab, (page - 1) * PER_PAGE, PER_PAGE, words=words)
    return render_template(
        "deals/index.html", nav_active="deals", tab=tab, q=words, rows=lines(found),
        state_label=STATE_NAMES.get(state, ""), clear_href=url_for("deals.index", tab=tab, q=words or None),
        tabs=[
            {"label": label, "count": found.counts.get(key, 0), "active": key == tab,
             "href": url_for("deals.index", tab=key, q=words or None)}
            for key, label in tabs.items()
        ],
        pagination=pagination(page, found.total, PER_PAGE, "deals.index", tab=tab, state=state or None,
                              q=words or None),
        views=_views(words, board=False), nothing_at_all=not any(found.counts.values()),
    )  # fmt: skip


def _board(words: str) -> Any:
    found = reading.board(platform(), actor(), words)
    cards: dict[str, list[Any]] = {state: [] for state in BOARD_STAGES}
    for line in lines(found):
        cards[line.state].append(line)
    columns = [
        {
            "label": STATE_NAMES[state], "count": found.stages.get(state, 0), "cards": cards[state],
            "href": url_for("deals.index", tab=OPEN, state=state, q=words or None),
            "more": max(0, found.stages.get(state, 0) - COLUMN),
        }
        for state in BOARD_STAGES
    ]  # fmt: skip
    return render_template(
        "deals/board.html", nav_active="deals", q=words, columns=columns, total=found.total,
        closed=[
            {"label": label, "count": found.counts.get(tab, 0), "href": url_for("deals.index", tab=tab, q=words or None)}
            for tab, label in ((DONE, "已结项"), (STOPPED, "已终止"))
        ],
        views=_views(words, board=True),
    )  # fmt: skip


def _tab_labels() -> dict[str, str]:
    return {
        WAITING: WAITING_LABELS.get(actor().role, "待我答复"), OPEN: "进行中", DONE: "已结项", STOPPED: "已终止",
    }  # fmt: skip


def _views(words: str, *, board: bool) -> list[dict[str, Any]]:
    return [
        {"label": "列表", "href": url_for("deals.index", q=words or None), "active": not board, "icon": "list"},
        {"label": "看板", "href": url_for("deals.index", view="board", q=words or None), "active": board,
         "icon": "columns-3"},
    ]  # fmt: skip
