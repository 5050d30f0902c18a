"""The whole loop over HTTP on both databases: sign up, be checked, ask, be answered, see the contacts."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from repositories.outbox import depth
from services.scheduler import TASKS, run_task
from tests.support import PASSWORD, World, csrf, next_uscc


def send(client: FlaskClient, path: str, page: str = "", **data: Any) -> Any:
    """A form with its token; the answer must be a redirect."""
    answer = client.post(path, data={"csrf_token": csrf(client, page or path), **data})
    assert answer.status_code == 303, (
        path,
        answer.status_code,
        re.findall(r'class="error"[^>]*>.*?</p>', answer.text),
    )
    return answer


def sign_up(world: World, role: str, email: str, house: str) -> FlaskClient:
    client = world.app.test_client()
    send(client, "/account/register", role=role, name=f"{house}的人", email=email, password=PASSWORD,
         organisation_name=house, uscc=next_uscc(), region="四川省成都市", phone="028-1")  # fmt: skip
    return client


def test_register_need_recommend_introduce_accept(both: World) -> None:
    enterprise = sign_up(both, "enterprise", "ma@example.org", "青岚叶片厂")
    university = sign_up(both, "university", "li@example.org", "青岚理工大学")
    both.operator()
    operator = both.client("operator@example.org")
    # before anybody is checked: a need matches at once, against nothing yet
    words = {
        "title": "高温合金叶片激光熔覆修复用粉末", "problem": "现用粉末修复后热影响区开裂", "budget_max": "80", "deadline": "2099-06-30",
        "region": "四川省 成都市", "wanted_modes": ["license", "development"], "confidential": "批次号甲乙丙",
        "contact_name": "马工", "contact_phone": "028-5550001", "then": "submit",
    }  # fmt: skip
    need = send(enterprise, "/needs/new", **words).location
    offer = send(university, "/achievements/new", title="激光熔覆修复高温合金叶片的粉末与工艺", abstract="抑制热影响区开裂",
                 trl="6", modes=["license"], price_min="30", price_max="60", contact_name="李老师",
                 contact_phone="028-5550002", then="submit").location  # fmt: skip
    # the operator checks both houses and publishes both listings
    listed = operator.get("/operator/organisations?state=all").text
    houses = sorted(set(re.findall(r"/operator/organisations/(\d+)", listed)), key=int)
    assert len(houses) == 2
    for house in houses:
        send(
            operator,
            f"/operator/organisations/{house}/decision",
            f"/operator/organisations/{house}",
            verb="approve",
        )
    for path in (need, offer):
        send(operator, f"{path}/publish", "/operator/review")
    both.index()
    # found by anybody, recommended to the owner, with reasons
    visitor = both.app.test_client()
    assert offer in visitor.get("/achievements?q=激光熔覆").text
    assert need in visitor.get("/needs?q=热影响区开裂").text
    page = enterprise.get(need).text
    assert 'class="entry"' in page
    assert "题目都涉及" in page
    (ask,) = set(re.findall(r"/introductions/ask\?entry_id=(\d+)", page))
    made = send(
        enterprise,
        "/introductions/ask",
        f"/introductions/ask?entry_id={ask}",
        entry_id=ask,
        message="想先看样件",
    ).location
    # the university sees the open part, answers, and then the contacts
    asked = university.get(made).text
    assert "想先看样件" in asked
    assert not any(word in asked for word in ("批次号甲乙丙", "028-5550001", "青岚叶片厂", "马工"))
    assert "028-5550002" not in enterprise.get(made).text
    send(university, made, verb="accept")
    for client in (enterprise, university):
        agreed = client.get(made).text
        assert all(word in agreed for word in ("028-5550001", "028-5550002", "马工", "李老师", "青岚叶片厂"))
    assert "028-5550001" not in operator.get(made).text
    assert "引荐已同意" in enterprise.get("/inbox").text
    # what runs in the background runs here too
    both.index()
    for task in TASKS:
        assert run_task(both.platform, task), task.name
    with both.platform.database.read() as session:
        assert depth(session)[1] == 0
    # withdrawn: gone for others at once
    send(university, f"{offer}/withdraw", offer)
    assert offer not in visitor.get("/achievements?q=激光熔覆").text
    assert visitor.get(offer).status_code == 404
    assert f'href="{offer}"' not in enterprise.get(need).text
    assert enterprise.get(made).status_code == 200


def test_every_page_opens_where_the_database_is_strict(strict: World) -> None:
    """No page asks PostgreSQL something that only SQLite answers."""
    strict.listing(strict.enterprise(), "needs", title="需求 甲", industry="C37", region="510100")
    strict.listing(strict.university(), "achievements", title="成果 甲", industry="C37", trl="6")
    strict.person("manager@example.org", "manager")
    strict.operator()
    strict.index()
    for role in ("", "enterprise", "university", "manager", "operator"):
        client = strict.client(f"{role}@example.org" if role else None)
        for one in strict.app.url_map.iter_rules():
            if "GET" not in (one.methods or ()) or one.endpoint == "static":
                continue
            path = re.sub(r"<int[^>]*>", "1", one.rule)
            path = re.sub(r"<[^>]*library>", "needs", re.sub(r"<path:[^>]*>", "x", path))
            answer = client.get(re.sub(r"<[^>]*>", "x", path))
            assert answer.status_code < 500, (role, one.rule)
