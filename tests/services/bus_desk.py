"""A desk whose lanes take tasks: scripted agents that work when they are told a task."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cockpit.domain.board import Board, TaskView
from cockpit.domain.fleet import Fleet, apply
from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.intents import Plan
from cockpit.domain.lane import PaneRef
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Work
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.services.background import IDLE, WORKING
from tests.services.conftest import Desk

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")

LANES = """\
target: main
agents:
  bot: {command: [sh], preset: demo}
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: bot}
  beta: {agent: bot, zone: ["docs/**"]}
  gamma: {agent: sh}
gate: {run: ["true"], timeout: 20s, retry: 0}
launch: {stagger: 0s, max_running: 3}
"""

TOLD = re.compile(r"Your task is ([a-z]+-\d+)")


class BusDesk:
    """The desk, what its agents were told, and what they do about it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.root = desk.root
        self.told: list[tuple[LaneId, str]] = []
        """By lane each prompt that reached an agent."""
        self.work: Callable[[Path, str], None] = finishes
        self._typed: dict[PaneId, str] = {}
        self._open = desk.tmux.open_pane
        desk.tmux.open_pane = self._open_pane  # type: ignore[method-assign]
        desk.tmux.paste = self._paste  # type: ignore[method-assign]
        desk.tmux.press = self._press  # type: ignore[method-assign]

    # ------------------------------------------------------------ agents

    def _open_pane(self, lane: LaneId, **launch: Any) -> PaneRef:
        ref = self._open(lane, **launch)
        argv = list(launch["argv"])
        told = "\n".join(argv[argv.index("--") + 1 :]) if "--" in argv else ""
        self.desk.tmux.screens[ref.pane] = list(IDLE)
        if told:
            self._hear(lane, ref.pane, told)
        return ref

    def _paste(self, pane: PaneId, text: str) -> None:
        self._typed[pane] = text
        self.desk.tmux.screens[pane] = ["typed", *IDLE]

    def _press(self, pane: PaneId, *keys: str) -> None:
        lane = next(lane for lane, info in self.desk.tmux.infos.items() if info.ref.pane == pane)
        self._hear(lane, pane, self._typed.pop(pane, ""))

    def _hear(self, lane: LaneId, pane: PaneId, text: str) -> None:
        self.told.append((lane, text))
        self.show(lane, WORKING)
        found = TOLD.search(text)
        if found is not None:
            self.work(self.folder(lane), found.group(1))
            self.show(lane, IDLE)

    def show(self, lane: LaneId, rows: list[str]) -> None:
        """The agent's screen; a new row above keeps each look at it different."""
        info = self.desk.tmux.infos[lane]
        self.desk.tmux.screens[info.ref.pane] = [f"turn {len(self.told)}", *rows]

    def folder(self, lane: LaneId) -> Path:
        return self.root.parent / f"{self.root.name}-{lane}"

    def tasks_told(self) -> list[tuple[LaneId, str]]:
        return [(lane, m.group(1)) for lane, text in self.told if (m := TOLD.search(text))]

    # ------------------------------------------------------------ the bus

    def task(self, number: int, title: str = "", body: str = "", **head: str) -> str:
        """Write a task as an editor does; returns its file's name."""
        folder = self.root / "tasks"
        folder.mkdir(exist_ok=True)
        name = f"task-{number:03d}.md"
        lines = [f"title: {title or f'number {number}'}", *(f"{k}: {v}" for k, v in head.items())]
        made = folder / f".{name}.tmp"
        made.write_text("---\n" + "\n".join(lines) + f"\n---\n\n{body}\n")
        long_ago(made)
        made.rename(folder / name)
        return name

    def fleet(self, cockpit: LocalCockpit | None = None) -> Fleet:
        here = cockpit or self.desk.cockpit()
        fleet = here.fleet()
        for event in here.observe():
            fleet = apply(fleet, event)
        return here.board(fleet)

    def board(self) -> Board:
        return self.fleet().board

    def view(self, number: int) -> TaskView:
        found = self.board().named(TaskId(f"task-{number:03d}"))
        assert found is not None
        return found

    def state(self, number: int) -> Work:
        return self.view(number).work

    def go(self, *, follow: bool = False) -> None:
        named = tuple((view.task.name, view.task.digest) for view in self.board().tasks)
        self.desk.do(Plan(True, named, follow))


def finishes(folder: Path, task: str) -> None:
    """An agent that does its task: a file, a commit, a result."""
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs" / f"{task}.md").write_text(f"{task}\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", f"{task}: done")
    head = git(folder, "rev-parse", "HEAD").strip()
    reports(folder, task, "done", f"commit: {head}\n")


def reports(folder: Path, task: str, status: str, more: str = "") -> None:
    """An agent that only writes a result."""
    (folder / "results").mkdir(exist_ok=True)
    made = folder / "results" / f"{task}-result.md"
    made.write_text(f"---\ntask: {task}\nstatus: {status}\n{more}---\nI did it.\n")
    long_ago(made)


def long_ago(path: Path) -> None:
    """So that who looks once takes it for whole."""
    os.utime(path, (time.time() - 60, time.time() - 60))


def does_nothing(_folder: Path, _task: str) -> None: ...
