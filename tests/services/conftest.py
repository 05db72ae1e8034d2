"""The services on the real git and real files, with a tmux in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.domain.events import Event
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Intent, Start, Trust
from cockpit.services.api import Outcome
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.wiring import build_cockpit
from cockpit.services.workplace import Probe, no_probe
from tests.conftest import git
from tests.services.fake_tmux import FakeTmux

LANES = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh, zone: ["src/**"]}
  beta: {agent: sh}
gate: {run: [%s], timeout: 20s, retry: 0}
"""


class Desk:
    """One commander's desk: a repository, a cockpit on it, and what was told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tmux = FakeTmux()
        self.events: list[Event] = []
        self.open_ones: list[LocalCockpit] = []
        self._usual: tuple[object, LocalCockpit] | None = None

    def configure(self, text: str) -> None:
        (self.root / "lanes.yaml").write_text(text)

    def cockpit(self, probe: Probe = no_probe) -> LocalCockpit:
        """A fresh process's view of the same repository."""
        real = build_cockpit(self.root, by="test", probe=probe)
        made = LocalCockpit(replace(real.work, tmux=self.tmux))
        self.open_ones.append(made)
        return made

    def usual(self) -> LocalCockpit:
        """One that stays open while the configuration is what it was, for what needs no fresh
        process: opening one is a dozen calls of git."""
        config = (self.root / "lanes.yaml").read_bytes()
        if self._usual is None or self._usual[0] != config:
            self._usual = (config, self.cockpit())
        return self._usual[1]

    def do(self, intent: Intent, *, cockpit: LocalCockpit | None = None) -> Outcome:
        return (cockpit or self.usual()).carry_out(intent, self.events.append, by="test")

    def trust(self) -> None:
        self.do(Trust(self.usual().trust().digest))

    def start(self, lane: str = "alpha") -> Path:
        """Start a lane; returns its folder."""
        self.do(Start(LaneId(lane)))
        return self.root.parent / f"{self.root.name}-{lane}"

    def commit(self, lane: str, path: str, text: str, message: str = "work") -> str:
        """A commit on the lane, as its agent would make it; returns its id."""
        folder = self.root.parent / f"{self.root.name}-{lane}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", message)
        return git(folder, "rev-parse", "HEAD").strip()

    def state(self, name: str) -> Path:
        """The file of a fact in the state folder."""
        return self.usual().state / "facts" / f"{name}.json"

    def main(self) -> str:
        return git(self.root, "rev-parse", "refs/heads/main").strip()


@pytest.fixture
def make_desk(repo: Path) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(gate: str = '"true"', lanes: str = LANES, trusted: bool = True) -> Desk:
        desk = Desk(repo)
        desk.configure(lanes % gate if "%s" in lanes else lanes)
        git(repo, "add", "lanes.yaml")
        git(repo, "commit", "-q", "-m", "lanes")
        if trusted:
            desk.trust()
        desks.append(desk)
        return desk

    yield make
    for desk in desks:
        for cockpit in desk.open_ones:
            cockpit.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()
