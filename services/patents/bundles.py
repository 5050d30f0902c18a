"""Bundles of patents as people work on them: read, put together, renamed, split, merged, dismissed.

Only waiting ones change; what a person touched is never proposed anew. `drafting` proposes and confirms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.text import normalise
from matching import bundling
from matching.bundling import Right
from repositories import audit, patents
from repositories.database import Session
from repositories.patents import BUNDLE_STATE_NAMES, DISMISSED, PROPOSED, Bundle, Patent
from services.access import Actor, keeps_patents_of, require
from services.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.listings.catalogue import field_of
from services.listings.reading import clean
from services.platform import Platform

MOST = field_of("achievements", "ip").limit
"""Patents a bundle may hold: as many as an achievement has room for."""
TITLE = field_of("achievements", "title").limit
PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle with its patents; `next_id` the one to decide after it, `others` those it may be merged with.

    `mark` changes with what the bundle holds: whoever decides says what he or she read.
    """

    bundle: Bundle
    patents: tuple[Patent, ...]
    mark: str
    position: int = 0
    of: int = 0
    next_id: int | None = None
    others: tuple[tuple[int, str, int], ...] = ()


def listing(
    platform: Platform, actor: Actor, house_id: int, state: str, number: int = 1, per_page: int = PER_PAGE
) -> tuple[list[tuple[Bundle, int]], dict[str, int]]:
    """(bundles of one state with their sizes, bundles by state)."""
    require(keeps_patents_of(actor, house_id), seen=False)
    with platform.database.read() as session:
        counts = patents.bundle_counts(session, house_id)
        rows = patents.bundles(session, house_id, state, (max(number, 1) - 1) * per_page, per_page)
    return rows, counts


def get(platform: Platform, actor: Actor, bundle_id: int) -> Opened:
    """A bundle as it is decided on; raises NotFound. Four queries."""
    with platform.database.read() as session:
        bundle = _mine(session, actor, bundle_id)
        rows = tuple(patents.of_bundle(session, bundle.id))
        waiting = patents.waiting_ids(session, bundle.organisation_id)
        others = patents.bundles(session, bundle.organisation_id, PROPOSED, 0, 200)
    place = waiting.index(bundle.id) if bundle.id in waiting else -1
    left = [one for one in waiting if one != bundle.id]
    return Opened(
        bundle=bundle, patents=rows, mark=mark_of(bundle, rows), position=place + 1, of=len(waiting),
        next_id=waiting[place + 1] if 0 <= place < len(waiting) - 1 else (left[0] if left else None),
        others=tuple((b.id, b.title, n) for b, n in others if b.id != bundle.id),
    )  # fmt: skip


def make(
    platform: Platform, actor: Actor, house_id: int, patent_ids: Iterable[int], title: str = ""
) -> Bundle:
    """A bundle somebody puts together by hand; raises Invalid, Conflict when a patent is decided already."""
    require(keeps_patents_of(actor, house_id), seen=False)
    wanted = list(dict.fromkeys(patent_ids))
    with platform.database.write() as session:
        rows = [row for row in (patents.find(session, one) for one in wanted) if row is not None]
        if not rows or len(rows) != len(wanted) or any(row.organisation_id != house_id for row in rows):
            raise Invalid([FieldError("patent_ids", "请先勾选本单位清单里的专利。")])
        within(len(rows))
        left = {row.bundle_id for row in rows if row.bundle_id is not None}
        for one in sorted(left):
            _require_open(patents.find_bundle(session, one, lock=True))
        rights = [right_of(row) for row in rows]
        reason = bundling.reason_of(rights, platform.ranker.ngrams) if len(rights) > 1 else ""
        bundle = new_bundle(
            session, platform, house_id, typed_title(title) or rows[0].title, reason or "人工选出", actor
        )
        patents.move(session, wanted, bundle.id)
        for one in sorted(left):
            _tidy(session, platform, one)
        audit.write(session, actor, "bundle.made", "bundles", bundle.id, patents=wanted)
    return bundle


def rename(platform: Platform, actor: Actor, bundle_id: int, title: str) -> Bundle:
    """Give a waiting bundle another name: the title its achievement will have."""
    with platform.database.write() as session:
        bundle = open_bundle(session, actor, bundle_id)
        name = typed_title(title)
        if not name:
            raise Invalid([FieldError("title", "请填写成果名称。")])
        audit.write(session, actor, "bundle.renamed", "bundles", bundle.id, before=bundle.title)
        bundle.title = name
        touch(bundle, actor, platform)
    return bundle


def split(platform: Platform, actor: Actor, bundle_id: int, patent_ids: Iterable[int]) -> Bundle:
    """Take patents of a waiting bundle into a new one of their own; gives the new one. Raises Invalid, Conflict."""
    with platform.database.write() as session:
        bundle = open_bundle(session, actor, bundle_id)
        rows = patents.of_bundle(session, bundle.id)
        chosen = _members(rows, patent_ids)
        if len(chosen) == len(rows):
            raise Invalid([FieldError("patent_ids", "全部勾选就没有可拆的了，请留下至少一件。")])
        rights = [right_of(row) for row in chosen]
        reason = bundling.reason_of(rights, platform.ranker.ngrams) if len(rights) > 1 else ""
        new = new_bundle(
            session, platform, bundle.organisation_id, chosen[0].title, reason or "从另一组拆出", actor
        )
        patents.move(session, (row.id for row in chosen), new.id)
        touch(bundle, actor, platform)
        audit.write(
            session, actor, "bundle.split", "bundles", bundle.id, into=new.id, patents=[r.id for r in chosen]
        )
    return new


def release(platform: Platform, actor: Actor, bundle_id: int, patent_ids: Iterable[int]) -> Bundle:
    """Take patents out of a waiting bundle; they stand alone again."""
    with platform.database.write() as session:
        bundle = open_bundle(session, actor, bundle_id)
        chosen = _members(patents.of_bundle(session, bundle.id), patent_ids)
        patents.move(session, (row.id for row in chosen), None)
        touch(bundle, actor, platform)
        audit.write(
            session, actor, "bundle.released", "bundles", bundle.id, patents=[row.id for row in chosen]
        )
        _tidy(session, platform, bundle.id)
    return bundle


def merge(platform: Platform, actor: Actor, bundle_id: int, other_id: int) -> Bundle:
    """Put all patents of another waiting bundle into this one; the other is gone. Raises Invalid, Conflict."""
    with platform.database.write() as session:
        bundle, other = open_bundle(session, actor, bundle_id), open_bundle(session, actor, other_id)
        if bundle.id == other.id or bundle.organisation_id != other.organisation_id:
            raise Invalid([FieldError("bundle_id", "请选择本单位的另一组。")])
        rows = patents.of_bundle(session, other.id)
        within(len(rows) + len(patents.of_bundle(session, bundle.id)))
        patents.move(session, (row.id for row in rows), bundle.id)
        touch(bundle, actor, platform)
        audit.write(session, actor, "bundle.merged", "bundles", bundle.id, taken=other.id, patents=len(rows))
        session.delete(other)
    return bundle


def dismiss(platform: Platform, actor: Actor, bundle_id: int, mark: str = "") -> Bundle:
    """No achievement is made of it; its patents stay in it, so that they are not proposed again."""
    with platform.database.write() as session:
        bundle = open_bundle(session, actor, bundle_id)
        as_read(session, bundle, mark)
        bundle.state = DISMISSED
        touch(bundle, actor, platform)
        audit.write(session, actor, "bundle.dismissed", "bundles", bundle.id)
    return bundle


def restore(platform: Platform, actor: Actor, bundle_id: int) -> Bundle:
    """A dismissed bundle waits again."""
    with platform.database.write() as session:
        bundle = _mine(session, actor, bundle_id, lock=True)
        if bundle.state != DISMISSED:
            raise Conflict(f"这一组现在是“{BUNDLE_STATE_NAMES[bundle.state]}”，不用恢复。")
        bundle.state = PROPOSED
        touch(bundle, actor, platform)
        audit.write(session, actor, "bundle.restored", "bundles", bundle.id)
    return bundle


def mark_of(bundle: Bundle, rows: Sequence[Patent]) -> str:
    """A short digest of the title and the members."""
    text = f"{bundle.title}|{sorted(row.id for row in rows)}"
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def right_of(row: Patent) -> Right:
    """The patent as the bundling reads it."""
    return Right(
        id=row.id, title=row.title, text=normalise(row.title), body=normalise(row.abstract), type=row.type,
        inventors=tuple(row.inventors or ()), filed_on=row.filed_on,
    )  # fmt: skip


def new_bundle(
    session: Session, platform: Platform, house_id: int, title: str, reason: str, actor: Actor | None = None
) -> Bundle:
    """A waiting bundle without members yet; with an actor it counts as touched by a person."""
    bundle = Bundle(
        organisation_id=house_id, title=title[:TITLE], reason=reason[:500], state=PROPOSED,
        created_at=platform.now(), decided_by=actor.account_id if actor else None,
    )  # fmt: skip
    session.add(bundle)
    session.flush()
    return bundle


def touch(bundle: Bundle, actor: Actor, platform: Platform) -> None:
    """Whoever changed or decided it; the next run of proposals leaves it alone."""
    bundle.decided_by, bundle.decided_at = actor.account_id, platform.now()


def _tidy(session: Session, platform: Platform, bundle_id: int) -> None:
    """A bundle nothing is left in goes."""
    session.flush()
    bundle = patents.find_bundle(session, bundle_id)
    if bundle is not None and not patents.of_bundle(session, bundle_id):
        session.delete(bundle)


def _mine(session: Session, actor: Actor, bundle_id: int, *, lock: bool = False) -> Bundle:
    bundle = patents.find_bundle(session, bundle_id, lock=lock)
    if bundle is None or not keeps_patents_of(actor, bundle.organisation_id):
        raise NotFound()
    return bundle


def open_bundle(session: Session, actor: Actor, bundle_id: int) -> Bundle:
    """A waiting bundle of a house this person keeps, held until the end; raises NotFound, Conflict."""
    bundle = _mine(session, actor, bundle_id, lock=True)
    _require_open(bundle)
    return bundle


def _require_open(bundle: Bundle | None) -> None:
    if bundle is not None and bundle.state != PROPOSED:
        raise Conflict(f"“{bundle.title}”这一组现在是“{BUNDLE_STATE_NAMES[bundle.state]}”，不能再改。")


def as_read(session: Session, bundle: Bundle, mark: str) -> None:
    """Raise Stale when the bundle is not what was read any more; an empty mark skips the check."""
    if mark and mark != mark_of(bundle, patents.of_bundle(session, bundle.id)):
        raise Stale("您打开之后，这一组已被别人改过。请看清现在的内容再确认。")


def _members(rows: Sequence[Patent], patent_ids: Iterable[int]) -> list[Patent]:
    wanted = set(patent_ids)
    chosen = [row for row in rows if row.id in wanted]
    if not chosen or len(chosen) != len(wanted):
        raise Invalid([FieldError("patent_ids", "请勾选这一组里的专利。")])
    return chosen


def within(number: int) -> None:
    """Raise Invalid when a bundle would hold more than an achievement has room for."""
    if number > MOST:
        raise Invalid([FieldError("patent_ids", f"一组最多 {MOST} 件，现在有 {number} 件，请先拆开。")])


def typed_title(typed: str) -> str:
    """A title as it is stored; raises Invalid when it is too long."""
    title = " ".join(clean(typed).split())
    if len(title) > TITLE:
        raise Invalid([FieldError("title", f"成果名称最多 {TITLE} 字，现在有 {len(title)} 字。")])
    return title
