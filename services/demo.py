"""The demonstration content: loading it, taking it out, and whether it is there.

Everything is marked `is_demo`, and goes out in one transaction: a platform is a demonstration or it is not.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from repositories import accounts, audit, demonstration, outbox, vectors
from repositories.accounts import Account
from repositories.database import Session
from repositories.demonstration import Removed
from repositories.organisations import Organisation
from services.access import COMMAND
from services.credentials import hash_password, matches
from services.demonstration import content as files
from services.demonstration import deals, leads, patents
from services.demonstration import vectors as shipped
from services.errors import Conflict
from services.platform import Platform

REMEMBER_SECONDS = 60.0
PASSWORD_FILE = "demo_password"  # noqa: S105 (the name of a file)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was loaded; `with_vector` says how many listings need no encoding."""

    organisations: int
    achievements: int
    needs: int
    talents: int
    deals: int
    with_vector: int


_known: dict[str, tuple[float, bool]] = {}


def is_loaded(platform: Platform) -> bool:
    """Whether this platform shows demonstration content; remembered for a minute, every page asks."""
    key, now = str(platform.database.url), time.monotonic()
    known = _known.get(key)
    if known is not None and now - known[0] < REMEMBER_SECONDS:
        return known[1]
    with platform.database.read() as session:
        found = demonstration.is_loaded(session)
    _known[key] = (now, found)
    return found


def is_empty(platform: Platform) -> bool:
    """Whether nobody and nothing is on this platform yet."""
    with platform.database.read() as session:
        return demonstration.is_empty(session)


def password(platform: Platform) -> str:
    """The demonstration accounts' password: the setting, else made once and kept in the data folder."""
    if platform.settings.demo_password:
        return str(platform.settings.demo_password)
    path = platform.settings.data / PASSWORD_FILE
    platform.settings.data.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write("demo-" + "-".join(secrets.token_hex(2) for _ in range(3)))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def addresses(platform: Platform) -> list[tuple[str, str]]:
    """(address, role) of the demonstration accounts that can sign in."""
    with platform.database.read() as session:
        return [(account.email or "", account.role) for account in demonstration.accounts(session)]


def load(platform: Platform, progress: Progress = lambda *_: None) -> Loaded:
    """Put the demonstration content in; raises Conflict when some is there already. One transaction for everything, more
    for deals and answered leads, whose reasons are judged on what then stands there, and for the patent list.

    `progress(step, done, total)` is told how far it is.
    """
    if is_empty(platform) is False and _loaded_now(platform):
        raise Conflict("演示内容已经载入。")
    progress("Reading the demonstration content", 0, 3)
    content = files.read(platform)
    known = shipped.load(platform.embedder.model_id)
    hashed = hash_password(password(platform))
    progress("Writing it to the database", 1, 3)
    with platform.database.write() as session:
        _store(session, platform, content, hashed)
        wanted = {row.vector_key for row in content.listings}
        here = {key: vector for key, vector in known.items() if key in wanted}
        vectors.put_many(session, platform.embedder.model_id, here)
    by_number = {row.external_id or "": row for row in content.listings}
    done = deals.store(platform, content.deals, by_number)
    leads.store(platform, (raw for _, raw in files.lines(files.FOLDER, "leads.jsonl")), by_number)
    house = next(one for one in content.organisations if one.external_id == patents.HOUSE)
    patents.store(platform, (raw for _, raw in files.lines(files.FOLDER, "patents.jsonl")), house.id)
    progress("Writing it to the database", 3, 3)
    _known.clear()
    return Loaded(
        organisations=len(content.organisations),
        achievements=len(content.achievements) + len(content.papers),
        needs=len(content.needs),
        talents=len(content.talents),
        deals=done,
        with_vector=len(here),
    )


def remove(platform: Platform) -> Removed:
    """Take every demonstration row out, with what hangs on it, and queue the withdrawals for the index."""
    with platform.database.write() as session:
        removed = demonstration.remove(session)
        audit.write(session, COMMAND, "demo.removed", "demonstration", 0, "", **asdict(removed))
    _known.clear()
    return removed


def keep_password(platform: Platform) -> None:
    """Let the demonstration accounts have the password of the setting, when it was changed since they were made."""
    wanted = password(platform)
    with platform.database.read() as session:
        stale = [a.id for a in demonstration.accounts(session) if not matches(a.password_hash, wanted)]
    if stale:
        hashed = hash_password(wanted)
        with platform.database.write() as session:
            for account_id in stale:
                account = session.get(Account, account_id)
                assert account is not None
                account.password_hash = hashed
                accounts.sign_out_everywhere(session, account_id)


def write_vectors(platform: Platform, progress: Callable[[int, int], None]) -> int:
    """Encode the demonstration content anew and write the shipped file; gives how many vectors it holds."""
    found = shipped.encode(platform.embedder, files.read(platform).listings, progress)
    shipped.save(platform.embedder.model_id, found)
    return len(found)


def _loaded_now(platform: Platform) -> bool:
    with platform.database.read() as session:
        return demonstration.is_loaded(session)


def _store(session: Session, platform: Platform, content: files.Content, hashed: str) -> None:
    """Organisations, people, listings, outbox: each by few statements."""
    session.add_all(content.organisations)
    session.flush()
    by_code = {o.uscc: o.id for o in content.organisations}
    by_external = {o.external_id: o for o in content.organisations}
    people = [_account(platform, raw, by_external, hashed) for raw in content.accounts]
    session.add_all(people)
    session.flush()
    own = {a.organisation_id: a.id for a in people if a.organisation_id is not None}
    profiles = {raw["talent"]: a.id for raw, a in zip(content.accounts, people, strict=True) if raw["talent"]}
    for row in content.listings:
        code = content.owners.get(row.external_id or "")
        if code is not None:
            row.organisation_id = by_code[code]
            row.account_id = own.get(row.organisation_id)
        elif row.external_id in profiles:
            row.account_id = profiles[row.external_id]
    session.add_all(content.listings)
    session.flush()
    for library in ("achievements", "needs", "talents"):
        ids = [row.id for row in content.listings if row.library == library and row.is_public]
        outbox.record_many(session, library, ids, "publish")


def _account(
    platform: Platform, raw: Mapping[str, Any], organisations: Mapping[str | None, Organisation], hashed: str
) -> Account:
    organisation = organisations[raw["organisation"]] if raw["organisation"] else None
    return Account(
        email=raw["email"], role=raw["role"], name=raw["name"], password_hash=hashed, is_demo=True,
        organisation_id=organisation.id if organisation else None, created_at=platform.now(),
        # Nobody reads mail at these addresses, so none is sent there.
        confirmed_at=platform.now(), mail_notices=False,
    )  # fmt: skip
