from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from cockpit.adapters import trash_places, tree
from cockpit.adapters.trash import FolderTrash
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.rubbish import TrashEntry
from cockpit.errors import CockpitError, Refused
from cockpit.paths import repository_id
from tests.adapters.killing import full_at_each_step, killed_at_each_step
from tests.conftest import git

NAME = "000007-teardown-0123abcd"


@pytest.fixture
def trash(repo: Path, tmp_path: Path) -> FolderTrash:
    return FolderTrash(repo / ".git", tmp_path / "state", repo)


@pytest.fixture
def lane(repo: Path) -> Path:
    path = repo.parent / "project-alpha"
    path.mkdir()
    (path / "f").write_text("content")
    return path


def _place(repo: Path) -> Path:
    return repo.parent / ".cockpit-trash" / repository_id(repo / ".git")


def test_a_lane_goes_there_and_back(trash: FolderTrash, repo: Path, lane: Path) -> None:
    admin = repo / ".git" / "worktrees" / "alpha"
    admin.mkdir(parents=True)
    place = trash.place_for(lane, NAME)
    assert place == _place(repo) / NAME / "tree"
    assert trash.entries() == [], "nothing lies there yet"
    admin_place = trash.admin_place_for(NAME)
    assert admin_place == repo / ".git" / "cockpit-trash" / NAME
    trash.move(lane, place)
    trash.move(admin, admin_place)
    trash.note(NAME, lane=LaneId("alpha"), op=OpId(NAME), folder=place, admin=admin_place)
    (entry,) = trash.entries()
    assert (entry.name, entry.lane, entry.op) == (NAME, "alpha", NAME)
    assert (entry.folder, entry.admin) == (place, admin_place)
    assert entry.size == 7 and entry.size_complete
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    trash.move(admin_place, admin)
    trash.move(place, lane)
    assert (lane / "f").read_text() == "content"
    assert trash.entries() == []


def test_the_same_name_has_the_same_place_again(trash: FolderTrash, lane: Path) -> None:
    place = trash.place_for(lane, NAME)
    trash.move(lane, place)
    assert trash.place_for(lane, NAME) == place
    with pytest.raises(Refused, match="already"):
        trash.place_for(lane.parent / "project-beta", NAME)
    other = lane.parent / "elsewhere" / "x"
    assert trash.place_for(other, "another") == (
        lane.parent / "elsewhere" / ".cockpit-trash" / place.parts[-3] / "another" / "tree"
    )


def test_previewing_makes_nothing(trash: FolderTrash, repo: Path, lane: Path) -> None:
    assert trash.folder_for(lane) == _place(repo)
    assert not _place(repo).exists()


def test_a_lane_inside_the_checkout_goes_where_git_clean_does_not_reach(
    trash: FolderTrash, repo: Path
) -> None:
    lane = repo / "trees" / "alpha"
    lane.mkdir(parents=True)
    (lane / "f").touch()
    place = trash.place_for(lane, NAME)
    assert place == _place(repo) / NAME / "tree"
    trash.move(lane, place)
    git(repo, "clean", "-q", "-ffdx")
    assert (place / "f").exists()


def _devices(monkeypatch: pytest.MonkeyPatch, own: Path) -> None:
    """Pretend that everything below `own` is a file system of its own."""

    def device(path: Path) -> int:
        return 2 if path == own or own in path.parents else 1

    monkeypatch.setattr(trash_places, "_device", device)


def test_a_checkout_that_is_a_mount_keeps_its_trash_in_the_git_folder(
    trash: FolderTrash, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _devices(monkeypatch, repo)
    lane = repo / "trees" / "alpha"
    lane.mkdir(parents=True)
    place = trash.place_for(lane, NAME)
    assert place == repo / ".git" / "cockpit-trash-trees" / NAME / "tree"
    trash.move(lane, place)
    git(repo, "clean", "-q", "-ffdx")
    assert place.is_dir()
    assert [entry.name for entry in trash.entries()] == [NAME]


def test_no_place_at_all_is_said(
    trash: FolderTrash, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _devices(monkeypatch, repo / "trees")
    with pytest.raises(Refused, match="no place"):
        trash.place_for(repo / "trees" / "alpha", NAME)


def test_a_bare_repository(tmp_path: Path) -> None:
    trash = FolderTrash(tmp_path / "r.git", tmp_path / "state", None)
    lane = tmp_path / "r-alpha"
    assert trash.folder_for(lane).parent == tmp_path / ".cockpit-trash"


def test_it_is_no_litter_in_a_repository_around_it(
    trash: FolderTrash, repo: Path, lane: Path
) -> None:
    git(repo.parent, "init", "-q")
    trash.move(lane, trash.place_for(lane, NAME))
    assert ".cockpit-trash" not in git(repo.parent, "status", "--porcelain", "-uall")


def test_moving_is_idempotent_and_refuses_ambiguity(
    trash: FolderTrash, lane: Path, tmp_path: Path
) -> None:
    place = trash.place_for(lane, NAME)
    trash.move(lane, place)
    trash.move(lane, place)
    lane.mkdir()
    with pytest.raises(Refused, match="exists already"):
        trash.move(lane, place)
    with pytest.raises(CockpitError, match="gone"):
        trash.move(tmp_path / "nothing", tmp_path / "nowhere")


def test_a_symlink_in_place_of_the_lane_is_not_moved(
    trash: FolderTrash, lane: Path, tmp_path: Path
) -> None:
    lane.rename(tmp_path / "real")
    lane.symlink_to(tmp_path / "real")
    with pytest.raises(Refused, match="symlink"):
        trash.move(lane, trash.place_for(lane, NAME))
    assert lane.is_symlink() and (tmp_path / "real" / "f").exists()


@pytest.mark.parametrize(
    ("code", "words"), [(18, "can't be renamed"), (16, "can't be renamed"), (28, "disk is full")]
)
def test_what_the_system_refuses_moves_nothing(
    trash: FolderTrash, lane: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    place = trash.place_for(lane, NAME)

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(CockpitError, match=words) as caught:
        trash.move(lane, place)
    assert caught.value.hint
    assert lane.is_dir() and not place.exists()


def test_a_folder_without_write_permission_is_moved_with_its_mode(
    trash: FolderTrash, lane: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane.chmod(0o555)
    place = trash.place_for(lane, NAME)
    original = os.rename

    def strict(source: Path, destination: Path) -> None:
        """As the kernel does for users other than root."""
        if not source.stat().st_mode & stat.S_IWUSR:
            raise PermissionError(13, "Permission denied")
        original(source, destination)

    monkeypatch.setattr(os, "rename", strict)
    trash.move(lane, place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o555


def test_kills_while_moving(trash: FolderTrash, lane: Path) -> None:
    def work() -> None:
        place = trash.place_for(lane, NAME)
        trash.move(lane, place)
        trash.note(NAME, lane=LaneId("alpha"), op=OpId(NAME), folder=place, admin=None)

    seen = set()
    for _ in killed_at_each_step(work):
        place = trash.place_for(lane, NAME)
        assert lane.exists() is not place.exists(), "it is in exactly one of the two places"
        assert (lane if lane.exists() else place).joinpath("f").read_text() == "content"
        assert [entry.name for entry in trash.entries()] == ([NAME] if place.exists() else [])
        seen.add(place.exists())
        if place.exists():
            trash.move(place, lane)
    assert seen == {True, False}


def test_a_full_disk_while_moving(trash: FolderTrash, lane: Path) -> None:
    def work() -> None:
        trash.move(lane, trash.place_for(lane, NAME))

    for _ in full_at_each_step(work, CockpitError):
        place = trash.place_for(lane, NAME)
        assert lane.exists() is not place.exists()
        if place.exists():
            trash.move(place, lane)


def _full_of_traps(lane: Path, outside: Path) -> None:
    outside.mkdir()
    (outside / "precious").write_text("mine")
    (lane / "link").symlink_to(outside)
    (lane / "file").symlink_to(outside / "precious")
    deep = lane
    for _ in range(30):
        deep = deep / "d"
    deep.mkdir(parents=True)
    os.mkfifo(deep / "fifo")
    (lane / "ro" / "sub").mkdir(parents=True)
    (lane / "ro" / "sub" / "f").touch()
    (lane / "ro" / "sub").chmod(0o000)
    (lane / "ro").chmod(0o555)
    with open(os.path.join(os.fsencode(lane), b"\xff\nx"), "wb"):
        pass


def test_emptying_really_deletes_and_follows_nothing(
    trash: FolderTrash, lane: Path, repo: Path, tmp_path: Path
) -> None:
    _full_of_traps(lane, tmp_path / "outside")
    place, admin = trash.place_for(lane, NAME), trash.admin_place_for(NAME)
    trash.move(lane, place)
    admin.mkdir()
    (admin / "HEAD").touch()
    (entry,) = trash.entries()
    trash.empty(entry)
    assert trash.entries() == []
    assert not place.parent.exists() and not admin.exists()
    assert (tmp_path / "outside" / "precious").read_text() == "mine"
    with pytest.raises(Refused):
        trash.empty(entry)


def test_kills_while_emptying_leave_it_listed_until_it_is_gone(
    trash: FolderTrash, lane: Path
) -> None:
    for name in ("a", "b"):
        (lane / name).mkdir()
        (lane / name / "f").touch()
    place = trash.place_for(lane, NAME)
    trash.move(lane, place)
    (entry,) = trash.entries()
    for _ in killed_at_each_step(lambda: trash.empty(entry)):
        if place.exists():
            assert [listed.name for listed in trash.entries()] == [NAME]
        elif not place.parent.exists():
            break
    assert trash.entries() == []


def test_only_entries_can_be_emptied(trash: FolderTrash, lane: Path, tmp_path: Path) -> None:
    place = trash.place_for(lane, NAME)
    trash.move(lane, place)
    (entry,) = trash.entries()
    victim = tmp_path / "victim"
    (victim / "tree").mkdir(parents=True)
    for name, folder in (
        (NAME, victim / "tree"),
        ("victim", victim / "tree"),
        ("../../victim", victim / "tree"),
        (NAME, place.parent),
    ):
        fake = TrashEntry(name, entry.lane, entry.op, 0, folder, None, 0)
        with pytest.raises(Refused):
            trash.empty(fake)
    assert (victim / "tree").is_dir() and place.is_dir()


def test_another_file_system_in_it_is_not_entered(
    trash: FolderTrash, lane: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lane / "mnt").mkdir()
    place = trash.place_for(lane, NAME)
    trash.move(lane, place)
    (entry,) = trash.entries()
    original: Callable[[int], list[tuple[str, os.stat_result]]] = tree._listing

    def listing(fd: int) -> list[tuple[str, object]]:
        return [
            (
                name,
                SimpleNamespace(st_mode=facts.st_mode, st_dev=-1) if name == "mnt" else facts,
            )
            for name, facts in original(fd)
        ]

    monkeypatch.setattr(tree, "_listing", listing)
    with pytest.raises(CockpitError, match="delete"):
        trash.empty(entry)
    assert (place / "mnt").is_dir()


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"at": "x", "lane": 7, "size": "y"}'])
def test_a_damaged_note_hides_nothing(trash: FolderTrash, lane: Path, note: bytes) -> None:
    place = trash.place_for(lane, NAME)
    trash.move(lane, place)
    (place.parent / "entry.json").write_bytes(note)
    (entry,) = trash.entries()
    assert entry.op == NAME and entry.folder == place
    trash.empty(entry)


def test_an_entry_without_a_note_names_its_operation(trash: FolderTrash, lane: Path) -> None:
    trash.move(lane, trash.place_for(lane, f"{NAME}-leftover-17"))
    (entry,) = trash.entries()
    assert entry.op == NAME and entry.lane == ""


def test_sizes_are_measured_once(
    trash: FolderTrash, lane: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = trash.place_for(lane, NAME)
    trash.move(lane, place)
    first = trash.entries()[0].size
    monkeypatch.setattr(tree, "measure", None)
    assert trash.entries()[0].size == first
    assert json.loads((place.parent / "entry.json").read_text())["worktree"] == str(lane)


@pytest.mark.parametrize("name", ["", "..", "a/b", ".x", "-x", "x\n", "x" * 300])
def test_hostile_names(trash: FolderTrash, lane: Path, name: str) -> None:
    with pytest.raises(Refused):
        trash.place_for(lane, name)
    with pytest.raises(Refused):
        trash.admin_place_for(name)


def test_a_planted_symlink_in_place_of_the_trash_is_refused(
    trash: FolderTrash, repo: Path, lane: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repo.parent / ".cockpit-trash").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        trash.place_for(lane, NAME)
