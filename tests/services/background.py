"""A desk with a background lane, and a scripted agent that works when it gets a prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cockpit.domain.ids import LaneId, PaneId
from cockpit.domain.intents import ApproveStanding
from cockpit.domain.lane import PaneRef
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.workplace import Probe, no_probe
from tests.conftest import git
from tests.services.conftest import Desk

TIDY, ALPHA = LaneId("tidy"), LaneId("alpha")

LANES = """\
target: main
agents:
  bot: {command: [sh], preset: demo}
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh, zone: ["src/**"]}
  tidy:
    agent: bot
    zone: ["docs/**"]
    background: {on: ON, after: 5m, prompt: "tidy the guide"}
gate: {run: [GATE], timeout: 20s, retry: RETRY}
launch: {stagger: 0s}
"""

PROMPT = "tidy the guide"
LINE = "─" * 12
IDLE = ["● Done.", "", LINE, "❯", LINE, "  ? for shortcuts"]
WORKING = ["● Reading", "", LINE, "❯", LINE, "  esc to interrupt"]
ASKING = [LINE, " Bash command", "", " ❯ 1. Yes", "   2. No", "", "Esc to cancel"]
FAILED = ["● Error: it broke", "", LINE, "❯", LINE, "  ? for shortcuts"]


def lanes(on: str = "interval", gate: str = '"true"', retry: int = 0) -> str:
    return LANES.replace("ON", on).replace("GATE", gate).replace("RETRY", str(retry))


Work = Callable[[Path], None]
"""What the agent does in its lane when it gets a prompt."""


class ScriptedDesk:
    """The desk, its clock, and the agent of `tidy`."""

    def __init__(self, desk: Desk, work: Work) -> None:
        self.desk = desk
        self.work = work
        self.prompts: list[str] = []
        self.after = IDLE
        """What the agent's screen shows when it has worked."""
        self.skew = 0.0
        """Seconds by which the clock is wrong."""
        self._open = desk.tmux.open_pane
        desk.tmux.open_pane = self._open_pane  # type: ignore[method-assign]
        desk.tmux.paste = self._paste  # type: ignore[method-assign]
        desk.tmux.press = self._press  # type: ignore[method-assign]

    @property
    def folder(self) -> Path:
        return self.desk.root.parent / f"{self.desk.root.name}-tidy"

    def cockpit(self, probe: Probe = no_probe) -> LocalCockpit:
        made = self.desk.cockpit(probe)
        made = LocalCockpit(replace(made.work, clock=Skewed(self, made.work.clock)))
        self.desk.open_ones.append(made)
        return made

    def _open_pane(self, lane: LaneId, **launch: Any) -> PaneRef:
        """The agent takes its first prompt as an argument."""
        ref = self._open(lane, **launch)
        if lane == TIDY:
            told = [word for word in launch["argv"] if PROMPT in word]
            self.prompts += told
            self.desk.tmux.screens[ref.pane] = list(WORKING if told else IDLE)
            if told:
                self._press(ref.pane)
        return ref

    def _paste(self, pane: PaneId, text: str) -> None:
        self.prompts.append(text)
        self.desk.tmux.screens[pane] = ["typed", *WORKING]

    def _press(self, pane: PaneId, *keys: str) -> None:
        self.work(self.folder)
        self.show(self.after)

    def show(self, rows: list[str]) -> None:
        """The agent's screen; a new row above keeps each look at it different."""
        info = self.desk.tmux.infos[TIDY]
        self.desk.tmux.screens[info.ref.pane] = [f"turn {len(self.prompts)}", *rows]

    def approve(self) -> None:
        self.desk.do(ApproveStanding(TIDY), cockpit=self.cockpit())


class Skewed:
    """The system's clock, wrong by what the desk says."""

    def __init__(self, desk: ScriptedDesk, clock: object) -> None:
        self._desk = desk
        self._clock = clock

    def now(self) -> float:
        return float(self._clock.now()) + self._desk.skew  # type: ignore[attr-defined]

    def monotonic(self) -> float:
        return float(self._clock.monotonic())  # type: ignore[attr-defined]

    def wait(self, seconds: float) -> None:
        self._clock.wait(seconds)  # type: ignore[attr-defined]


def commits(path: str = "docs/guide.md", text: str = "# Guide\n\nTidied.\n") -> Work:
    """An agent that commits one file."""

    def work(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "tidy the guide")

    return work


def nothing(_folder: Path) -> None:
    """An agent that finds nothing to do."""
