"""Recurring work: what runs out, what is overdue, what may be forgotten, what must be sent.

Each task is one function that may run twice or late without harm. One that raises is logged and shown to operators
in its outcome; it never stops the others.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from repositories import accounts, audit, manager_runs, schedule, upkeep
from repositories import introductions as introduction_rows
from repositories.accounts import Account
from repositories.database import Session
from repositories.listing import ListingColumns, due_to_expire
from services import assignments, introductions, mail, notices, vault
from services.access import COMMAND
from services.deals import consent
from services.imports import batches
from services.leads import making
from services.listings import confirming
from services.listings.library import LIBRARIES, Library
from services.platform import Platform
from services.proposals import asking

log = logging.getLogger(__name__)

RUNS_KEPT = timedelta(days=90)
NOTICES_KEPT = timedelta(days=180)
LETTERS_KEPT = timedelta(days=3)
REMIND_BEFORE = timedelta(days=7)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Task:
    """One recurring task: `run` gives the line operators read."""

    name: str
    label: str
    every: timedelta
    run: Callable[[Platform], str]


def expire_listings(platform: Platform) -> str:
    """Published and paused listings whose last day has passed leave the public; their owners are told."""
    total = 0
    for library in LIBRARIES.values():
        while True:
            with platform.database.write() as session:
                rows = due_to_expire(session, library.model, platform.today(), BATCH)
                for row in rows:
                    row.move(session, "expire", platform.now())
                    audit.write(session, COMMAND, "listing.expire", library.name, row.id)
                    body = "有效期已过，已自动下线；打开页面可以续期。"
                    _tell_owner(session, platform, library, row, "listing.expired", "已到期", body)
            total += len(rows)
            if len(rows) < BATCH:
                break
    return f"到期下线 {total} 条"


def remind(platform: Platform) -> str:
    """Owners hear a week before that a listing runs out, and sides three days before that their answer is due; once."""
    today, total = platform.today(), 0
    for library in LIBRARIES.values():
        with platform.database.write() as session:
            rows = upkeep.expiring(
                session, library.model, today, today + REMIND_BEFORE, platform.now(), limit=20 * BATCH
            )
            for row in rows:
                body = f"{row.expires_on:%Y-%m-%d} 之后将自动下线；仍然有效的话，请打开页面续期。"
                total += _tell_owner(session, platform, library, row, upkeep.EXPIRING, "即将到期", body)
    return f"提醒 {total + consent.remind(platform)} 条"


def expire_introductions(platform: Platform) -> str:
    """Requests nobody answered in time are closed."""
    return f"逾期 {introductions.expire(platform)} 条"


def expire_deals(platform: Platform) -> str:
    """Deals a side did not answer in time are ended."""
    return f"逾期 {consent.expire(platform)} 条"


def make_leads(platform: Platform) -> str:
    """What was published becomes leads; leads whose sides have left the public are closed."""
    turn = making.make_due(platform)
    return f"新线索 {turn.made} 条，关闭 {turn.closed} 条" + (
        "；索引暂时不可用，稍后补做" if turn.away else ""
    )


def reopen_leads(platform: Platform) -> str:
    """Leads that were closed because a side left come back when both sides are public again."""
    return f"恢复 {making.reopen(platform)} 条"


def expire_proposals(platform: Platform) -> str:
    """Needs written for enterprises that did not answer in time stay their writers' drafts."""
    return f"逾期 {asking.expire(platform)} 条"


def expire_offers(platform: Platform) -> str:
    """Managers who did not answer in time are asked no longer; operators hear who is next."""
    return f"逾期 {assignments.expire(platform)} 条"


def ask_confirmation(platform: Platform) -> str:
    """Owners are asked whether what they have long not confirmed still stands; until then it sinks."""
    return f"请确认 {confirming.ask(platform)} 条"


def prune(platform: Platform) -> str:
    """Forget what has run out: sessions, links, tokens, failures, old runs, notices, staged imports."""
    now = platform.now()
    with platform.database.write() as session:
        accounts.prune(session, now)
    with platform.database.write() as session:
        runs = introduction_rows.prune_runs(session, now - RUNS_KEPT)
        runs += manager_runs.prune(session, now - RUNS_KEPT)
    with platform.database.write() as session:
        gone = upkeep.prune_notices(session, now - NOTICES_KEPT, now - LETTERS_KEPT)
    files = batches.prune(platform)
    swept = vault.sweep(platform)
    return f"清理匹配记录 {runs} 条、通知 {gone} 条、导入暂存 {files} 份、无主文件 {swept} 个"


def send_mail(platform: Platform) -> str:
    """Letters that wait are sent."""
    if not platform.settings.mail_on:
        return "未设置邮件服务器"
    return f"发出 {mail.send_waiting(platform)} 封"


TASKS: tuple[Task, ...] = (
    Task("mail", "发送邮件", timedelta(seconds=5), send_mail),
    Task("leads", "生成线索", timedelta(seconds=5), make_leads),
    Task("reopen_leads", "恢复线索", timedelta(minutes=15), reopen_leads),
    Task("expire_listings", "到期下线", timedelta(minutes=15), expire_listings),
    Task("expire_introductions", "引荐逾期", timedelta(minutes=15), expire_introductions),
    Task("expire_deals", "项目答复逾期", timedelta(minutes=15), expire_deals),
    Task("expire_offers", "经理人逾期未确认", timedelta(minutes=15), expire_offers),
    Task("expire_proposals", "代拟需求逾期", timedelta(minutes=15), expire_proposals),
    Task("remind", "到期提醒", timedelta(hours=6), remind),
    Task("ask_confirmation", "请发布者确认", timedelta(hours=6), ask_confirmation),
    Task("prune", "清理", timedelta(hours=1), prune),
)


class Scheduler:
    """Runs each task when its time has come, in whichever process claims it first."""

    def __init__(self, platform: Platform, tasks: tuple[Task, ...] = TASKS) -> None:
        """All tasks are looked at on the first call of `run_due`."""
        self._platform, self._tasks = platform, tasks
        self._look_at = dict.fromkeys((task.name for task in tasks), 0.0)

    def run_due(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Run what is due now; gives how many tasks ran here."""
        ran = 0
        for task in self._tasks:
            if stopping():
                break
            if time.monotonic() < self._look_at[task.name]:
                continue
            # Other processes may have the turn: ask again after a fraction of the period, so that a missed one
            # is made up for soon, and not at every beat of the loop.
            self._look_at[task.name] = time.monotonic() + min(60.0, task.every.total_seconds())
            ran += run_task(self._platform, task)
        return ran


def run_task(platform: Platform, task: Task) -> bool:
    """Claim a task and run it; False when it is not due or another process has it. Raises nothing."""
    try:
        if not schedule.claim(platform.database, task.name, task.every, platform.now()):
            return False
        try:
            outcome = task.run(platform)
        except Exception as error:
            log.exception("the task %s failed", task.name)
            outcome = f"失败：{type(error).__name__}: {error}"
        schedule.finished(platform.database, task.name, outcome, platform.now())
        return True
    except platform.database.busy_errors as busy:
        log.warning("the task %s must wait: the database is busy (%s)", task.name, type(busy).__name__)
        return False


def _tell_owner(
    session: Session,
    platform: Platform,
    library: Library,
    row: ListingColumns,
    kind: str,
    what: str,
    body: str,
) -> bool:
    """Tell the organisation, or the person whose profile it is; False where there is nobody."""
    subject, href = f"{library.noun}{what}：{row.title}", f"/{library.name}/{row.id}"
    if row.organisation_id is not None and library.name != "talents":
        notices.tell_organisation(session, platform, row.organisation_id, kind, subject, body, href)
        return True
    account = session.get(Account, row.account_id) if row.account_id is not None else None
    if account is None or not account.is_active:
        return False
    notices.tell(session, platform, account, kind, subject, body, href)
    return True
