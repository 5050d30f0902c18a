"""One listing in a list, as the row macros show it; hits of the question are marked in the raw text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from indexer.text import mark, normalise, tokens
from repositories.listing import STATE_NAMES
from repositories.shown import Shown
from services import access
from services.listings import confirming
from services.organisations import public_label
from services.record import Brief
from web import labels
from web.current import actor, platform

Segments = list[tuple[str, bool]]
SNIPPET = 120


@dataclass(frozen=True, slots=True)
class AchievementRow:
    """An achievement in a list."""

    id: int
    href: str
    title_segments: Segments
    summary_segments: Segments | None
    institution: str
    region_label: str
    industry_label: str
    trl_label: str
    modes_label: str
    price_label: str
    published_label: str
    source_label: str
    is_demo: bool
    confirmed_label: str = ""
    is_old: bool = False
    state: str = ""
    state_label: str = ""


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A need in a list."""

    id: int
    href: str
    title_segments: Segments
    teaser_segments: Segments | None
    organisation_label: str
    region_label: str
    industry_label: str
    budget_label: str
    deadline_label: str
    is_bounty: bool
    is_demo: bool
    confirmed_label: str = ""
    is_old: bool = False
    state: str = ""
    state_label: str = ""
    matches_label: str = ""
    next_label: str = ""


@dataclass(frozen=True, slots=True)
class TalentRow:
    """A technology manager in a list."""

    id: int
    href: str
    name_segments: Segments
    category_label: str
    stars: int
    level_label: str
    posts_label: str
    fields_label: str
    regions_label: str
    organisation_label: str
    capacity_label: str
    record_label: str
    biography_segments: Segments | None
    is_demo: bool
    confirmed_label: str = ""
    is_old: bool = False


def words_of(question: str) -> list[str]:
    """What of a question is worth marking: its words and pairs of characters, but of short ones the whole."""
    text = normalise(question)[:200]
    if not text:
        return []
    found = tokens(text)
    return [text, *found.words, *found.bigrams][:80]


def marked(text: str, words: Sequence[str]) -> Segments:
    """The raw text cut into (piece, hit)."""
    return [(piece, hit) for piece, hit in mark(text, words)] if words else [(text, False)]


def snippet(text: str, words: Sequence[str], size: int = SNIPPET) -> Segments | None:
    """About `size` characters around the first hit."""
    flat = " ".join(text.split())
    if not flat:
        return None
    start = 0
    for piece, hit in marked(flat[:4000], words):
        if hit:
            break
        start += len(piece)
    else:
        start = 0
    begin = max(0, start - size // 3)
    cut = flat[begin : begin + size]
    return marked(("…" if begin else "") + cut + ("…" if begin + size < len(flat) else ""), words)


def achievement_row(shown: Shown, words: Sequence[str] = (), *, own: bool = False) -> AchievementRow:
    """The row of an achievement; `own` adds its state."""
    row, organisation = shown.row, shown.organisation
    return AchievementRow(
        id=row.id,
        href=url_for("achievements.detail", row_id=row.id),
        title_segments=marked(row.title, words),
        summary_segments=marked(row.summary, words) if row.summary else snippet(row.abstract, words),
        institution=organisation.name if organisation else "",
        region_label=labels.place(row.region),
        industry_label=labels.name("industries", row.industry),
        trl_label=labels.trl(row.trl),
        modes_label=labels.names("modes", row.modes),
        price_label=labels.money_range(row.price_min, row.price_max, ""),
        published_label=f"{labels.day(row.published_at)} 发布" if row.published_at else "",
        source_label=source_label(row),
        is_demo=row.is_demo,
        **_confirmed(row),
        state=row.state if own else "",
        state_label=STATE_NAMES[row.state] if own else "",
    )


def need_row(shown: Shown, words: Sequence[str] = (), *, own: bool = False, matches: str = "") -> NeedRow:
    """The row of a need; the enterprise's name only where it may be shown."""
    row = shown.row
    named = access.sees_enterprise_name(actor(), row)
    return NeedRow(
        id=row.id,
        href=url_for("needs.detail", row_id=row.id),
        title_segments=marked(row.title, words),
        teaser_segments=marked(row.teaser, words) if row.teaser else snippet(row.problem, words),
        organisation_label="" if own else public_label(shown.organisation, shown=named),
        region_label=labels.place(row.region),
        industry_label=labels.name("industries", row.industry),
        budget_label=labels.money_range(row.budget_min, row.budget_max, "预算面议"),
        deadline_label=f"{labels.day(row.deadline)} 前" if row.deadline else "",
        is_bounty=row.is_bounty,
        is_demo=row.is_demo,
        **_confirmed(row),
        state=row.state if own else "",
        state_label=STATE_NAMES[row.state] if own else "",
        matches_label=matches,
        next_label=next_step(row) if own else "",
    )


def talent_row(shown: Shown, words: Sequence[str] = (), *, beside: Brief | None = None) -> TalentRow:
    """The row of a technology manager; `beside` adds the load and what the platform confirmed."""
    row = shown.row
    today = platform().today().isoformat()
    now = [a for a in row.affiliations or () if not a.get("until") or a["until"] >= today]
    return TalentRow(
        id=row.id,
        href=url_for("talents.detail", row_id=row.id),
        name_segments=marked(row.title, words),
        category_label=labels.name("talent_categories", row.category),
        stars=row.stars,
        level_label=labels.name("certificate_levels", row.certificate_level),
        posts_label=labels.names("talent_posts", row.posts),
        fields_label=labels.names("industries", (row.industries or [])[:3]),
        regions_label="、".join(labels.place(code) for code in (row.regions or [])[:4]),
        organisation_label=now[0].get("organisation", "") if now else "",
        capacity_label=load_label(beside.load if beside else 0, row.capacity),
        record_label=f"平台确认：主导 {beside.tally.led} 项，结项 {beside.tally.completed} 项"
        if beside and beside.tally.led
        else "",
        biography_segments=snippet(row.biography, words),
        is_demo=row.is_demo,
        **_confirmed(row),
    )


def load_label(load: int, capacity: int) -> str:
    """How much a manager has on the desk, and how much more may come."""
    if not capacity:
        return f"在办 {load} 项，暂不承接新项目" if load else "暂不承接"
    if not load:
        return f"可同时承接 {capacity} 项"
    left = capacity - load
    return f"在办 {load} 项，还可承接 {left} 项" if left > 0 else f"在办 {load} 项，已满"


ROW_OF: dict[str, Any] = {"achievements": achievement_row, "needs": need_row, "talents": talent_row}


def source_label(row: Any) -> str:
    """Where an item that nobody here entered comes from."""
    return row.source if row.source and row.source.startswith("ChinaXiv") else ""


def _confirmed(row: Any) -> dict[str, Any]:
    """When somebody last said that it stands; nothing for what has nobody to say so."""
    old = confirming.is_old(row, platform().today())
    if (
        not row.is_public
        or row.confirmed_on is None
        or (row.organisation_id is None and row.library != "talents")
    ):
        return {}
    passed = labels.since(row.confirmed_on)
    return {"is_old": old, "confirmed_label": f"最近确认 {passed}" + ("，信息可能已变" if old else "")}


@dataclass(frozen=True, slots=True)
class Freshness:
    """What a listing's page says about its last confirmation; `confirm_href` is for whoever may confirm it."""

    is_old: bool
    days: int
    confirm_href: str


def freshness(person: access.Actor, row: Any) -> Freshness:
    """The same for one listing's own page."""
    today = platform().today()
    may = access.may_edit(person, row) and row.allows("confirm")
    return Freshness(
        is_old=confirming.is_old(row, today),
        days=(today - row.confirmed_on).days if row.confirmed_on else 0,
        confirm_href=url_for(f"{row.library}.act", row_id=row.id, verb="confirm") if may else "",
    )


def next_step(row: Any) -> str:
    """What happens next with one's own listing, and who must act."""
    match row.state:
        case "draft":
            return "只有您看得到；提交审核后才会公开"
        case "submitted":
            return "等待平台审核，通常 1–2 个工作日"
        case "returned":
            return f"请修改后再提交：{row.return_reason}"
        case "published" if confirming.is_old(row, platform().today()):
            return f"最近确认于 {labels.day(row.confirmed_on)}，请确认仍然有效"
        case "published":
            return (
                f"有效期至 {labels.day(row.expires_on)}，{labels.days_left(row.expires_on)}"
                if row.expires_on
                else ""
            )
        case "paused" if row.suspended:
            return "单位没有通过核验，已暂停展示；重新通过后自动恢复"
        case "paused":
            return "暂停中，别人看不到；可随时恢复"
        case "expired":
            return "已过期，可续期"
    return ""


def allowed_verbs(person: access.Actor, row: Any) -> list[str]:
    """What its page offers this person to do with a listing now; only who speaks for it submits it."""
    verbs = ("submit", "recall", "pause", "resume", "withdraw", "renew", "confirm")
    return [v for v in verbs if row.allows(v) and (v != "submit" or access.speaks_for(person, row))]
