"""What one does with a recommendation: set it aside, take that back, compare up to four, look at the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from matching.features import TITLES
from repositories import match_runs
from repositories.achievements import Achievement
from repositories.needs import Need
from services import access, passing, recommend
from services.errors import Invalid, NotFound
from services.listings import entries
from web import labels
from web.access import SIGNED_IN, rule
from web.account.signing import local_address
from web.current import actor, platform
from web.listings.rows import marked
from web.matches.entries import TEXT_FEATURES, entry_view

blueprint = Blueprint("matches", __name__, url_prefix="/matches")
COMPARED = 4


@blueprint.post("/pass")
@rule(SIGNED_IN)
def put_aside() -> Any:
    """不合适, with one of the eight reasons."""
    try:
        passing.put_aside(platform(), actor(), _number("entry_id"), request.form.get("reason", ""),
                          request.form.get("note", ""))  # fmt: skip
    except Invalid as invalid:
        flash(invalid.errors[0].message, "bad")
    else:
        flash("已移到“已婉拒”，随时可以撤销。", "ok")
    return redirect(_back(), 303)


@blueprint.post("/unpass")
@rule(SIGNED_IN)
def take_back() -> Any:
    """Undo a pass."""
    passing.take_back(platform(), actor(), _number("need_id"), _number("achievement_id"))
    flash("已撤销，重新回到推荐列表。", "ok")
    return redirect(_back(), 303)


@blueprint.get("/compare/<int:need_id>")
@rule(SIGNED_IN)
def compare(need_id: int) -> Any:
    """Up to four recommended achievements of a need, side by side."""
    raw = [part for value in request.args.getlist("with") for part in value.split(",")]
    ids = [int(p) for p in dict.fromkeys(raw) if p.isascii() and p.isdigit() and len(p) < 10][:COMPARED]
    need = entries.get(platform(), actor(), "needs", need_id)
    found = recommend.for_listing(platform(), actor(), "needs", need_id)
    by_id = {item.row.id: item for item in found.everything}
    chosen = [by_id[i] for i in ids if i in by_id]
    columns = [entry_view(item, "achievements", need_id) for item in chosen]
    return render_template(
        "matches/compare.html", nav_active="workbench", need=need, columns=columns,
        rows=_differences([item.row for item in chosen]), ids=ids,
    )  # fmt: skip


@blueprint.get("/why")
@rule(SIGNED_IN)
def why() -> Any:
    """Both texts of a pair side by side with the carrying words marked, and the arithmetic of its score."""
    need_id, achievement_id = (request.args.get(k, type=int) or 0 for k in ("need_id", "achievement_id"))
    here, person = platform(), actor()
    need = entries.get(here, person, "needs", need_id)
    achievement = entries.get(here, person, "achievements", achievement_id)
    assert isinstance(need, Need)
    assert isinstance(achievement, Achievement)
    subject = "needs" if access.owns(person, need) or person.is_operator else "achievements"
    if subject == "achievements" and not access.owns(person, achievement):
        raise NotFound()
    own, other = (need_id, achievement_id) if subject == "needs" else (achievement_id, need_id)
    found = recommend.for_listing(here, person, subject, own)
    item = next((i for i in found.everything if i.row.id == other), None)
    if item is None:
        raise NotFound("这一对不在当前的推荐里。")
    need_words = [w for r in item.reasons for w in r["need_words"]]
    achievement_words = [w for r in item.reasons for w in r["achievement_words"]]
    need_texts = [("需求名称", need.title), ("要解决的问题", need.problem), ("目标指标", need.indicators),
                  ("约束条件", need.constraints)]  # fmt: skip
    if found.basis == match_runs.OWNER:
        need_texts.append(("保密部分（仅本单位可见）", need.confidential))
    view = entry_view(item, recommend.OTHER_SIDE[subject], own)
    return render_template(
        "needs/why.html",
        nav_active="workbench",
        why={
            "score": f"{item.score:.1f}", "level": view.level, "level_label": view.level_label,
            "need_title_segments": marked(need.title, need_words), "need_href": url_for("needs.detail", row_id=need_id),
            "need_sections": [(label, marked(text, need_words)) for label, text in need_texts if text],
            "achievement_title_segments": marked(achievement.title, achievement_words),
            "achievement_href": url_for("achievements.detail", row_id=achievement_id),
            "achievement_sections": [
                (label, marked(text, achievement_words))
                for label, text in (("一句话简介", achievement.summary), ("成果详情", achievement.abstract)) if text
            ],
            "institution": view.achievement.institution if subject == "needs" else "",
            "reasons": view.reasons, "cautions": view.cautions, "contributions": contribution_rows(item),
        },
    )  # fmt: skip


def contribution_rows(item: recommend.Item) -> list[dict[str, str]]:
    """The arithmetic of a score: every feature with its points; they sum to the score."""
    texts = {r["feature"]: r["text"] for r in item.reasons}
    return [
        {
            "label": TITLES.get(c["feature"], c["feature"]),
            "text": texts.get(c["feature"]) or _extent(c["feature"], c["value"]),
            "points": f"{c['points']:+.1f}",
        }
        for c in item.contributions
    ]


def _extent(feature: str, value: float | None) -> str:
    """What was seen where it was too little for a sentence of its own."""
    if value is None:
        return ""
    if value <= 0:
        return "没有相近之处" if feature in TEXT_FEATURES else "不相符"
    if feature not in TEXT_FEATURES:
        return "部分相符"
    return "略有相近" if feature == "semantic_nearness" else "只有常见的字词相同"


def _differences(rows: list[Achievement]) -> list[dict[str, Any]]:
    """Facts of the compared achievements; `differs` where they are not all the same."""
    facts = [
        ("成熟度", [labels.trl(r.trl) for r in rows]),
        ("合作方式", [labels.names("modes", r.modes) for r in rows]),
        ("意向价格", [labels.money_range(r.price_min, r.price_max, "面议") for r in rows]),
        ("所在地区", [labels.place(r.region) for r in rows]),
        ("应用行业", [labels.name("industries", r.industry) for r in rows]),
        ("成果形式", [labels.names("forms", r.forms) for r in rows]),
        ("知识产权", [_rights(r.ip or ()) for r in rows]),
        ("先使用后付费", ["是" if r.pay_later else "否" for r in rows]),
        ("最近确认", [labels.day(r.confirmed_on) for r in rows]),
    ]  # fmt: skip
    return [{"label": label, "values": values, "differs": len(set(values)) > 1} for label, values in facts]


def _rights(rights: Sequence[Mapping[str, Any]]) -> str:
    """发明专利 已授权 2 项；软件著作权 已授权 1 项."""
    counted = Counter(
        f"{labels.name('ip_types', i.get('type'))} {labels.name('ip_statuses', i.get('status'))}"
        for i in rights
    )
    return "；".join(f"{kind} {number} 项" for kind, number in counted.items())


def _number(name: str) -> int:
    raw = request.values.get(name, "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotFound()
    return int(raw)


def _back() -> str:
    return local_address(request.values.get("back", "")) or url_for("public.home")
