"""The home page and the pages that explain the platform."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import FileField, TextAreaField

from matching.features import describe
from matching.managers.features import described as describe_managers
from services import doctor, recommend, search
from services.documents import read_need_form
from services.errors import IndexAway, Invalid
from services.pasted import TITLE_LENGTH, read_paste
from services.platform import CHINA
from web import labels
from web.access import ANYONE, rule
from web.current import actor, platform
from web.limits import limiter, match_limit
from web.listings.doctor import panel
from web.listings.rows import ROW_OF, marked, words_of
from web.matches.ending import index_note, near_misses, tail_note
from web.matches.entries import entry_view
from web.matches.page import FIRST_SHOWN, run_view

blueprint = Blueprint("public", __name__)
LIBRARIES = (("achievements", "技术成果"), ("needs", "技术需求"), ("talents", "技术经理人"))
MIN_PASTE, MAX_PASTE = 6, 20_000
NEAR_PASTED = 8
EXAMPLES = (
    "供水管网漏损率 18%，人工听漏效率太低。想用噪声和压力监测把漏点定到 5 米以内，先在一个分区试。",
    "腌菜厂的高盐发酵废水，生化池一遇冲击就垮。盐分 8% 左右，想找能直接处理高盐水、盐水还能回用的工艺，吨水成本不超过 12 元。",
    "刀盘滚刀磨损看不见，只能凭经验停机开仓检查。希望不开仓就能知道每把滚刀磨了多少、有没有卡死。",
    "前轴、曲轴热锻模一用就裂，三千件就报废。想找型腔堆焊、渗氮再制造的办法，单次寿命翻一番，模具费用降三成。",
)


class MatchForm(FlaskForm):
    """The one large box."""

    text = TextAreaField("您的技术需求")
    file = FileField("需求表")


@blueprint.get("/")
@rule(ANYONE)
def home() -> Any:
    """One large box; below it real examples, what is new, numbers with their date."""
    return home_page(MatchForm())


def home_page(form: MatchForm) -> str:
    """The home page with what was typed into its box."""
    here = platform()
    counted, counted_at = search.counts(here)
    achievements = search.newest(here, actor(), "achievements", 5)
    needs = search.newest(here, actor(), "needs", 5)
    return render_template(
        "public/home.html",
        examples=[{"title": _short(text), "text": text, "href": None} for text in EXAMPLES],
        counts=[(f"{counted[key]:,}", label, url_for(f"{key}.index")) for key, label in LIBRARIES],
        counted_at=counted_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
        new_achievements=[_brief("achievements", s) for s in achievements],
        new_needs=[_brief("needs", s) for s in needs],
        text_limit=MAX_PASTE,
        form=form,
    )


@blueprint.post("/match")
@rule(ANYONE)
@limiter.limit(match_limit)
def match() -> Any:
    """The first answer before the first form: nothing of it is stored."""
    form = MatchForm()
    text, source = (form.text.data or "").strip(), ""
    file = request.files.get("file")
    if not text and file and file.filename:
        try:
            text = read_need_form(file.filename, file.read())
            source = f"来自文件 {file.filename[:60]}"
        except Invalid as invalid:
            form.file.errors = [e.message for e in invalid.errors]
            return home_page(form), 422
    if len(text) < MIN_PASTE:
        form.text.errors = ["请写下要解决的问题，至少一句话（6 个字以上）。"]
    elif len(text) > MAX_PASTE:
        form.text.errors = [f"文字太长（{len(text)} 字），请保留最要紧的 {MAX_PASTE} 字以内。"]
    if form.text.errors:
        return home_page(form), 422
    try:
        found = recommend.for_paste(platform(), text)
    except IndexAway as away:
        form.text.errors = [away.message]
        return home_page(form), 503
    words = [w for item in found.items[:10] for r in item.reasons for w in r["need_words"]]
    title = _headline(read_paste(text, platform().ranker.ngrams).title)
    return render_template(
        "public/match.html",
        asked={"title_segments": marked(title, words), "sections": [("", marked(text, words))], "source_label": source},
        run=run_view(found), items=[entry_view(i, "achievements", None) for i in found.items],
        filters={"active": [], "facets": [], "clear_href": ""}, tabs=[], sort_options=[], pass_reasons=[],
        more={"count": len(found.items) - FIRST_SHOWN, "href": None} if len(found.items) > FIRST_SHOWN else None,
        near_items=[entry_view(i, "achievements", None) for i in found.weak[:NEAR_PASTED]],
        near_misses=near_misses(found, None), tail_note=tail_note(found, "成果"), index_note=index_note(found), noun="成果",
        doctor=panel(doctor.of_paste(platform(), title, text)),
    )  # fmt: skip


def _headline(title: str) -> str:
    """The title of a pasted need for people: one that was cut at its length ends at its last comma instead."""
    if len(title) < TITLE_LENGTH:
        return title
    comma = max(title.rfind(mark) for mark in "，,、；")
    return title[:comma] if comma >= MIN_PASTE else title


@blueprint.errorhandler(429)
def too_often(_error: Any) -> Any:
    """Somebody asked too often: the box comes back with what was typed."""
    form = MatchForm()
    form.text.errors = ["操作太频繁，请稍等一分钟再点“找成果”；您写的内容还在。"]
    return home_page(form), 429


@blueprint.get("/match")
@rule(ANYONE)
def match_again() -> Any:
    """Somebody reloaded the answer: nothing was kept, so the box is shown again."""
    return home_page(MatchForm())


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
        "public/how_we_rank.html",
        nav_active="how",
        ranker=platform().ranker,
        lists=platform().lists,
        features=describe(),
        manager_ranker=platform().manager_ranker,
        manager_features=describe_managers(),
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


def _short(text: str) -> str:
    """The first sentence of an example."""
    return text.partition("。")[0]


def _brief(library: str, shown: Any) -> dict[str, Any]:
    """One line of what is new."""
    row = ROW_OF[library](shown)
    common = {
        "href": row.href, "title": shown.row.title, "is_demo": row.is_demo,
        "date_label": labels.day(shown.row.published_at),
    }  # fmt: skip
    if library == "achievements":
        return {**common, "institution": row.institution or row.source_label, "trl_label": row.trl_label}
    return {**common, "organisation_label": row.organisation_label, "budget_label": row.budget_label}
