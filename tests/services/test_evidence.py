"""What a task's 'done' rests on, on real git: each row turns with the fact behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.done import Evidence, Holds
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Assign, CallOff, Gate, Land
from cockpit.errors import GateRed, Refused
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
TASK = "task-001-auth.md"


def write(desk: Desk, name: str, text: str, folder: str = "tasks") -> None:
    (desk.root / folder).mkdir(exist_ok=True)
    (desk.root / folder / name).write_text(text)


def claim(desk: Desk, commit: str, files: str = "src/new.py", status: str = "done") -> None:
    text = f"---\ntask: 001\nstatus: {status}\ncommit: {commit}\nfiles: {files}\n---\nDid it.\n"
    write(desk, "task-001-result.md", text, "results")


def told(evidence: Evidence) -> dict[str, str]:
    return {row.name: row.holds.value for row in evidence.rows}


@pytest.fixture
def working(desk: Desk) -> Desk:
    """Lane alpha has task 1, a commit of its own, and says done."""
    write(desk, TASK, "---\nzone: src/**\n---\n# Auth\n")
    desk.do(Assign("1", ALPHA))
    claim(desk, desk.commit("alpha", "src/new.py", "x = 1\n")[:12])
    return desk


def test_without_a_lane_there_is_nothing_to_hold_it_against(desk: Desk) -> None:
    write(desk, TASK, "# Auth\n")
    assert told(desk.usual().evidence("1")) == {"result": "not ok", "lane": "not ok"}
    claim(desk, "")
    found = desk.usual().evidence(TASK)
    assert told(found) == {"result": "ok", "lane": "not ok"}
    assert not found.holds


def test_all_of_it_holds_once_the_gate_is_green_and_goes_stale(working: Desk) -> None:
    cockpit = working.usual()
    before = cockpit.evidence("1")
    assert told(before) == {
        "result": "ok",
        "commit": "ok",
        "tree": "ok",
        "files": "ok",
        "zone": "ok",
        "gate": "unknown",
    }
    working.do(Gate(ALPHA))
    green = cockpit.evidence("1")
    assert green.holds and green.is_of(before.commit) and green.tree == before.tree
    working.commit("alpha", "src/later.py", "y = 1\n")
    after = cockpit.evidence("1")
    assert not after.is_of(green.commit) and after.tree != green.tree
    row = after.row("files")
    assert row is not None and row.paths == ("+ src/later.py",)
    assert told(after)["gate"] == "unknown"
    commit = after.row("commit")
    assert commit is not None and "1 commit came after it" in commit.text


def test_looking_changes_nothing(working: Desk) -> None:
    objects = git(working.root, "count-objects", "-v")
    log = len(working.usual().log())
    working.usual().evidence("1")
    assert git(working.root, "count-objects", "-v") == objects
    assert len(working.usual().log()) == log


def test_a_gate_that_was_red_for_this_tree_is_told(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(gate='"false"')
    write(desk, TASK, "# Auth\n")
    desk.do(Assign("1", ALPHA))
    claim(desk, desk.commit("alpha", "src/new.py", "x = 1\n"))
    with pytest.raises(GateRed):
        desk.do(Gate(ALPHA))
    gate = desk.usual().evidence("1").row("gate")
    assert gate is not None and gate.holds is Holds.NO
    assert gate.text == "the gate was red for exactly this tree"
    desk.commit("alpha", "src/new.py", "x = 2\n")
    assert told(desk.usual().evidence("1"))["gate"] == "unknown"


def test_uncommitted_work_and_files_outside_the_zone(working: Desk) -> None:
    folder = working.root.parent / f"{working.root.name}-alpha"
    (folder / "left").write_text("x")
    (folder / "results").mkdir(exist_ok=True)
    (folder / "results" / "task-001-result.md").write_text("own results are no change")
    tree = working.usual().evidence("1").row("tree")
    assert tree is not None and (tree.holds, tree.paths) == (Holds.NO, ("left",))
    (folder / "results" / "task-001-result.md").unlink()
    commit = working.commit("alpha", "docs/x.md", "x")
    claim(working, commit, "src/new.py, left, docs/x.md")
    found = working.usual().evidence("1")
    assert told(found) == {
        "result": "ok",
        "commit": "ok",
        "tree": "ok",
        "files": "ok",
        "zone": "not ok",
        "gate": "unknown",
    }


def test_a_commit_of_somebody_else_is_not_the_lanes(working: Desk) -> None:
    claim(working, working.main())
    row = working.usual().evidence("1").row("commit")
    assert row is not None and row.holds is Holds.NO
    assert "the target holds it already" in row.text
    for other in ("f" * 40, "deadbee"):
        claim(working, other)
        row = working.usual().evidence("1").row("commit")
        assert row is not None and "is not among the commits" in row.text


def test_a_conflict_leaves_the_gate_nothing_to_test(working: Desk) -> None:
    (working.root / "src").mkdir(exist_ok=True)
    (working.root / "src" / "new.py").write_text("other\n")
    git(working.root, "add", "-A", "src")
    git(working.root, "commit", "-q", "-m", "other")
    found = working.usual().evidence("1")
    gate = found.row("gate")
    assert gate is not None and gate.holds is Holds.UNKNOWN and gate.paths == ("src/new.py",)
    assert "conflicts with main" in gate.text
    assert told(found)["zone"] == "ok"


def test_a_branch_or_a_folder_that_is_gone(working: Desk) -> None:
    folder = working.root.parent / f"{working.root.name}-alpha"
    folder.rename(folder.with_name("elsewhere"))
    found = working.usual().evidence("1")
    assert not found.holds and told(found)["commit"] == "ok"
    git(working.root, "update-ref", "-d", "refs/heads/alpha/work")
    assert told(working.usual().evidence("1")) == {"result": "ok", "commit": "not ok"}


def test_what_has_landed_holds_whatever_was_claimed(working: Desk) -> None:
    preview = working.usual().preview_landing(ALPHA)
    working.do(Land(ALPHA, preview.source, preview.target_old))
    claim(working, "", status="failed")
    found = working.usual().evidence("1")
    assert told(found) == {"merged": "ok"} and found.holds
    assert found.result is not None


def test_names_that_mean_no_task_or_several(desk: Desk) -> None:
    write(desk, "task-001-a.md", "# A\n")
    write(desk, "task-001-b.md", "# B\n")
    for name in ("1", "2", "../x", "\x1b[2J", ""):
        with pytest.raises(Refused):
            desk.usual().evidence(name)
    assert desk.usual().evidence("task-001-b.md").file == "task-001-b.md"


def test_a_task_without_a_number_has_no_result(desk: Desk) -> None:
    write(desk, "notes.md", "# Notes\n")
    write(desk, "stray.md", "status: done\n", "results")
    found = desk.usual().evidence("notes.md")
    assert found.result is None and not found.holds


def test_a_step_about_a_task_names_it_in_the_journal(desk: Desk, repo: Path) -> None:
    write(desk, TASK, "# Auth\n")
    desk.do(CallOff("1", "not now"))
    assert desk.usual().log()[-1].intent["task"] == "task-001"
