from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters import vault_stream
from cockpit.adapters.vault import GitVault, is_skipped
from cockpit.adapters.vault_layout import (
    FILES,
    Kind,
)
from cockpit.domain.ids import RefName
from cockpit.errors import CockpitError, Refused
from tests.adapters.lanes import admin_of, fill, picture
from tests.conftest import git

REF = RefName("refs/snapshots/000007-teardown-0123abcd")


@pytest.fixture
def lane(repo: Path) -> Path:
    """A lane with all that plain git loses: see `fill`."""
    path = repo.parent / "project-alpha"
    git(repo, "worktree", "add", "-q", "-b", "alpha/work", str(path))
    fill(path)
    return path


@pytest.fixture
def vault(tmp_path: Path) -> GitVault:
    return GitVault(tmp_path / "state")


def test_a_lane_comes_back_byte_identical_after_gc(
    repo: Path, lane: Path, vault: GitVault, tmp_path: Path
) -> None:
    admin = admin_of(lane)
    index = git(lane, "ls-files", "-s")
    before, before_admin = picture(lane), picture(admin)
    commit = vault.snapshot(lane, admin, REF, ["node_modules"])
    assert len(commit) == 40 and vault.has(REF)
    assert picture(lane) == before, "taking a snapshot changes nothing"
    shutil.rmtree(lane)
    shutil.rmtree(admin)
    git(repo, "branch", "-q", "-D", "alpha/work", "side")
    git(repo, "reflog", "expire", "--expire=now", "--all")
    git(repo, "gc", "-q", "--prune=now")
    vault.restore(REF, lane, admin)
    after = picture(lane)
    expected = {path: facts for path, facts in before.items() if "/node_modules" not in path}
    assert after == expected
    assert picture(admin) == before_admin
    assert "1\tREADME.md" in index and "2\tREADME.md" in index
    assert git(lane, "ls-files", "-s") == index
    for nested in ("vendor/lib", "build/ignored-repo"):
        assert git(lane / nested, "log", "--format=%s", "target/x") == "nested\n"
    assert not [name for name in os.listdir(lane.parent) if name.startswith(".cockpit-part")]


def test_what_is_not_kept_is_noted(lane: Path, vault: GitVault) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(lane)
        server.bind("sock")
        os.chdir(here)
    vault.snapshot(lane, admin_of(lane), REF, ["node_modules", "target"])
    manifest = vault.manifest(REF)
    assert {(entry.path, entry.kind) for _, entry in manifest.not_kept()} == {
        ("fifo", Kind.FIFO),
        ("sock", Kind.SOCKET),
        ("node_modules", Kind.SKIPPED),
    }
    linked = [entry for entry in manifest.sections[FILES] if entry.inode]
    assert sorted(entry.path for entry in linked) == [".env", "hard"]
    assert linked[0].inode == linked[1].inode


def test_plain_git_can_read_it_and_finds_nothing_wrong(
    lane: Path, vault: GitVault, tmp_path: Path
) -> None:
    vault.snapshot(lane, admin_of(lane), REF, [])
    store = tmp_path / "state" / "vault.git"
    done = subprocess.run(
        ["git", "--git-dir", str(store), "fsck", "--strict", "--full"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "error" not in done.stderr, done.stderr
    target = tmp_path / "out"
    target.mkdir()
    git(tmp_path, f"--git-dir={store}", f"--work-tree={target}", "checkout", "-q", REF, "--", ".")
    assert (target / "files" / "crlf.txt").read_bytes() == b"a\r\nb\r\n$Id$\n"
    assert (target / "files" / "esc=.git").is_file()
    assert not (store / "objects" / "info" / "alternates").exists()
    assert stat.S_IMODE(store.stat().st_mode) == 0o700


def test_bytes_that_are_there_already_are_not_stored_again(lane: Path, vault: GitVault) -> None:
    (lane / "big").write_bytes(os.urandom(3_000_000))
    assert vault.size() == 0
    vault.snapshot(lane, admin_of(lane), REF, [])
    first = vault.size()
    vault.snapshot(lane, admin_of(lane), RefName("refs/snapshots/two"), [])
    assert vault.size() - first < 200_000


def test_an_existing_snapshot_is_not_replaced(lane: Path, vault: GitVault) -> None:
    vault.snapshot(lane, admin_of(lane), REF, [])
    with pytest.raises(Refused, match="already"):
        vault.snapshot(lane, admin_of(lane), REF, [])


def test_forgetting_really_deletes(lane: Path, vault: GitVault) -> None:
    (lane / "big").write_bytes(os.urandom(3_000_000))
    vault.snapshot(lane, admin_of(lane), REF, [])
    (lane / "big").unlink()
    keep = RefName("refs/snapshots/keep")
    vault.snapshot(lane, admin_of(lane), keep, [])
    vault.drop([REF, RefName("refs/snapshots/never-was")])
    assert not vault.has(REF) and vault.has(keep)
    assert vault.size() < 2_000_000
    shutil.rmtree(lane)
    vault.restore(keep, lane, lane.parent / "admin")
    vault.drop([keep])
    assert vault.size() < 100_000


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A folder and an admin folder, small enough for a hundred snapshots."""
    lane, admin = tmp_path / "lane", tmp_path / "admin"
    (lane / "sub").mkdir(parents=True)
    admin.mkdir()
    (lane / "sub" / "f").write_bytes(b"x" * 3000)
    (lane / "g").symlink_to("sub/f")
    (admin / "HEAD").write_text("ref: refs/heads/x\n")
    return lane, admin


@pytest.mark.parametrize("which", ["into", "admin"])
def test_nothing_is_laid_over_what_is_there(
    small: tuple[Path, Path], vault: GitVault, tmp_path: Path, which: str
) -> None:
    lane, admin = small
    vault.snapshot(lane, admin, REF, [])
    places = {"into": tmp_path / "n1", "admin": tmp_path / "n2"}
    places[which].symlink_to("dangling")
    with pytest.raises(Refused, match="lies where"):
        vault.restore(REF, places["into"], places["admin"])
    assert os.readlink(places[which]) == "dangling"


def test_a_damaged_vault_brings_nothing_back_and_says_so(
    small: tuple[Path, Path], vault: GitVault, tmp_path: Path
) -> None:
    lane, admin = small
    vault.snapshot(lane, admin, REF, [])
    (pack,) = (tmp_path / "state" / "vault.git" / "objects" / "pack").glob("*.pack")
    content = bytearray(pack.read_bytes())
    content[60:90] = bytes(30)
    pack.chmod(0o600)
    pack.write_bytes(content)
    with pytest.raises(CockpitError):
        vault.restore(REF, tmp_path / "new", tmp_path / "newadmin")
    assert not (tmp_path / "new").exists() and not (tmp_path / "newadmin").exists()


def test_a_missing_snapshot_and_hostile_refs(vault: GitVault, tmp_path: Path) -> None:
    assert not vault.has(REF)
    with pytest.raises(CockpitError, match="no snapshot"):
        vault.restore(REF, tmp_path / "a", tmp_path / "b")
    for ref in ("", "HEAD", "--all", "refs", "refs/../x", "refs/a.lock", "refs/a\nb", "refs/a b"):
        with pytest.raises(Refused):
            vault.has(RefName(ref))


def test_a_missing_lane_is_said(vault: GitVault, tmp_path: Path) -> None:
    with pytest.raises(CockpitError, match="take a snapshot"):
        vault.snapshot(tmp_path / "gone", tmp_path, REF, [])


@pytest.mark.parametrize("size", [500, 3 << 20])
@pytest.mark.parametrize("change", ["shrink", "grow", "rewrite"])
def test_a_file_that_changes_while_it_is_read_is_read_again(
    small: tuple[Path, Path],
    vault: GitVault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    change: str,
) -> None:
    lane, admin = small
    path = lane / "busy"
    path.write_bytes(b"a" * size)
    new = {"shrink": b"b" * (size // 2), "grow": b"b" * (size * 2), "rewrite": b"b" * size}[change]
    _disturb(monkeypatch, size, lambda: void(path.write_bytes(new)), times=1)
    vault.snapshot(lane, admin, REF, [])
    vault.restore(REF, tmp_path / "back", tmp_path / "backadmin")
    assert (tmp_path / "back" / "busy").read_bytes() == new
    assert not list(vault.manifest(REF).not_kept())


def test_a_file_that_never_holds_still_is_marked(
    small: tuple[Path, Path], vault: GitVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane, admin = small
    path = lane / "busy"
    path.write_bytes(b"a" * 500)

    def append() -> None:
        with path.open("ab") as file:
            file.write(b"x")

    _disturb(monkeypatch, 500, append, times=99)
    vault.snapshot(lane, admin, REF, [])
    assert [(entry.path, entry.torn) for _, entry in vault.manifest(REF).not_kept()] == [
        ("busy", True)
    ]


def _disturb(
    monkeypatch: pytest.MonkeyPatch, size: int, act: Callable[[], None], *, times: int
) -> None:
    """Run `act` between the look at a file of `size` bytes (or more) and its reading."""
    original = vault_stream._send_bytes
    left = times

    def send(importer: Any, path: str, file: int, facts: os.stat_result) -> bool:
        nonlocal left
        if path.endswith("/busy") and left:
            left -= 1
            act()
        return original(importer, path, file, facts)

    monkeypatch.setattr(vault_stream, "_send_bytes", send)


def test_an_unreadable_file_is_noted_and_stops_nothing(
    small: tuple[Path, Path], vault: GitVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane, admin = small
    (lane / "locked").write_text("x")
    original = os.open

    def refuse(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if path == "locked":
            raise PermissionError(13, "Permission denied")
        return original(path, flags, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        vault.snapshot(lane, admin, REF, [])
    assert [(entry.path, entry.kind) for _, entry in vault.manifest(REF).not_kept()] == [
        ("locked", Kind.UNREADABLE)
    ]


def test_caches_are_never_skipped_inside_a_git_folder() -> None:
    names = frozenset({"target"})
    assert is_skipped(("a", "target"), names)
    assert not is_skipped(("a", "src"), names)
    assert not is_skipped(("vendor", ".git", "refs", "heads", "target"), names)


def test_the_users_git_environment_does_not_reach_the_vault(
    small: tuple[Path, Path],
    vault: GitVault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    isolated: Path,
) -> None:
    lane, admin = small
    trap = tmp_path / "trap"
    hook = tmp_path / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
    hook.chmod(0o755)
    git(tmp_path, "config", "--global", "core.hooksPath", str(hook.parent))
    with (isolated / ".gitconfig").open("a") as config:
        config.write("[broken\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path / "objects"))
    vault.snapshot(lane, admin, REF, [])
    assert vault.has(REF)
    assert not trap.exists()
    assert not (tmp_path / "objects").exists() and not (tmp_path / "elsewhere").exists()


def void(_: object) -> None:
    return None
