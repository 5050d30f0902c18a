"""The home page and the pages that explain the platform."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from services import recommend, search
from services.documents import read_need_form
from services.errors import FieldError, IndexAway, Invalid
from services.platform import CHINA
from web import labels
from web.access import ANYONE, rule
from web.current import actor, platform
from web.limits import limiter, match_limit
from web.listings.rows import ROW_OF, words_of
from web.matches.entries import entry_view, index_note, run_view, tail_note

blueprint = Blueprint("public", __name__)
LIBRARIES = (("achievements", "技术成果"), ("needs", "技术需求"), ("talents", "技术经理人"))
MIN_PASTE, MAX_PASTE = 6, 20_000
EXAMPLES = (
    "我们做风电齿轮箱，行星轮轴承在低速重载下早期点蚀，希望找到能在 6 个月内验证的表面强化工艺，处理后疲劳寿命提高一倍以上。",
    "食品厂高盐废水 COD 约 8000 mg/L，现有生化系统经常被冲击，想找占地小、吨水成本不超过 12 元的处理技术。",
    "仓储机器人在强光和反光地面下激光定位会丢，希望有视觉与激光融合的定位方案，重复定位精度 ±10 mm。",
    "想把柑橘皮渣做成高附加值产品，要求工艺不用有机溶剂，能在乡镇加工厂落地。",
)


@blueprint.get("/")
@rule(ANYONE)
def home() -> Any:
    """One large box; below it real examples, what is new, numbers with their date."""
    here = platform()
    counted = search.counts(here)
    return render_template(
        "public/home.html",
        examples=EXAMPLES,
        newest=[ROW_OF["achievements"](s) for s in search.newest(here, actor(), "achievements", 5)],
        newest_needs=[ROW_OF["needs"](s) for s in search.newest(here, actor(), "needs", 4)],
        shelves=[(f"{counted[key]:,}", label, url_for(f"{key}.index")) for key, label in LIBRARIES],
        as_of=here.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
        text="",
        errors=[],
    )


@blueprint.post("/match")
@rule(ANYONE)
@limiter.limit(match_limit)
def match() -> Any:
    """The first answer before the first form: nothing of it is stored."""
    text = request.form.get("text", "").strip()
    file = request.files.get("file")
    errors: list[FieldError] = []
    if not text and file and file.filename:
        try:
            text = read_need_form(file.filename, file.read())
        except Invalid as invalid:
            errors = list(invalid.errors)
    if not errors and len(text) < MIN_PASTE:
        errors = [FieldError("text", "请写下要解决的问题，至少一句话（6 个字以上）。")]
    if len(text) > MAX_PASTE:
        errors = [FieldError("text", f"文字太长（{len(text)} 字），请保留最要紧的 {MAX_PASTE} 字以内。")]
    if errors:
        return render_template("public/match.html", text=text, errors=errors, found=None, items=[]), 422
    try:
        found = recommend.for_paste(platform(), text)
    except IndexAway as away:
        return render_template("public/match.html", text=text, errors=[], found=None, items=[],
                               index_note=away.message), 503  # fmt: skip
    return render_template(
        "public/match.html", text=text, errors=[], found=found, run=run_view(found),
        items=[entry_view(i, "achievements", None) for i in found.items],
        weak=[entry_view(i, "achievements", None) for i in found.weak[:5]],
        tail_note=tail_note(found, "成果"), index_note=index_note(found),
    )  # fmt: skip


@blueprint.get("/match")
@rule(ANYONE)
def match_again() -> Any:
    """Somebody reloaded the answer: nothing was kept, so the box is shown again."""
    return home()


@blueprint.get("/search", endpoint="search")
@rule(ANYONE)
def search_all() -> Any:
    """One box over the three repositories: the best few of each, and the way to all of them."""
    q = request.args.get("q", "").strip()[: search.MAX_QUERY]
    words = words_of(q)
    groups, away = [], None
    for key, label in LIBRARIES if q else ():
        try:
            found = search.search(platform(), actor(), key, q, per_page=5)
        except IndexAway as trouble:
            away = trouble.message
            break
        groups.append({
            "key": key, "label": label, "total": found.total, "href": url_for(f"{key}.index", q=q),
            "rows": [ROW_OF[key](s, words) for s in found.items],
            "meaning": [ROW_OF[key](s, words) for s in found.meaning[:3]],
        })  # fmt: skip
    return render_template("public/search.html", q=q, groups=groups, away=away), 503 if away else 200


@blueprint.get("/how-we-rank")
@rule(ANYONE)
def how_we_rank() -> Any:
    """Written by the ranking itself: each feature's own words, weight and measure."""
    return render_template(
        "public/how_we_rank.html", nav_active="how", ranker=platform().ranker, labels=labels
    )


@blueprint.get("/privacy")
@rule(ANYONE)
def privacy() -> Any:
    """What is kept, how long, how it is erased."""
    return render_template("public/privacy.html", contact=platform().settings.operator_contact)


@blueprint.get("/about")
@rule(ANYONE)
def about() -> Any:
    """What this is and who does what."""
    return render_template("public/about.html", contact=platform().settings.operator_contact)
