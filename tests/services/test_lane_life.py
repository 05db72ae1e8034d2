"""A lane from start to teardown and back, on a real repository."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Adopt, Restart, Send, Start, Stop, Teardown, Undo
from cockpit.domain.lane import Disagreement
from cockpit.domain.operation import OpState
from cockpit.errors import CockpitError, DeliveryUnknown, Exit, Refused, UsageError
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA = LaneId("alpha")


def picture(folder: Path) -> dict[str, tuple[int, str]]:
    """Every entry below `folder`: mode and content (or link target)."""
    found = {}
    for root, dirs, files in os.walk(folder):
        for name in [*dirs, *files]:
            path = Path(root, name)
            if path == folder / ".git":
                continue
            mode = path.lstat().st_mode
            if path.is_symlink():
                found[str(path.relative_to(folder))] = (mode, os.readlink(path))
            elif path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[str(path.relative_to(folder))] = (mode, digest)
            else:
                found[str(path.relative_to(folder))] = (mode, "folder")
    return found


def test_start_makes_branch_worktree_pane_and_record(desk: Desk) -> None:
    folder = desk.start()
    assert (folder / "src" / "api.py").read_text().startswith("def answer")
    assert git(folder, "branch", "--show-current").strip() == "alpha/work"
    assert git(folder, "status", "--porcelain") == ""
    lane, argv, env = desk.tmux.opened[0]
    assert lane == "alpha"
    assert Path(argv[0]).name == "sh"
    assert env["COCKPIT_LANE"] == "alpha"
    assert not any(name in ("TMUX", "TMUX_PANE") or name.startswith("GIT_") for name in env)
    fleet = desk.cockpit().fleet()
    assert fleet.lanes[ALPHA].record is not None
    assert git(desk.root, "status", "--porcelain") == ""


def test_untrusted_configuration_starts_nothing(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(trusted=False)
    with pytest.raises(Refused, match="not trusted"):
        desk.start()
    assert not (desk.root.parent / "project-alpha").exists()
    assert desk.tmux.opened == []


def test_unknown_lane_is_a_usage_error_that_names_the_lanes(desk: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        desk.do(Start(LaneId("gamma")))
    assert "alpha, beta" in caught.value.detail
    assert caught.value.code is Exit.USAGE


def test_a_taken_folder_refuses_and_changes_nothing(desk: Desk) -> None:
    taken = desk.root.parent / "project-alpha"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    before = git(desk.root, "for-each-ref")
    with pytest.raises(Refused, match="exists already"):
        desk.start()
    assert git(desk.root, "for-each-ref") == before
    assert picture(taken) == {"mine.txt": picture(taken)["mine.txt"]}


def test_a_taken_branch_refuses_with_adopt_as_the_way_on(desk: Desk) -> None:
    git(desk.root, "branch", "alpha/work")
    with pytest.raises(Refused) as caught:
        desk.start()
    assert "cockpit adopt alpha alpha/work" in caught.value.hint


def test_a_branch_that_is_the_folder_of_the_new_one_refuses(desk: Desk) -> None:
    git(desk.root, "branch", "alpha")
    before = git(desk.root, "for-each-ref")
    with pytest.raises(CockpitError):
        desk.start()
    assert git(desk.root, "for-each-ref") == before
    assert not (desk.root.parent / "project-alpha").exists()


def test_an_agent_that_is_not_installed_is_said_before_anything_is_made(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(lanes=LANES.replace("[sh]", "[no-such-program-here]"))
    with pytest.raises(CockpitError, match="no-such-program-here"):
        desk.start()
    assert git(desk.root, "branch", "--list", "alpha/*") == ""


def test_no_commits_is_a_sentence(tmp_path: Path, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(lanes=LANES.replace("target: main", "target: trunk"))
    with pytest.raises(Refused, match="no commit yet"):
        desk.start()


def test_a_start_that_fails_in_the_middle_is_taken_back(desk: Desk) -> None:
    before = git(desk.root, "for-each-ref", "refs/heads")

    def refuse(where: str) -> None:
        if "open the pane" in where:
            raise Refused("The disk is full.")

    with pytest.raises(Refused, match="disk is full"):
        desk.do(Start(ALPHA), cockpit=desk.cockpit(refuse))
    assert git(desk.root, "for-each-ref", "refs/heads") == before
    assert not (desk.root.parent / "project-alpha").exists()
    last = desk.cockpit().log()[-1]
    assert last.state is OpState.ABANDONED
    assert desk.start().is_dir()


def test_teardown_and_undo_bring_every_byte_back_even_after_gc(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/new.py", "x = 1\n")
    git(folder, "commit", "-q", "--allow-empty", "-m", "only in the reflog")
    lost = git(folder, "rev-parse", "HEAD").strip()
    git(folder, "reset", "-q", "--hard", "HEAD~1")
    (folder / "src" / "api.py").write_text("changed\n")
    (folder / "staged.txt").write_text("staged\n")
    git(folder, "add", "staged.txt")
    (folder / "staged.txt").write_text("and changed again\n")
    (folder / 'untracked \n"name".txt').write_text("untracked\n")
    (folder / ".env").write_text("SECRET=1\n")
    (folder / ".env").chmod(0o600)
    (folder / "build").mkdir()
    (folder / "build" / "run.sh").write_text("#!/bin/sh\n")
    (folder / "build" / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("../elsewhere")
    (folder / "empty").mkdir()
    nested = folder / "nested"
    nested.mkdir()
    git(nested, "init", "-q")
    (nested / "inner.txt").write_text("inner\n")
    git(nested, "add", "-A")
    git(nested, "commit", "-q", "-m", "inner")
    before = picture(folder)
    status = git(folder, "status", "--porcelain", "-uall")
    index = git(folder, "ls-files", "--stage")

    outcome = desk.do(Teardown(ALPHA))
    assert not folder.exists()
    assert git(desk.root, "branch", "--list", "alpha/work") == ""
    assert git(desk.root, "worktree", "list", "--porcelain").count("worktree ") == 1
    git(desk.root, "reflog", "expire", "--expire=now", "--all")
    git(desk.root, "gc", "-q", "--prune=now")

    desk.do(Undo(outcome.data["undo"]))
    assert picture(folder) == before
    assert git(folder, "status", "--porcelain", "-uall") == status
    assert git(folder, "ls-files", "--stage") == index
    assert git(folder, "cat-file", "-t", lost).strip() == "commit"
    assert git(folder, "show", ":staged.txt") == "staged\n"
    assert git(nested, "log", "--format=%s").strip() == "inner"
    assert desk.cockpit().faults() == []
    desk.do(Restart(ALPHA))
    desk.do(Teardown(ALPHA))


def test_undo_of_a_teardown_uses_the_vault_when_the_trash_was_emptied(desk: Desk) -> None:
    from cockpit.domain.intents import EmptyTrash

    folder = desk.start()
    (folder / ".env").write_text("SECRET=1\n")
    before = picture(folder)
    outcome = desk.do(Teardown(ALPHA))
    desk.do(EmptyTrash())
    assert desk.cockpit().trash() == []
    desk.do(Undo(outcome.data["undo"]))
    assert picture(folder) == before
    assert git(folder, "status", "--porcelain") == ""


def test_a_teardown_of_another_picture_is_refused(desk: Desk) -> None:
    folder = desk.start()
    token = desk.cockpit().preview_teardown(ALPHA).token
    (folder / "late.txt").write_text("late\n")
    with pytest.raises(Refused, match="changed since it was shown"):
        desk.do(Teardown(ALPHA, token))
    assert folder.is_dir()


def test_the_teardown_preview_lists_what_would_go(desk: Desk) -> None:
    folder = desk.start()
    tip = desk.commit("alpha", "src/new.py", "x = 1\n", "unmerged work")
    (folder / "src" / "api.py").write_text("changed\n")
    (folder / "note.txt").write_text("note\n")
    (folder / ".env").write_text("S=1\n")
    shown = desk.cockpit().preview_teardown(ALPHA)
    assert shown.tip == tip
    assert [line.subject for line in shown.unmerged] == ["unmerged work"]
    assert shown.holdings.changed == ("src/api.py",)
    assert shown.holdings.untracked == ("note.txt",)
    assert shown.holdings.ignored == (".env",)


def test_undo_of_a_start_keeps_what_the_agent_committed(desk: Desk) -> None:
    folder = desk.start()
    tip = desk.commit("alpha", "src/new.py", "x = 1\n")
    desk.do(Undo())
    assert not folder.exists()
    assert git(desk.root, "branch", "--list", "alpha/work") == ""
    git(desk.root, "gc", "-q", "--prune=now")
    assert git(desk.root, "cat-file", "-t", tip).strip() == "commit"
    with pytest.raises(Refused, match="nothing to undo"):
        desk.do(Undo())


def test_adopting_a_worktree_and_undoing_leaves_it_as_it_was(desk: Desk) -> None:
    other = desk.root.parent / "elsewhere"
    git(desk.root, "worktree", "add", "-q", "-b", "topic", str(other))
    (other / "mine.txt").write_text("mine\n")
    before = picture(other)
    desk.do(Adopt(LaneId("beta"), "topic"))
    assert desk.cockpit().fleet().lanes[LaneId("beta")].record is not None
    desk.do(Undo())
    assert picture(other) == before
    assert git(other, "branch", "--show-current").strip() == "topic"
    assert desk.cockpit().fleet().lanes[LaneId("beta")].record is None


def test_adopting_a_branch_gives_it_a_worktree(desk: Desk) -> None:
    git(desk.root, "branch", "topic")
    desk.do(Adopt(LaneId("beta"), "topic"))
    folder = desk.root.parent / "project-beta"
    assert git(folder, "branch", "--show-current").strip() == "topic"
    desk.do(Undo())
    assert not folder.exists()
    assert git(desk.root, "branch", "--list", "topic").strip() == "topic"


@pytest.mark.parametrize("source", ["main", "nope", "--help", "../..", "refs/heads/main"])
def test_adopting_what_cannot_be_a_lane_is_refused(desk: Desk, source: str) -> None:
    with pytest.raises(Refused):
        desk.do(Adopt(LaneId("beta"), source))
    assert desk.cockpit().fleet().lanes[LaneId("beta")].record is None


def test_stop_and_restart_keep_the_worktree(desk: Desk) -> None:
    folder = desk.start()
    desk.do(Stop(ALPHA))
    assert folder.is_dir()
    assert desk.tmux.infos == {}
    desk.do(Restart(ALPHA))
    assert len(desk.tmux.opened) == 2


def test_a_second_start_of_a_running_lane_is_refused(desk: Desk) -> None:
    desk.start()
    with pytest.raises(Refused, match="runs already"):
        desk.do(Start(ALPHA))


def test_a_prompt_is_seen_to_be_taken_or_said_to_be_unknown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    assert desk.do(Send(ALPHA, "do it")).data["delivery"] == "seen"
    monkeypatch.setattr("cockpit.services.prompts.TAKEN_WITHIN", 0.1)
    desk.tmux.echo = False
    with pytest.raises(DeliveryUnknown):
        desk.do(Send(ALPHA, "do it again"))
    assert desk.cockpit().log()[-1].outcome["delivery"] == "unknown"


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        ("folder", Disagreement.FOLDER_MISSING),
        ("admin", Disagreement.UNKNOWN_TO_GIT),
        ("branch", Disagreement.OTHER_BRANCH),
        ("link", Disagreement.NOT_A_WORKTREE),
    ],
)
def test_the_three_way_validation_names_each_disagreement(
    desk: Desk, harm: str, expected: Disagreement
) -> None:
    folder = desk.start()
    record = desk.cockpit().fleet().lanes[ALPHA].record
    assert record is not None
    match harm:
        case "folder":
            folder.rename(folder.with_name("away"))
        case "admin":
            record.admin.rename(record.admin.with_name("gone-elsewhere"))
        case "branch":
            git(folder, "switch", "-q", "-c", "other")
        case "link":
            (folder / ".git").write_text("gitdir: /nowhere\n")
    faults = desk.cockpit().faults()
    assert [fault.what for fault in faults if fault.lane == ALPHA] == [expected]
    assert all(fault.hint for fault in faults)


@pytest.mark.parametrize("wish", [Stop(ALPHA), Restart(ALPHA)])
def test_stop_and_restart_leave_the_commanders_own_programs_alone(
    desk: Desk, wish: Stop | Restart
) -> None:
    folder = desk.start()
    mine = subprocess.Popen(["sleep", "60"], cwd=folder)
    try:
        desk.do(wish)
        assert mine.poll() is None
        desk.do(Teardown(ALPHA))
        assert mine.wait(timeout=20) != 0
    finally:
        mine.kill()
