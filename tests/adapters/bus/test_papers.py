"""Papers on disk: changed only from what was seen, and nothing of anybody's is lost."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.bus import papers
from cockpit.adapters.bus.papers import HIDDEN, FolderPapers
from cockpit.errors import CockpitError, Refused

NAME = "ledgers/a.csv"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


def left(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_new_file_and_its_folder_are_made(tmp_path: Path) -> None:
    name = "deep/er/a.csv"
    assert FolderPapers().read(tmp_path, name) is None
    assert FolderPapers().put(tmp_path, name, old=None, new=b"new")
    assert (tmp_path / name).read_bytes() == b"new"
    assert left(tmp_path / "deep/er") == ["a.csv"]


def test_a_file_is_never_made_over_one_that_is_there(tmp_path: Path, file: Path) -> None:
    assert not FolderPapers().put(tmp_path, NAME, old=None, new=b"new")
    assert file.read_bytes() == b"old"
    assert left(file.parent) == ["a.csv"]


def test_it_is_replaced_only_from_what_was_seen_and_keeps_its_mode(
    tmp_path: Path, file: Path
) -> None:
    file.chmod(0o640)
    assert not FolderPapers().put(tmp_path, NAME, old=b"other", new=b"new")
    assert file.read_bytes() == b"old"
    assert FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert left(file.parent) == ["a.csv"]


def test_a_file_that_is_being_written_waits(tmp_path: Path, file: Path) -> None:
    assert not FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new", still=60)
    os.utime(file, (1e9, 1e9))
    assert FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new", still=60)


def between(monkeypatch: pytest.MonkeyPatch, *writes: Callable[[], object]) -> None:
    """Somebody writes right before the names are exchanged, the first, the second time."""
    real, waiting = papers.exchange, list(writes)

    def late(folder: int, one: str, other: str) -> bool:
        if waiting:
            waiting.pop(0)()
        return real(folder, one, other)

    monkeypatch.setattr(papers, "exchange", late)


def rewrite(file: Path, content: bytes) -> Callable[[], object]:
    """As an editor does: another file takes the name."""

    def write() -> None:
        other = file.with_name("editor.tmp")
        other.write_bytes(content)
        other.rename(file)

    return write


def test_what_is_written_in_between_goes_back(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    between(monkeypatch, rewrite(file, b"theirs"))
    assert not FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
    assert file.read_bytes() == b"theirs"
    assert left(file.parent) == ["a.csv"]


def test_of_two_that_are_written_in_between_both_are_kept(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    between(monkeypatch, rewrite(file, b"theirs"), rewrite(file, b"third"))
    assert not FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
    kept = {path.read_bytes() for path in file.parent.iterdir()}
    assert kept == {b"theirs", b"third"}
    assert not any(name.startswith(HIDDEN) for name in left(file.parent))


def test_without_an_exchange_it_is_renamed(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "exchange", lambda *_: False)
    assert FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
    assert file.read_bytes() == b"new"


class Killed(BaseException):
    pass


def die(*_: object) -> bool:
    raise Killed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_death_at_the_exchange_is_tidied_at_the_next_write(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    real = papers.exchange
    dying = (lambda *args: (real(*args), die())[0]) if after else die
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(papers, "exchange", dying)
        FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
    assert file.read_bytes() == (b"new" if after else b"old")
    assert len(left(file.parent)) == 2
    assert FolderPapers().put(tmp_path, NAME, old=file.read_bytes(), new=b"newer")
    assert file.read_bytes() == b"newer"
    assert left(file.parent) == ["a.csv"]


def test_what_a_death_left_of_somebody_elses_is_kept(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = papers.exchange

    def dying(folder: int, one: str, other: str) -> bool:
        rewrite(file, b"theirs")()
        real(folder, one, other)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(papers, "exchange", dying)
        FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
    assert FolderPapers().put(tmp_path, NAME, old=b"new", new=b"newer")
    kept = {path.read_bytes() for path in file.parent.iterdir()}
    assert kept == {b"newer", b"theirs"}
    assert not any(name.startswith(HIDDEN) for name in left(file.parent))


def test_it_is_removed_only_while_it_is_what_was_seen(tmp_path: Path, file: Path) -> None:
    assert not FolderPapers().remove(tmp_path, NAME, old=b"other")
    assert file.read_bytes() == b"old"
    assert FolderPapers().remove(tmp_path, NAME, old=b"old")
    assert not FolderPapers().remove(tmp_path, NAME, old=b"old")
    assert not FolderPapers().remove(tmp_path, "nowhere/a.csv", old=b"old")
    assert left(file.parent) == []


def fifo(path: Path, _: Path) -> None:
    os.mkfifo(path)


def link(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def hard(path: Path, outside: Path) -> None:
    os.link(outside, path)


def folder(path: Path, _: Path) -> None:
    path.mkdir()


def sparse(path: Path, _: Path) -> None:
    with path.open("wb") as made:
        made.truncate(50 << 30)


def device(path: Path, _: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [fifo, link, hard, folder, sparse, device])
def test_what_is_no_plain_file_is_named_and_stays(
    tmp_path: Path, file: Path, make: Callable[[Path, Path], None]
) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"old")
    file.unlink()
    make(file, outside)
    before = os.lstat(file)
    with pytest.raises(Refused, match=r"a\.csv"):
        FolderPapers().read(tmp_path, NAME)
    assert not FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
    assert not FolderPapers().put(tmp_path, NAME, old=None, new=b"new")
    assert not FolderPapers().remove(tmp_path, NAME, old=b"old")
    assert os.lstat(file).st_ino == before.st_ino
    assert outside.read_bytes() == b"old"


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "a\0.csv", ""])
def test_names_that_lead_outside_are_refused(tmp_path: Path, name: str) -> None:
    for deed in (
        lambda: FolderPapers().read(tmp_path, name),
        lambda: FolderPapers().put(tmp_path, name, old=None, new=b"x"),
        lambda: FolderPapers().remove(tmp_path, name, old=b"x"),
    ):
        with pytest.raises(Refused):
            deed()


def test_a_folder_that_is_a_symlink_or_a_file_is_not_gone_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "file").write_bytes(b"x")
    for name in ("link/a.csv", "file/a.csv"):
        with pytest.raises(Refused, match="symlink"):
            FolderPapers().put(root, name, old=None, new=b"x")
    assert left(outside) == []


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(CockpitError):
        FolderPapers().put(tmp_path / "gone", "a.csv", old=None, new=b"x")


def test_a_folder_without_permission_is_told_and_holds_nothing_new(
    tmp_path: Path, file: Path
) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    file.parent.chmod(0o500)
    try:
        with pytest.raises(CockpitError, match="Permission"):
            FolderPapers().put(tmp_path, NAME, old=b"old", new=b"new")
        assert left(file.parent) == ["a.csv"]
    finally:
        file.parent.chmod(0o700)


def test_readers_see_the_old_or_the_new(tmp_path: Path, file: Path) -> None:
    one, two = b"a" * 200_000, b"b" * 200_000
    file.write_bytes(one)
    seen: set[bytes] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(10):
        assert FolderPapers().put(tmp_path, NAME, old=one, new=two)
        assert FolderPapers().put(tmp_path, NAME, old=two, new=one)
    done.set()
    reader.join()
    assert seen <= {one, two}
