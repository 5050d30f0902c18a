"""Backup and restore of the embedded set-up, through the commands people type."""

from __future__ import annotations

import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.rebuild import due
from repositories import files
from repositories.database import Database
from repositories.listing import find
from repositories.needs import Need
from services import backup, evidence, signing, vault
from services.errors import NotFound
from tests.support import PASSWORD, World, make_world


@pytest.fixture
def copy(world: World, tmp_path: Path) -> Path:
    """A backup of a platform with one published need."""
    actor = world.enterprise()
    world.listing(actor, "needs", title="耐高温轴承钢热处理工艺")
    world.index()
    target = tmp_path / "copy.tar.gz"
    done = world.app.test_cli_runner().invoke(args=["backup", str(target)])
    assert done.exit_code == 0, done.output
    return target


def _restored(folder: Path, file: Path, *words: str) -> tuple[World, str, int]:
    world = make_world(folder)
    world.platform.database.close()
    done = world.app.test_cli_runner().invoke(args=["restore", str(file), *words])
    return world, done.output, done.exit_code


def test_a_backup_is_for_its_owner_only_and_complete(copy: Path) -> None:
    assert copy.stat().st_mode & 0o077 == 0
    with tarfile.open(copy) as archive:
        assert {"sanku.db", "secret_key", "backup.json"} <= set(archive.getnames())
    assert [
        path.name for path in copy.parent.iterdir() if "part" in path.name or "sanku-backup" in path.name
    ] == []


def test_restored_into_an_empty_folder(world: World, copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    first = make_world(folder)
    first.platform.database.close()
    first.platform.index.close()
    for name in os.listdir(folder):
        if name.startswith("sanku.db"):
            (folder / name).unlink()
    done = first.app.test_cli_runner().invoke(args=["restore", str(copy)])
    assert done.exit_code == 0, done.output
    second = make_world(folder)
    assert second.platform.settings.secret_key == world.platform.settings.secret_key
    assert signing.sign_in(second.platform, "enterprise@example.org", PASSWORD, "::1", "test")
    with second.platform.database.read() as session:
        need = find(session, Need, 1)
    assert need is not None
    assert need.title == "耐高温轴承钢热处理工艺"


def test_replacing_needs_the_word_and_forces_a_rebuild(copy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    other = make_world(folder)
    other.listing(other.enterprise(), "needs", title="将被替换的需求")
    other.index()
    other.platform.index.close()
    other, output, code = _restored(folder, copy)
    assert code == 1
    assert "--replace" in output
    other, output, code = _restored(folder, copy, "--replace")
    assert code == 0, output
    again = make_world(folder)
    with again.platform.database.read() as session:
        need = find(session, Need, 1)
    assert need is not None
    assert need.title == "耐高温轴承钢热处理工艺"
    assert due(again.platform.index, "needs")
    assert not again.platform.index.state("needs").generation
    assert not (folder / "before-restore").exists()


@pytest.mark.parametrize("damage", ["cut", "text", "other"])
def test_a_damaged_file_changes_nothing(world: World, copy: Path, tmp_path: Path, damage: str) -> None:
    bad = tmp_path / "bad.tar.gz"
    whole = copy.read_bytes()
    if damage == "cut":
        bad.write_bytes(whole[: len(whole) // 2])
    elif damage == "text":
        bad.write_bytes("这不是备份".encode())
    else:
        with tarfile.open(bad, "w:gz") as archive:
            archive.add(copy, "something")
    with pytest.raises(backup.BackupRefused):
        backup.restore(world.platform, bad, replace=True)
    with world.platform.database.read() as session:
        assert find(session, Need, 1) is not None
    assert world.platform.index.state("needs").documents == 1


def test_a_backup_never_overwrites(world: World, copy: Path) -> None:
    with pytest.raises(backup.BackupRefused, match="exists"):
        backup.backup(world.platform, copy)


def test_postgresql_is_pointed_to_its_own_tools(world: World, tmp_path: Path) -> None:
    server = replace(world.platform, database=Database("postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(backup.BackupRefused, match="pg_dump"):
        backup.backup(server, tmp_path / "copy.tar.gz")
    with pytest.raises(backup.BackupRefused, match="pg_dump"):
        backup.restore(server, tmp_path / "copy.tar.gz")


def test_a_running_platform_is_not_restored_over(world: World, copy: Path) -> None:
    from web.commands.running import serve_lock

    with serve_lock(world.platform) as mine:
        assert mine
        done = world.app.test_cli_runner().invoke(args=["restore", str(copy), "--replace"])
    assert done.exit_code == 1
    assert "runs on this data folder" in done.output


def test_handed_in_files_travel_along_and_replace_the_others(tmp_path: Path) -> None:
    paper, other_paper = b"%PDF-1.7 report", b"%PDF-1.7 of another platform"
    first, folder = make_world(tmp_path / "first"), tmp_path / "second"
    uni = first.university()
    row = first.listing(uni, "achievements", published=False, title="有报告的成果")
    stored = evidence.add(first.platform, uni, "achievements", row.id, "报告.pdf", paper)
    target = tmp_path / "copy.tar.gz"
    assert first.app.test_cli_runner().invoke(args=["backup", str(target)]).exit_code == 0
    second = make_world(folder)
    other = second.university()
    others = second.listing(other, "achievements", published=False, title="将被替换")
    gone = evidence.add(second.platform, other, "achievements", others.id, "旧.pdf", other_paper)
    second.platform.index.close()
    second, output, code = _restored(folder, target, "--replace")
    assert code == 0, output
    again = make_world(folder)
    with again.platform.database.read() as session:
        (kept,) = files.of_owner(session, "achievements", row.id)
    path = vault.path_of(again.platform, kept.content_hash)
    assert (path.read_bytes(), path.stat().st_mode & 0o077) == (paper, 0)
    assert kept.content_hash == stored.content_hash
    with pytest.raises(NotFound):
        vault.path_of(again.platform, gone.content_hash)


def test_a_backup_with_odd_names_writes_nothing_outside(copy: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar.gz"
    with tarfile.open(copy) as source, tarfile.open(bad, "w:gz") as target:
        for member in source:
            target.addfile(member, source.extractfile(member))
        for name in ("files/../../evil", "files/aa/../../../evil", "files/zz/evil", f"/files/aa/{'a' * 64}"):
            entry = tarfile.TarInfo(name)
            entry.size = 4
            target.addfile(entry, io.BytesIO(b"evil"))
    folder = tmp_path / "target"
    _, output, code = _restored(folder, bad, "--replace")
    assert code == 0, output
    assert not list(tmp_path.rglob("evil"))
    assert not (folder / "files" / "aa").exists()
