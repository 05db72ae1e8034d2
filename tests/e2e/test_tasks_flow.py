"""Tasks that start by themselves: seed 004's waves with three lanes of scripted agents, each task
within a second of the landing of what it depends on. Tasks and results are plain files."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.domain.board import Board
from cockpit.domain.fleet import apply
from cockpit.domain.intents import Plan
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.work import Work
from cockpit.services.wiring import build_cockpit
from tests.conftest import git, retry_until
from tests.e2e.conftest import COCKPIT, Commander
from tests.e2e.screen import Screen

UP = [*COCKPIT, "up"]
WORKER = Path(__file__).parents[1] / "worker.py"
TASKS = {
    "WS-22": ("Pipeline Plus Schema", ""),
    "WS-03": ("Meta Refactor", ""),
    "WS-12": ("Error Utils", ""),
    "WS-23": ("Pipeline Plus Phase 1a", "WS-22"),
    "WS-13": ("Error Plugins", "WS-12"),
}
SECONDS = "WS-22=0.5,WS-03=4,WS-12=2,WS-23=1,WS-13=1"
LANES = f"""\
target: main
agents:
  worker:
    command: ["{sys.executable}", "{WORKER}"]
    preset: demo
    env: {{WORKER_SECONDS: "{SECONDS}"}}
lanes:
  alpha: {{agent: worker}}
  beta: {{agent: worker}}
  gamma: {{agent: worker}}
launch: {{stagger: 0s}}
gate: {{run: ["true"], timeout: 30s, retry: 0}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    (root / "README.md").write_text("# Project\n")
    (root / "lanes.yaml").write_text(LANES)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a project")
    return root


def write_task(root: Path, task: str, title: str, **head: str) -> None:
    """As anyone with an editor does: a temporary file, then a rename."""
    folder = root / "tasks"
    folder.mkdir(exist_ok=True)
    lines = ["---", f"title: {title}", *(f"{key}: {value}" for key, value in head.items()), "---"]
    made = folder / f".{task}.tmp"
    made.write_text("\n".join([*lines, "", f"Do {title}."]) + "\n")
    made.rename(folder / f"{task.lower()}.md")


class Bystander:
    """What the journal and the board say, read beside the app by another process."""

    def __init__(self, root: Path) -> None:
        self.cockpit = build_cockpit(root)

    def board(self) -> Board:
        fleet = self.cockpit.fleet()
        for event in self.cockpit.observe():
            fleet = apply(fleet, event)
        return self.cockpit.board(fleet).board

    def in_review(self) -> list[tuple[str, str]]:
        """(task, lane) of each task that waits for the commander's yes."""
        return [
            (view.task.id, view.holder.lane)
            for view in self.board().tasks
            if view.work is Work.REVIEW and view.holder is not None
        ]

    def done(self, kind: OpKind) -> list[Operation]:
        return [op for op in self.cockpit.log() if op.kind is kind and op.state is OpState.DONE]

    def go(self, *, follow: bool = False) -> None:
        named = tuple((view.task.name, view.task.digest) for view in self.board().tasks)
        self.cockpit.carry_out(Plan(True, named, follow), lambda _event: None, by="test")


@pytest.fixture
def bystander(project: Path) -> Iterator[Bystander]:
    made = Bystander(project)
    yield made
    made.cockpit.close()


def land_all(commander: Commander, bystander: Bystander, count: int) -> None:
    """The commander's part: land what is in review, until so many have landed."""
    deadline = time.monotonic() + 60
    while len(bystander.done(OpKind.LAND)) < count:
        assert time.monotonic() < deadline, [
            (view.task.id, view.work, view.why) for view in bystander.board().tasks
        ]
        for _task, lane in bystander.in_review():
            commander.run("merge", lane, "--yes")
        time.sleep(0.05)


@pytest.mark.tmux
def test_the_waves_of_the_seed(project: Path, bystander: Bystander) -> None:
    commander = Commander(project, {"SHELL": "/bin/sh"})
    commander.run("trust", "--yes")
    with Screen(UP, cwd=project, env={"SHELL": "/bin/sh"}) as screen:
        screen.wait_for("project → main", seconds=60)
        for task, (title, needs) in TASKS.items():
            write_task(project, task, title, **({"depends": needs} if needs else {}))
        retry_until(lambda: len(bystander.board().graph.waves) == 2, why="two waves")
        bystander.go()
        land_all(commander, bystander, len(TASKS))
        screen.leave()
    begun = {str(op.intent["id"]): op for op in bystander.done(OpKind.ASSIGN)}
    landed = {lane_task(op): op.ended for op in bystander.done(OpKind.LAND)}
    assert set(begun) == set(landed) == {task.lower() for task in TASKS}
    for task, (_, needs) in TASKS.items():
        waited = begun[task.lower()].at - (landed[needs.lower()] or 0.0) if needs else 0.0
        assert 0 <= waited <= 1.0, f"{task} began {waited:.2f} s after {needs} had landed"
    assert git(project, "ls-files", "work").split() == [
        f"work/{t.lower()}.txt" for t in sorted(TASKS)
    ]


@pytest.mark.tmux
def test_a_program_that_knows_only_the_files_takes_part(
    project: Path, bystander: Bystander
) -> None:
    """It writes a task, a prompt and an answer, and reads the result; no command of ours."""
    commander = Commander(project, {"SHELL": "/bin/sh"})
    commander.run("trust", "--yes")
    with Screen(UP, cwd=project, env={"SHELL": "/bin/sh"}) as screen:
        screen.wait_for("project → main", seconds=60)
        bystander.go(follow=True)
        write_task(project, "task-001", "ASK for a colour")
        result = project / "results" / "task-001-result.md"
        retry_until(lambda: result.exists() and "Which colour" in result.read_text(), why="asked")
        (project / "tasks" / "task-001-answer.md").write_text("It shall be blue.\n")
        retry_until(lambda: "status: done" in result.read_text(), why="answered, and done")
        (project / "tasks" / "task-001-prompt.md").write_text("Say so in the file.\n")
        retry_until(lambda: len(bystander.done(OpKind.SEND)) == 2, why="the prompt was told")
        retry_until(lambda: bystander.in_review() == [("task-001", "alpha")], why="in review")
        land_all(commander, bystander, 1)
        screen.leave()
    assert git(project, "show", "main:work/task-001.txt").startswith("task-001\nAbout your task")
    assert git(project, "status", "--porcelain") == ""


def lane_task(op: Operation) -> str:
    return str(op.intent.get("task", ""))
