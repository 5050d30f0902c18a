"""The life of a listing: every verb in every state, for every library, with what it leaves behind.

The expectations stand here as a table of their own; that they equal the platform's table is the first test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from repositories import audit
from repositories.listing import PUBLISHED, STATE_NAMES, TRANSITIONS
from repositories.notices import Notice
from repositories.outbox import Job
from services.access import COMMAND
from services.errors import Conflict, Forbidden, Invalid, NotFound
from services.listings import entries
from services.listings.library import LIBRARIES
from services.scheduler import expire_listings, remind
from tests.functional.stage import OWNER, Stage, raise_stage

LIFE = """
           draft     submitted returned  published paused    withdrawn expired
submit     submitted -         submitted -         -         submitted submitted
recall     -         draft     -         -         -         -         -
publish    published published -         -         -         -         -
return     -         returned  -         returned  returned  -         -
revise     -         -         -         submitted submitted -         -
pause      -         -         -         paused    -         -         -
resume     -         -         -         -         published -         -
withdraw   -         withdrawn withdrawn withdrawn withdrawn -         withdrawn
expire     -         -         -         expired   expired   -         -
renew      -         -         -         published -         -         published
confirm    -         -         -         published -         -         -
"""


def table() -> list[tuple[str, str, str]]:
    """(verb, from, to or `-`)."""
    head, *lines = LIFE.strip().splitlines()
    return [
        (line.split()[0], state, target)
        for line in lines
        for state, target in zip(head.split(), line.split()[1:], strict=True)
    ]


def test_the_table_is_the_platforms() -> None:
    allowed = {(v, s): t for v, s, t in table() if t != "-"}
    assert allowed == {(v, s): target for v, (sources, target) in TRANSITIONS.items() for s in sources}
    assert {s for _, s, _ in table()} == set(STATE_NAMES)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage of this module's own."""
    yield from raise_stage(tmp_path_factory.mktemp("life"))


def facts_after(stage: Stage, library: str, row_id: int) -> tuple[list[str], list[str], list[str]]:
    """(audited actions, kinds of notices, facts for the index), oldest first."""
    with stage.world.platform.database.read() as session:
        told = select(Notice.kind).where(Notice.href == f"/{library}/{row_id}").order_by(Notice.id)
        jobs = select(Job.fact).where(Job.library == library, Job.subject_id == row_id).order_by(Job.id)
        rows = [row.action for row in audit.of_object(session, library, row_id)][::-1]
        return rows, list(session.scalars(told)), list(session.scalars(jobs))


@pytest.mark.parametrize("library", sorted(LIBRARIES))
@pytest.mark.parametrize("verb", sorted(entries.VERB_NAMES))
def test_every_verb_in_every_state(life: Stage, library: str, verb: str) -> None:
    """Allowed: the state, one row in the log, one fact for the index, a notice where an operator decided. Refused:
    nothing of it, and a sentence that names the state."""
    operator_acts = verb in ("publish", "return")
    actor = life.people["operator" if operator_acts else OWNER[library]]
    for _, state, target in (line for line in table() if line[0] == verb):
        if (verb, state) == ("publish", "draft"):
            continue  # nobody else's draft: the next test
        row_id = life.fresh(library, state)
        before, was = facts_after(life, library, row_id), life.load(library, row_id)
        if target == "-":
            with pytest.raises(Conflict) as refused:
                entries.act(life.world.platform, actor, library, row_id, verb, "请核实")
            assert STATE_NAMES[state] in refused.value.message
            assert entries.VERB_NAMES[verb] in refused.value.message
            assert facts_after(life, library, row_id) == before
            assert life.load(library, row_id).state == state
            continue
        entries.act(life.world.platform, actor, library, row_id, verb, "请核实")
        row = life.load(library, row_id)
        log, told, jobs = (
            after[len(old) :] for after, old in zip(facts_after(life, library, row_id), before, strict=True)
        )
        assert row.state == target
        assert log == [f"listing.{verb}"]
        assert told == ([f"listing.{verb}"] if operator_acts else [])
        assert jobs == ["withdrawn" if state == PUBLISHED and target != PUBLISHED else verb]
        assert (row.revision, row.projection) == (was.revision, was.projection + 1)
        assert row.return_reason == ("请核实" if verb == "return" else "")
        if target == PUBLISHED:
            assert row.expires_on >= life.world.platform.today() + timedelta(days=364)
            assert row.reviewed_content["title"] == row.title
            assert not {"confidential", "contact_phone"} & set(row.reviewed_content)


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_a_draft_goes_public_by_its_owners_word_only(life: Stage, library: str) -> None:
    """An operator neither publishes nor submits what somebody keeps in a drawer, or took back; what the operator or
    the command line entered has no other owner to ask."""
    here, operator = life.world.platform, life.people["operator"]
    for state in ("draft", "withdrawn", "returned", "expired"):
        row_id = life.fresh(library, state)
        with pytest.raises(Forbidden, match="对方提交"):
            entries.act(here, operator, library, row_id, "submit")
        assert life.load(library, row_id).state == state
    row_id = life.fresh(library, "draft")
    with pytest.raises(Forbidden, match="对方提交"):
        entries.act(here, operator, library, row_id, "publish")
    page = life.get("operator", f"/{library}/{row_id}").get_data(as_text=True)
    assert f"/{library}/{row_id}/submit" not in page
    assert f"/{library}/{row_id}/submit" in life.get(OWNER[library], f"/{library}/{row_id}").get_data(
        as_text=True
    )
    assert entries.act(here, COMMAND, library, row_id, "publish").state == "published"
    own = life.fresh(library, "draft", owner="operator")
    assert entries.act(here, operator, library, own, "publish").state == "published"


def test_returning_needs_a_reason_that_fits(life: Stage) -> None:
    row_id = life.fresh("needs", "submitted")
    for reason in ("", "  \n", "\x00\x00", "长" * 1001):
        with pytest.raises(Invalid) as refused:
            entries.act(life.world.platform, life.people["operator"], "needs", row_id, "return", reason)
        assert refused.value.errors[0].field == "reason"
    assert life.load("needs", row_id).state == "submitted"
    answer = life.post("operator", f"/needs/{row_id}/return", reason="指标\x00写得太笼统")
    assert answer.status_code == 303
    assert life.load("needs", row_id).return_reason == "指标写得太笼统"
    assert "指标写得太笼统" in life.get("enterprise", f"/needs/{row_id}").get_data(as_text=True)
    assert "指标写得太笼统" in life.get("enterprise", "/inbox").get_data(as_text=True)


def test_unknown_verbs_are_nothing(life: Stage) -> None:
    row_id = life.fresh("needs", "published")
    for verb in ("expire", "revise", "delete", "__class__", ""):
        with pytest.raises(NotFound):
            entries.act(life.world.platform, life.people["operator"], "needs", row_id, verb)


QUIET = {"needs": {"contact_phone": "1", "expires_on": "2099-01-01", "show_name": "是", "confidential": "新配方"},
         "achievements": {"contact_name": "李", "visibility": "members"}, "talents": {"capacity": "9"}}  # fmt: skip
LOUD = {"needs": {"title": "新名", "problem": "新", "budget_max": "9", "industry": "C26", "wanted_trl": "3"},
        "achievements": {"abstract": "新", "trl": "9", "price_min": "1"}, "talents": {"biography": "新"}}  # fmt: skip


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_what_an_owner_changes_is_reviewed_again_unless_it_is_quiet(life: Stage, library: str) -> None:
    owner, here = life.people[OWNER[library]], life.world.platform
    for fields, state in ((QUIET, "published"), (LOUD, "submitted")):
        for name, value in fields[library].items():
            row_id = life.fresh(library, "published")
            was = life.load(library, row_id)
            entries.edit(here, owner, library, row_id, {name: value}, revision=was.revision, partial=True)
            row = life.load(library, row_id)
            assert row.state == state, name
            assert row.revision == was.revision + 1
            assert row.reviewed_content == was.reviewed_content
            log, _, jobs = facts_after(life, library, row_id)
            assert log[-1] == ("listing.edited")
            assert ("withdrawn" in jobs) == (state == "submitted")


def test_an_operators_mending_stays_published(life: Stage) -> None:
    row_id = life.fresh("needs", "published")
    entries.edit(
        life.world.platform,
        life.people["operator"],
        "needs",
        row_id,
        {"title": "更正"},
        revision=1,
        partial=True,
    )
    row = life.load("needs", row_id)
    assert (row.state, row.title, row.revision) == ("published", "更正", 2)


FULL: dict[str, dict[str, Any]] = {
    "needs": {
        "problem": "问题\n两行 <b>", "budget_min": "0.01", "budget_max": "800000.00", "deadline": "2099-01-01",
        "wanted_modes": ["license", "transfer"], "is_bounty": "是", "award": "5", "wanted_trl": "6",
        "wants_manager": "否", "contact_email": "a@example.org", "external_id": "X-1", "confidential": " 配方 ",
    },
    "achievements": {
        "keywords": "激光、熔覆", "ip": [{"type": "invention_patent", "number": "ZL1", "status": "granted", "expiry": "2043-01-01"},
                                     {"type": "software_copyright", "number": "", "status": "", "expiry": ""}],
        "forms": ["invention_patent"], "modes": ["license", "transfer"], "discipline": "430", "trl": "6",
        "price_min": "1234567.89", "pay_later": "是",
    },
    "talents": {
        "industries": ["C26", "C37"], "regions": ["510000", "330200"], "languages": ["en"], "stars": "3", "capacity": "0",
        "affiliations": [{"organisation": "甲单位", "title": "乙", "since": "2020-01-01", "until": ""}],
        "certificate_level": "senior", "certificate_date": "2020-02-29", "history": "来平台前做成两项许可。",
        "relations": [{"organisation": "甲企业", "kind": "shareholding", "since": "2022-01-01", "until": ""}],
    },
}  # fmt: skip


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_saving_what_is_there_changes_nothing(life: Stage, library: str) -> None:
    """Opening the form and saving it must not send a published listing back to review."""
    row_id = life.fresh(library, "published", **FULL[library])
    before = facts_after(life, library, row_id)
    page = life.get(OWNER[library], f"/{library}/{row_id}/edit").get_data(as_text=True)
    answer = life.post(OWNER[library], f"/{library}/{row_id}/edit", **typed_in(page))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert facts_after(life, library, row_id) == before
    assert (life.load(library, row_id).state, life.load(library, row_id).revision) == ("published", 1)


def typed_in(page: str) -> dict[str, Any]:
    """What a browser would send back of the listing's form."""
    form = page.split('class="form-page"', 1)[1].split("</form>", 1)[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name, value = (re.search(rf'{a}="([^"]*)"', tag) for a in ("type", "name", "value"))
        if name is None or (kind and kind.group(1) in ("checkbox", "radio") and " checked" not in tag):
            continue
        found.setdefault(name.group(1), []).append(unescape(value.group(1)) if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = unescape(text).removeprefix("\r\n").removeprefix("\n")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"', options)
        found[name] = chosen.group(1) if chosen else ""
    found.pop("csrf_token", None)
    return found


def test_the_day_after_its_last_it_goes_and_the_owner_hears(life: Stage) -> None:
    here, today = life.world.platform, life.world.platform.today()
    last, gone, idle = (life.fresh("needs", "published") for _ in range(3))
    paused = life.fresh("needs", "paused")
    with here.database.write() as session:
        for row_id, day in (
            (last, today),
            (gone, today - timedelta(days=1)),
            (paused, today - timedelta(days=9)),
        ):
            session.get(LIBRARIES["needs"].model, row_id).expires_on = day
    assert expire_listings(here) == "到期下线 2 条"
    assert [life.load("needs", i).state for i in (last, gone, paused, idle)] == [
        "published", "expired", "expired", "published",
    ]  # fmt: skip
    log, told, jobs = facts_after(life, "needs", gone)
    assert (log[-1], told[-1], jobs[-1]) == ("listing.expire", "listing.expired", "withdrawn")
    assert expire_listings(here) == "到期下线 0 条"
    entries.act(here, life.people["enterprise"], "needs", gone, "renew")
    renewed = life.load("needs", gone)
    assert (renewed.state, renewed.expires_on) == ("published", today + timedelta(days=365))


def test_a_week_before_the_owner_is_reminded_once(life: Stage) -> None:
    here, today = life.world.platform, life.world.platform.today()
    soon, later = (life.fresh("achievements", "published") for _ in range(2))
    with here.database.write() as session:
        session.get(LIBRARIES["achievements"].model, soon).expires_on = today + timedelta(days=3)
        session.get(LIBRARIES["achievements"].model, later).expires_on = today + timedelta(days=30)
    remind(here)
    remind(here)
    assert facts_after(life, "achievements", soon)[1].count("listing.expiring") == 1
    assert "listing.expiring" not in facts_after(life, "achievements", later)[1]


def test_an_unchecked_organisation_waits_for_publication_only(life: Stage) -> None:
    here, person = life.world.platform, life.people["pending"]
    row_id = life.fresh("needs", "submitted", owner="pending")
    with pytest.raises(Conflict) as refused:
        entries.act(here, life.people["operator"], "needs", row_id, "publish")
    assert "还没有通过单位核验" in refused.value.message
    assert life.load("needs", row_id).state == "submitted"
    page = life.get("pending", f"/needs/{row_id}").get_data(as_text=True)
    assert "正在核验中" in page
    assert 'class="entry"' in page
    with pytest.raises(Forbidden):
        entries.act(here, person, "needs", row_id, "publish")


def test_ones_own_listings_have_pages(life: Stage) -> None:
    """Somebody who imported ten thousand finds the first of them too."""
    for _ in range(52):
        life.fresh("achievements", "draft", owner="college")
    first = life.get("college", "/achievements/mine").get_data(as_text=True)
    second = life.get("college", "/achievements/mine?state=draft&page=2").get_data(as_text=True)
    listed = [set(re.findall(r'href="/achievements/(\d+)"', page)) for page in (first, second)]
    assert (len(listed[0]), len(listed[1])) == (50, 2)
    assert not listed[0] & listed[1]
    assert 'href="/achievements/mine?page=2"' in first
    for page in ("0", "-1", "999999", "x"):
        answer = life.get("college", f"/achievements/mine?page={page}")
        assert answer.status_code == 200
        assert "还没有成果" not in answer.get_data(as_text=True)
