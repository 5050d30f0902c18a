"""What the circles close stays closed, whoever asks and by whatever route."""

from __future__ import annotations

from typing import Any

import pytest

from services.listings.catalogue import FIELDS
from services.listings.fields import PUBLIC
from tests.functional.api.calling import Cast, ok, problem

SECRET, PHONE = "秘密配比六比四", "028-33334444"


def everything(cast: Cast, who: str, need: dict[str, Any], offer: dict[str, Any]) -> str:
    """All that one caller can read about a pair."""
    caller = getattr(cast, who)
    paths = (
        "/needs", f"/needs?q={SECRET}", "/needs?q=激光", f"/needs/{need['id']}", "/achievements",
        f"/achievements/{offer['id']}", f"/needs/{need['id']}/recommendations", "/me/needs", "/me/achievements",
        f"/achievements/{offer['id']}/recommendations", "/introductions", "/notices", "/reviews/needs",
    )  # fmt: skip
    texts = [caller.get(path).get_data(as_text=True) for path in paths]
    texts.append(caller.post("/match", {"text": f"{SECRET} 激光熔覆修复用粉末"}).get_data(as_text=True))
    return "\n".join(texts)


@pytest.mark.parametrize("who", ["nobody", "rival", "university", "college", "manager", "operator"])
def test_confidential_and_contacts_reach_nobody_else(cast: Cast, who: str) -> None:
    offer = cast.achievement()
    need = cast.need(confidential=SECRET, contact_phone=PHONE, contact_name="王工程师")
    seen = everything(cast, who, need, offer)
    assert SECRET not in seen
    assert PHONE not in seen
    assert "王工程师" not in seen
    assert ("甲企业" in seen) == (who == "operator")


def test_a_question_with_confidential_words_finds_nothing(cast: Cast) -> None:
    cast.need(confidential=SECRET)
    found = ok(cast.rival.get(f"/needs?q={SECRET}"))
    assert (found["total"], found["items"], found["also_by_meaning"]) == (0, [], [])


def test_owners_see_their_own(cast: Cast) -> None:
    need = cast.need(confidential=SECRET, contact_phone=PHONE)
    own = ok(cast.enterprise.get(f"/needs/{need['id']}"))
    assert (own["confidential"], own["contact_phone"], own["mine"]) == (SECRET, PHONE, True)
    others = ok(cast.rival.get(f"/needs/{need['id']}"))
    closed = {field.name for field in FIELDS["needs"] if field.circle != PUBLIC}
    assert closed
    assert not closed & set(others)
    assert not {"return_reason", "external_id", "has_confidential"} & set(others)


def test_what_is_not_published_is_nowhere(cast: Cast) -> None:
    need = cast.need(published=False)
    hidden = {}
    for state, verbs in {
        "draft": (), "submitted": ("submit",), "returned": ("submit", "return"), "paused": ("pause",),
        "withdrawn": ("withdraw",),
    }.items():  # fmt: skip
        title = f"高温合金叶片激光熔覆修复技术 {state}"
        if state in ("paused", "withdrawn"):
            offer = cast.achievement(title=title)
        else:
            offer = ok(cast.university.post("/achievements", {"title": title}), 201)
        hidden[state] = f"/achievements/{offer['id']}"
        for verb in verbs:
            who = cast.operator if verb == "return" else cast.university
            ok(who.post(f"{hidden[state]}/{verb}", {"reason": "请补充"}))
    # the index has not heard of the last two yet: they must be gone all the same
    for who in (cast.nobody, cast.college, cast.enterprise, cast.manager):
        for path in hidden.values():
            problem(who.get(path), 404)
        found = ok(who.get("/achievements?q=激光"))
        assert (found["total"], found["items"], found["also_by_meaning"]) == (0, [], [])
        assert not any(found["facets"].values())
    assert ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))["items"] == []
    for state, path in hidden.items():
        assert ok(cast.university.get(path))["state"] == state


def test_strangers_change_nothing(cast: Cast) -> None:
    draft = cast.need(published=False)
    public = cast.need(title="公开的需求")
    for caller, hidden in ((cast.rival, 404), (cast.university, 403), (cast.nobody, 401)):
        problem(caller.patch(f"/needs/{draft['id']}", {"title": "改"}, match="1"), hidden)
        problem(caller.post(f"/needs/{draft['id']}/withdraw"), hidden)
    problem(cast.rival.patch(f"/needs/{draft['id']}", {"title": "改"}), 404)
    problem(cast.rival.patch(f"/needs/{public['id']}", {"title": "改"}, match="1"), 403)
    problem(cast.rival.post(f"/needs/{public['id']}/withdraw"), 403)
    problem(cast.university.post("/needs", {"title": "我也要"}), 403)
    problem(cast.enterprise.post("/achievements", {"title": "我也有"}), 403)
    problem(cast.nobody.post("/needs", {"title": "我也要"}), 401)
    assert ok(cast.enterprise.get(f"/needs/{public['id']}"))["title"] == "公开的需求"


def test_members_only_achievements_need_a_token(cast: Cast) -> None:
    offer = cast.achievement(visibility="members")
    problem(cast.nobody.get(f"/achievements/{offer['id']}"), 404)
    assert ok(cast.nobody.get("/achievements"))["total"] == 0
    assert ok(cast.rival.get(f"/achievements/{offer['id']}"))["id"] == offer["id"]
    assert ok(cast.rival.get("/achievements"))["total"] == 1
