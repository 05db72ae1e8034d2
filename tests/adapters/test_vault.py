from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters import vault_stream
from cockpit.adapters.locks import release, take
from cockpit.adapters.vault import GitVault, is_skipped
from cockpit.adapters.vault_layout import (
    FILES,
    Entry,
    Kind,
    Manifest,
    blob_path,
    escaped,
    manifest_from_bytes,
    manifest_to_bytes,
    unescaped,
)
from cockpit.domain.ids import RefName
from cockpit.errors import CockpitError, Refused, TimedOut
from tests.adapters.killing import full_at_each_step, killed_at_each_step
from tests.conftest import git, retry_until

REF = RefName("refs/snapshots/000007-teardown-0123abcd")
Picture = dict[str, tuple[Any, ...]]


def picture(root: Path) -> Picture:
    """Everything below `root` that a snapshot keeps: type, mode, mtime, content."""
    found: Picture = {}
    top = os.fsencode(root)
    for folder, folders, files in os.walk(top):
        for name in [b"", *folders, *files] if folder == top else [*folders, *files]:
            path = os.path.join(folder, name).rstrip(b"/")
            facts = os.lstat(path)
            kind = stat.S_IFMT(facts.st_mode)
            if kind not in (stat.S_IFDIR, stat.S_IFREG, stat.S_IFLNK):
                continue
            content: object = None
            if kind == stat.S_IFREG:
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
            elif kind == stat.S_IFLNK:
                content = os.readlink(path)
            key = os.fsdecode(path[len(top) :])
            found[key] = (kind, stat.S_IMODE(facts.st_mode), facts.st_mtime_ns, content)
    return found


@pytest.fixture
def lane(repo: Path) -> Path:
    """A lane with all that plain git loses: see `fill`."""
    path = repo.parent / "project-alpha"
    git(repo, "worktree", "add", "-q", "-b", "alpha/work", str(path))
    fill(path)
    return path


def admin_of(lane: Path) -> Path:
    return Path(git(lane, "rev-parse", "--absolute-git-dir").strip())


def fill(lane: Path) -> None:
    """Ignored and untracked files, nested repositories, odd names, modes and times, links,
    specials, and a conflicted index."""
    (lane / ".env").write_text("SECRET=1")
    (lane / ".env").chmod(0o600)
    (lane / "build").mkdir()
    (lane / "build" / "out.bin").write_bytes(bytes(range(256)) * 5000)
    (lane / "crlf.txt").write_bytes(b"a\r\nb\r\n$Id$\n")
    (lane / ".gitattributes").write_text("*.txt text eol=crlf ident\n")
    (lane / "empty" / "deeper").mkdir(parents=True)
    (lane / "run.sh").write_text("#!/bin/sh\n")
    (lane / "run.sh").chmod(0o4755)
    (lane / "readonly").mkdir()
    (lane / "readonly" / "f").write_text("x")
    (lane / "readonly").chmod(0o555)
    for raw in (
        b"new\nline",
        b"\xff\xfe",
        b'"quoted"\\',
        b"-dash",
        b" lead",
        b"tab\t",
        b"caf\xc3\xa9",
    ):
        with open(os.path.join(os.fsencode(lane), raw), "wb") as file:
            file.write(raw)
    for name in (".GIT", ".git ", "git~1", ".git...", ".gitmodules", "esc=.git", ".g\u200cit"):
        (lane / "odd").mkdir(exist_ok=True)
        (lane / "odd" / name).mkdir()
        (lane / "odd" / name / "config").write_text(name)
    os.symlink(b"\xff/../nowhere", os.fsencode(lane / "dangling"))
    (lane / "abs").symlink_to("/etc/passwd")
    os.mkfifo(lane / "fifo")
    os.link(lane / ".env", lane / "hard")
    (lane / "node_modules" / "x").mkdir(parents=True)
    (lane / "node_modules" / "x" / "i.js").write_text("x")
    for nested in (lane / "vendor" / "lib", lane / "build" / "ignored-repo"):
        nested.mkdir(parents=True)
        git(nested, "init", "-q")
        (nested / "f").write_text("nested")
        git(nested, "add", "f")
        git(nested, "commit", "-q", "-m", "nested")
        git(nested, "branch", "target/x")
    git(lane, "checkout", "-q", "-b", "side")
    (lane / "README.md").write_text("side\n")
    git(lane, "commit", "-q", "-am", "side")
    git(lane, "checkout", "-q", "alpha/work")
    (lane / "README.md").write_text("work\n")
    git(lane, "commit", "-q", "-am", "work")
    with pytest.raises(AssertionError):
        git(lane, "merge", "side")
    os.utime(lane / "run.sh", ns=(1, 1_000_000_007))
    os.utime(lane / "dangling", ns=(1, 2_000_000_009), follow_symlinks=False)
    os.utime(lane / "empty", ns=(1, 3_000_000_001))


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


def void(_: object) -> None:
    return None


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


@pytest.mark.parametrize(
    ("name", "is_escaped"),
    [
        (".git", True),
        (".GIT", True),
        (".gitignore", True),
        (".git ", True),
        (".git.", True),
        ("git~1", True),
        ("GIT~12", True),
        ("gi7eba~1", True),
        (".g\u200cit", True),
        ("a\\.git", True),
        ("esc=x", True),
        ("git", False),
        ("digit.py", False),
        ("a.git", False),
        ("x~", False),
        ("\udcff", False),
    ],
)
def test_which_names_are_escaped(name: str, is_escaped: bool) -> None:
    assert (escaped(name) != name) is is_escaped
    assert unescaped(escaped(name)) == name


NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
    | st.sampled_from(list(".gitGITesc=~1 \\\u200c\udc80")),
    min_size=1,
    max_size=12,
)


@given(NAMES, NAMES)
def test_escaping_is_reversible_and_collides_never(one: str, two: str) -> None:
    assert unescaped(escaped(one)) == one
    assert (escaped(one) == escaped(two)) is (one == two)
    assert escaped(escaped(one)) != escaped(one) or escaped(one) == one


@given(st.lists(NAMES.filter(lambda name: name not in (".", "..")), min_size=1, max_size=4))
def test_the_manifest_comes_back(parts: list[str]) -> None:
    path = "/".join(parts)
    entries = [Entry("", Kind.FOLDER, 0o755, 1), Entry(path, Kind.FILE, 0o4600, 2, 3, True, 4)]
    manifest = Manifest("/w\udcff", "/a", 1.5, {"files": entries, "admin": []})
    content = manifest_to_bytes(manifest)
    assert manifest_from_bytes(content) == manifest
    assert blob_path("files", tuple(parts)).count("/") == len(parts)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"version": 1}', b'{"version": 99}', b"\xff", b"[" * 99999],
)
def test_a_damaged_manifest_is_said(content: bytes) -> None:
    with pytest.raises(CockpitError) as caught:
        manifest_from_bytes(content)
    assert caught.value.hint


def test_a_manifest_that_leads_outside_is_refused() -> None:
    for path in ("../x", "a/../../x", "/etc/x", "a//b"):
        manifest = Manifest(
            "/w", "/a", 1.0, {"files": [Entry(path, Kind.FILE, 0o600, 1)], "admin": []}
        )
        with pytest.raises(CockpitError):
            manifest_from_bytes(manifest_to_bytes(manifest))
