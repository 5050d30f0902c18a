"""Whose listing a row is: the uploader's own, the one chosen for the file, or the one the row names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from repositories import imports
from repositories.database import Session
from repositories.organisations import APPROVED, Organisation
from services.access import Actor
from services.errors import Invalid
from services.imports.columns import OWNER_CODE, OWNER_NAME
from services.imports.rows import NOBODY, Owner, Reading, owner_said
from services.listings.catalogue import field_of
from services.listings.reading import read_fields
from services.platform import Platform

_CODE = replace(field_of("organisations", "uscc"), name=OWNER_CODE, required=False)
_KIND_WORDS = (("university", "大学"), ("university", "学院"), ("institute", "研究"))


@dataclass(frozen=True, slots=True)
class Whose:
    """The rule for one file. `own` binds every row to one organisation; `make`: unknown ones are created."""

    default: Owner = NOBODY
    own: bool = False
    make: bool = False
    publish: bool = False


def rule_for(actor: Actor, organisation_id: int | None, publish: bool) -> Whose:
    """Operators and the command line say whose a row is; everybody else imports for the own organisation."""
    if actor.is_operator:
        # Only the command line, which has no account, makes organisations: on a page nobody read about them before.
        return Whose(Owner(organisation_id), make=publish and actor.account_id is None, publish=publish)
    return Whose(Owner(actor.organisation_id), own=True)


def assign(session: Session, readings: Sequence[Reading], whose: Whose) -> None:
    """Give each reading its owner, or an error naming the column and the remedy."""
    said = {id(reading): owner_said(reading.said) for reading in readings}
    known = _Known(session, said.values(), whose)
    verdicts: dict[tuple[str, str], tuple[Owner, str, str]] = {}
    for reading in readings:
        pair = said[id(reading)]
        if pair not in verdicts:
            verdicts[pair] = known.judge(*pair)
        reading.owner, name, message = verdicts[pair]
        if message:
            reading.refuse(name, message)


class _Known:
    """The organisations a file speaks of."""

    def __init__(self, session: Session, pairs: Iterable[tuple[str, str]], whose: Whose) -> None:
        self.whose = whose
        names = {name for name, _ in pairs if name}
        codes = {code for _, code in pairs if code}
        found = imports.organisations_called(session, names, codes, names)
        default = whose.default.organisation_id
        self.default = session.get(Organisation, default) if default is not None else None
        self.by_code = {o.uscc: o for o in found if o.uscc}
        self.by_name = {key: o for o in found for key in (o.external_id, o.name) if key}
        self.codes_said: dict[str, set[str]] = {}
        for name, code in pairs:
            if name and code:
                self.codes_said.setdefault(name, set()).add(code)

    def judge(self, name: str, code: str) -> tuple[Owner, str, str]:
        """(owner, faulty column, message) for what a row says."""
        if not name and not code:
            return self._allowed(self.default)
        if code:
            try:
                code = read_fields([_CODE], {OWNER_CODE: code}, None)[OWNER_CODE]
            except Invalid as invalid:
                return NOBODY, OWNER_CODE, invalid.errors[0].message
        found = self.by_code.get(code) if code else None
        if found is not None and name and name not in (found.name, found.external_id):
            return (
                NOBODY,
                OWNER_NAME,
                f"这个信用代码在平台上是“{found.name}”，与“{name[:30]}”不一致，请核对。",
            )
        if found is None and name:
            found = self.by_name.get(name)
            if found is not None and code and found.uscc and found.uscc != code:
                return NOBODY, OWNER_CODE, f"“{found.name}”在平台上登记的信用代码不是这个，请核对。"
        if self.whose.own:
            if found is not None and self.default is not None and found.id == self.default.id:
                return Owner(found.id), "", ""
            mine = self.default.name if self.default is not None else "本单位"
            return NOBODY, OWNER_NAME, f"只能导入本单位（{mine}）的内容，请改成本单位或删去单位这一列。"
        if found is not None:
            return self._allowed(found)
        return self._new(name, code)

    def _allowed(self, organisation: Organisation | None) -> tuple[Owner, str, str]:
        if organisation is None:
            return NOBODY, "", ""
        if self.whose.publish and not organisation.is_approved:
            return NOBODY, OWNER_NAME, f"“{organisation.name}”还没有通过单位核验，核验后才能发布它的内容。"
        return Owner(organisation.id), "", ""

    def _new(self, name: str, code: str) -> tuple[Owner, str, str]:
        if not self.whose.make:
            return (
                NOBODY,
                OWNER_NAME,
                f"平台上没有单位“{(name or code)[:30]}”，请先导入单位，或在上传时选择归属单位。",
            )
        if not name:
            return NOBODY, OWNER_NAME, f"平台上没有代码为 {code} 的单位，请同时填写单位名称。"
        if len(name) > 200:
            return NOBODY, OWNER_NAME, "单位名称最多 200 字，请改用规范全称。"
        codes = self.codes_said.get(name, set())
        if len(codes) > 1:
            return NOBODY, OWNER_CODE, f"文件里“{name[:30]}”有 {len(codes)} 个不同的信用代码，请核对。"
        return Owner(None, name, next(iter(codes), "")), "", ""


def make(session: Session, platform: Platform, library: str, owners: Iterable[Owner]) -> dict[Owner, Owner]:
    """Create the organisations that are not here, approved (only the command line may); maps each to its id."""
    made: dict[Owner, Owner] = {}
    for owner in sorted(set(owners), key=lambda o: o.name):
        organisation = Organisation(
            name=owner.name, uscc=owner.code or None, kind=_kind(library, owner), state=APPROVED,
            region="", created_at=platform.now(), updated_at=platform.now(),
        )  # fmt: skip
        session.add(organisation)
        session.flush()
        made[owner] = Owner(organisation.id)
    return made


def _kind(library: str, owner: Owner) -> str:
    """91… is an enterprise's code (GB 32100); else the name tells; a need comes from an enterprise."""
    if owner.code.startswith("91") or (library == "needs" and not owner.code):
        return "enterprise"
    return next((kind for kind, word in _KIND_WORDS if word in owner.name), "other")
