"""Another name or another folder for a lane, and the way back."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters.git import modules
from cockpit.adapters.git import worktree as worktree_links
from cockpit.adapters.git.files import write_whole
from cockpit.adapters.git.ground import Ground
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import (
    Adopt,
    Approve,
    Land,
    Move,
    Park,
    Queue,
    Rename,
    Restart,
    Resume,
    Stop,
    Sync,
    Teardown,
    Undo,
)
from cockpit.domain.landed import Merged
from cockpit.domain.review import Review
from cockpit.errors import CockpitError, Refused, UsageError
from cockpit.services import merged, relocation, train_queue
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_sync import on_main, status

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")


def worked(desk: Desk) -> Path:
    """Lane alpha with a commit and loose work; its agent has ended."""
    folder = desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    (folder / "README.md").write_text("changed\n")
    (folder / "loose.txt").write_text("loose\n")
    desk.do(Stop(ALPHA))
    return folder


def whole(desk: Desk) -> dict[str, object]:
    """What a rename and its undoing must leave as it was."""
    record = desk.cockpit().work.record(ALPHA)
    return {
        "config": (desk.root / "lanes.yaml").read_bytes(),
        "refs": git(desk.root, "for-each-ref", "refs/heads"),
        "status": status(record.worktree),
        "head": git(record.worktree, "symbolic-ref", "HEAD"),
        "worktree": str(record.worktree),
        "trust": desk.cockpit().trust().trusted,
        "approval": desk.cockpit().work.approvals.get(ALPHA),
        "queue": train_queue.read(desk.cockpit().work),
        "log": git(record.worktree, "log", "--format=%H %s"),
    }


def test_not_to_the_name_of_a_parked_lane_that_lanes_yaml_lost(desk: Desk) -> None:
    """Its branch and its work would be hidden behind another lane."""
    worked(desk)
    desk.start("beta")
    desk.do(Park(BETA))
    text = (desk.root / "lanes.yaml").read_text()
    desk.configure(text.replace("  beta: {agent: sh}\n", ""))
    desk.trust()
    with pytest.raises(Refused, match="A lane beta is parked"):
        desk.do(Rename(ALPHA, BETA))
    desk.do(Rename(ALPHA, GAMMA))
    assert GAMMA in desk.usual().work.registry.lanes()
    git(desk.root, "branch", "-D", "beta/work")
    desk.do(Rename(GAMMA, BETA))
    assert BETA in desk.usual().work.registry.lanes(), "nothing is left that could be hidden"


def test_rename_brings_everything_that_was_made_of_the_name(desk: Desk) -> None:
    folder = worked(desk)
    desk.do(Approve(ALPHA))
    desk.do(Queue(ALPHA))
    desk.usual().change_review(ALPHA, lambda seen: seen)
    tip = git(folder, "rev-parse", "HEAD").strip()
    left, before = status(folder), whole(desk)
    text = (desk.root / "lanes.yaml").read_text()
    outcome = desk.do(Rename(ALPHA, GAMMA))
    new = folder.with_name("project-gamma")
    assert not folder.exists() and status(new) == left
    assert git(new, "symbolic-ref", "HEAD").strip() == "refs/heads/gamma/work"
    assert git(new, "rev-parse", "HEAD").strip() == tip
    assert "alpha" not in git(desk.root, "for-each-ref", "refs/heads")
    assert (desk.root / "lanes.yaml").read_text() == text.replace("  alpha:", "  gamma:")
    cockpit = desk.cockpit()
    work = cockpit.work
    assert set(work.registry.lanes()) == {GAMMA} and cockpit.faults() == []
    given = work.approvals.get(GAMMA)
    assert given is not None and given.commit == tip and work.approvals.get(ALPHA) is None
    assert list(train_queue.read(work).since) == [GAMMA]
    assert cockpit.trust().trusted and isinstance(cockpit.review(GAMMA), Review)
    assert outcome.data["worktree"] == str(new) and outcome.data["kept"] == []
    desk.do(Restart(GAMMA), cockpit=cockpit)
    assert GAMMA in desk.tmux.infos
    with pytest.raises(Refused, match="its agent runs"):
        desk.do(Undo(), cockpit=desk.cockpit())
    desk.do(Stop(GAMMA), cockpit=desk.cockpit())
    desk.do(Undo(), cockpit=desk.cockpit())
    assert whole(desk) == before and desk.cockpit().faults() == []


def test_a_landing_under_the_old_name_counts_under_the_new(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    desk.do(Land(ALPHA))
    on_main(desk, "src/theirs.py", "1\n")
    git(desk.root, "commit", "-q", "--allow-empty", "-m", "more")
    desk.do(Stop(ALPHA))
    desk.do(Rename(ALPHA, GAMMA))
    assert merged.standing(desk.cockpit().work, GAMMA).merged is Merged.MERGED


def test_a_renamed_lane_lives_on(desk: Desk) -> None:
    worked(desk)
    desk.do(Rename(ALPHA, GAMMA))
    git(desk.root, "commit", "-qam", "lanes.yaml has the new name")
    git(desk.root.parent / "project-gamma", "checkout", "-q", "README.md")
    (desk.root.parent / "project-gamma" / "loose.txt").unlink()
    desk.do(Sync(GAMMA), cockpit=desk.cockpit())
    desk.do(Land(GAMMA), cockpit=desk.cockpit())
    desk.do(Park(GAMMA), cockpit=desk.cockpit())
    desk.do(Resume(GAMMA), cockpit=desk.cockpit())
    desk.do(Teardown(GAMMA), cockpit=desk.cockpit())
    desk.do(Undo(), cockpit=desk.cockpit())
    assert (desk.root.parent / "project-gamma" / "src/mine.py").exists()


def test_the_agent_must_have_ended(desk: Desk) -> None:
    desk.start()
    for wish in (Rename(ALPHA, GAMMA), Move(ALPHA, "../elsewhere")):
        with pytest.raises(Refused, match="its agent runs"):
            desk.do(wish)
    assert desk.cockpit().log()[-1].kind == "start"


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("alpha", "called that already"),
        ("Beta", "can't name a lane"),
        ("-x", "can't name a lane"),
        ("../x", "can't name a lane"),
        ("", "can't name a lane"),
        ("beta", "There is a lane beta"),
    ],
)
def test_names_that_can_not_be(desk: Desk, new: str, why: str) -> None:
    worked(desk)
    before = whole(desk)
    with pytest.raises(CockpitError, match=why):
        desk.do(Rename(ALPHA, LaneId(new)))
    assert whole(desk) == before


def test_what_is_in_the_way_of_a_rename(desk: Desk) -> None:
    folder = worked(desk)
    before = whole(desk)
    git(desk.root, "branch", "gamma/work")
    with pytest.raises(Refused, match="a branch gamma/work exists"):
        desk.do(Rename(ALPHA, GAMMA))
    git(desk.root, "branch", "-D", "gamma/work")
    folder.with_name("project-gamma").mkdir()
    with pytest.raises(Refused, match="something lies there"):
        desk.do(Rename(ALPHA, GAMMA))
    folder.with_name("project-gamma").rmdir()
    git(desk.root, "branch", "gamma")
    with pytest.raises(CockpitError):
        desk.do(Rename(ALPHA, GAMMA))
    git(desk.root, "branch", "-D", "gamma")
    assert whole(desk) == before and desk.cockpit().log()[-1].state == "abandoned"


def test_a_file_that_would_be_wrong_with_the_new_name(desk: Desk) -> None:
    worked(desk)
    text = (desk.root / "lanes.yaml").read_text()
    (desk.root / "lanes.yaml").write_text(text.replace("  beta:", "  gamma:"))
    with pytest.raises(Refused, match="lane gamma"):
        desk.do(Rename(ALPHA, GAMMA), cockpit=desk.cockpit())
    assert desk.cockpit().work.record(ALPHA).worktree.is_dir()


def test_a_file_that_was_edited_first(desk: Desk) -> None:
    worked(desk)
    text = (desk.root / "lanes.yaml").read_text().replace("  alpha:", "  gamma: ")
    (desk.root / "lanes.yaml").write_text(text)
    outcome = desk.do(Rename(ALPHA, GAMMA), cockpit=desk.cockpit())
    assert not outcome.data["config"] and (desk.root / "lanes.yaml").read_text() == text
    assert desk.cockpit().work.record(GAMMA).branch == "refs/heads/gamma/work"


def test_what_the_template_did_not_make_keeps_its_name(desk: Desk) -> None:
    git(desk.root, "branch", "topic")
    git(desk.root, "worktree", "add", "-q", str(desk.root.parent / "elsewhere"), "topic")
    desk.do(Adopt(ALPHA, "topic"))
    desk.do(Stop(ALPHA))
    outcome = desk.do(Rename(ALPHA, GAMMA))
    record = desk.cockpit().work.record(GAMMA)
    assert record.branch == "refs/heads/topic"
    assert record.worktree == desk.root.parent / "elsewhere"
    assert len(outcome.data["kept"]) == 2 and "stays topic" in outcome.summary
    desk.do(Undo(), cockpit=desk.cockpit())
    assert desk.cockpit().work.record(ALPHA).adopted


def test_a_pushed_branch_keeps_its_name(desk: Desk) -> None:
    worked(desk)
    git(desk.root, "update-ref", "refs/remotes/origin/alpha/work", "alpha/work")
    outcome = desk.do(Rename(ALPHA, GAMMA))
    assert "it was pushed" in outcome.summary
    assert desk.cockpit().work.record(GAMMA).branch == "refs/heads/alpha/work"


def test_an_approval_of_another_lane_is_not_inherited(desk: Desk) -> None:
    worked(desk)
    work = desk.cockpit().work
    name = {"lane": "gamma", "commit": "0" * 40, "task_digest": "", "at": 1.0}
    work.state.write("approval-gamma", name)
    with pytest.raises(Refused, match="must not inherit"):
        desk.do(Rename(ALPHA, GAMMA))


def test_older_steps_of_the_lane_wait_for_the_rename_to_be_undone(desk: Desk) -> None:
    worked(desk)
    desk.do(Rename(ALPHA, GAMMA))
    shown = desk.cockpit().preview_undo(1 + desk.cockpit().log()[0].seq)
    assert "rename alpha to gamma" in shown.in_the_way[0]


def test_a_failure_on_the_way_is_taken_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    worked(desk)
    before = whole(desk)
    cockpit = desk.cockpit()

    def fails(*_: object) -> None:
        raise CockpitError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(relocation, "_edit_config", fails)
        with pytest.raises(CockpitError, match="disk is full"):
            desk.do(Rename(ALPHA, GAMMA), cockpit=cockpit)
    assert desk.cockpit().log()[-1].state == "pending"
    desk.cockpit().recover(desk.events.append)
    assert whole(desk) == before and desk.cockpit().log()[-1].state == "abandoned"


# ---------------------------------------------------------------- move


@pytest.mark.parametrize("relative", [False, True])
def test_move_and_back(desk: Desk, relative: bool) -> None:
    folder = worked(desk)
    admin = desk.cockpit().work.record(ALPHA).admin
    if relative:
        (folder / ".git").write_text(f"gitdir: {os.path.relpath(admin, folder)}\n")
    left = status(folder)
    links = ((folder / ".git").read_text(), (admin / "gitdir").read_text())
    desk.do(Move(ALPHA, "../deep/down/here"))
    new = desk.root.parent / "deep/down/here"
    assert status(new) == left and not folder.exists()
    text = (new / ".git").read_text()
    wanted = os.path.relpath(admin, new) if relative else str(admin)
    assert text == f"gitdir: {wanted}\n"
    assert str(new) in git(desk.root, "worktree", "list")
    assert desk.cockpit().faults() == [] and "prunable" not in git(desk.root, "worktree", "list")
    desk.do(Restart(ALPHA))
    desk.do(Stop(ALPHA))
    desk.do(Undo())
    assert status(folder) == left
    assert ((folder / ".git").read_text(), (admin / "gitdir").read_text()) == links


def test_move_into_a_folder_that_is_there_and_into_the_checkout(desk: Desk) -> None:
    worked(desk)
    (desk.root.parent / "shelf").mkdir()
    desk.do(Move(ALPHA, "../shelf"))
    assert (desk.root.parent / "shelf/project-alpha/loose.txt").exists()
    desk.do(Move(ALPHA, "trees/here"))
    assert (desk.root / "trees/here/loose.txt").exists()
    assert status(desk.root) == []
    desk.do(Park(ALPHA))
    desk.do(Resume(ALPHA))
    assert (desk.root / "trees/here/loose.txt").exists()


def test_a_moved_lane_can_be_torn_down_and_its_start_undone(desk: Desk) -> None:
    worked(desk)
    started = next(op.seq for op in desk.cockpit().log() if op.kind == "start")
    desk.do(Move(ALPHA, "../elsewhere"))
    desk.do(Undo(started))
    assert not (desk.root.parent / "elsewhere").exists()
    desk.start()


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("", "Name the folder"),
        ("..", "lies there already"),
        (".git/x", "git folder"),
        ("../project-alpha/sub", "inside"),
        ("../project-beta/sub", "inside"),
        ("../taken", "something lies there"),
        ("/proc/x", "another file system|can't be moved"),
    ],
)
def test_places_where_a_lane_can_not_go(desk: Desk, where: str, why: str) -> None:
    folder = worked(desk)
    desk.start("beta")
    (desk.root.parent / "taken").write_text("mine\n")
    with pytest.raises((Refused, UsageError), match=why):
        desk.do(Move(ALPHA, where))
    assert (folder / "loose.txt").exists() and desk.cockpit().log()[-1].kind != "move"


def test_a_lock_of_the_commanders_own_git_holds(desk: Desk) -> None:
    folder = worked(desk)
    admin = desk.cockpit().work.record(ALPHA).admin
    (admin / "locked").write_text("on a stick\n")
    with pytest.raises(Refused, match=r"locked \(on a stick\)"):
        desk.do(Move(ALPHA, "../elsewhere"))
    assert folder.exists()


def nested(desk: Desk, tmp_path: Path) -> Path:
    """A lane with a submodule that has one of its own; returns its folder."""
    allow = ("-c", "protocol.file.allow=always")
    for name in ("sub", "inner"):
        git(tmp_path, "init", "-q", name)
        git(tmp_path / name, "commit", "-q", "--allow-empty", "-m", name)
    git(tmp_path / "sub", *allow, "submodule", "add", "-q", str(tmp_path / "inner"), "in/ner")
    git(tmp_path / "sub", "commit", "-q", "-m", "inner")
    git(desk.root, *allow, "submodule", "add", "-q", str(tmp_path / "sub"), "dep/sub")
    git(desk.root, "commit", "-q", "-m", "a submodule")
    folder = worked(desk)
    git(folder, *allow, "submodule", "update", "-q", "--init", "--recursive")
    (folder / "dep/sub/loose.txt").write_text("loose\n")
    return folder


def submodules_are_whole(folder: Path) -> bool:
    said = git(folder, "submodule", "status", "--recursive").splitlines()
    there = folder / "dep/sub"
    return (
        [line[0] for line in said] == [" ", " "]
        and git(there, "rev-parse", "--show-toplevel").strip() == str(there)
        and git(there / "in/ner", "status", "--porcelain") == ""
    )


def test_submodules_come_along(desk: Desk, tmp_path: Path) -> None:
    """git refuses to move such a worktree: their links lead through both folders."""
    left = status(nested(desk, tmp_path))
    for wish in (Move(ALPHA, "../deep/down/here"), Undo()):
        desk.do(wish)
        now = desk.cockpit().work.record(ALPHA).worktree
        assert submodules_are_whole(now) and status(now) == left


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("before", range(7))
def test_killed_between_two_links_of_submodules(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int, back: bool
) -> None:
    """Two links for each of two submodules, then three of the worktree itself."""
    left = status(nested(desk, tmp_path))
    wish = Move(ALPHA, "../deep/down/here")
    if back:
        desk.do(wish)
    writes = 0

    def one_more() -> None:
        nonlocal writes
        if writes == before:
            raise Killed
        writes += 1

    write, run = write_whole, Ground.run

    def written(path: Path, content: bytes) -> None:
        one_more()
        write(path, content)

    def ran(ground: Ground, argv: Sequence[str], **more: Any) -> Any:
        if "core.worktree" in argv:
            one_more()
        return run(ground, argv, **more)

    with monkeypatch.context() as patch:
        for module in (modules, worktree_links):
            patch.setattr(module, "write_whole", written)
        patch.setattr(Ground, "run", ran)
        with pytest.raises(Killed):
            desk.do(Undo() if back else wish)
    said = desk.cockpit().recover(desk.events.append)
    assert len(said) == 1 and "was finished" in said[0]
    now = desk.cockpit().work.record(ALPHA).worktree
    assert (now == desk.root.parent / "project-alpha") == back
    assert submodules_are_whole(now) and status(now) == left


def test_a_submodule_that_is_a_trap_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    """Its git folder names a place outside the lane, or a link lies on the way there."""
    folder = worked(desk)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / ".git").write_text("mine\n")
    admin = desk.cockpit().work.record(ALPHA).admin
    (folder / "link").symlink_to(mine)
    for name, place in (("out", mine), ("by-link", folder / "link")):
        git(tmp_path, "init", "-q", "--bare", str(admin / "modules" / name))
        git(admin / "modules" / name, "config", "core.bare", "false")
        git(admin / "modules" / name, "config", "core.worktree", str(place))
    desk.do(Move(ALPHA, "../elsewhere"))
    assert (mine / ".git").read_text() == "mine\n"


def test_the_agents_session_stays_with_the_folder(make_desk: Callable[..., Desk]) -> None:
    """An agent that names its sessions keeps them by folder; one under the same folder and
    another name goes on in the session that it began."""
    claude = 'agents: {sh: {command: ["sh"], preset: claude}}\nlanes:\n  alpha: '
    desk = make_desk(lanes=f"target: main\n{claude}{{agent: sh, worktree: ../fixed}}\n")
    desk.start()
    desk.do(Stop(ALPHA))
    desk.do(Rename(ALPHA, GAMMA))
    desk.do(Restart(GAMMA), cockpit=desk.cockpit())
    assert desk.tmux.opened[-1][1][1:] == ("-r", "alpha")
    desk.do(Stop(GAMMA), cockpit=desk.cockpit())
    outcome = desk.do(Move(GAMMA, "../elsewhere"), cockpit=desk.cockpit())
    assert "session alpha belongs to the old folder" in outcome.summary
    desk.do(Restart(GAMMA), cockpit=desk.cockpit())
    assert desk.tmux.opened[-1][1][1:] == ("-n", "gamma")
    desk.do(Stop(GAMMA), cockpit=desk.cockpit())
    desk.do(Undo(), cockpit=desk.cockpit())
    assert desk.cockpit().work.record(GAMMA).session_name == "alpha"


def test_the_branch_that_goes_leaves_its_commits_pinned(desk: Desk) -> None:
    folder = worked(desk)
    lost = git(folder, "rev-parse", "HEAD").strip()
    git(folder, "reset", "-q", "--soft", "HEAD~1")
    git(folder, "reflog", "expire", "--expire=now", "HEAD")
    desk.do(Rename(ALPHA, GAMMA))
    git(desk.root, "reflog", "expire", "--expire=now", "--all")
    git(desk.root, "gc", "-q", "--prune=now")
    assert desk.cockpit().work.git.resolve(lost) == CommitId(lost)
