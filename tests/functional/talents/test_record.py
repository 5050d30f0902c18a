"""The record: counted from deals really led, every figure opens to its rows, and strangers read no enterprise."""

from __future__ import annotations

import re

from services import record
from tests.functional.api.calling import Counted, ok, problem
from tests.functional.counting import queries
from tests.functional.talents.conftest import ENTERPRISE_NAME, HIDDEN_TITLE, House


def filled(house: House) -> None:
    """Six deals led and three that do not count."""
    house.add(state="completed", days_to_talk=10)
    house.add(state="completed", days_to_talk=20, industry="C26")
    house.add(state="ended", reason="price", days_to_talk=60)
    house.add(state="ended", reason="timing")
    house.add(state="performing", days_to_talk=30)
    house.add(state="brokering", visibility="members")
    house.add(state="brokering", assignment="offered")
    house.add(state="opened", assignment="declined")
    house.add(state="opened", assignment="released")


def test_figures_are_counted_from_deals(house: House) -> None:
    filled(house)
    known = record.of_talent(house.world.platform, house.people["enterprise"], house.profile.id)
    assert known.counts == {"led": 6, "completed": 2, "under_way": 2, "ended": 2, "negotiated": 4}
    assert known.reasons == {"price": 1, "timing": 1}
    assert known.industries == {"C37": 5, "C26": 1}
    assert known.median_days == 25
    assert (known.load, known.capacity) == (3, 3), "an offer takes a place, though it is no record yet"


def test_every_figure_opens_to_as_many_rows(house: House) -> None:
    filled(house)
    page = house.page("nobody", f"/talents/{house.profile.id}")
    figures = re.findall(
        r'<a class="stat" href="(/talents/\d+/record\?what=\w+)"><span class="n">(\d+)</span>', page
    )
    assert len(figures) == 5
    for href, count in figures:
        assert house.page("nobody", href).count("<tr><td") == int(count), href
    assert "在办 3 项，已满" in page
    narrowed = house.page("nobody", f"/talents/{house.profile.id}/record?industry=C26")
    assert narrowed.count("<tr><td") == 1


def test_strangers_read_no_enterprise_no_reason_and_no_unpublished_title(house: House) -> None:
    filled(house)
    house.add(state="completed", published=False)
    path = f"/talents/{house.profile.id}/record"
    for role in ("nobody", "enterprise", "other"):
        page = house.page(role, path)
        assert "/deals/" not in page, role
        assert page.count("一项未公开的成果") == (2 if role == "nobody" else 1), role
        assert (HIDDEN_TITLE in page) == (role != "nobody"), role
    for role in ("manager", "operator"):
        page = house.page(role, path)
        assert "叶片修复 completed" in page
        assert "/deals/" in page
    for role in ("nobody", "other", "manager", "operator"):
        assert ENTERPRISE_NAME not in house.page(role, path)


def test_the_list_and_the_api_say_it_too(house: House) -> None:
    filled(house)
    assert "平台确认：主导 6 项，结项 2 项" in house.page("nobody", "/talents")
    nobody = house.call("nobody")
    one = ok(nobody.get(f"/talents/{house.profile.id}"))
    assert one["record"] == {"led": 6, "completed": 2, "ended": 2, "under_way": 2}
    assert one["load"] == 3
    assert ok(nobody.get("/talents"))["items"][0]["record"]["led"] == 6
    rows = ok(nobody.get(f"/talents/{house.profile.id}/record?what=ended"))
    assert rows["median_days_to_negotiation"] == 25
    assert [item["reason"] for item in rows["items"]] == [None, None]
    assert [item["deal_id"] for item in rows["items"]] == [None, None]
    assert "what" in problem(nobody.get(f"/talents/{house.profile.id}/record?what=money"), 422)
    assert nobody.get("/talents/999/record").status_code == 404


def test_a_profile_that_is_not_public_has_no_public_record(house: House) -> None:
    draft = house.world.listing(house.people["other"], "talents", published=False, title="未发布")
    for path in (f"/talents/{draft.id}/record", f"/talents/{house.profile.id}/record?what=nosuch"):
        assert house.world.client().get(path).status_code == 404
    assert house.world.client("other@example.org").get(f"/talents/{draft.id}/record").status_code == 200


def test_questions_do_not_grow_with_the_record(house: House) -> None:
    pages = ("/talents", f"/talents/{house.profile.id}", f"/talents/{house.profile.id}/record")
    client = house.world.client()

    def asked() -> list[int]:
        client.get("/")  # what is asked once a minute is asked now
        return [queries(house.world, client, page) for page in pages]

    few = asked()
    filled(house)
    assert asked() == few
    nobody = house.call("nobody")
    with Counted(house.world) as counted:
        ok(nobody.get("/talents"))
    assert counted.count < 12
