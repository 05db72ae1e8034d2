"""The commander takes a lane's uncommitted work as a commit, or leaves files of it out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Commit, LeaveOut, Undo
from cockpit.errors import CockpitError, Refused
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA = LaneId("alpha")


def dirt(lane: Path) -> None:
    """Work of each kind: staged and changed again, staged and gone, changed, new, a mode, a
    link, gone, and an ignored file."""
    (lane / "src").mkdir(exist_ok=True)
    (lane / "src/both.py").write_text("only the index holds this\n")
    git(lane, "add", "src/both.py")
    (lane / "src/both.py").write_text("the file holds this\n")
    (lane / "src/brief.py").write_text("staged, then gone\n")
    git(lane, "add", "src/brief.py")
    (lane / "src/brief.py").unlink()
    (lane / "new file\n.txt").write_text("a newline in its name\n")
    Path(os.fsdecode(os.fsencode(lane) + b"/\xff-dash")).write_text("undecodable\n")
    (lane / "-leading").write_text("a dash\n")
    (lane / "run.sh").write_text("#!/bin/sh\n")
    (lane / "run.sh").chmod(0o755)
    (lane / "link").symlink_to("run.sh")
    (lane / "ignored.log").write_text("ignored\n")


def ready(desk: Desk) -> Path:
    lane = desk.start()
    desk.commit("alpha", ".gitignore", "*.log\n")
    desk.commit("alpha", "gone.py", "goes away\n")
    (lane / "gone.py").unlink()
    dirt(lane)
    return lane


def status(lane: Path) -> str:
    return git(lane, "status", "--porcelain", "-z", "--untracked-files=all")


def test_everything_is_taken_but_what_is_ignored(desk: Desk) -> None:
    lane = ready(desk)
    before = git(lane, "rev-parse", "HEAD").strip()
    files = {p.name: p.lstat() for p in lane.iterdir()}
    done = desk.do(Commit(ALPHA, "the rest"))
    assert status(lane) == ""
    assert git(lane, "rev-parse", "HEAD^").strip() == before
    assert git(lane, "log", "-1", "--format=%s").strip() == "the rest"
    names = git(lane, "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")
    assert "new file\n.txt" in names and "-leading" in names
    assert "src/brief.py" not in names and "gone.py" not in names and "ignored.log" not in names
    assert git(lane, "show", "HEAD:src/both.py") == "the file holds this\n"
    assert git(lane, "ls-tree", "HEAD", "run.sh").startswith("100755")
    assert {p.name: p.lstat() for p in lane.iterdir()}.keys() == files.keys()
    assert done.data["new"] == git(lane, "rev-parse", "HEAD").strip()
    assert git(lane, "fsck", "--no-dangling") == ""


def test_undo_makes_it_uncommitted_again_just_as_it_was(desk: Desk) -> None:
    lane = ready(desk)
    head, before = git(lane, "rev-parse", "HEAD"), status(lane)
    index = git(lane, "ls-files", "-s")
    desk.do(Commit(ALPHA, "the rest"))
    desk.do(Undo())
    assert git(lane, "rev-parse", "HEAD") == head
    assert status(lane) == before
    assert git(lane, "ls-files", "-s") == index
    assert git(lane, "show", ":src/both.py") == "only the index holds this\n"


def test_only_chosen_paths_are_taken(desk: Desk) -> None:
    lane = ready(desk)
    desk.do(Commit(ALPHA, "source", ("src",)))
    changed = git(lane, "show", "--name-only", "--format=", "HEAD").split()
    assert changed == ["src/both.py"]
    left = status(lane)
    assert "gone.py" in left and "run.sh" in left and "src/" not in left
    with pytest.raises(Refused, match="Nothing is uncommitted at 'src'"):
        desk.do(Commit(ALPHA, "again", ("src",)))


def test_what_is_staged_elsewhere_stays_staged(desk: Desk) -> None:
    lane = desk.start()
    (lane / "a.txt").write_text("a\n")
    (lane / "b.txt").write_text("b\n")
    git(lane, "add", "-A")
    desk.do(Commit(ALPHA, "a alone", ("a.txt",)))
    assert git(lane, "diff", "--cached", "--name-only").split() == ["b.txt"]


def test_a_yes_is_bound_to_what_was_shown(desk: Desk) -> None:
    lane = ready(desk)
    shown = desk.cockpit().preview_commit(ALPHA)
    assert not shown.refusal
    (lane / "later.txt").write_text("came later\n")
    with pytest.raises(Refused, match="changed since it was shown"):
        desk.do(Commit(ALPHA, token=shown.token))
    (lane / "later.txt").unlink()
    desk.do(Commit(ALPHA, token=shown.token))
    assert status(lane) == ""


def test_a_look_stores_nothing(desk: Desk) -> None:
    ready(desk)
    before = git(desk.root, "count-objects", "-v")
    desk.cockpit().preview_commit(ALPHA)
    assert git(desk.root, "count-objects", "-v") == before


def test_it_is_refused_in_the_middle_of_something(desk: Desk) -> None:
    lane = ready(desk)
    admin = Path(git(lane, "rev-parse", "--absolute-git-dir").strip())
    (admin / "rebase-merge").mkdir()
    with pytest.raises(Refused, match="rebase"):
        desk.do(Commit(ALPHA))
    (admin / "rebase-merge").rmdir()
    git(lane, "checkout", "-q", "--detach")
    with pytest.raises(Refused, match="detached"):
        desk.do(Commit(ALPHA))


def test_nothing_to_take_is_said(desk: Desk) -> None:
    desk.start()
    with pytest.raises(Refused, match="nothing is uncommitted"):
        desk.do(Commit(ALPHA))


def test_a_repository_inside_is_named_and_not_taken(desk: Desk) -> None:
    lane = desk.start()
    nested = lane / "nested"
    nested.mkdir()
    git(nested, "init", "-q")
    (nested / "x").write_text("x\n")
    git(nested, "add", "-A")
    git(nested, "commit", "-q", "-m", "inner")
    (lane / "y.txt").write_text("y\n")
    done = desk.do(Commit(ALPHA))
    assert done.data["left"] == ["nested/"]
    assert git(lane, "ls-tree", "-r", "--name-only", "HEAD~0", "nested") == ""


def test_no_hook_and_no_filter_of_the_repository_runs(desk: Desk) -> None:
    lane = ready(desk)
    hook = Path(git(desk.root, "rev-parse", "--git-common-dir").strip())
    hook = (desk.root / hook / "hooks" / "pre-commit").resolve()
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ../hook-ran\nexit 1\n")
    hook.chmod(0o755)
    git(desk.root, "config", "filter.evil.clean", "touch ../filter-ran; cat")
    (lane / ".gitattributes").write_text("*.sh filter=evil\n")
    with pytest.raises(CockpitError, match="evil"):
        desk.do(Commit(ALPHA))
    (lane / ".gitattributes").unlink()
    desk.do(Commit(ALPHA))
    assert not (lane.parent / "hook-ran").exists() and not (lane.parent / "filter-ran").exists()


def test_a_file_in_a_folders_place_and_the_other_way(desk: Desk) -> None:
    lane = desk.start()
    desk.commit("alpha", "folder/a", "a\n")
    desk.commit("alpha", "file", "f\n")
    (lane / "folder/a").unlink()
    (lane / "folder").rmdir()
    (lane / "folder").write_text("now a file\n")
    (lane / "file").unlink()
    (lane / "file").mkdir()
    (lane / "file/b").write_text("b\n")
    before = status(lane)
    desk.do(Commit(ALPHA))
    assert status(lane) == ""
    assert git(lane, "show", "HEAD:folder") == "now a file\n"
    desk.do(Undo())
    assert status(lane) == before


def test_undo_is_refused_after_a_later_commit(desk: Desk) -> None:
    ready(desk)
    seq = desk.do(Commit(ALPHA)).data["undo"]
    desk.commit("alpha", "src/more.py", "more\n")
    with pytest.raises(Refused) as caught:
        desk.do(Undo(seq))
    assert "1 commit(s) more" in caught.value.detail + caught.value.title


# ---------------------------------------------------------------- leaving files out


def landed_without(desk: Desk) -> Path:
    lane = desk.start()
    desk.commit("alpha", "src/keep.py", "keep\n")
    desk.commit("alpha", "docs/out.md", "not for now\n")
    (lane / "README.md").write_text("changed by the lane\n")
    git(lane, "commit", "-qam", "readme")
    return lane


def test_files_left_out_are_as_the_lane_found_them(desk: Desk) -> None:
    lane = landed_without(desk)
    tip = git(lane, "rev-parse", "HEAD").strip()
    desk.do(LeaveOut(ALPHA, ("docs", "README.md")))
    assert git(lane, "diff", "--name-only", "main", "HEAD").split() == ["src/keep.py"]
    assert status(lane) == ""
    assert not (lane / "docs/out.md").exists()
    assert (lane / "README.md").read_text() == (desk.root / "README.md").read_text()
    assert git(lane, "show", f"{tip}:docs/out.md") == "not for now\n"
    desk.do(Undo())
    assert git(lane, "rev-parse", "HEAD").strip() == tip
    assert (lane / "docs/out.md").read_text() == "not for now\n"
    assert status(lane) == ""


def test_uncommitted_work_in_a_left_out_file_refuses_by_name(desk: Desk) -> None:
    lane = landed_without(desk)
    (lane / "README.md").write_text("uncommitted\n")
    with pytest.raises(Refused) as caught:
        desk.do(LeaveOut(ALPHA, ("README.md",)))
    assert "README.md" in caught.value.detail
    assert (lane / "README.md").read_text() == "uncommitted\n"


def test_a_path_that_the_lane_did_not_change_is_refused(desk: Desk) -> None:
    landed_without(desk)
    with pytest.raises(Refused, match=r"no change at 'lanes\.yaml'"):
        desk.do(LeaveOut(ALPHA, ("lanes.yaml",)))
    with pytest.raises(Refused, match="No file"):
        desk.do(LeaveOut(ALPHA, ()))


# ---------------------------------------------------------------- deaths


class Killed(BaseException):
    """The process ended here."""


def test_a_death_between_branch_and_index_is_finished(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = ready(desk)

    def dies(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("cockpit.adapters.git.take.indexfile.follow", dies)
        with pytest.raises(Killed):
            desk.do(Commit(ALPHA, "the rest"))
    assert status(lane) != ""
    cockpit = desk.cockpit()
    assert "was finished" in cockpit.recover(lambda event: None)[0]
    assert status(lane) == ""
    assert cockpit.recover(lambda event: None) == []
    desk.do(Undo())
    assert git(lane, "show", ":src/both.py") == "only the index holds this\n"


def test_an_agent_that_went_on_after_the_death_is_left_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = ready(desk)

    def dies(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("cockpit.adapters.git.take.indexfile.follow", dies)
        with pytest.raises(Killed):
            desk.do(Commit(ALPHA, "the rest"))
    later = desk.commit("alpha", "src/later.py", "later\n")
    said = desk.cockpit().recover(lambda event: None)[0]
    assert "went on since" in said
    assert git(lane, "rev-parse", "HEAD").strip() == later


def test_an_agent_that_commits_at_the_same_time_wins(desk: Desk) -> None:
    lane = ready(desk)

    def probe(where: str) -> None:
        if where == "commit: move alpha/work and the index":
            desk.commit("alpha", "src/quick.py", "q\n")

    cockpit = desk.cockpit(probe)
    with pytest.raises(Refused):
        desk.do(Commit(ALPHA, "the rest"), cockpit=cockpit)
    assert git(lane, "log", "-1", "--format=%s").strip() == "work"
    assert status(lane) == ""
    assert desk.cockpit().recover(lambda event: None) == []
