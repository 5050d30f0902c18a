"""`import LIBRARY FILE`: a spreadsheet into a library, with a report by row. Exit code 1 when any row was refused."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from repositories.imports import DONE, FAILED, NEW, REPEATED, UNCHANGED, UPDATED
from services.access import COMMAND
from services.imports import steps
from services.imports.batches import LIVE_AT_ONCE
from services.imports.columns import NAMES
from services.imports.report import Report
from web.commands.problems import told
from web.current import platform

_HINTS = 10


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(import_file)


@click.command("import")
@click.argument("library", type=click.Choice(list(NAMES)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check and report only; nothing is left behind.")
@click.option("--good-rows-only", is_flag=True, help="Skip refused rows instead of refusing the whole file.")
@click.option(
    "--organisation", default="", help="Owner of rows that name none: credit code, external id or name."
)
@with_appcontext
def import_file(library: str, file: Path, dry_run: bool, good_rows_only: bool, organisation: str) -> None:
    """Import an .xlsx or .csv FILE into a LIBRARY; listings are published at once.

    Headings are those of the downloadable templates or the API's field names; a title alone is enough. The same
    file twice makes no doubles. All or nothing, unless --good-rows-only is given.
    """
    with told():
        report = steps.run(
            platform(), COMMAND, library, file.name, file.read_bytes(), organisation=organisation,
            publish=True, dry_run=dry_run, good_only=good_rows_only,
        )  # fmt: skip
    _show(report)
    if report.bad or report.state == FAILED or (not dry_run and report.state != DONE):
        sys.exit(1)


def _show(report: Report) -> None:
    for problem in report.problems:
        click.echo(f"第 {problem.row} 行  {problem.column}：{problem.message}", err=True)
    if report.bad > len({p.row for p in report.problems}):
        click.echo(f"……共 {report.bad} 行有问题，只列出前 {len(report.problems)} 处。", err=True)
    for row, hint in report.hints[:_HINTS]:
        click.echo(f"第 {row} 行  提示：{hint}")
    if len(report.hints) > _HINTS:
        click.echo(f"……还有同类提示，只列出前 {_HINTS} 处。")
    if report.ignored:
        click.echo(f"没有读的列：{'、'.join(report.ignored)}")
    counts = report.counts
    click.echo(
        f"{report.filename}：共 {report.total} 行，新增 {counts.get(NEW, 0)}，更新 {counts.get(UPDATED, 0)}，"
        f"未变 {counts.get(UNCHANGED, 0)}，重复 {counts.get(REPEATED, 0)}，未通过 {report.bad}。"
    )
    if report.message:
        click.echo(report.message, err=True)
    if report.dry_run:
        click.echo("只做了检查，没有写入。")
    elif report.state == DONE and not report.to_write:
        click.echo("没有新的内容，库里已经是这样。")
    elif report.state == DONE:
        click.echo("已写入。" if report.library in LIVE_AT_ONCE else "已写入并发布。")
    else:
        click.echo("没有写入任何内容。改好后再导入，或加 --good-rows-only 只导入通过的行。", err=True)
