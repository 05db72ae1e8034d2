"""Names with line ends, quotes, escapes, bytes that are no UTF-8, leading dashes and pathspec
magic go through every deed of the merge desk byte by byte."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.change import Layer
from cockpit.domain.conflict import Take
from cockpit.domain.hunks import HunkDeed, file_identity, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApplyHunk, Commit, Land, LeaveOut, Resolve, Sync, Undo
from cockpit.domain.resolution import Choice, Point
from cockpit.domain.resolution_draft import picked
from cockpit.services import looking
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
NAMES = [
    os.fsdecode(name)
    for name in (
        b'-n\nnew "quo\'te" \\n',
        b"caf\xe9 \xff\xfe",
        b"\x1b]52;c;x\x07\x1b[2J",
        b":(top,glob)**",
        b" sp\tace ",
        b"#{pane_pid} $(touch x) %s [red]",
    )
]
PATHS = [f"src/{name}" for name in NAMES]
TEXT = "".join(f"line {number}\n" for number in range(1, 31))


def changed(row: int, text: str) -> str:
    return TEXT.replace(f"line {row}\n", f"{text}\n")


def write(folder: Path, text: str) -> None:
    for path in PATHS:
        (folder / path).write_text(text)


def read(folder: Path) -> list[str]:
    return [(folder / path).read_text() for path in PATHS]


def commit(folder: Path, text: str) -> None:
    write(folder, text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", f"{folder.name} writes")


def status(folder: Path) -> str:
    return git(folder, "status", "--porcelain", "-z", "--untracked-files=all")


def is_told(shown: str) -> None:
    """A summary, or a commit's message, is one that any terminal may show."""
    assert not any(ord(char) < 32 and char not in "\t\n" for char in shown)


@pytest.fixture(params=["merge"])
def odd(
    make_desk: Callable[..., Desk], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """A target with the odd files, and two started lanes whose agents rest."""
    desk = make_desk(lanes=LANES + f"merge: {{how: {request.param}}}\n")
    commit(desk.root, TEXT)
    for lane in ("alpha", "beta"):
        desk.start(lane)
    seen = Activity(State.IDLE, "screen", "a rule", 0.0)
    monkeypatch.setattr(looking, "activity_of", lambda work, record, previous=None: seen)
    return desk


def folder_of(desk: Desk, lane: str = "alpha") -> Path:
    return desk.root.parent / f"{desk.root.name}-{lane}"


def test_the_radar_names_them(odd: Desk) -> None:
    write(folder_of(odd), changed(3, "alpha"))
    write(folder_of(odd, "beta"), changed(3, "beta"))
    fresh = os.fsdecode(b"src/-fresh\n\xff")
    for lane in ("alpha", "beta"):
        (folder_of(odd, lane) / fresh).write_text(lane)
    (clash,) = odd.cockpit().clashes().clashes
    assert sorted(path.path for path in clash.paths) == sorted([*PATHS, fresh])
    lines = odd.cockpit().clash(ALPHA, BETA)
    assert lines is not None
    hunks = {path.path: path.hunks for path in lines.paths}
    assert all(hunks[path][0].lines == ("alpha",) for path in PATHS)


@pytest.mark.parametrize("path", PATHS, ids=map(str, range(len(PATHS))))
def test_hunks_go_in_and_out(odd: Desk, path: str) -> None:
    lane = folder_of(odd)
    both = changed(3, "three").replace("line 27\n", "twenty-seven\n")

    def do(deed: HunkDeed, layer: Layer, number: int | None) -> None:
        files = odd.cockpit().diff(ALPHA).files
        file = next(one for one in files if (one.layer, one.path) == (layer, path))
        what = file_identity(file)
        if number is not None:
            what = hunk_identity(file, parse_hunks(file.body)[number])
        done = odd.do(ApplyHunk(ALPHA, deed, layer, path, what))
        is_told(done.summary)

    def index() -> str:
        blob = git(lane, "--literal-pathspecs", "ls-files", "-s", "-z", "--", path).split()[1]
        return git(lane, "cat-file", "blob", blob)

    (lane / path).write_text(both)
    do(HunkDeed.STAGE, Layer.UNSTAGED, 0)
    assert index() == changed(3, "three")
    do(HunkDeed.DISCARD, Layer.UNSTAGED, 0)
    assert (lane / path).read_text() == changed(3, "three")
    assert odd.cockpit().preview_undo().in_the_way == ()
    odd.do(Undo())
    assert (lane / path).read_text() == both
    do(HunkDeed.UNSTAGE, Layer.STAGED, None)
    assert index() == TEXT
    do(HunkDeed.DISCARD, Layer.UNSTAGED, None)
    assert status(lane) == ""
    odd.do(Undo())
    assert (lane / path).read_text() == both


def test_a_conflict_is_resolved_and_lands(odd: Desk) -> None:
    commit(folder_of(odd), changed(3, "alpha"))
    commit(odd.root, changed(3, "main").replace("line 27\n", "main\n"))
    cockpit = odd.cockpit()
    view = cockpit.conflict(ALPHA)
    state = view.resolution
    assert sorted(file.path for file in state.conflict.files) == sorted(PATHS)
    for file in range(len(PATHS)):
        state = state.choose(Point(file, 0), Choice(Take.OURS))
    cockpit.keep_resolution(state)
    again = odd.cockpit().conflict(ALPHA).resolution
    assert again.choices == state.choices, "the draft knows the names"
    conflict = state.conflict
    done = odd.do(Resolve(ALPHA, conflict.source, conflict.target, picked(again)))
    is_told(done.summary)
    wanted = changed(3, "alpha").replace("line 27\n", "main\n")
    assert read(folder_of(odd)) == [wanted] * len(PATHS)
    assert status(folder_of(odd)) == ""
    is_told(git(odd.root, "log", "-1", "--format=%B", "alpha/work"))
    odd.do(Land(ALPHA))
    assert read(odd.root) == [wanted] * len(PATHS)
    assert status(odd.root) == ""


@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_sync_brings_both_sides_together(odd: Desk, how: str) -> None:
    lane = folder_of(odd)
    commit(lane, changed(3, "alpha"))
    commit(odd.root, changed(27, "main"))
    shown = odd.cockpit().preview_sync(ALPHA, how=how)
    assert sorted(change.path for change in shown.changes) == sorted(PATHS)
    odd.do(Sync(ALPHA, how))
    assert read(lane) == [changed(3, "alpha").replace("line 27\n", "main\n")] * len(PATHS)
    assert status(lane) == ""
    odd.do(Undo())
    assert read(lane) == [changed(3, "alpha")] * len(PATHS)
    assert status(lane) == ""


def test_chosen_files_are_taken_and_left_out(odd: Desk) -> None:
    lane = folder_of(odd)
    write(lane, changed(3, "alpha"))
    before = status(lane)
    chosen = tuple(PATHS[:3])
    is_told(odd.do(Commit(ALPHA, "some", chosen)).summary)
    names = git(lane, "diff", "-z", "--name-only", "HEAD^", "HEAD").split("\0")
    assert sorted(filter(None, names)) == sorted(chosen)
    odd.do(Undo())
    assert status(lane) == before
    odd.do(Commit(ALPHA, "all of it"))
    assert status(lane) == ""
    is_told(odd.do(LeaveOut(ALPHA, chosen)).summary)
    assert read(lane) == [TEXT] * 3 + [changed(3, "alpha")] * (len(PATHS) - 3)
    assert status(lane) == ""
    odd.do(Undo())
    assert read(lane) == [changed(3, "alpha")] * len(PATHS)


@pytest.mark.parametrize("odd", ["merge", "squash", "rebase"], indirect=True)
def test_a_landing_and_its_undo(odd: Desk) -> None:
    for lane, row in (("alpha", 3), ("beta", 27)):
        commit(folder_of(odd, lane), changed(row, lane))
    first = odd.do(Land(ALPHA)).operation
    odd.do(Land(BETA))
    both = changed(3, "alpha").replace("line 27\n", "beta\n")
    assert read(odd.root) == [both] * len(PATHS)
    assert first is not None
    assert sorted(odd.cockpit().preview_undo(first.seq).paths) == sorted(PATHS)
    odd.do(Undo(first.seq))
    assert read(odd.root) == [changed(27, "beta")] * len(PATHS)
    assert status(odd.root) == ""
    write(folder_of(odd), changed(27, "again"))
    git(folder_of(odd), "commit", "-qam", "again")
    assert sorted(odd.cockpit().preview_landing(ALPHA).conflicts) == sorted(PATHS)
