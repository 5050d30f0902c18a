"""What the pages of an import show: every number, word and address made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from repositories.imports import (
    CHECKED,
    COMMITTING,
    DONE,
    FAILED,
    NEW,
    REFUSED,
    REPEATED,
    UNCHANGED,
    UPDATED,
)
from services.imports import batches
from services.imports.report import Problem, Report
from web import labels
from web.current import actor

ACTION_LABELS = {NEW: "新增", UPDATED: "更新", UNCHANGED: "未变", REPEATED: "重复", REFUSED: "未通过"}
_BADGES = {CHECKED: "wait", DONE: "done", FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class BatchView:
    """One file."""

    id: int
    href: str
    noun: str
    filename: str
    badge: str
    state_label: str
    parts: Sequence[str]
    busy: bool
    interrupted: bool
    waiting: bool
    finished: bool
    failed: bool
    writing: bool
    total: int
    done: int
    step_label: str
    stats: Sequence[tuple[int, str]]
    bad: int
    to_write: int
    may_publish: bool
    problems: Sequence[Problem]
    more_problems: bool
    hints: Sequence[tuple[int, str]]
    sample: Sequence[tuple[int, str, str]]
    ignored: str
    message: str
    outcome: str
    next_label: str
    next_href: str
    again_href: str
    counts_label: str


def batch_view(report: Report) -> BatchView:
    """The read model of a report."""
    counts = [(report.counts.get(action, 0), label) for action, label in ACTION_LABELS.items()]
    state = "已中断" if report.interrupted else report.state_name
    next_label, next_href = _next(report)
    return BatchView(
        id=report.id,
        href=url_for("imports.batch", batch_id=report.id),
        noun=report.noun,
        filename=report.filename,
        badge="failed" if report.interrupted else _BADGES.get(report.state, "running"),
        state_label=state,
        parts=[
            f"{report.total:,} 行{report.noun}" if report.total else "",
            f"工作表“{report.sheet}”" if report.sheet else "",
            f"上传于 {labels.moment(report.created_at)}",
        ],
        busy=report.busy,
        interrupted=report.interrupted,
        waiting=report.state == CHECKED,
        finished=report.state == DONE,
        failed=report.state == FAILED,
        writing=report.state == COMMITTING,
        total=report.total,
        done=report.done,
        step_label=_step_label(report),
        stats=[(n, label) for n, label in counts if n or label in ("新增", "未通过")],
        bad=report.bad,
        to_write=report.to_write,
        may_publish=actor().is_operator and report.library not in batches.LIVE_AT_ONCE,
        problems=report.problems,
        more_problems=report.bad > len({p.row for p in report.problems}),
        hints=report.hints,
        sample=[(row, ACTION_LABELS[action], title) for row, action, title in report.sample],
        ignored="、".join(report.ignored),
        message=report.message,
        outcome=_outcome(report),
        next_label=next_label,
        next_href=next_href,
        again_href=url_for("imports.new", library=report.library),
        counts_label="，".join(f"{label} {n:,}" for n, label in counts if n),
    )


def _step_label(report: Report) -> str:
    if report.state == COMMITTING:
        return "正在写入，写完之前库里不会只有一半"
    return "正在逐行检查" if report.total else "正在读取文件，大文件要十几秒"


def _outcome(report: Report) -> str:
    written = report.to_write
    if not written:
        return "没有新的内容要写入，库里已经是这样。"
    if report.library == "organisations":
        return f"已写入 {written:,} 个单位；有信用代码的已通过核验，没有的待核验。"
    if report.library == "patents":
        return f"已写入 {written:,} 件专利。它们还不是成果：下一步按发明人和内容分组，确认一组，就建一条成果草稿。"
    if report.publish:
        return f"已写入 {written:,} 条并发布；几秒后能按词查到，按意思要等向量算完。"
    return f"已写入 {written:,} 条。新增的进入待审核，审核通过后公开。"


def _next(report: Report) -> tuple[str, str]:
    """Where one looks for what was imported: operators in their queue, others among their own."""
    if report.library == "patents":
        return "看专利清单", url_for("patents.index")
    if actor().is_operator and report.publish:
        return f"看{report.noun}", url_for(f"{report.library}.index")
    if actor().is_operator:
        return "去审核", url_for("operator.review")
    return f"看我的{report.noun}", url_for(f"{report.library}.mine")
