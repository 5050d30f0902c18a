"""The demonstration content: whole, marked, usable, and gone without a trace when it is taken out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from indexer.embedder import SentenceTransformerEmbedder
from indexer.verify import verify
from repositories.accounts import Account
from repositories.achievements import Achievement
from repositories.assignments import ACTIVE, Assignment
from repositories.audit import AuditRow
from repositories.deals import BROKERING, COMPLETED, ENDED, OPENED, STATE_NAMES, Deal, DealEvent
from repositories.introductions import Introduction
from repositories.leads import Lead, LeadAnswer
from repositories.listing import PUBLISHED, WITHDRAWN
from repositories.match_runs import MatchEntry, MatchRun, Pass
from repositories.needs import Need
from repositories.notices import Notice
from repositories.organisations import Organisation
from repositories.patents import Bundle, Patent
from repositories.shown import gone
from repositories.talents import Talent
from repositories.vectors import StoredVector
from services import demo, introductions, passing, recommend, signing
from services.access import Actor, actor_of
from services.deals import reading
from services.demonstration import content, vectors
from services.errors import Conflict
from services.leads import reading as lead_reading
from services.listings import entries
from services.patents import bundles
from services.runs import pair_run
from tests.support import World

LISTINGS = (Achievement, Need, Talent)
PAST = 30
"""Past deals, each with a need that is no longer public."""


def _count(world: World, model: type, *where: object) -> int:
    with world.platform.database.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where))  # type: ignore[arg-type,return-value]


def _actor(world: World, email: str) -> Actor:
    with world.platform.database.read() as session:
        return actor_of(session.scalars(select(Account).where(Account.email == email)).one())


@pytest.fixture
def loaded(world: World) -> World:
    demo.load(world.platform)
    return world


def test_what_is_loaded(loaded: World) -> None:
    assert _count(loaded, Organisation) == 30
    assert _count(loaded, Need, Need.state == PUBLISHED) == 60
    assert (
        _count(loaded, Need, Need.state == WITHDRAWN) == PAST == _count(loaded, Need, Need.state != PUBLISHED)
    )
    assert _count(loaded, Talent) == 40
    assert _count(loaded, Achievement, Achievement.organisation_id.is_not(None)) == 150
    assert _count(loaded, Achievement, Achievement.source.startswith("ChinaXiv:")) >= 1500
    for model in LISTINGS:
        assert _count(loaded, model, ~model.is_demo) == 0
        assert _count(loaded, model, model.state != PUBLISHED) == (PAST if model is Need else 0)
        assert _count(loaded, model, func.date(model.published_at).is_not(None)) == _count(loaded, model)
    with loaded.platform.database.read() as session:
        open_needs = session.scalars(select(Need).where(Need.state == PUBLISHED)).all()
        days = {need.published_at.date() for need in open_needs}
        today = loaded.platform.today()
        assert len(days) > 30
        assert all(need.expires_on > today for need in open_needs)


def test_deals_of_every_stage_with_all_that_belongs_to_them(loaded: World) -> None:
    today = loaded.platform.today()
    with loaded.platform.database.read() as session:
        deals = session.scalars(select(Deal)).all()
        by_state = Counter(deal.state for deal in deals)
        assert by_state[COMPLETED] + by_state[ENDED] == PAST
        assert set(by_state) == set(STATE_NAMES)
        assert len({deal.end_reason for deal in deals if deal.state == ENDED}) >= 6
        assert all(deal.is_demo for deal in deals)
        for deal in deals:
            lines = session.scalars(
                select(DealEvent).where(DealEvent.deal_id == deal.id).order_by(DealEvent.id)
            ).all()
            assert [one.at for one in lines] == sorted(one.at for one in lines), deal.id
            assert lines[0].kind == "opened"
            assert [one.state for one in lines if one.state][-1] == deal.state
            assert all(one.at <= loaded.platform.now() for one in lines)
            entry = session.get(MatchEntry, deal.entry_id)
            assert entry.reasons, deal.id
            assert session.get(MatchRun, entry.run_id).basis == "public"
            if deal.is_under_way and not deal.both_agreed:
                assert deal.answer_due_on > today
        active = session.execute(
            select(Talent, func.count()).join(Assignment, Assignment.talent_id == Talent.id)
            .where(Assignment.state.in_(ACTIVE)).group_by(Talent.id)
        ).all()  # fmt: skip
        assert active
        assert all(load <= talent.capacity for talent, load in active)
    assert len(demo.addresses(loaded.platform)) == 5


def test_no_manager_of_the_demonstration_is_tied_to_a_side(loaded: World) -> None:
    """Their posts and declared relations would forbid it, and a demonstration should not show what the rules refuse."""
    with loaded.platform.database.read() as session:
        houses = {row.id: row.name for row in session.scalars(select(Organisation))}
        for talent, deal in session.execute(
            select(Talent, Deal).join(Assignment, Assignment.talent_id == Talent.id)
            .join(Deal, Deal.id == Assignment.deal_id)
        ):  # fmt: skip
            ties = {one["organisation"] for one in (*talent.affiliations, *talent.relations)}
            assert not ties & {houses[deal.enterprise_id], houses[deal.university_id]}, (
                talent.title,
                deal.id,
            )


def test_each_demonstration_account_finds_deals_of_its_own(loaded: World) -> None:
    """What waits, what is led, what ended: nobody meets an empty page first."""
    for email, tabs in (
        ("enterprise@demo.example", ("open", "completed")), ("university@demo.example", ("todo", "open", "completed")),
        ("manager@demo.example", ("todo", "open", "completed", "ended")),
        ("operator@demo.example", ("todo", "open", "completed", "ended")),
        ("operator2@demo.example", ("todo",)),
    ):  # fmt: skip
        found = reading.listed(loaded.platform, _actor(loaded, email), "open", 0, 5)
        assert all(found.counts[tab] for tab in tabs), (email, found.counts)


def test_papers_say_what_chinaxiv_says_and_no_more(loaded: World) -> None:
    with loaded.platform.database.read() as session:
        papers = session.scalars(select(Achievement).where(Achievement.organisation_id.is_(None))).all()
    assert papers
    for paper in papers:
        assert paper.source.startswith("ChinaXiv:20")
        assert paper.source.endswith("(CC-BY 4.0)")
        assert paper.title
        assert paper.abstract
        invented = (paper.trl, paper.price_min, paper.price_max, paper.account_id, paper.team, paper.contact_name,
                    paper.region, paper.industry, paper.discipline, paper.summary)  # fmt: skip
        assert not any(invented), paper.title
        assert paper.modes == paper.ip == paper.forms == []


def test_accounts_own_listings_and_can_sign_in(loaded: World) -> None:
    secret = demo.password(loaded.platform)
    assert len(secret) >= 10
    assert {role for _, role in demo.addresses(loaded.platform)} == {
        "enterprise", "university", "manager", "operator",
    }  # fmt: skip
    for address, _ in demo.addresses(loaded.platform):
        assert signing.sign_in(loaded.platform, address, secret, "127.0.0.1", "test")
    own = {
        "enterprise@demo.example": (Need, 3),
        "university@demo.example": (Achievement, 5),
        "manager@demo.example": (Talent, 1),
    }
    for address, (model, least) in own.items():
        assert _count(loaded, model, model.account_id == _actor(loaded, address).account_id) >= least


def test_a_changed_password_setting_reaches_the_accounts(loaded: World) -> None:
    stored = loaded.platform.settings.data / demo.PASSWORD_FILE
    assert stored.stat().st_mode & 0o077 == 0
    stored.write_text("another demonstration secret", encoding="ascii")
    demo.keep_password(loaded.platform)
    assert signing.sign_in(
        loaded.platform, "operator@demo.example", "another demonstration secret", "::1", "test"
    )


def test_loading_twice_is_refused_and_changes_nothing(loaded: World) -> None:
    before = [_count(loaded, model) for model in LISTINGS]
    with pytest.raises(Conflict):
        demo.load(loaded.platform)
    assert [_count(loaded, model) for model in LISTINGS] == before


def test_every_listing_has_a_shipped_vector_and_the_index_needs_no_model(loaded: World) -> None:
    keys = set(vectors.load(loaded.platform.embedder.model_id))
    lacking = [row.title for row in content.read(loaded.platform).listings if row.vector_key not in keys]
    assert lacking == [], "demo/vectors.npz is older than the content: flask --app app demo vectors"
    loaded.index()
    assert not loaded.platform.embedder.ready
    for name in ("achievements", "needs", "talents"):
        drift = verify(
            loaded.platform.database, loaded.platform.index, name, loaded.platform.embedder.model_id
        )
        assert drift.clean
        assert drift.without_vector == ()


def test_shipped_vectors_are_those_of_the_model(loaded: World, tmp_path: Path) -> None:
    rows = content.read(loaded.platform).listings
    sample = rows[:: len(rows) // 24]
    embedder = SentenceTransformerEmbedder("e5-small-zh", tmp_path / "models", threads=None)
    known = vectors.load(embedder.model_id)
    fresh = vectors.encode(embedder, sample, lambda *_: None)
    cosines = [float(np.dot(known[key], vector)) for key, vector in fresh.items()]
    assert len(cosines) >= 24
    assert min(cosines) >= 0.999


def test_removal_leaves_what_is_real_and_nothing_else(world: World) -> None:
    real_enterprise = world.enterprise(email="real@example.org", name="真实企业")
    real_university = world.university(email="teacher@example.org", name="真实大学")
    real_need = world.listing(real_enterprise, "needs", title="高温合金叶片激光熔覆修复用粉末")
    real_achievement = world.listing(
        real_university, "achievements", title="镍基高温合金激光熔覆修复粉末及工艺"
    )
    demo.load(world.platform)
    world.index()
    demo_enterprise = _actor(world, "enterprise@demo.example")
    tried = world.listing(demo_enterprise, "needs", title="试用时录入的激光熔覆需求")
    world.index()
    with world.platform.database.write() as session:
        person = session.get(Account, world.person("joined@example.org", "enterprise").account_id)
        person.organisation_id = demo_enterprise.organisation_id
    kept = recommend.for_listing(world.platform, real_enterprise, "needs", real_need.id)
    lines = kept.ranked
    introductions.ask(
        world.platform, real_enterprise, next(i for i in lines if i.row.id == real_achievement.id).entry_id
    )
    demo_line = next(i for i in lines if i.row.is_demo and i.row.organisation_id is not None)
    introductions.ask(world.platform, real_enterprise, demo_line.entry_id)
    paper = next(i for i in lines if i.row.is_demo and i.row.organisation_id is None)
    passing.put_aside(world.platform, real_enterprise, paper.entry_id, "direction")
    with world.platform.database.write() as session:
        talent = session.scalars(select(Talent).limit(1)).one()
        real_deal = Deal(
            need_id=real_need.id, achievement_id=real_achievement.id, state=BROKERING,
            enterprise_id=real_enterprise.organisation_id, university_id=real_university.organisation_id,
            opened_by="enterprise", answer_due_on=world.platform.today(),
        )  # fmt: skip
        real_run = pair_run(world.platform, real_need, real_achievement)
        session.add(real_run)
        session.flush()
        real_deal.entry_id = real_run.entries[0].id
        session.add(real_deal)
        session.flush()
        session.add(Assignment(deal_id=real_deal.id, talent_id=talent.id, due_on=world.platform.today()))
    recommend.for_listing(world.platform, demo_enterprise, "needs", tried.id)
    operator = world.operator("decider@example.org")
    entries.act(world.platform, operator, "needs", tried.id, "return", "试用内容，请勿公开")
    with world.platform.database.read() as session:
        log = session.scalars(select(AuditRow.id)).all()

    removed = demo.remove(world.platform)

    assert (removed.organisations, removed.accounts, removed.needs) == (30, 5, 61 + PAST)
    assert _count(world, Deal) == 1, "a real deal stays, and waits for a real manager"
    assert _count(world, Deal, Deal.state == OPENED) == 1
    assert _count(world, Assignment) == _count(world, DealEvent) == 0
    assert not demo.is_loaded(world.platform)
    assert [_count(world, model) for model in LISTINGS] == [1, 1, 0]
    assert _count(world, Account) == 4
    assert _count(world, Account, Account.organisation_id.is_(None)) == 2
    assert _count(world, Organisation) == 2
    assert _count(world, Introduction) == 1
    assert _count(world, Pass) == 0
    assert _count(world, MatchRun, MatchRun.subject_id != real_need.id) == 0
    assert _count(world, MatchEntry, MatchEntry.achievement_id != real_achievement.id) == 0
    # the log stays whole, and a listing that gets the id of one that went does not inherit its history
    assert _count(world, AuditRow, AuditRow.id.in_(log)) == len(log)
    assert _count(world, AuditRow, AuditRow.object_id == tried.id, AuditRow.object_type == "needs") == 0
    assert _count(world, AuditRow, AuditRow.action == "demo.removed") == 1
    with world.platform.database.read() as session:
        decided = session.scalars(select(AuditRow).where(AuditRow.action == "listing.return")).one()
    assert (decided.account_id, decided.object_id) == (operator.account_id, tried.id)
    assert decided.reason == "试用内容，请勿公开"
    page = world.client("decider@example.org").get("/operator/audit?kind=listing.").get_data(as_text=True)
    assert f"已移除的演示需求 {tried.id}" in page
    assert _count(world, Notice) > 0
    assert _count(world, StoredVector) <= 2
    with world.platform.database.read() as session:
        assert len(gone(session, "achievements", ("public", "members"))) == removed.achievements
    again = recommend.for_listing(world.platform, real_enterprise, "needs", real_need.id)
    assert {i.row.id for i in again.ranked} == {real_achievement.id}
    world.index()
    assert world.platform.index.state("achievements").documents == 1
    assert world.platform.index.state("talents").documents == 0
    demo.load(world.platform)
    assert _count(world, Organisation) == 32


def test_an_empty_platform_has_no_demonstration(world: World) -> None:
    assert demo.is_empty(world.platform)
    assert not demo.is_loaded(world.platform)
    removed = demo.remove(world.platform)
    assert removed.organisations == removed.achievements == 0


def test_some_leads_are_answered_and_a_list_of_patents_waits(loaded: World) -> None:
    manager, university = _actor(loaded, "manager@demo.example"), _actor(loaded, "university@demo.example")
    loaded.index()
    leads = lead_reading.listed(loaded.platform, manager, lead_reading.Wish(), 1, 50)
    assert leads.counts["interested"] == 2
    assert leads.counts["passed"] == 1
    mine = lead_reading.Wish(state="interested")
    assert any(line.interested for line in lead_reading.listed(loaded.platform, manager, mine, 1, 50).items)
    house = university.organisation_id or 0
    rows, counts = bundles.listing(loaded.platform, university, house, "proposed")
    assert counts["proposed"] == len(rows) == 3
    assert sorted(size for _, size in rows) == [3, 3, 4]
    demo.remove(loaded.platform)
    assert [_count(loaded, model) for model in (Lead, LeadAnswer, Patent, Bundle)] == [0, 0, 0, 0]
