"""Finished lanes taken home by the train, by keys alone: the fewest keys, a red car, a stop, an
undo, and the app left and opened again while the train runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.conftest import COCKPIT, Commander
from tests.e2e.screen import Screen

UP = [*COCKPIT, "up"]
SHELL = {"SHELL": "/bin/sh"}
GATE = """\
[ -f slow ] && [ ! -f go ] && sleep 60; [ ! -f docs/bad.md ] && ls docs && echo gate is done
"""


def lanes_yaml(gate: str) -> str:
    return f"""\
target: main
lanes:
  alpha: {{agent: shell}}
  beta: {{agent: shell}}
  gamma: {{agent: shell}}
launch: {{stagger: 0s}}
gate: {{run: ["{gate}"], timeout: 90s, retry: 0}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("docs\n")
    (root / "gate.sh").write_text(GATE)
    (root / "lanes.yaml").write_text(lanes_yaml("sh gate.sh"))
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a project")
    return root


def finish(project: Path, lanes: Sequence[str], files: Sequence[str] = ()) -> Commander:
    """The lanes started, each with one commit of one file."""
    commander = Commander(project, SHELL)
    commander.run("trust", "--yes")
    for lane, name in zip(lanes, files or [f"docs/{lane}.md" for lane in lanes], strict=True):
        commander.run("start", lane)
        folder = commander.folder(lane)
        (folder / name).write_text(f"{lane}\n")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", f"add {name}")
    return commander


LANES = ("alpha", "beta", "gamma")


@pytest.mark.tmux
def test_three_lanes_that_were_read_land_with_two_more_keys(project: Path) -> None:
    """At most six keys after the diffs were read: one back to the board, two for the train. What
    lands is what was approved: each lane's commit, by its own merge, with its approval named."""
    finish(project, LANES)
    heads = {lane: git(project, "rev-parse", f"{lane}/work").strip() for lane in LANES}
    with Screen(UP, cwd=project, env=SHELL, columns=80, rows=24) as screen:
        screen.wait_for("○ 3 idle", "3 may land", seconds=60)
        for number, lane in enumerate(LANES, 1):
            screen.press(str(number), "d")
            screen.wait_for(rf"{lane} +1 commit", rf"docs/{lane}\.md", rf"\+ ?{lane}$")
            if lane != LANES[-1]:
                screen.press("Escape")
                screen.wait_for("project → main")
        at = len(screen.pressed)  # the diffs are read; the last one is still open
        screen.press("Escape")
        screen.wait_for("project → main")
        screen.press("M")
        screen.wait_for("Enter approves and lands 3: alpha, beta, gamma")
        assert git(project, "rev-list", "--count", "main").strip() == "1", "a look moves nothing"
        screen.press("Enter")
        screen.wait_for("landed 3", "1 A alpha +✓ landed", "3 G gamma +✓ landed", seconds=90)
        assert screen.pressed[at:] == ["Escape", "M", "Enter"]
        for lane in LANES:
            assert (project / "docs" / f"{lane}.md").read_text() == f"{lane}\n"
        assert git(project, "status", "--porcelain") == ""
        landed = git(project, "log", "--first-parent", "-3", "--reverse", "--format=%P", "main")
        seconds = [line.split()[1] for line in landed.strip().split("\n")]
        assert seconds == [heads[lane] for lane in LANES], "exactly what was approved"
        told = git(project, "log", "--first-parent", "-3", "--format=%B", "main")
        assert told.count("Cockpit-Approved: ") == 3
        screen.press("u")
        screen.wait_for(r"Undo step \d+: land alpha")
        screen.press("y")
        screen.wait_for("✓ und", seconds=60)
        assert not (project / "docs" / "alpha.md").exists()
        assert (project / "docs" / "gamma.md").exists()
        screen.press("Escape")
        screen.wait_for("project → main")
        screen.leave()


@pytest.mark.tmux
def test_a_red_car_stays_behind_and_lands_red_with_a_reason(project: Path) -> None:
    finish(project, ("alpha", "beta"), ("docs/alpha.md", "docs/bad.md"))
    with Screen(UP, cwd=project, env=SHELL) as screen:
        screen.wait_for("○ 2 idle", seconds=60)
        screen.press("M")
        screen.wait_for("lands 2: alpha, beta")
        screen.press("J")
        screen.wait_for("1 B beta", "2 A alpha", "moved by you|order you named")
        screen.press("Enter")
        screen.wait_for("landed 1, aside 1", "✗ red gate", seconds=90)
        assert not (project / "docs" / "bad.md").exists()
        screen.press("o")
        screen.wait_for("Prompt to beta", "gate is red", "The whole log: ")
        screen.press("Escape")
        screen.wait_gone("Prompt to beta")
        screen.press("F")
        screen.wait_for("Land beta although its gate is red")
        screen.type("the gate is wrong")
        screen.press("Enter")
        screen.wait_for(r"✓ landed beta.*the gate is wrong", seconds=60)
        assert (project / "docs" / "bad.md").read_text() == "beta\n"


@pytest.mark.tmux
def test_left_opened_again_resized_and_stopped_while_it_runs(project: Path) -> None:
    finish(project, ("alpha", "beta"), ("docs/alpha.md", "slow"))
    with Screen(UP, cwd=project, env=SHELL) as screen:
        screen.wait_for("○ 2 idle", seconds=60)
        screen.press("M")
        screen.wait_for("lands 2: ")
        screen.press("Enter")
        screen.wait_for("A alpha +✓ landed", "B beta +◔ gating", seconds=90)
        screen.press("Escape")
        screen.wait_for("project → main", "train 2/2 gating beta", "◔ gating", "✓ landed")
        screen.resize(80, 24)
        screen.wait_for("project → main$", "train 2/2 gating beta", "╭─  G  gamma")
        screen.press("M")
        screen.wait_for("A alpha +✓ landed", "B beta +◔ gating", "x stop the train")
        screen.press("x")
        screen.wait_for("landed 1, stopped 1", "B beta +■ stopped", seconds=30)
        assert not (project / "slow").exists()
        screen.press("r")
        screen.wait_for("lands 1: beta")
