from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters import files
from cockpit.adapters.failures import explain, size_text
from cockpit.errors import CockpitError, Refused
from tests.adapters.killing import full_at_each_step, killed_at_each_step


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", ["plain", "with space", "new\nline", '"q"', "-dash", "b\udcffd"])
def test_reads_a_plain_file_of_any_name(root: Path, name: str) -> None:
    (root / name).write_bytes(b"x")
    assert files.read_small(root, name) == b"x"
    (root / "sub").mkdir()
    (root / "sub" / name).write_bytes(b"y")
    assert files.read_small(root, f"sub/{name}") == b"y"


def test_a_missing_file_folder_or_root_is_none(root: Path) -> None:
    assert files.read_small(root, "nothing") is None
    assert files.read_small(root, "no/such/thing") is None
    assert files.read_small(root / "gone", "x") is None


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _symlink(path: Path) -> None:
    (path.parent / "real").write_text("secret")
    path.symlink_to("real")


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _hard_linked(path: Path) -> None:
    path.write_text("x")
    os.link(path, path.parent / "other")


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 50 << 30)


def _socket(path: Path) -> None:
    import socket

    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize(
    "plant",
    [_fifo, _symlink, _zero, _loop, _hard_linked, _sparse, _socket, lambda path: path.mkdir()],
)
def test_what_agents_plant_is_refused(root: Path, plant: object) -> None:
    assert callable(plant)
    plant(root / "x.md")
    with pytest.raises(Refused):
        files.read_small(root, "x.md")


def test_a_symlinked_folder_on_the_way_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "f").write_text("secret")
    (root / "tasks").symlink_to(tmp_path / "outside")
    with pytest.raises(Refused):
        files.read_small(root, "tasks/f")


def test_our_own_files_may_have_hard_links(root: Path) -> None:
    _hard_linked(root / "mine")
    assert files.read_small(root, "mine", own=True) == b"x"


def test_the_cap_is_exact(root: Path) -> None:
    (root / "f").write_bytes(b"12345")
    assert files.read_small(root, "f", cap=5) == b"12345"
    with pytest.raises(Refused, match="larger"):
        files.read_small(root, "f", cap=4)


@pytest.mark.parametrize("name", ["", "/", "/etc/passwd", "..", "a/../b", "../x", "a\0b", "."])
def test_names_that_lead_outside_are_refused(root: Path, name: str) -> None:
    with pytest.raises(Refused):
        files.read_small(root, name)


@given(st.text(max_size=30))
def test_no_name_escapes(name: str) -> None:
    try:
        parts = files.parts_of(name)
    except Refused:
        return
    assert parts and not {"", ".", ".."} & set(parts)
    assert not any("/" in part or "\0" in part for part in parts)


def test_writing_is_private_and_replaces_a_symlink(root: Path) -> None:
    victim = root / "victim"
    victim.write_text("mine")
    (root / "f").symlink_to("victim")
    files.write_atomic(root / "f", b"new")
    assert victim.read_text() == "mine"
    assert (root / "f").read_bytes() == b"new"
    assert not (root / "f").is_symlink()
    assert stat.S_IMODE((root / "f").stat().st_mode) == 0o600
    assert sorted(os.listdir(root)) == ["f", "victim"]


def test_a_reader_sees_the_old_or_the_new_content_after_any_kill(root: Path) -> None:
    path = root / "f"
    path.write_bytes(b"old")
    for _ in killed_at_each_step(lambda: files.write_atomic(path, b"new" * 1000)):
        assert path.read_bytes() in (b"old", b"new" * 1000)
        path.write_bytes(b"old")
    with files.open_root(root) as folder:
        files.sweep_temporaries(folder)
    assert os.listdir(root) == ["f"]


def test_content_is_synced_before_the_name_and_the_name_before_we_say_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut asks for; a killed process would not show it."""
    calls: list[str] = []
    fsync, rename = os.fsync, os.rename

    def synced(fd: int) -> None:
        calls.append("folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else "file")
        fsync(fd)

    def renamed(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        calls.append("rename")
        rename(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    files.write_atomic(root / "f", b"x")
    assert calls == ["file", "rename", "folder"]


def test_a_full_disk_changes_nothing_and_leaves_nothing(root: Path) -> None:
    path = root / "f"
    path.write_bytes(b"old")
    for _ in full_at_each_step(lambda: files.write_atomic(path, b"new"), CockpitError):
        assert path.read_bytes() in (b"old", b"new")
        assert os.listdir(root) == ["f"]
        path.write_bytes(b"old")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "Permission denied"),
        (errno.EMFILE, "open files"),
    ],
)
def test_failures_say_what_to_do(code: int, words: str) -> None:
    error = explain(OSError(code, os.strerror(code)), "write", "/a/b\x1b[2Jc\nd")
    assert words in error.title and error.hint
    assert "\x1b" not in error.title and "\n" not in error.title


def test_a_private_folder_is_made_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    assert files.make_private_dir(path) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o755)
    files.make_private_dir(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_private_folder_is_never_a_symlink_a_file_or_someone_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(Refused):
            files.make_private_dir(tmp_path / name)
    uid = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    with pytest.raises(Refused, match="another user"):
        files.make_private_dir(tmp_path / "real")


@pytest.mark.parametrize(
    ("free", "inodes", "size", "enough"),
    [
        (65 << 20, 10**6, 0, True),
        (65 << 20, 10**6, 1 << 20, False),  # twice the size and the reserve
        (66 << 20, 10**6, 1 << 20, True),
        (10 << 30, 999, 0, False),
    ],
)
def test_space_is_asked_for_beforehand(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    inodes: int,
    size: int,
    enough: bool,
) -> None:
    facts = SimpleNamespace(f_bavail=free, f_frsize=1, f_favail=inodes, f_files=10**7)
    monkeypatch.setattr(os, "statvfs", lambda path: facts)
    assert files.free_space(tmp_path) == free
    if enough:
        files.require_space(tmp_path, size)
    else:
        with pytest.raises(Refused):
            files.require_space(tmp_path, size)


def test_space_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert files.free_space(tmp_path / "not" / "yet") > 0


def test_sizes_for_people() -> None:
    assert [size_text(size) for size in (0, 999, 1000, 1_500_000, 5 * 10**12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.5 MB",
        "5.0 TB",
    ]
