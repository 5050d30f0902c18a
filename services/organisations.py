"""Organisations: signing up with a checked code, being approved, being renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repositories import audit, organisations, suspension
from repositories.accounts import ENTERPRISE, INSTITUTION, MANAGER, UNIVERSITY, Account
from repositories.database import Session
from repositories.organisations import APPROVED, PENDING, REJECTED, Organisation
from services import notices
from services.access import Actor, require
from services.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.listings.catalogue import ORGANISATION
from services.listings.reading import clean, read_fields
from services.platform import Platform

DEFAULT_KIND = {
    ENTERPRISE: "enterprise", UNIVERSITY: "university", INSTITUTION: "transfer_institution", MANAGER: "other",
}  # fmt: skip


OPERATORS_FIELDS = frozenset({"name", "uscc", "kind", "external_id"})
"""What was checked against the licence is changed by operators only."""


SUGGESTED = 1_000


def suggestions(platform: Platform) -> list[str]:
    """Names one may mean when typing where somebody works."""
    with platform.database.read() as session:
        return organisations.house_names(session, SUGGESTED)


READ_FIRST = frozenset({"public_alias", "intro", "website"})
"""What the public reads of an approved organisation: an operator reads it before."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person said about the organisation while signing up."""

    values: Mapping[str, Any]


def read_sign_up(platform: Platform, raw: Mapping[str, Any], role: str) -> Wanted:
    """The organisation part of a sign-up form; raises Invalid with the form's own field names."""
    names = {"organisation_name": "name"}
    typed = {
        names.get(k, k): v for k, v in raw.items() if k in ("organisation_name", "uscc", "region", "kind")
    }
    typed.setdefault("kind", DEFAULT_KIND.get(role, "other"))
    typed["kind"] = typed["kind"] or DEFAULT_KIND.get(role, "other")
    try:
        values = read_fields(ORGANISATION, typed, platform.vocabularies)
    except Invalid as invalid:
        back = {v: k for k, v in names.items()}
        raise Invalid([FieldError(back.get(e.field, e.field), e.message) for e in invalid.errors]) from None
    return Wanted(values)


def join(session: Session, platform: Platform, account: Account, wanted: Wanted) -> Organisation:
    """Tie a new account to its organisation in the caller's transaction.

    A code that is already here raises Invalid: operators add people to an organisation; a stranger who knows its
    public code does not become one of it.
    """
    if organisations.by_uscc(session, wanted.values["uscc"]) is not None:
        message = "平台上已有这个单位，请联系贵单位已有账户的同事，或联系平台运营为您开通账户。"
        raise Invalid([FieldError("uscc", message)])
    twin = organisations.find(session, wanted.values["name"])
    if twin is not None:
        message = f"平台上已有同名单位，信用代码不同（{(twin.uscc or '未登记')[:4]}…），请核对。"
        raise Invalid([FieldError("organisation_name", message)])
    known = Organisation(**{**wanted.values, "external_id": None}, state=PENDING)
    known.created_at = known.updated_at = platform.now()
    session.add(known)
    session.flush()
    account.organisation_id = known.id
    notices.tell_operators(
        session, platform, "organisation.pending", f"新单位待核验：{known.name}",
        "请核对名称与统一社会信用代码。", f"/operator/organisations/{known.id}",
    )  # fmt: skip
    return known


def decide(platform: Platform, actor: Actor, organisation_id: int, approve: bool, reason: str = "") -> None:
    """Approve or reject an organisation (operators); rejecting needs a reason.

    What is public of a house that loses its approval leaves the public in the same transaction, and comes back with
    the approval.
    """
    require(actor.is_operator)
    if not approve and not reason.strip():
        raise Invalid([FieldError("reason", "请写明不通过的原因，提交人要据此修改。")])
    if len(reason) > 500:
        raise Invalid([FieldError("reason", f"原因最多 500 字，现在有 {len(reason)} 字。")])
    with platform.database.write() as session:
        organisation = session.get(Organisation, organisation_id, with_for_update={"of": Organisation})
        if organisation is None:
            raise NotFound()
        target = APPROVED if approve else REJECTED
        if organisation.state == target:
            raise Conflict("已经是这个结论。")
        organisation.state, organisation.state_reason = target, "" if approve else reason.strip()[:500]
        organisation.updated_at = now = platform.now()
        moved = (
            suspension.restore(session, organisation.id, platform.today(), now) if approve
            else suspension.suspend(session, organisation.id, now)
        )  # fmt: skip
        audit.write(
            session, actor, f"organisation.{target}", "organisations", organisation.id, reason, rows=moved
        )
        count = sum(len(ids) for ids in moved.values())
        subject = f"单位核验{'通过' if approve else '未通过'}：{organisation.name}"
        if approve:
            body = "现在可以提交发布、请求引荐。" + (
                f"先前暂停展示的 {count} 条内容已恢复公开。" if count else ""
            )
        else:
            paused = f"贵单位已公开的 {count} 条内容已暂停展示，重新通过核验后自动恢复。" if count else ""
            body = f"原因：{organisation.state_reason}\n{paused}".strip()
        notices.tell_organisation(
            session, platform, organisation.id, "organisation.decided", subject, body, "/account/organisation"
        )


def edit(
    platform: Platform, actor: Actor, organisation_id: int, raw: Mapping[str, Any], revision: int
) -> Organisation:
    """Change an organisation; its own people may change all but the code and the name, operators everything.

    What the public reads of an approved one waits for an operator; until then the old words stand.
    """
    require(actor.is_operator or actor.organisation_id == organisation_id)
    with platform.database.write() as session:
        organisation = session.get(Organisation, organisation_id, with_for_update={"of": Organisation})
        if organisation is None:
            raise NotFound()
        if organisation.revision != revision:
            raise Stale()
        fields = [f for f in ORGANISATION if actor.is_operator or f.name not in OPERATORS_FIELDS]
        values = read_fields(fields, raw, platform.vocabularies, partial=True)
        _refuse_double(session, organisation.id, values)
        if organisation.is_approved and not actor.is_operator:
            waits = {k: values.pop(k) for k in READ_FIRST & values.keys()}
            _propose(session, platform, actor, organisation, waits)
        changed = {k for k, v in values.items() if getattr(organisation, k) != v}
        if not changed:
            return organisation
        for key in changed:
            setattr(organisation, key, values[key] or None if key in ("external_id", "uscc") else values[key])
        organisation.revision += 1
        organisation.updated_at = platform.now()
        organisation.renamed(session)
        audit.write(
            session, actor, "organisation.edited", "organisations", organisation.id, fields=sorted(changed)
        )
    return organisation


def as_wanted(organisation: Organisation) -> dict[str, Any]:
    """What its own people read and write in their form: the words that wait over those that stand."""
    standing = {f.name: getattr(organisation, f.name) for f in ORGANISATION}
    return standing | (organisation.proposed or {})


def settle(
    platform: Platform,
    actor: Actor,
    organisation_id: int,
    accept: bool,
    revision: int | None,
    reason: str = "",
) -> None:
    """Let the words an organisation proposes stand, or decline them with a reason (operators); raises Stale when they
    were changed since they were read."""
    require(actor.is_operator)
    reason = clean(reason)
    if not accept and not reason:
        raise Invalid([FieldError("reason", "请写明不采用的原因，对方据此修改。")])
    if len(reason) > 500:
        raise Invalid([FieldError("reason", f"原因最多 500 字，现在有 {len(reason)} 字。")])
    with platform.database.write() as session:
        organisation = session.get(Organisation, organisation_id, with_for_update={"of": Organisation})
        if organisation is None:
            raise NotFound()
        if organisation.proposed is None:
            raise Conflict("没有等待审核的资料改动，可能已有同事处理。")
        if revision is not None and organisation.revision != revision:
            raise Stale("对方刚刚又修改了资料，下面已是最新内容，请再看一遍。")
        wanted, organisation.proposed = organisation.proposed, None
        if accept:
            for name, value in wanted.items():
                setattr(organisation, name, value)
            organisation.renamed(session)
        organisation.revision += 1
        organisation.updated_at = platform.now()
        done = "accepted" if accept else "declined"
        audit.write(
            session,
            actor,
            f"organisation.words_{done}",
            "organisations",
            organisation.id,
            reason,
            fields=sorted(wanted),
        )
        body = "新的称呼、简介或网址已经生效。" if accept else f"原因：{reason}"
        notices.tell_organisation(
            session, platform, organisation.id, "organisation.words",
            f"单位资料改动{'已采用' if accept else '未采用'}：{organisation.name}", body, "/account/organisation",
        )  # fmt: skip


def _propose(
    session: Session, platform: Platform, actor: Actor, organisation: Organisation, waits: Mapping[str, Any]
) -> None:
    """Keep words for an operator to read; those that are what stands already wait for nobody."""
    before = organisation.proposed
    wanted = {k: v for k, v in waits.items() if v != getattr(organisation, k)}
    rest = {k: v for k, v in (before or {}).items() if k not in waits}
    after = (rest | wanted) or None
    if after == before:
        return
    organisation.proposed = after
    organisation.revision += 1
    organisation.updated_at = platform.now()
    audit.write(
        session, actor, "organisation.words_proposed", "organisations", organisation.id, fields=sorted(wanted)
    )
    if before is None:
        notices.tell_operators(
            session, platform, "organisation.proposed", f"单位资料改动待审核：{organisation.name}",
            "改动通过前，公开显示的仍是原来的内容。", f"/operator/organisations/{organisation.id}",
        )  # fmt: skip


def _refuse_double(session: Session, own_id: int, values: Mapping[str, Any]) -> None:
    """Name, code and external id are unique; say which one is taken and by whom instead of failing on commit."""
    errors = []
    for name, label in (("name", "名称"), ("uscc", "信用代码"), ("external_id", "外部编号")):
        other = organisations.with_value(session, name, values[name]) if values.get(name) else None
        if other is not None and other.id != own_id:
            errors.append(FieldError(name, f"这个{label}已属于“{other.name}”，请核对。"))
    if errors:
        raise Invalid(errors)


def public_label(organisation: Organisation | None, *, shown: bool) -> str:
    """How an organisation is called where its name may be hidden."""
    if organisation is None:
        return ""
    return organisation.name if shown else (organisation.public_alias or "某企业")
