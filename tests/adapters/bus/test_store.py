"""The bus on disk: whatever lies there is read as data or named as a problem."""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.bus.store import FolderBus
from cockpit.adapters.platform import traits
from cockpit.domain.bus import BusFolder, BusListing
from cockpit.errors import CockpitError, Refused

TASKS, RESULTS = BusFolder.TASKS, BusFolder.RESULTS


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tasks").mkdir()
    return tmp_path


def names(listing: BusListing) -> dict[str, bytes | None]:
    return {file.name: file.content for file in listing.files}


def put(root: Path, name: str, content: bytes = b"x") -> Path:
    path = root / "tasks" / name
    path.write_bytes(content)
    return path


def test_files_are_read_in_order_and_others_are_passed_over(root: Path) -> None:
    for name in ("task-002.md", "task-001.md", ".task-001.md.swp", "README.md", "notes.csv"):
        put(root, name, name.encode())
    assert names(FolderBus().listing(root, TASKS)) == {
        "task-001.md": b"task-001.md",
        "task-002.md": b"task-002.md",
    }


def test_no_folder_is_no_task(root: Path) -> None:
    assert FolderBus().listing(root, RESULTS) == BusListing()
    assert FolderBus().listing(root / "nowhere", TASKS) == BusListing()


def test_hostile_names_are_named_and_stop_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "task-001.md")
    outside = root / "secret"
    outside.write_bytes(b"secret")
    tasks = root / "tasks"
    os.mkfifo(tasks / "task-002-fifo.md")
    (tasks / "task-003-link.md").symlink_to(outside)
    os.link(outside, tasks / "task-004-hard.md")
    (tasks / "task-005-folder.md").mkdir()
    with open(tasks / "task-006-sparse.md", "wb") as sparse:
        sparse.truncate(50 << 30)
    (tasks / "task-007-null.md").symlink_to("/dev/zero")
    (tasks / "task-008-loop.md").symlink_to("task-008-loop.md")
    with socket.socket(socket.AF_UNIX) as made:
        monkeypatch.chdir(tasks)
        made.bind("task-009-socket.md")
    put(root, "task-010-\x1b[31m\n.md")
    odd = os.fsdecode(b"task-011-\xff.md")
    put(root, odd, b"\xff\xfe\x00")
    listing = FolderBus().listing(root, TASKS)
    read = {name for name, content in names(listing).items() if content is not None}
    assert read == {"task-001.md", "task-010-\x1b[31m\n.md", odd}
    for file in listing.files:
        if file.content is None:
            assert file.name.split("-")[1] in file.problem
            assert "\x1b" not in file.problem and "\n" not in file.problem
    assert not any(b"secret" in (content or b"") for content in names(listing).values())


@pytest.mark.parametrize("made", ["file", "link"])
def test_something_else_in_the_folders_place(tmp_path: Path, made: str) -> None:
    if made == "file":
        (tmp_path / "tasks").write_text("a script of the project's")
    else:
        (tmp_path / "real").mkdir()
        (tmp_path / "tasks").symlink_to("real")
    listing = FolderBus().listing(tmp_path, TASKS)
    assert not listing.files
    assert "not a folder" in listing.problems[0]


def test_a_change_is_seen_and_what_stayed_is_not_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = FolderBus()
    old, new = put(root, "task-001.md", b"old"), put(root, "task-002.md", b"one")
    for path in (old, new):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    bus.listing(root, TASKS)
    monkeypatch.setattr("cockpit.adapters.bus.store.FRESH", -1.0)
    read: list[str] = []
    real = os.open

    def counting(path: object, *args: object, **more: object) -> int:
        read.append(str(path))
        return real(path, *args, **more)  # type: ignore[arg-type]

    new.write_bytes(b"two")
    monkeypatch.setattr(os, "open", counting)
    found = names(bus.listing(root, TASKS))
    assert found == {"task-001.md": b"old", "task-002.md": b"two"}
    assert "task-001.md" not in read
    old.unlink()
    assert names(bus.listing(root, TASKS)) == {"task-002.md": b"two"}


def test_together_they_are_read_to_a_limit(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.adapters.bus.store.TOTAL", 10)
    monkeypatch.setattr("cockpit.adapters.bus.store.MOST", 3)
    for number in range(5):
        put(root, f"task-{number:03}.md", b"12345678")
    listing = FolderBus().listing(root, TASKS)
    assert [file.content is not None for file in listing.files] == [True, False, False]
    assert "first 3" in listing.problems[0]
    assert "task-001.md" in listing.files[1].problem


def test_thousands_of_files(root: Path) -> None:
    for number in range(3_000):
        put(root, f"task-{number:05}.md")
    bus = FolderBus()
    assert len(bus.listing(root, TASKS).files) == 3_000


# ---------------------------------------------------------------- writing


def test_a_new_file_is_whole_and_never_over_another(root: Path) -> None:
    bus = FolderBus()
    bus.write_new(root, RESULTS, "task-001-result.md", b"mine")
    with pytest.raises(Refused, match="already"):
        bus.write_new(root, RESULTS, "task-001-result.md", b"theirs")
    file = bus.read(root, RESULTS, "task-001-result.md")
    assert file is not None and file.content == b"mine"
    assert os.listdir(root / "results") == ["task-001-result.md"]


@pytest.mark.parametrize(
    "name", ["../x.md", "a/b.md", "", ".hidden.md", "x\0.md", "x" * 300 + ".md"]
)
def test_what_is_no_name_is_refused(root: Path, name: str) -> None:
    with pytest.raises(Refused):
        FolderBus().write_new(root, TASKS, name, b"x")


def test_of_two_writers_one_wins(root: Path) -> None:
    bus, told = FolderBus(), []
    barrier = threading.Barrier(4)

    def write(number: int) -> None:
        barrier.wait()
        try:
            bus.write_new(root, TASKS, "task-001.md", str(number).encode())
            told.append(number)
        except Refused:
            pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (root / "tasks/task-001.md").read_bytes() == str(told[0]).encode()
    assert len(told) == 1


def test_nothing_is_written_through_a_link(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / "results").symlink_to("elsewhere")
    with pytest.raises(CockpitError):
        FolderBus().write_new(root, RESULTS, "task-001-result.md", b"x")
    assert os.listdir(root / "elsewhere") == []


def test_a_file_system_without_the_call_gets_the_file_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traits, "current", replace(traits.current, rename=""))
    bus = FolderBus()
    bus.write_new(root, TASKS, "task-001.md", b"x")
    with pytest.raises(Refused):
        bus.write_new(root, TASKS, "task-001.md", b"y")
    assert os.stat(root / "tasks/task-001.md").st_nlink == 1
    assert os.listdir(root / "tasks") == ["task-001.md"]


def test_a_file_is_replaced_only_where_it_is_still_the_old_one(root: Path) -> None:
    path = put(root, "task-001.md", b"old")
    path.chmod(0o640)
    bus = FolderBus()
    bus.replace(root, TASKS, "task-001.md", old=b"old", new=b"new")
    assert path.read_bytes() == b"new" and path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(Refused, match="changed meanwhile"):
        bus.replace(root, TASKS, "task-001.md", old=b"old", new=b"newer")
    assert path.read_bytes() == b"new"
