"""The three libraries: lists, single listings, entering, editing and moving them. One set of routes for all three."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import marshmallow as ma

from repositories import candidates, introductions, listing
from repositories.accounts import MANAGER, OPERATOR
from repositories.database import Session
from repositories.listing import ListingColumns
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.shown import Shown
from repositories.talents import Talent, of_account
from services import record, search
from services.access import CREATORS, Actor, owns
from services.errors import FieldError, Invalid, NotFound
from services.listings import confirming, entries
from services.listings.library import LIBRARIES
from web.access import ANYONE, SIGNED_IN
from web.api.blueprint import ID, PREFIX, endpoint
from web.api.documents import listing_document
from web.api.filters import chosen_filters, list_query
from web.api.revisions import IF_MATCH, IF_NONE_MATCH, revision_asked, tagged
from web.api.schemas import ALIASES, INPUT, OUTPUT, SINGULAR, Paging
from web.api.values import Out, Strict, Text
from web.current import actor, platform

TAGS = {"achievements": "技术成果", "needs": "技术需求", "talents": "技术转移人才"}


class Reason(Strict):
    """The optional word with a verb."""

    may_be_empty = True

    reason = Text(1000, load_default="", metadata={"description": "原因；退回（return）时必填"})


class OwnQuery(Paging):
    """One's own listings."""

    state = Text(12, load_default="", metadata={"description": f"状态：{'、'.join(listing.STATE_NAMES)}"})


def _page_schema(library: str) -> type[ma.Schema]:
    item = ma.fields.List(ma.fields.Nested(OUTPUT[library]))
    return type(
        f"{SINGULAR[library]}Page",
        (ma.Schema,),
        {
            "items": item,
            "total": Out("integer", "按词找到的条数"),
            "page": Out("integer"),
            "per_page": Out("integer"),
            "facets": Out("object", "每个筛选字段：代码 → 条数"),
            "also_by_meaning": ma.fields.List(
                ma.fields.Nested(OUTPUT[library]),
                metadata={"description": "用词不同但意思相近的，不计入 total"},
            ),
            "by_meaning": Out("boolean", "这次有没有按意思查找"),
        },
    )


def _own_page_schema(library: str) -> type[ma.Schema]:
    return type(
        f"Own{SINGULAR[library]}Page",
        (ma.Schema,),
        {
            "items": ma.fields.List(ma.fields.Nested(OUTPUT[library])),
            "total": Out("integer"),
            "page": Out("integer"),
            "per_page": Out("integer"),
            "states": Out("object", "每个状态的条数"),
        },
    )


def _page(
    documents: list[dict[str, Any]], total: int, page: int, per_page: int, **more: Any
) -> dict[str, Any]:
    return {"items": documents, "total": total, "page": page, "per_page": per_page, **more}


def _documents(library: str, rows: tuple[Shown, ...], person: Actor) -> list[dict[str, Any]]:
    more = _beside(library, [shown.row.id for shown in rows])
    return [
        listing_document(shown.row, shown.organisation, person) | more.get(shown.row.id, {}) for shown in rows
    ]


def _beside(library: str, ids: list[int]) -> dict[int, dict[str, Any]]:
    """What is counted, not entered: a manager's load and record, for a whole list at once."""
    if library != "talents":
        return {}
    return {
        row_id: {
            "load": brief.load,
            "record": {
                "led": brief.tally.led, "completed": brief.tally.completed, "ended": brief.tally.ended,
                "under_way": brief.tally.under_way,
            },
        }
        for row_id, brief in record.briefs(platform(), ids).items()
    }  # fmt: skip


def _answer(row: ListingColumns, person: Actor, status: int = 200) -> Any:
    """One listing with its ETag; an owner's organisation and an agreed introduction are looked up in two queries."""
    with platform().database.read() as session:
        organisation = session.get(Organisation, row.organisation_id) if row.organisation_id else None
        agreed = _agreed(session, row, person)
    known = listing_document(row, organisation, person, agreed=agreed)
    document = OUTPUT[row.library]().dump(known | _beside(row.library, [row.id]).get(row.id, {}))
    response = tagged(document, status)
    if status == 201:
        response.headers["Location"] = f"{PREFIX}/{row.library}/{row.id}"
    return response


def _agreed(session: Session, row: ListingColumns, person: Actor) -> bool:
    """Whether an accepted introduction opened this need's enterprise to the person's organisation."""
    if not isinstance(row, Need) or person.organisation_id is None or owns(person, row):
        return False
    asked = introductions.of_need(session, row.id).values()
    return any(
        i.state == "accepted" and i.achievement.organisation_id == person.organisation_id for i in asked
    )


@contextmanager
def spoken_names(library: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body under the catalogue's names; errors go back under the name the caller used."""
    aliases = ALIASES.get(library, {})
    used = {target: alias for alias, target in aliases.items() if alias in body or target not in body}
    raw = {aliases.get(key, key): value for key, value in body.items()}
    try:
        yield raw
    except Invalid as invalid:
        found = [FieldError(used.get(e.field, e.field), e.message) for e in invalid.errors]
        raise Invalid(found, invalid.message) from None


def _routes(library: str) -> None:
    """Declare the routes of one library."""
    one, tag, noun = SINGULAR[library].lower(), TAGS[library], LIBRARIES[library].noun
    creators = tuple(sorted(CREATORS[library]))

    @endpoint("GET", f"/{library}", ANYONE, tag=tag, name=f"list_{library}", query=list_query(library),
              answer=_page_schema(library), summary=f"检索{noun}",
              description="total 与 facets 只数按词找到的；只在意思上相近的在 also_by_meaning。")  # fmt: skip
    def find(query: dict[str, Any]) -> Any:
        person = actor()
        found = search.search(
            platform(), person, library, query["q"], chosen_filters(library, query), query["sort"],
            query["page"], query["per_page"],
        )  # fmt: skip
        return _page(
            _documents(library, found.items, person), found.total, found.page, found.per_page,
            facets={name: dict(counts) for name, counts in found.facets.items()},
            also_by_meaning=_documents(library, found.meaning, person), by_meaning=found.by_meaning,
        )  # fmt: skip

    @endpoint("GET", f"/{library}/{ID.format('listing_id')}", ANYONE, tag=tag, name=f"get_{one}",
              answer=OUTPUT[library], headers=(IF_NONE_MATCH,), summary=f"一条{noun}")  # fmt: skip
    def get(listing_id: int) -> Any:
        person = actor()
        return _answer(entries.get(platform(), person, library, listing_id), person)

    @endpoint("POST", f"/{library}", *creators, tag=tag, name=f"create_{one}", body=INPUT[library],
              answer=OUTPUT[library], status=201, summary=f"录入{noun}",
              description="存为草稿；发布用 POST …/publish。需求录入后马上可以取推荐。")  # fmt: skip
    def create(body: dict[str, Any]) -> Any:
        person = actor()
        with spoken_names(library, body) as raw:
            row = entries.create(platform(), person, library, raw)
        return _answer(row, person, 201)

    @endpoint("PATCH", f"/{library}/{ID.format('listing_id')}", *creators, tag=tag, name=f"edit_{one}",
              body=INPUT[library], answer=OUTPUT[library], headers=(IF_MATCH,), summary=f"修改{noun}",
              description="只改给出的字段。已发布的由所有者修改公开内容后，要再审核。")  # fmt: skip
    def edit(body: dict[str, Any], listing_id: int) -> Any:
        person = actor()
        # a stranger learns neither that it exists nor that a header is missing
        entries.get(platform(), person, library, listing_id)
        with spoken_names(library, body) as raw:
            row = entries.edit(
                platform(), person, library, listing_id, raw, revision=revision_asked(), partial=True
            )
        return _answer(row, person)

    @endpoint("POST", f"/{library}/{ID.format('listing_id')}/<string:verb>", *creators, tag=tag,
              name=f"move_{one}", body=Reason, answer=OUTPUT[library], summary=f"{noun}的状态",
              description=f"verb：{'、'.join(f'{v}（{n}）' for v, n in entries.VERB_NAMES.items())}。"
              "所有者的 publish 等于提交审核；由运营发布或退回。")  # fmt: skip
    def move(body: dict[str, Any], listing_id: int, verb: str) -> Any:
        person = actor()
        if verb == "publish" and not person.is_operator:
            verb = "submit"
        return _answer(entries.act(platform(), person, library, listing_id, verb, body["reason"]), person)

    @endpoint("GET", f"/me/{library}", SIGNED_IN, tag=tag, name=f"my_{library}", query=OwnQuery,
              answer=_own_page_schema(library), summary=f"我的{noun}")  # fmt: skip
    def mine(query: dict[str, Any]) -> Any:
        return _own(library, query)

    if library != "talents":  # of a profile there is one

        @endpoint("POST", f"/me/{library}/confirm", *creators, tag=tag, name=f"confirm_my_{library}",
                  answer=ma.Schema.from_dict({"confirmed": Out("integer")}, name=f"{SINGULAR[library]}Confirmed"),
                  summary=f"确认我的{noun}仍然有效",
                  description="很久没有确认的全部确认一遍；单条用 POST …/confirm。不算修改，不用重新审核。")  # fmt: skip
        def confirm_mine() -> Any:
            return {"confirmed": confirming.confirm_all(platform(), actor(), library)}


def _own(library: str, query: Mapping[str, Any]) -> dict[str, Any]:
    person, model, state = actor(), LIBRARIES[library].model, query["state"]
    if state and state not in listing.STATE_NAMES:
        raise Invalid(
            [FieldError("state", f"没有“{state}”这个状态，可用：{'、'.join(listing.STATE_NAMES)}。")]
        )
    page, size = query["page"], query["per_page"]
    with platform().database.read() as session:
        if library == "talents":
            own = _own_profile(session, person)
            rows = [r for r in own if not state or r.state == state][(page - 1) * size : page * size]
            counts = {r.state: 1 for r in own}
        elif person.organisation_id is None:
            rows, counts = [], {}
        else:
            owner = person.organisation_id
            counts = listing.count_by_state(session, model, owner)
            rows = listing.of_owner(session, model, owner, (page - 1) * size, size, state)
        organisation = session.get(Organisation, person.organisation_id) if person.organisation_id else None
    total = counts.get(state, 0) if state else sum(counts.values())
    more = _beside(library, [r.id for r in rows])
    documents = [listing_document(r, organisation, person) | more.get(r.id, {}) for r in rows]
    return _page(documents, total, page, size, states=counts)


def _own_profile(session: Session, person: Actor) -> list[ListingColumns]:
    row: Talent | None = of_account(session, person.account_id or 0) if person.role == MANAGER else None
    return [row] if row is not None else []


@endpoint("GET", "/reviews/<string:library>", OPERATOR, tag="平台运营", query=Paging, summary="待审核的条目",
          description="library：achievements、needs、talents；等得最久的在前，最多 100 条。",
          answer=ma.Schema.from_dict({"items": ma.fields.List(Out("object"))}, name="ReviewQueue"))  # fmt: skip
def reviews(query: dict[str, Any], library: str) -> Any:
    """What waits for the operator."""
    if library not in LIBRARIES:
        raise NotFound()
    person = actor()
    with platform().database.read() as session:
        rows = listing.waiting_for_review(session, LIBRARIES[library].model, query["per_page"])
        known = {}
        if library in candidates.MODELS:
            ids = [row.id for row in rows]
            known = candidates.load(session, library, ids, platform().embedder.model_id, public_only=False)
    owners = {row_id: one.organisation for row_id, one in known.items()}
    return {"items": [listing_document(row, owners.get(row.id), person) for row in rows]}


for _name in LIBRARIES:
    _routes(_name)
