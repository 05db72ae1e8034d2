"""What agents plant, other cockpits do at the same time, and files that are gone: nothing
unseen runs or lands, nothing is done twice, nothing stays pending."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import (
    Approve,
    EmptyTrash,
    Intent,
    Interrupt,
    Land,
    Start,
    Teardown,
    Trust,
    Undo,
)
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.errors import CockpitError, Refused
from cockpit.services import undo
from cockpit.services.workplace import Workplace
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


class Died(BaseException):
    """The process is gone."""


def pending(desk: Desk) -> list[str]:
    return [op.summary for op in desk.cockpit().log() if op.state is OpState.PENDING]


# ---------------------------------------------------------------- two cockpits at once

OWN: dict[str, Callable[[Desk], Intent]] = {
    "approve": lambda _desk: Approve(ALPHA),
    "interrupt": lambda _desk: Interrupt(ALPHA),
    "trash": lambda _desk: EmptyTrash(),
    "trust": lambda desk: Trust(desk.cockpit().trust().digest),
}


@pytest.mark.parametrize("kind", OWN)
def test_recovery_leaves_a_living_operation_without_a_lane_lock_alone(
    desk: Desk, kind: str
) -> None:
    desk.start()
    if kind == "trash":
        desk.start("beta")
        desk.do(Teardown(BETA))
    said: list[str] = []

    def other(where: str) -> None:
        if where.startswith(f"{kind}: ") and not where.endswith(" begin"):
            said.extend(desk.cockpit().recover(desk.events.append))

    desk.do(OWN[kind](desk), cockpit=desk.cockpit(other))
    assert said == []
    assert desk.cockpit().log()[-1].kind is OpKind(kind)
    assert desk.cockpit().log()[-1].state is OpState.DONE


def test_an_undo_that_another_cockpit_did_meanwhile_is_not_done_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "x = 1\n")
    landed = desk.do(Land(ALPHA)).operation
    assert landed is not None
    git(desk.root, "branch", "holder", "main")  # so undoing means a revert commit
    real, others = undo.find, [1]

    def find(work: Workplace, seq: int | None) -> Operation:
        found = real(work, seq)
        if others:
            others.pop()
            desk.do(Undo(landed.seq))
        return found

    monkeypatch.setattr(undo, "find", find)
    with pytest.raises(Refused, match="undone already"):
        desk.do(Undo(landed.seq))
    assert git(desk.root, "log", "--format=%s", "holder..main").count("Revert") == 1
    assert pending(desk) == []


# ---------------------------------------------------------------- lanes.yaml changed by an agent


def test_recovery_runs_nothing_of_a_lanes_yaml_that_changed_since(desk: Desk) -> None:
    def die(where: str) -> None:
        if where == "start: open the pane":
            raise Died

    with pytest.raises(Died):
        desk.do(Start(ALPHA), cockpit=desk.cockpit(die))
    known = (desk.root / "lanes.yaml").read_text()
    desk.configure(known.replace("command: [sh]", "command: [sh, -c, evil]"))
    said = desk.cockpit().recover(desk.events.append)
    assert desk.tmux.opened == []
    assert ["not trusted yet" in line for line in said] == [True]
    desk.configure(known)
    desk.cockpit().recover(desk.events.append)
    assert [lane for lane, _, _ in desk.tmux.opened] == [ALPHA]
    assert pending(desk) == []


# ---------------------------------------------------------------- tampering before a landing


def failing(desk: Desk, lane: LaneId) -> dict[str, str]:
    shown = desk.cockpit().preview_landing(lane)
    return {check.name: check.text for check in shown.checks if not check.ok}


def test_nothing_lands_while_a_lane_has_the_target_checked_out(desk: Desk) -> None:
    folder = desk.start()
    desk.start("beta")
    desk.cockpit().recover(desk.events.append)
    desk.commit("beta", "src/b.py", "b = 1\n")
    git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
    desk.commit("alpha", "src/sneaky.py", "sneaky = 1\n")
    tip = desk.main()
    assert "lane alpha has main itself" in failing(desk, BETA)["target"]
    with pytest.raises(Refused, match="can't land"):
        desk.do(Land(BETA))
    assert desk.main() == tip
    git(folder, "symbolic-ref", "HEAD", "refs/heads/alpha/work")
    notes = [c.name for c in desk.cockpit().preview_landing(BETA).checks if c.is_note]
    assert notes == ["target"], "that main moved unseen stays in sight"


def test_a_lane_whose_git_file_leads_elsewhere_does_not_land(desk: Desk, tmp_path: Path) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/api.py", "x = 1\n")
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (folder / ".git").write_text(f"gitdir: {other}/.git\n")
    assert "no longer leads to this repository" in failing(desk, ALPHA)["branch"]
    with pytest.raises(Refused):
        desk.do(Land(ALPHA))


def test_what_lands_does_not_depend_on_borrowed_objects(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = desk.start()
    store = tmp_path / "private.git"
    git(tmp_path, "init", "-q", "--bare", str(store))
    (desk.root / ".git" / "objects" / "info" / "alternates").write_text(f"{store}/objects\n")
    with monkeypatch.context() as agent:
        agent.setenv("GIT_OBJECT_DIRECTORY", str(store / "objects"))
        agent.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(desk.root / ".git" / "objects"))
        (folder / "src" / "api.py").write_text("borrowed = 1\n")
        git(folder, "commit", "-qam", "borrowed")
    notes = [c.name for c in desk.cockpit().preview_landing(ALPHA).checks if c.is_note]
    assert "settings" in notes
    desk.do(Land(ALPHA))
    (folder / "src" / "api.py").write_text("more = 1\n")
    with monkeypatch.context() as agent:
        agent.setenv("GIT_OBJECT_DIRECTORY", str(store / "objects"))
        agent.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(desk.root / ".git" / "objects"))
        git(folder, "commit", "-qam", "borrowed again")
    tip = git(folder, "rev-parse", "HEAD").strip()
    desk.do(Teardown(ALPHA))
    (desk.root / ".git" / "objects" / "info" / "alternates").unlink()
    shutil.rmtree(store)
    assert git(desk.root, "fsck", "--no-dangling", "--no-progress") == ""
    desk.do(Undo())
    assert git(folder, "show", f"{tip}:src/api.py") == "more = 1\n"


def test_an_object_with_other_bytes_than_its_name_says_does_not_land(desk: Desk) -> None:
    folder = desk.start()
    desk.commit("alpha", "src/api.py", "harmless\n")
    blob = git(folder, "rev-parse", "HEAD:src/api.py").strip()
    loose = desk.root / ".git" / "objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    loose.write_bytes(zlib.compress(b"blob 9\0EVILEVIL\n"))
    tip = desk.main()
    with pytest.raises(Refused, match="rewritten"):
        desk.do(Land(ALPHA))
    assert (desk.main(), git(desk.root, "status", "--porcelain"), pending(desk)) == (tip, "", [])


# ---------------------------------------------------------------- teardown and its undoing


def test_a_teardown_that_finds_no_place_for_its_trash_is_over_at_once(desk: Desk) -> None:
    folder = desk.start()
    (desk.root.parent / ".cockpit-trash").write_text("a file of somebody's\n")
    with pytest.raises(CockpitError):
        desk.do(Teardown(ALPHA))
    assert pending(desk) == []
    assert folder.is_dir()


def test_undoing_a_teardown_brings_a_repository_made_in_the_lane_back(desk: Desk) -> None:
    folder = desk.start()
    (folder / ".git").unlink()
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "the agent's own")
    own = git(folder, "rev-parse", "HEAD")
    desk.do(Teardown(ALPHA))
    desk.do(Undo())
    assert pending(desk) == []
    assert git(folder, "rev-parse", "HEAD") == own
    assert ALPHA in desk.cockpit().work.registry.lanes()


def test_undoing_a_teardown_without_files_brings_the_branch_back(desk: Desk) -> None:
    folder = desk.start()
    tip = desk.commit("alpha", "src/api.py", "x = 1\n")
    os.rename(folder, folder.with_name("moved-away"))
    desk.do(Teardown(ALPHA))
    shown = desk.cockpit().preview_undo()
    assert shown.in_the_way == ()
    assert any("cockpit adopt alpha alpha/work" in line for line in shown.lines)
    outcome = desk.do(Undo())
    assert git(desk.root, "rev-parse", "alpha/work").strip() == tip
    assert "only the branch" in outcome.summary
    assert pending(desk) == []


def test_undoing_a_teardown_never_puts_a_branch_into_two_worktrees(
    desk: Desk, tmp_path: Path
) -> None:
    desk.start()
    tip = desk.commit("alpha", "src/api.py", "x = 1\n")
    desk.do(Teardown(ALPHA))
    git(desk.root, "worktree", "add", "-q", "-b", "alpha/work", str(tmp_path / "mine"), tip)
    with pytest.raises(Refused, match="checked out in"):
        desk.do(Undo())
    assert pending(desk) == []


def test_an_undo_whose_commits_are_gone_is_refused(desk: Desk) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "x = 1\n")
    desk.do(Teardown(ALPHA))
    for ref in git(desk.root, "for-each-ref", "--format=%(refname)", "refs/cockpit").split():
        git(desk.root, "update-ref", "-d", ref)
    shutil.rmtree(desk.root / ".git" / "cockpit-trash")
    git(desk.root, "reflog", "expire", "--expire=now", "--all")
    git(desk.root, "gc", "-q", "--prune=now")
    with pytest.raises(Refused, match="is gone"):
        desk.do(Undo())
    assert pending(desk) == []


# ---------------------------------------------------------------- setup


def test_what_setup_links_does_not_make_a_lane_dirty(make_desk: Callable[..., Desk]) -> None:
    """`node_modules/` in .gitignore does not match a link of that name."""
    desk = make_desk(
        lanes=LANES.replace("%s", '"true"') + 'setup: {link: ["node_modules", "[x]"]}\n'
    )
    (desk.root / ".gitignore").write_text("node_modules/\n")
    git(desk.root, "commit", "-qam", "ignore")
    for name in ("node_modules", "[x]"):
        (desk.root / name).mkdir()
    folder = desk.start()
    assert (folder / "node_modules").is_symlink()
    assert (folder / "[x]").is_symlink()
    git(folder, "add", "-A")
    assert git(folder, "status", "--porcelain") == ""
    (folder / "x").write_text("not kept out\n")
    assert git(folder, "status", "--porcelain") == "?? x\n"


def test_an_approval_names_the_commit(desk: Desk) -> None:
    desk.start()
    tip = desk.commit("alpha", "src/api.py", "x = 1\n")
    with pytest.raises(Refused, match="moved since"):
        desk.do(Approve(ALPHA, commit=CommitId("0" * 40)))
    desk.do(Approve(ALPHA))
    assert desk.cockpit().pinned(ALPHA) == tip
