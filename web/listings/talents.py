"""技术转移人才: the list, the profile, and a manager's own form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from repositories import listing
from repositories.accounts import MANAGER, OPERATOR
from repositories.talents import Talent, of_account
from services import access
from services.listings import entries
from services.listings.catalogue import TALENT
from web import labels
from web.access import ANYONE, rule
from web.current import actor, platform
from web.forms import form_for
from web.listings import pages
from web.listings.rows import allowed_verbs, next_step

blueprint = Blueprint("talents", __name__, url_prefix="/talents")


@blueprint.get("")
@rule(ANYONE)
def index() -> Any:
    """The public list."""
    return pages.index_page("talents")


@blueprint.get("/mine")
@rule(MANAGER)
def mine() -> Any:
    """A manager's own profile, or the form that makes it."""
    with platform().database.read() as session:
        row = of_account(session, actor().account_id or 0)
    if row is None:
        return redirect(url_for("talents.new"))
    return redirect(url_for("talents.detail", row_id=row.id))


@blueprint.get("/new")
@rule(MANAGER, OPERATOR)
def new() -> Any:
    """The form, empty."""
    return pages.form_page("talents", form_for(TALENT))


@blueprint.post("/new")
@rule(MANAGER, OPERATOR)
def create() -> Any:
    """Take the form."""
    return pages.take_new("talents")


@blueprint.get("/<int:row_id>")
@rule(ANYONE)
def detail(row_id: int) -> Any:
    """A profile: what the person stated, what the platform confirmed."""
    row = entries.get(platform(), actor(), "talents", row_id)
    assert isinstance(row, Talent)
    owner = access.owns(actor(), row)
    return render_template(
        "talents/detail.html", talent=talent_view(row, owner=owner), is_owner=owner, nav_active="talents"
    )


@blueprint.get("/<int:row_id>/edit")
@rule(MANAGER, OPERATOR)
def edit(row_id: int) -> Any:
    """The form, filled."""
    return pages.edit_page("talents", row_id)


@blueprint.post("/<int:row_id>/edit")
@rule(MANAGER, OPERATOR)
def save(row_id: int) -> Any:
    """Take the edited form."""
    return pages.take_edit("talents", row_id)


@blueprint.post("/<int:row_id>/<verb>")
@rule(MANAGER, OPERATOR)
def act(row_id: int, verb: str) -> Any:
    """Submit, pause, withdraw, renew … ."""
    return pages.take_verb("talents", row_id, verb)


def talent_view(row: Talent, *, owner: bool) -> dict[str, Any]:
    """A profile as its page shows it."""
    return {
        "id": row.id, "name": row.title, "state": row.state, "state_label": listing.STATE_NAMES[row.state],
        "return_reason": row.return_reason, "is_demo": row.is_demo, "stars": row.stars,
        "category_label": labels.name("talent_categories", row.category), "biography": row.biography,
        "facts": [
            ("能力等级", labels.name("certificate_levels", row.certificate_level)),
            ("证书编号", row.certificate_number), ("发证日期", labels.day(row.certificate_date)),
            ("从事岗位", labels.names("talent_posts", row.posts)), ("熟悉行业", labels.names("industries", row.industries)),
            ("熟悉学科", labels.names("disciplines", row.disciplines)),
            ("服务地区", "、".join(labels.place(code) for code in row.regions or ())),
            ("工作语言", labels.names("languages", row.languages)), ("常驻地区", labels.place(row.region)),
            ("同时可承接", f"{row.capacity} 项" if row.capacity else "暂不承接"),
        ],
        "affiliations": [
            (a.get("organisation", ""), a.get("title", ""), a.get("since") or "", a.get("until") or "至今")
            for a in row.affiliations or ()
        ],
        "next": next_step(row) if owner else "",
        "allowed": allowed_verbs(actor(), row),
    }  # fmt: skip
