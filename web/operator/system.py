"""The state of the machinery: index, queue, recurring tasks, database, mail – each number opens to what it counts."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from indexer.port import IndexState, IndexUnavailable
from repositories import audit, desk, listing, outbox, schedule
from repositories.listing import PUBLISHED
from services.listings.library import LIBRARIES
from services.scheduler import TASKS
from web import labels
from web.access import rule
from web.current import actor, platform
from web.operator.blueprint import blueprint, page

PARKED_SHOWN = 50
SLOW_SECONDS = 30
"""A waiting job older than this means that no indexer is at work: an idle machine needs two seconds."""


@blueprint.get("/system")
@rule("operator")
def system() -> Any:
    """Everything at a glance, and what needs a person."""
    here = platform()
    with here.database.read() as session:
        published = {
            name: listing.count_by_state(session, one.model).get(PUBLISHED, 0)
            for name, one in LIBRARIES.items()
        }
        waiting, parked, oldest = outbox.depth(session)
        queued, stuck = outbox.waiting_by_library(session), outbox.parked(session, PARKED_SHOWN)
        tasks, letters = {t.name: t for t in schedule.all_tasks(session)}, desk.letters(session)
    age = int((here.now() - oldest).total_seconds()) if oldest else 0
    return page(
        "system.html", "system", libraries=[_library(name, published[name], queued.get(name, 0)) for name in LIBRARIES],
        depth=waiting, parked=parked, age=_age(age) if waiting else "", slow=waiting > 0 and age > SLOW_SECONDS,
        stuck=[
            {"library": LIBRARIES[j.library].noun if j.library in LIBRARIES else j.library, "id": j.subject_id,
             "href": url_for(f"{j.library}.detail", row_id=j.subject_id) if j.library in LIBRARIES else "",
             "fact": j.fact, "error": j.error, "since": labels.moment(j.created_at), "attempts": j.attempts}
            for j in stuck
        ],
        tasks=[_task(one, tasks.get(one.name)) for one in TASKS],
        database="SQLite" if here.database.is_sqlite else "PostgreSQL", letters=letters,
        mail=here.settings.smtp_host or "", model=here.embedder.model_id, warm=here.embedder.ready,
        index_kind=here.settings.index, ranker=here.ranker.name, now=labels.moment(here.now()),
    )  # fmt: skip


@blueprint.post("/system/retry")
@rule("operator")
def retry() -> Any:
    """Send parked jobs round again."""
    here = platform()
    with here.database.write() as session:
        count = outbox.retry_parked(session, here.now())
        if count:
            audit.write(session, actor(), "index.retried", "outbox_jobs", 0, jobs=count)
    flash(f"{count} 个停放的任务重新排队，几秒内会再试。" if count else "没有停放的任务。", "ok")
    return redirect(url_for("operator.system"), 303)


def _library(name: str, published: int, queued: int) -> dict[str, Any]:
    try:
        state: IndexState | None = platform().index.state(name)
    except IndexUnavailable:
        state = None
    notes = []
    if state is None:
        notes.append("索引不可用")
    else:
        if not state.generation:
            notes.append("还没有建立")
        if not state.up_to_date_shape:
            notes.append("字段或模型已变，需要重建")
        if not state.consistent:
            notes.append("与记录不一致，需要核对")
        if len(state.live) > 1:
            notes.append("正在重建")
        if queued == 0 and state.documents != published:
            notes.append(f"与已发布相差 {abs(published - state.documents)} 条，请核对")
    return {
        "noun": LIBRARIES[name].noun, "published": published, "queued": queued,
        "href": url_for(f"{name}.index"), "generation": state.generation if state else "",
        "documents": state.documents if state else None, "with_vector": state.with_vector if state else None,
        "model": state.model_id if state else "", "notes": notes,
    }  # fmt: skip


def _task(one: Any, row: Any) -> dict[str, str]:
    return {
        "label": one.label, "every": _age(int(one.every.total_seconds())),
        "last": labels.moment(row.finished_at) if row and row.finished_at else "还没有运行过",
        "next": labels.moment(row.next_at) if row else "工作进程启动后", "outcome": row.outcome if row else "",
    }  # fmt: skip


def _age(seconds: int) -> str:
    for unit, size in (("天", 86400), ("小时", 3600), ("分钟", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} 秒"
