"""From patents to an achievement's draft: bundles proposed by software, and the one a person confirmed.

Patents that stand in an achievement of the house already are left alone. A confirmed bundle is a draft like any other;
publishing it is the ordinary review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matching import bundling
from repositories import audit, patents
from repositories.organisations import Organisation
from repositories.patents import CONFIRMED, PROPOSED, Bundle, Patent
from services.access import Actor, keeps_patents_of, require
from services.errors import Conflict
from services.listings import entries
from services.listings.catalogue import FIELDS
from services.listings.library import library_of
from services.patents import numbers, terms
from services.patents.bundles import as_read, new_bundle, open_bundle, right_of, touch, typed_title, within
from services.platform import Platform

TEAM_NAMED = 4


def propose(platform: Platform, actor: Actor, house_id: int) -> int:
    """Bundle what still stands and no person has put anywhere; gives how many bundles wait now. Raises NotFound.

    Reading and working out happen before the transaction: three thousand patents take seconds.
    """
    require(keeps_patents_of(actor, house_id), seen=False)
    with platform.database.read() as session:
        rows = patents.free(session, house_id)
        untouched = [
            b for b, _ in patents.bundles(session, house_id, PROPOSED, 0, 10_000) if b.decided_by is None
        ]
        for bundle in untouched:
            rows += patents.of_bundle(session, bundle.id)
        listed = {numbers.canonical(number) for number in patents.listed_numbers(session, house_id) if number}
    living = [
        row
        for row in sorted(rows, key=lambda r: r.id)
        if _may_serve(row, platform) and row.number not in listed
    ]
    rights = [right_of(row) for row in living]
    found = bundling.propose(rights, platform.ranker.ngrams)
    with platform.database.write() as session:
        patents.forget_untouched(session, house_id)
        session.flush()
        free = {row.id for row in patents.free(session, house_id)}
        for proposal in found:
            if not free.issuperset(proposal.ids):
                continue  # somebody took one of them meanwhile
            bundle = new_bundle(session, platform, house_id, proposal.title, proposal.reason)
            patents.move(session, proposal.ids, bundle.id)
            free.difference_update(proposal.ids)
        waiting = patents.bundle_counts(session, house_id).get(PROPOSED, 0)
        audit.write(
            session,
            actor,
            "bundles.proposed",
            "organisations",
            house_id,
            patents=len(rights),
            waiting=waiting,
        )
    return waiting


def confirm(platform: Platform, actor: Actor, bundle_id: int, *, title: str = "", mark: str = "") -> int:
    """Make the achievement's draft, with the rights filled in; gives its id. Publishing it is the ordinary review.

    `mark`: what was read (`Opened.mark`); raises Stale when the bundle holds something else by now.
    """
    library = library_of("achievements")
    with platform.database.write() as session:
        bundle = open_bundle(session, actor, bundle_id)
        as_read(session, bundle, mark)
        rows = patents.of_bundle(session, bundle.id)
        if not rows:
            raise Conflict("这一组里已经没有专利。")
        within(len(rows))
        bundle.title = typed_title(title) or bundle.title
        organisation = session.get(Organisation, bundle.organisation_id)
        values = {f.name: f.empty for f in FIELDS["achievements"]} | _content(bundle, rows, platform)
        values["region"] = organisation.region if organisation else ""
        keeper = replace(actor, organisation_id=bundle.organisation_id)
        library.check(values, platform.today())
        achievement = entries.insert(session, keeper, library, values, platform)
        bundle.state, bundle.achievement_id = CONFIRMED, achievement.id
        touch(bundle, actor, platform)
        audit.write(session, actor, "bundle.confirmed", "bundles", bundle.id, achievement=achievement.id)
        return int(achievement.id)


def _content(bundle: Bundle, rows: Sequence[Patent], platform: Platform) -> dict[str, object]:
    """Maturity stays 未评估: a patent says nothing about it."""
    told = max(rows, key=lambda row: (len(row.abstract), -row.id))
    people = list(dict.fromkeys(name for row in rows for name in row.inventors))
    team = "、".join(people[:TEAM_NAMED]) + ("等" if len(people) > TEAM_NAMED else "")
    forms = {row.type for row in rows if row.type in platform.vocabularies.forms.codes}
    return {
        "title": bundle.title,
        "abstract": told.abstract,
        "team": team[:120],
        "forms": [code for code in platform.vocabularies.forms.codes if code in forms],
        "ip": [
            {
                "type": row.type, "number": ("ZL" if _is_granted(row) else "") + row.number,
                "status": terms.state_today(row.status, row.expires_on, platform.today()),
                "expiry": row.expires_on.isoformat() if row.expires_on else None,
            }
            for row in rows
        ],
    }  # fmt: skip


def _may_serve(row: Patent, platform: Platform) -> bool:
    """A right that has ended carries no achievement; who wants it in one all the same ticks it by hand."""
    return terms.state_today(row.status, row.expires_on, platform.today()) not in terms.DEAD


def _is_granted(row: Patent) -> bool:
    """Whether the number is written as a Chinese patent's."""
    return row.status in terms.IN_FORCE and row.number[:1].isdigit()
