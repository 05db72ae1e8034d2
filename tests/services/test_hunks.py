"""Hunks staged, unstaged, discarded and brought back, on the real git and the real disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.hunks import HunkDeed, file_identity, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApplyHunk, Undo
from cockpit.domain.operation import OpKind, OpState
from cockpit.errors import CockpitError, Refused
from cockpit.services import looking
from cockpit.services.api import Outcome
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA = LaneId("alpha")
STAGE, UNSTAGE, DISCARD = HunkDeed.STAGE, HunkDeed.UNSTAGE, HunkDeed.DISCARD
TEXT = "".join(f"line {number}\n" for number in range(40))
BOTH = TEXT.replace("line 3\n", "line three\n").replace("line 33\n", "line thirty-three\nmore\n")


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    agent(monkeypatch, State.IDLE)


def agent(monkeypatch: pytest.MonkeyPatch, state: State) -> None:
    seen = Activity(state, "screen", "a rule", 0.0)
    monkeypatch.setattr(looking, "activity_of", lambda work, record, previous=None: seen)


@pytest.fixture
def lane(desk: Desk) -> Path:
    """The lane's folder, with a committed file of 40 lines."""
    folder = desk.start()
    desk.commit("alpha", "src/long.txt", TEXT)
    return folder


def shown(desk: Desk, layer: Layer, path: str = "src/long.txt") -> FileDiff:
    files = desk.cockpit().diff(ALPHA).files
    return next(file for file in files if (file.layer, file.path) == (layer, path))


def wish(file: FileDiff, deed: HunkDeed, number: int | None, **more: bool) -> ApplyHunk:
    what = file_identity(file)
    if number is not None:
        what = hunk_identity(file, parse_hunks(file.body)[number])
    return ApplyHunk(ALPHA, deed, file.layer, file.path, what, **more)


def do(desk: Desk, deed: HunkDeed, layer: Layer, number: int | None, path: str = "") -> Outcome:
    return desk.do(wish(shown(desk, layer, path or "src/long.txt"), deed, number))


def index_of(folder: Path, path: str = "src/long.txt") -> str:
    return git(folder, "show", f":{path}")


def test_one_hunk_is_staged_and_the_other_stays(desk: Desk, lane: Path) -> None:
    (lane / "src/long.txt").write_text(BOTH)
    do(desk, STAGE, Layer.UNSTAGED, 1)
    assert index_of(lane) == TEXT.replace("line 33\n", "line thirty-three\nmore\n")
    assert (lane / "src/long.txt").read_text() == BOTH
    do(desk, STAGE, Layer.UNSTAGED, 0)
    assert index_of(lane) == BOTH
    assert git(lane, "status", "--porcelain") == "M  src/long.txt\n"
    do(desk, UNSTAGE, Layer.STAGED, 0)
    assert index_of(lane) == TEXT.replace("line 33\n", "line thirty-three\nmore\n")
    for _ in range(3):
        desk.do(Undo())
    assert index_of(lane) == TEXT
    assert (lane / "src/long.txt").read_text() == BOTH


def test_a_discarded_hunk_is_gone_and_comes_back_after_a_gc(desk: Desk, lane: Path) -> None:
    path = lane / "src/long.txt"
    path.write_text(BOTH)
    path.chmod(0o640)
    outcome = do(desk, DISCARD, Layer.UNSTAGED, 0)
    assert path.read_text() == TEXT.replace("line 33\n", "line thirty-three\nmore\n")
    assert path.stat().st_mode & 0o777 == 0o640
    git(desk.root, "reflog", "expire", "--expire=now", "--all")
    git(desk.root, "gc", "-q", "--prune=now")
    preview = desk.cockpit().preview_undo(outcome.data["undo"])
    assert preview.in_the_way == ()
    assert any("line three" in line for line in preview.lines)
    desk.do(Undo())
    assert path.read_text() == BOTH
    assert path.stat().st_mode & 0o777 == 0o640
    assert not (desk.root / ".git" / "cockpit-staging").exists()


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("secret\n"),
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.write_bytes(b"\0\1\2"),
        lambda path: (path.write_text("#!/bin/sh\n"), path.chmod(0o755)),
    ],
    ids=["text", "link", "binary", "executable"],
)
def test_an_untracked_file_goes_and_comes_back(
    desk: Desk, lane: Path, make: Callable[[Path], object]
) -> None:
    path = lane / "odd name\n-x"
    make(path)
    before = os.readlink(path) if path.is_symlink() else path.read_bytes()
    mode = path.lstat().st_mode
    do(desk, DISCARD, Layer.UNTRACKED, None, path.name)
    assert not os.path.lexists(path)
    desk.do(Undo())
    assert (os.readlink(path) if path.is_symlink() else path.read_bytes()) == before
    assert path.lstat().st_mode == mode
    do(desk, STAGE, Layer.UNTRACKED, None, path.name)
    assert git(lane, "ls-files", "-s", "-z", "--", path.name).split()[0] in {
        *("100644", "100755", "120000")
    }
    do(desk, UNSTAGE, Layer.STAGED, None, path.name)
    assert git(lane, "ls-files", "-z", "--", path.name) == ""


def test_deletions_modes_types_and_renames_go_as_a_whole(desk: Desk, lane: Path) -> None:
    path = lane / "src/long.txt"
    path.unlink()
    do(desk, STAGE, Layer.UNSTAGED, 0)
    assert git(lane, "status", "--porcelain") == "D  src/long.txt\n"
    do(desk, UNSTAGE, Layer.STAGED, 0)
    do(desk, DISCARD, Layer.UNSTAGED, None)
    assert path.read_text() == TEXT
    path.chmod(0o755)
    do(desk, DISCARD, Layer.UNSTAGED, None)
    assert path.stat().st_mode & 0o111 == 0
    path.unlink()
    path.symlink_to("elsewhere")
    do(desk, DISCARD, Layer.UNSTAGED, 0)
    assert path.read_text() == TEXT and not path.is_symlink()
    desk.do(Undo())
    assert os.readlink(path) == "elsewhere"
    do(desk, DISCARD, Layer.UNSTAGED, None)
    git(lane, "mv", "src/long.txt", "src/moved.txt")
    do(desk, UNSTAGE, Layer.STAGED, None, "src/moved.txt")
    assert git(lane, "diff", "--cached", "--name-only") == ""


def test_line_ends_of_the_disk_stay(desk: Desk, lane: Path) -> None:
    (lane / ".gitattributes").write_text("*.txt text eol=crlf\n")
    desk.commit("alpha", "src/dos.txt", TEXT)
    path = lane / "src/dos.txt"
    path.unlink()
    git(lane, "checkout", "-q", "--", "src/dos.txt")
    whole = path.read_bytes()
    assert b"\r\n" in whole
    path.write_bytes(whole.replace(b"line 3\r", b"line three\r").replace(b"line 33\r", b"x\r"))
    do(desk, STAGE, Layer.UNSTAGED, 0, "src/dos.txt")
    assert index_of(lane, "src/dos.txt") == TEXT.replace("line 3\n", "line three\n")
    do(desk, DISCARD, Layer.UNSTAGED, 0, "src/dos.txt")
    assert path.read_bytes() == whole.replace(b"line 3\r", b"line three\r")
    do(desk, UNSTAGE, Layer.STAGED, None, "src/dos.txt")
    do(desk, DISCARD, Layer.UNSTAGED, None, "src/dos.txt")
    assert path.read_bytes() == whole


# ------------------------------------------------------------------ refused


@pytest.mark.parametrize("state", [State.WORKING, State.UNKNOWN, State.STARTING])
def test_while_the_agent_works_only_an_insisting_commander_may(
    desk: Desk, lane: Path, monkeypatch: pytest.MonkeyPatch, state: State
) -> None:
    (lane / "src/long.txt").write_text(BOTH)
    file = shown(desk, Layer.UNSTAGED)
    agent(monkeypatch, state)
    with pytest.raises(Refused, match="may be at work"):
        desk.do(wish(file, STAGE, 0))
    assert index_of(lane) == TEXT
    desk.do(wish(file, STAGE, 0, force=True))
    assert index_of(lane) != TEXT


def test_what_changed_since_it_was_shown_is_refused(desk: Desk, lane: Path) -> None:
    path = lane / "src/long.txt"
    path.write_text(BOTH)
    file = shown(desk, Layer.UNSTAGED)
    path.write_text(BOTH + "the agent's next line\n")
    for deed in (STAGE, DISCARD):
        for number in (0, None):
            with pytest.raises(Refused, match="changed since it was shown"):
                desk.do(wish(file, deed, number))
    assert path.read_text() == BOTH + "the agent's next line\n"
    git(lane, "checkout", "-q", "--", "src/long.txt")
    with pytest.raises(Refused, match="no longer differs"):
        desk.do(wish(file, STAGE, 0))


def test_a_file_that_changes_at_the_last_moment_is_left(desk: Desk, lane: Path) -> None:
    path = lane / "src/long.txt"
    path.write_text(BOTH)
    intent = wish(shown(desk, Layer.UNSTAGED), DISCARD, 0)

    def meddle(where: str) -> None:
        if where == "hunk: write the file":
            path.write_text("the agent's\n")

    with pytest.raises(Refused, match="changed meanwhile"):
        desk.do(intent, cockpit=desk.cockpit(meddle))
    assert path.read_text() == "the agent's\n"
    assert desk.cockpit().log()[-1].state is OpState.ABANDONED


def test_an_index_that_changes_at_the_last_moment_is_left(desk: Desk, lane: Path) -> None:
    (lane / "src/long.txt").write_text(BOTH)
    intent = wish(shown(desk, Layer.UNSTAGED), STAGE, 0)

    def meddle(where: str) -> None:
        if where == "hunk: change the index":
            (lane / "src/long.txt").write_text("the agent's\n")
            git(lane, "add", "src/long.txt")

    with pytest.raises(Refused, match="changed meanwhile"):
        desk.do(intent, cockpit=desk.cockpit(meddle))
    assert index_of(lane) == "the agent's\n"


def test_layers_submodules_merges_and_operations_are_refused(desk: Desk, lane: Path) -> None:
    (lane / "src/long.txt").write_text(BOTH)
    git(lane, "add", "-A")
    with pytest.raises(Refused, match="can be discarded"):
        do(desk, DISCARD, Layer.STAGED, 0)
    git(lane, "commit", "-qm", "both")
    with pytest.raises(Refused, match="can be unstaged"):
        do(desk, UNSTAGE, Layer.COMMITTED, 0)
    nested = lane / "nested"
    nested.mkdir()
    git(nested, "init", "-q", "--template=")
    with pytest.raises(Refused, match="repository of its own"):
        do(desk, DISCARD, Layer.UNTRACKED, None, "nested/")
    shutil.rmtree(nested)
    desk.commit("alpha", "src/api.py", "mine\n")
    git(lane, "checkout", "-q", "-b", "other", "HEAD~1")
    (lane / "src/api.py").write_text("theirs\n")
    git(lane, "commit", "-qam", "theirs")
    with pytest.raises(AssertionError, match="merge"):
        git(lane, "merge", "-q", "alpha/work")
    with pytest.raises(Refused, match="A merge is under way"):
        do(desk, DISCARD, Layer.UNSTAGED, None, "src/api.py")


def test_undo_is_refused_when_the_file_went_on(desk: Desk, lane: Path) -> None:
    path = lane / "src/long.txt"
    path.write_text(BOTH)
    outcome = do(desk, DISCARD, Layer.UNSTAGED, 0)
    path.write_text("the agent went on\n")
    with pytest.raises(Refused, match="was changed since then"):
        desk.do(Undo(outcome.data["undo"]))
    assert path.read_text() == "the agent went on\n"


# ------------------------------------------------------------------ deaths


class Died(BaseException):
    pass


@pytest.mark.parametrize("deed", [STAGE, DISCARD])
@pytest.mark.parametrize("undo", [False, True])
def test_a_death_at_any_step_is_recovered(
    desk: Desk, lane: Path, deed: HunkDeed, undo: bool
) -> None:
    path = lane / "src/long.txt"
    steps: list[str] = []
    path.write_text(BOTH)
    intent = wish(shown(desk, Layer.UNSTAGED), deed, 0)
    desk.do(intent, cockpit=desk.cockpit(steps.append))
    if undo:
        steps.clear()
        desk.do(Undo(), cockpit=desk.cockpit(steps.append))
        before = index_of(lane), path.read_text()
        desk.do(intent)
    else:
        before = index_of(lane), path.read_text()
        desk.do(Undo())
    assert len(steps) >= 4
    for at in range(len(steps)):
        count = 0

        def die(_where: str, at: int = at) -> None:
            nonlocal count
            count += 1
            if count == at + 1:
                raise Died

        with pytest.raises(Died):
            desk.do(Undo() if undo else intent, cockpit=desk.cockpit(die))
        desk.cockpit().recover(desk.events.append)
        assert desk.cockpit().recover(desk.events.append) == []
        assert not (desk.root / ".git" / "cockpit-staging").exists()
        last = desk.cockpit().log()[-1]
        wanted = OpKind.UNDO if undo else OpKind.HUNK
        done = last.kind is wanted and last.state is OpState.DONE and at > 0
        assert ((index_of(lane), path.read_text()) == before) is done
        if done:
            desk.do(intent if undo else Undo())


def test_what_the_disk_refuses_leaves_nothing(
    desk: Desk, lane: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lane / "src/long.txt"
    path.write_text(BOTH)
    intent = wish(shown(desk, Layer.UNSTAGED), DISCARD, 0)

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cockpit.adapters.git.edit.put", full)
    with pytest.raises(CockpitError, match="can't be edited"):
        desk.do(intent)
    assert path.read_text() == BOTH
    assert not (desk.root / ".git" / "cockpit-staging").exists()
