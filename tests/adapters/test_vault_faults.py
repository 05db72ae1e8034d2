"""The vault under kills and full disks."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters import vault_stream
from cockpit.adapters.locks import release, take
from cockpit.adapters.vault import GitVault
from cockpit.domain.ids import RefName
from cockpit.errors import CockpitError, TimedOut
from tests.adapters.killing import full_at_each_step, killed_at_each_step
from tests.adapters.lanes import picture
from tests.conftest import retry_until

REF = RefName("refs/snapshots/000007-teardown-0123abcd")


@pytest.fixture
def vault(tmp_path: Path) -> GitVault:
    return GitVault(tmp_path / "state")


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


def test_kills_leave_no_snapshot_or_a_whole_one(
    small: tuple[Path, Path], vault: GitVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two of git's commands, too: each goes out by itself."""
    monkeypatch.setattr(vault_stream, "_BUFFER", 1)
    lane, admin = small
    before = picture(lane)
    fates = set()

    for number in killed_at_each_step(lambda: void(vault.snapshot(lane, admin, REF, []))):
        fates.add(vault.has(REF))
        if vault.has(REF):
            vault.restore(REF, tmp_path / f"back{number}", tmp_path / f"admin{number}")
            assert picture(tmp_path / f"back{number}") == before
            vault.drop([REF])
    assert vault.has(REF), "and the run that nothing hit made it"
    assert fates == {True, False}
    assert sorted(os.listdir(tmp_path / "state")) == ["vault.git", "vault.lock"]


def test_git_killed_in_the_middle_leaves_no_snapshot(
    small: tuple[Path, Path], vault: GitVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane, admin = small
    (lane / "big").write_bytes(os.urandom(2_000_000))
    original = vault_stream.Importer.end

    def kill_git(importer: vault_stream.Importer) -> None:
        importer._flush()
        os.kill(importer._child._process.pid, signal.SIGKILL)
        original(importer)

    with monkeypatch.context() as patch:
        patch.setattr(vault_stream.Importer, "end", kill_git)
        with pytest.raises(CockpitError, match="fast-import"):
            vault.snapshot(lane, admin, REF, [])
    assert not vault.has(REF)
    vault.snapshot(lane, admin, REF, [])
    store = tmp_path / "state" / "vault.git"
    assert not list(store.glob("objects/pack/tmp_*"))
    assert not list(store.glob("fast_import_crash*"))


def test_a_killed_cockpit_leaves_the_lock_to_its_git(
    small: tuple[Path, Path], vault: GitVault, tmp_path: Path
) -> None:
    """While a git that was left behind still runs, nobody sweeps its files away."""
    lane, admin = small
    pid_file = tmp_path / "git.pid"
    child = os.fork()
    if child == 0:
        original = vault_stream.Importer.begin

        def begin(importer: vault_stream.Importer, *args: Any) -> None:
            pid = importer._child._process.pid
            os.kill(pid, signal.SIGSTOP)
            pid_file.write_text(str(pid))
            os.kill(os.getpid(), signal.SIGKILL)
            original(importer, *args)

        setattr(vault_stream.Importer, "begin", begin)  # noqa: B010 - a forked child
        try:
            vault.snapshot(lane, admin, REF, [])
        finally:
            os._exit(3)
    os.waitpid(child, 0)
    pid = int(pid_file.read_text())
    lock = tmp_path / "state" / "vault.lock"
    with pytest.raises(TimedOut):
        take(lock, name="vault", timeout=0.05, why="")
    os.kill(pid, signal.SIGKILL)
    retry_until(lambda: _free(lock))
    release(take(lock, name="vault", timeout=5, why=""))
    assert not vault.has(REF)


def _free(lock: Path) -> bool:
    try:
        release(take(lock, name="vault", timeout=0, why=""))
    except TimedOut:
        return False
    return True


def test_a_full_disk_leaves_no_snapshot_or_a_whole_one(
    small: tuple[Path, Path], vault: GitVault
) -> None:
    lane, admin = small
    for _ in full_at_each_step(lambda: void(vault.snapshot(lane, admin, REF, [])), CockpitError):
        if vault.has(REF):
            vault.drop([REF])
    assert vault.has(REF)


def test_git_on_a_disk_that_is_really_full(
    small: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file size limit stands for the disk: fast-import's own writes fail."""
    import resource

    lane, admin = small
    vault = GitVault(tmp_path / "state")
    (lane / "big").write_bytes(os.urandom(4_000_000))
    child = os.fork()
    if child == 0:
        code = 3
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
            vault.snapshot(lane, admin, REF, [])
        except CockpitError:
            code = 10
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 10
    assert not vault.has(REF)
    vault.snapshot(lane, admin, REF, [])


def test_kills_while_restoring_can_be_gone_on_from(
    small: tuple[Path, Path], vault: GitVault, tmp_path: Path
) -> None:
    lane, admin = small
    before, before_admin = picture(lane), picture(admin)
    vault.snapshot(lane, admin, REF, [])
    into, into_admin = tmp_path / "new" / "lane", tmp_path / "new" / "admin"
    seen = set()
    for _ in killed_at_each_step(lambda: vault.restore(REF, into, into_admin)):
        seen.add((into.exists(), into_admin.exists()))
        if into_admin.exists():
            assert picture(into_admin) == before_admin
        if not into.exists():
            vault.restore(REF, into, into_admin)
        assert picture(into) == before and picture(into_admin) == before_admin
        assert sorted(os.listdir(tmp_path / "new")) == ["admin", "lane"]
        shutil.rmtree(tmp_path / "new")
    assert seen == {(False, False), (False, True), (True, True)}


def void(_: object) -> None:
    return None
