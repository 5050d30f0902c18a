"""专利清单: what a university holds, and the bundles that may become achievements – one after the other, by keys."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from repositories.accounts import INSTITUTION, OPERATOR, UNIVERSITY
from repositories.patents import BUNDLE_STATE_NAMES, PROPOSED, Wanted
from services.errors import Conflict, Invalid, NotFound, Stale
from services.patents import background, bundles, drafting, lists
from services.patents.lists import House
from web.access import rule
from web.current import actor, platform
from web.listings.lists import page_number, pagination
from web.patents import cards

blueprint = Blueprint("patents", __name__, url_prefix="/patents")
may_come_in = rule(UNIVERSITY, INSTITUTION, OPERATOR)
MAX_WORDS = 100


@blueprint.get("")
@may_come_in
def index() -> Any:
    """The list of a house, narrowed by what is in the address."""
    house = _house()
    words = request.args.get("q", "").strip()[:MAX_WORDS]
    chosen = {
        name: value
        for name in ("type", "status", "standing", "soon")
        if (value := request.args.get(name, "")[:20])
    }
    wanted = Wanted(
        words=words, type=chosen.get("type", ""), status=chosen.get("status", ""),
        standing=chosen.get("standing", ""),
    )  # fmt: skip
    if not house.id:
        return render_template("patents/none.html", nav_active="patents")
    found = lists.page(platform(), actor(), house.id, wanted, page_number(), soon=chosen.get("soon") == "1")
    whole = sum(found.facets["standing"].values())
    address = cards.kept(house, q=words or None, **chosen)
    return render_template(
        "patents/index.html", nav_active="patents", house=house, q=words, total=found.total, whole=whole,
        rows=[cards.patent_card(row, title) for row, title in found.rows],
        facets=cards.filters(house, found, words, chosen), chips=cards.chips(house, words, chosen),
        clear_href=url_for("patents.index", **cards.kept(house, q=words or None)),
        keep={name: value for name, value in cards.kept(house, **chosen).items() if value},
        page=pagination(found.page, found.total, lists.PER_PAGE, "patents.index", **address),
        waiting=_waiting(house),
    )  # fmt: skip


@blueprint.get("/<int:patent_id>")
@may_come_in
def detail(patent_id: int) -> Any:
    """One patent."""
    row, bundle = lists.get(platform(), actor(), patent_id)
    return render_template(
        "patents/detail.html", nav_active="patents", patent=cards.patent_card(row), facts=cards.facts_of(row),
        bundle=cards.bundle_row(bundle, 0) if bundle else None, list_href=_list_href(row.organisation_id),
    )  # fmt: skip


@blueprint.post("/<int:patent_id>/remove")
@may_come_in
def remove(patent_id: int) -> Any:
    """Take a patent off the list."""
    row, _ = lists.get(platform(), actor(), patent_id)
    try:
        lists.remove(platform(), actor(), patent_id)
    except Conflict as conflict:
        flash(conflict.message, "bad")
        return redirect(url_for("patents.detail", patent_id=patent_id), 303)
    flash(f"已从清单里删去：{row.title}", "ok")
    return redirect(_list_href(row.organisation_id), 303)


@blueprint.post("/propose")
@may_come_in
def propose() -> Any:
    """Bundle what nobody has put anywhere yet."""
    house = _house(required=True)
    done = background.begin(platform(), actor(), house.id)
    if not done.running:
        flash(
            f"已分好组，{done.waiting} 组等您确认。"
            if done.waiting
            else "没有找到能放在一起的专利，可以自己勾选成组。",
            "ok" if done.waiting else "wait",
        )
    return redirect(url_for("patents.waiting", **cards.kept(house)), 303)


@blueprint.get("/bundles/progress")
@may_come_in
def bundling() -> Any:
    """How bundling stands; the page that asks is drawn anew when it has ended."""
    house = _house(required=True)
    now = background.progress(platform(), actor(), house.id)
    if not now.running:
        return "", 200, {"HX-Refresh": "true"}
    return render_template("patents/_bundling.html", bundling=now, keep=cards.kept(house))


@blueprint.post("/bundles")
@may_come_in
def make() -> Any:
    """A bundle of the ticked patents."""
    house = _house(required=True)
    try:
        bundle = bundles.make(platform(), actor(), house.id, _ticked())
    except (Invalid, Conflict) as trouble:
        flash(_told(trouble), "bad")
        return redirect(url_for("patents.index", **cards.kept(house)), 303)
    return redirect(url_for("patents.bundle", bundle_id=bundle.id), 303)


@blueprint.get("/bundles")
@may_come_in
def waiting() -> Any:
    """The bundles of one state, those to confirm first."""
    house = _house(required=True)
    state = request.args.get("state", PROPOSED)
    state = state if state in BUNDLE_STATE_NAMES else PROPOSED
    rows, counts = bundles.listing(platform(), actor(), house.id, state, page_number())
    return render_template(
        "patents/bundles.html", nav_active="patents", house=house, state=state,
        rows=[cards.bundle_row(bundle, size) for bundle, size in rows],
        tabs=[
            {"label": label, "count": counts.get(code, 0), "active": code == state,
             "href": url_for("patents.waiting", **cards.kept(house, state=code))}
            for code, label in BUNDLE_STATE_NAMES.items()
        ],
        page=pagination(page_number(), counts.get(state, 0), bundles.PER_PAGE, "patents.waiting",
                        **cards.kept(house, state=state)),
        list_href=_list_href(house.id), keep=cards.kept(house),
        bundling=background.progress(platform(), actor(), house.id),
    )  # fmt: skip


@blueprint.get("/bundles/<int:bundle_id>")
@may_come_in
def bundle(bundle_id: int) -> Any:
    """One bundle, to confirm or change."""
    return _bundle_page(bundle_id)


@blueprint.post("/bundles/<int:bundle_id>/<verb>")
@may_come_in
def act(bundle_id: int, verb: str) -> Any:
    """Confirm, rename, split, release, merge, dismiss, restore; then the next one that waits."""
    here, person = platform(), actor()
    opened = bundles.get(here, person, bundle_id)
    mark, title = request.form.get("mark", ""), request.form.get("title", "")
    forward = _next(opened.next_id, opened.bundle.organisation_id)
    try:
        match verb:
            case "confirm":
                made = drafting.confirm(here, person, bundle_id, title=title, mark=mark)
                flash(
                    f"已建成果草稿“{title or opened.bundle.title}”，补充指标和成熟度后提交审核（编号 {made}）。",
                    "ok",
                )
                return redirect(forward, 303)
            case "dismiss":
                bundles.dismiss(here, person, bundle_id, mark)
                flash(f"不建成果：{opened.bundle.title}", "ok")
                return redirect(forward, 303)
            case "rename":
                bundles.rename(here, person, bundle_id, title)
                flash("名称已改。", "ok")
            case "split":
                new = bundles.split(here, person, bundle_id, _ticked())
                flash(f"已拆成两组，新的一组是“{new.title}”。", "ok")
            case "release":
                bundles.release(here, person, bundle_id, _ticked())
                flash("已移出这一组。", "ok")
                if not {p.id for p in opened.patents} - set(_ticked()):
                    return redirect(forward, 303)
            case "merge":
                bundles.merge(here, person, bundle_id, _number(request.form.get("bundle_id", "")))
                flash("已合并。", "ok")
            case "restore":
                bundles.restore(here, person, bundle_id)
                flash("已恢复，等待确认。", "ok")
            case _:
                raise NotFound()
    except Invalid as invalid:
        return _bundle_page(bundle_id, invalid, 422, typed=title)
    except Stale as stale:
        return _bundle_page(bundle_id, Invalid([], stale.message), 412, typed=title)
    except Conflict as conflict:
        flash(conflict.message, "bad")
    return redirect(url_for("patents.bundle", bundle_id=bundle_id), 303)


def _bundle_page(
    bundle_id: int, invalid: Invalid | None = None, status: int = 200, typed: str = ""
) -> tuple[str, int]:
    opened = bundles.get(platform(), actor(), bundle_id)
    return render_template(
        "patents/bundle.html", nav_active="patents", bundle=cards.bundle_view(opened), typed=typed,
        errors=[e.message for e in invalid.errors] or [invalid.message] if invalid else [],
        list_href=_list_href(opened.bundle.organisation_id),
        bundles_href=_next(None, opened.bundle.organisation_id),
    ), status  # fmt: skip


def _house(*, required: bool = False) -> House:
    """Whose list: the own one; operators name it in the address or the form."""
    raw = request.values.get("organisation", "")
    house = lists.house(platform(), actor(), _number(raw) if raw and actor().is_operator else None)
    if required and not house.id:
        raise NotFound()
    return house


def _waiting(house: House) -> int:
    _, counts = bundles.listing(platform(), actor(), house.id, PROPOSED)
    return counts.get(PROPOSED, 0)


def _list_href(organisation_id: int) -> str:
    return url_for("patents.index", organisation=organisation_id if actor().is_operator else None)


def _next(bundle_id: int | None, organisation_id: int) -> str:
    if bundle_id is not None:
        return url_for("patents.bundle", bundle_id=bundle_id)
    return url_for("patents.waiting", organisation=organisation_id if actor().is_operator else None)


def _ticked() -> list[int]:
    return [_number(raw) for raw in request.form.getlist("patent_id")[:1000]]


def _number(raw: str) -> int:
    """An id as it was sent; nonsense is nobody's."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


def _told(trouble: Invalid | Conflict) -> str:
    return trouble.errors[0].message if isinstance(trouble, Invalid) and trouble.errors else trouble.message
