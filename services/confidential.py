"""调阅: an operator opens a need's confidential part, with a reason, and its owner sees that it happened."""

from __future__ import annotations

from datetime import datetime

from repositories import audit
from repositories.listing import find
from repositories.needs import Need
from services import notices
from services.access import Actor, owns, require
from services.errors import FieldError, Invalid, NotFound
from services.platform import Platform

ACTION = "confidential.opened"


def open_part(platform: Platform, actor: Actor, need_id: int, reason: str) -> str:
    """The confidential text; the audit row and the owner's notice are written before it is given."""
    require(actor.is_operator and actor.is_signed_in)
    reason = reason.strip()
    if len(reason) < 4 or len(reason) > 500:
        raise Invalid([FieldError("reason", "请写明调阅原因（4 到 500 字），需求方会看到。")])
    with platform.database.write() as session:
        need = find(session, Need, need_id)
        if need is None or not need.confidential:
            raise NotFound()
        audit.write(session, actor, ACTION, "needs", need.id, reason)
        notices.tell_organisation(
            session, platform, need.organisation_id, ACTION,
            f"平台运营调阅了保密部分：{need.title}", f"原因：{reason}", f"/needs/{need.id}",
        )  # fmt: skip
        return need.confidential


def openings(platform: Platform, actor: Actor, need: Need) -> list[tuple[datetime, str]]:
    """(moment, reason) of every 调阅 of a need, for its owner and operators."""
    require(owns(actor, need) or actor.is_operator)
    with platform.database.read() as session:
        return [(row.at, row.reason) for row in audit.of_object(session, "needs", need.id, ACTION)]
