"""Repositories that stand in git's way at the merge desk: attributes and drivers that a lane
brings, hooks that never end, replaced objects, and changes of ten thousand files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.change import Layer
from cockpit.domain.hunks import HunkDeed, file_identity, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import ApplyHunk, Commit, Land, LeaveOut, Sync, Undo
from cockpit.errors import Refused
from cockpit.services import looking
from tests.adapters.git.vectors import HOOKS
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
MANY = 10_000


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Activity(State.IDLE, "screen", "a rule", 0.0)
    monkeypatch.setattr(looking, "activity_of", lambda work, record, previous=None: seen)


def folder_of(desk: Desk, lane: str = "alpha") -> Path:
    return desk.root.parent / f"{desk.root.name}-{lane}"


def on_main(desk: Desk, path: str, text: str) -> None:
    (desk.root / path).parent.mkdir(parents=True, exist_ok=True)
    (desk.root / path).write_text(text)
    git(desk.root, "add", path)
    git(desk.root, "commit", "-q", "-m", f"main changes {path}")


def status(folder: Path) -> str:
    return git(folder, "status", "--porcelain", "-z", "--untracked-files=all")


def plant(desk: Desk, program: str) -> Path:
    """A program that a lane could have written; it leaves a mark."""
    flag = desk.root.parent / "RAN"
    script = desk.root.parent / "evil.sh"
    script.write_text(f"#!/bin/sh\necho \"$@\" >> '{flag}'\n{program}\n")
    script.chmod(0o755)
    return script


# ---------------------------------------------------------------- what a lane's attributes ask


def test_a_merge_driver_that_a_lane_brings_decides_nothing(desk: Desk) -> None:
    """Neither one with a program nor a built-in one (`union` takes both sides, `-merge` ours)."""
    script = plant(desk, "exit 0")
    git(desk.root, "config", "merge.evil.driver", f"{script} %O %A %B")
    for name in ("src/a", "src/b", "src/c"):
        on_main(desk, name, "old\n")
    desk.start()
    desk.commit("alpha", ".gitattributes", "a merge=evil\nb merge=union\nc -merge\n")
    for name in ("src/a", "src/b", "src/c"):
        desk.commit("alpha", name, "alpha\n")
        on_main(desk, name, "main\n")
    conflicts = ("src/a", "src/b", "src/c")
    cockpit = desk.cockpit()
    assert cockpit.preview_landing(ALPHA).conflicts == conflicts
    assert cockpit.preview_sync(ALPHA).conflicts == conflicts
    found = cockpit.conflict(ALPHA).resolution.conflict
    assert tuple(file.path for file in found.files) == conflicts
    assert all(len(file.hunks) == 1 for file in found.files)
    (clash,) = cockpit.clashes().clashes
    assert tuple(path.path for path in clash.paths) == conflicts
    assert not (desk.root.parent / "RAN").exists()


def test_what_a_filter_of_the_repository_keeps_is_not_staged(desk: Desk) -> None:
    """As with git-crypt: git would keep something else than what lies on the disk."""
    script = plant(desk, "rev")
    lane = desk.start()
    desk.commit("alpha", "src/key", "one\ntwo\n")
    desk.commit("alpha", ".gitattributes", "key filter=hide\n")
    (lane / "src/key").write_text("one\nTWO\n")
    for key in ("clean", "smudge"):
        git(desk.root, "config", f"filter.hide.{key}", str(script))
    index = git(lane, "ls-files", "-s", "src/key")
    files = desk.cockpit().diff(ALPHA).files
    file = next(one for one in files if (one.layer, one.path) == (Layer.UNSTAGED, "src/key"))
    for what in (file_identity(file), hunk_identity(file, parse_hunks(file.body)[0])):
        for deed in (HunkDeed.STAGE, HunkDeed.DISCARD):
            with pytest.raises(Refused, match="own filter 'hide', which cockpit doesn't run"):
                desk.do(ApplyHunk(ALPHA, deed, Layer.UNSTAGED, "src/key", what))
    with pytest.raises(Refused, match="own filter 'hide'"):
        desk.do(Commit(ALPHA))
    assert git(lane, "ls-files", "-s", "src/key") == index
    assert (lane / "src/key").read_text() == "one\nTWO\n"
    assert not (desk.root.parent / "RAN").exists()


@pytest.mark.parametrize(
    "attribute",
    ["text eol=crlf", "ident", "working-tree-encoding=UTF-16LE", "export-subst", "-text"],
)
def test_files_come_out_as_their_attributes_say(desk: Desk, attribute: str) -> None:
    lane = desk.start("beta")
    desk.commit("beta", "src/one", "$Id$ $Format:%H$\nline\n")
    (lane / ".gitattributes").write_text(f"one {attribute}\n")
    git(lane, "add", ".gitattributes")
    git(lane, "commit", "-qm", "attributes")
    (lane / "src/one").unlink()
    git(lane, "checkout", "-q", "--", "src/one")
    desk.do(Land(BETA))
    assert (desk.root / "src/one").read_bytes() == (lane / "src/one").read_bytes()
    assert status(desk.root) == ""
    desk.do(Undo())
    assert not (desk.root / "src/one").exists()
    assert status(desk.root) == ""


def test_an_encoding_that_nobody_knows_lands_as_git_checks_it_out(desk: Desk) -> None:
    lane = desk.start("beta")
    for name in ("one", "two"):
        desk.commit("beta", f"src/{name}", "line\n")
    (lane / ".gitattributes").write_text("one working-tree-encoding=UTF-4711\n")
    git(lane, "add", ".gitattributes")
    git(lane, "commit", "-qm", "attributes")
    before = desk.main()
    desk.do(Land(BETA))
    for name in ("one", "two"):
        assert (desk.root / "src" / name).read_text() == "line\n"
    desk.do(Undo())
    assert desk.main() == before
    assert status(desk.root) == "" and not (desk.root / "src/two").exists()


# ---------------------------------------------------------------- hooks, replaced objects


def test_hooks_that_never_end_hold_nothing_up(desk: Desk) -> None:
    lane = desk.start()
    desk.commit("alpha", "src/one", "1\n")
    on_main(desk, "README.md", "main\n")
    script = plant(desk, "exec sleep 600")
    for name in HOOKS:
        (desk.root / ".git/hooks" / name).write_bytes(script.read_bytes())
        (desk.root / ".git/hooks" / name).chmod(0o755)
    desk.do(Sync(ALPHA))
    (lane / "src/two").write_text("2\n")
    desk.do(Commit(ALPHA, "the rest"))
    desk.do(LeaveOut(ALPHA, ("src/two",)))
    desk.start("beta")
    desk.cockpit().clashes()
    desk.do(Land(ALPHA))
    desk.do(Undo())
    assert not (desk.root / "src/one").exists()
    assert not (desk.root.parent / "RAN").exists()


def test_what_lands_is_what_was_shown_although_objects_are_replaced(desk: Desk) -> None:
    """Plain git shows harmless bytes; a clone would get what the objects hold."""
    desk.start()
    desk.commit("alpha", "src/evil", "evil\n")
    harmless = git(desk.root, "hash-object", "-w", "--stdin", stdin="harmless\n").strip()
    git(desk.root, "replace", "alpha/work:src/evil", harmless)
    assert git(desk.root, "show", "alpha/work:src/evil") == "harmless\n"
    (file,) = desk.cockpit().diff(ALPHA).files
    assert "+evil" in file.body
    shown = desk.cockpit().preview_landing(ALPHA)
    assert any("is replaced by" in detail for one in shown.checks for detail in one.paths)
    desk.do(Land(ALPHA))
    assert (desk.root / "src/evil").read_text() == "evil\n"


# ---------------------------------------------------------------- very many files


def many(folder: Path, count: int) -> None:
    for number in range(count):
        place = folder / "src" / f"part{number // 500}" / f"file{number}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{number}\n")


def test_a_diff_of_ten_thousand_files(desk: Desk) -> None:
    lane = desk.start()
    many(lane, MANY)
    cockpit = desk.cockpit()
    listed = cockpit.diff(ALPHA, bodies=False)
    assert len(listed.files) == MANY
    assert sum(file.loaded for file in listed.files) <= 500, "the others are read when looked at"
    (changed, *_) = cockpit.observe([ALPHA])
    assert changed is not None
    git(lane, "add", "-A")
    git(lane, "-c", "core.fsync=none", "commit", "-qm", "many")
    committed = cockpit.diff(ALPHA).files
    assert len(committed) == MANY and all(file.added == 1 for file in committed)
    shown = cockpit.preview_landing(ALPHA)
    assert len(shown.changes) == MANY and shown.may_land


def test_a_thousand_files_are_taken_landed_and_undone(desk: Desk) -> None:
    """More than any batch that goes to git at once."""
    lane = desk.start()
    many(lane, 1_100)
    desk.do(Commit(ALPHA, "all of it"))
    assert status(lane) == ""
    before = desk.main()
    done = desk.do(Land(ALPHA)).operation
    assert status(desk.root) == ""
    assert (desk.root / "src/part2/file1099").read_text() == "1099\n"
    assert done is not None
    assert len(desk.cockpit().preview_undo(done.seq).lines) < 60
    desk.do(Undo())
    assert desk.main() == before
    assert status(desk.root) == "" and not (desk.root / "src/part0").exists()
