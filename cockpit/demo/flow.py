"""The whole flow of the demo without a terminal, through the same face that keys and commands
use: start, answer, land, be refused, undo, repair, tear down; then plain git is asked
whether anything was lost.

Each step says what it expected and what it got; the flow goes on after a step that went
wrong where it can, so that one report shows all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from functools import partial

from cockpit.dataclass import dataclass
from cockpit.demo import repository
from cockpit.demo.report import StepReport, contents, told, word
from cockpit.domain.activity import State
from cockpit.domain.events import ActivityChanged, GitFactsChanged
from cockpit.domain.ids import LaneId, RefName
from cockpit.domain.intents import Answer, Intent, Land, Send, Start, Teardown, Trust, Undo
from cockpit.domain.lane import GitFacts, LaneRecord
from cockpit.errors import CockpitError, Refused, TimedOut
from cockpit.services.api import Cockpit, Outcome, Tell

ALPHA, BETA, GAMMA, DELTA = (LaneId(name) for name in ("alpha", "beta", "gamma", "delta"))
LANES = (ALPHA, BETA, GAMMA, DELTA)
PATIENCE = 60.0
"""Seconds an agent may take for its turn."""
LOOK = 0.2
"""Seconds between two looks."""


def run_headless(
    cockpit: Cockpit,
    tell: Tell,
    wait: Callable[[float], None],
    *,
    report: Callable[[StepReport], None] = lambda _: None,
    patience: float = PATIENCE,
) -> list[StepReport]:
    """Drive the flow in a repository that `build_demo_repository` made; the steps in order.

    `wait` sleeps for so many seconds between two looks; `report` hears each step as it ends.
    Raises nothing of `CockpitError`: what goes wrong is in the report.
    """
    return _Flow(cockpit, tell, wait, report, patience).run()


@dataclass(slots=True)
class _Flow:
    cockpit: Cockpit
    tell: Tell
    wait: Callable[[float], None]
    hear: Callable[[StepReport], None]
    patience: float
    steps: list[StepReport] = field(default_factory=list)
    tips: dict[str, str] = field(default_factory=dict)
    """Every lane's last commit before it was torn down."""
    contents: dict[str, str] = field(default_factory=dict)
    """The folder that was torn down last."""
    before_alpha: str = ""
    """The target's tree before alpha landed for the first time."""

    def run(self) -> list[StepReport]:
        self._step("trust", "", "trusted", self._trust)
        for lane in LANES:
            self._step("start", lane, "started", partial(self._start, lane))
        if not all(step.ok for step in self.steps):
            return self.steps
        self._step("wait", ALPHA, "asking", self._wait_asking)
        self._step("answer", ALPHA, "answered", self._answer)
        for lane in LANES:
            self._step("wait", lane, "idle", partial(self._wait_idle, lane, ahead=1))
        self._landings()
        self._teardown_and_back()
        self._landing_and_back()
        self._repairs()
        for lane in LANES:
            self._step("teardown", lane, "torn down", partial(self._teardown, lane))
        self._step("verify", "", "nothing lost", self._verify)
        return self.steps

    def _landings(self) -> None:
        self.before_alpha = repository.tree(self.cockpit.root, self._target())
        self._step("land", ALPHA, "landed", partial(self._land, ALPHA))
        self._step("land", BETA, "conflict", partial(self._refused, BETA, "shop/prices.py"))
        self._step("land", GAMMA, "gate red", partial(self._refused, GAMMA))
        self._step("land", DELTA, "refused", partial(self._refused, DELTA, "tools/export.py"))

    def _teardown_and_back(self) -> None:
        self._step("teardown", DELTA, "torn down", partial(self._teardown, DELTA))
        self._step("undo teardown", DELTA, "restored", self._restored)

    def _landing_and_back(self) -> None:
        self._step("undo landing", ALPHA, "undone", self._undo_landing)
        self._step("land again", ALPHA, "landed", partial(self._land, ALPHA))

    def _repairs(self) -> None:
        for lane in (BETA, GAMMA):
            self._step("ask to fix", lane, "idle", partial(self._repair, lane))
            self._step("land", lane, "landed", partial(self._land, lane))

    # ------------------------------------------------------------ single steps

    def _trust(self) -> tuple[str, str]:
        state = self.cockpit.trust()
        if not state.trusted:
            self._do(Trust(state.digest))
        return "trusted", f"{len(state.lines)} lines that can execute"

    def _start(self, lane: LaneId) -> tuple[str, str]:
        return "started", self._do(Start(lane)).summary

    def _wait_asking(self) -> tuple[str, str]:
        state, _, detail = self._until(ALPHA, lambda state, _: state is State.ASKING)
        return state.value, detail

    def _answer(self) -> tuple[str, str]:
        self._do(Answer(ALPHA, "1"))
        self._until(ALPHA, lambda state, _: state in (State.WORKING, State.IDLE))
        return "answered", "1"

    def _wait_idle(self, lane: LaneId, *, ahead: int) -> tuple[str, str]:
        state, facts, _ = self._until(
            lane,
            lambda state, facts: (
                state is State.IDLE
                and facts is not None
                and facts.ahead >= ahead
                and facts.dirty == 0
            ),
        )
        return state.value, f"{facts.ahead if facts else 0} commits ahead"

    def _land(self, lane: LaneId) -> tuple[str, str]:
        record, before = self._record(lane), self._target()
        outcome = self._do(Land(lane))
        after = self._target()
        if after == before or not repository.contains(self.cockpit.root, after, record.branch):
            return "not landed", f"the target stands at {after[:12]}"
        return "landed", outcome.summary

    def _refused(self, lane: LaneId, path: str = "") -> tuple[str, str]:
        """Try to land; the refusal must name `path`, and the target must not move."""
        before = self._target()
        try:
            self._do(Land(lane))
        except CockpitError as error:
            if self._target() != before:
                return "target moved", told(error)
            if path and path not in told(error):
                return f"{word(error)}, not for {path}", told(error)
            raise
        return "landed", "it should have been refused"

    def _teardown(self, lane: LaneId) -> tuple[str, str]:
        record = self._record(lane)
        self.tips[lane] = repository.tip(self.cockpit.root, record.branch)
        self.contents = contents(record.worktree)
        outcome = self._do(Teardown(lane, self.cockpit.preview_teardown(lane).token))
        left = [str(record.worktree)] if record.worktree.exists() else []
        if repository.tip(self.cockpit.root, record.branch):
            left.append(record.branch)
        return ("torn down", outcome.summary) if not left else ("left behind", ", ".join(left))

    def _restored(self) -> tuple[str, str]:
        """Undo the teardown; every byte and mode of the folder must be as it was."""
        before = self.contents
        outcome = self._do(Undo())
        record = self._record(DELTA)
        after = contents(record.worktree)
        if after != before:
            changed = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
            return "differs", ", ".join(changed[:10])
        if repository.tip(self.cockpit.root, record.branch) != self.tips[DELTA]:
            return "differs", "the branch stands elsewhere"
        return "restored", outcome.summary

    def _undo_landing(self) -> tuple[str, str]:
        landed = [
            op
            for op in self.cockpit.log()
            if op.kind.value == "land" and op.lane == ALPHA and op.state.value == "done"
        ]
        if not landed:
            raise Refused("The journal has no landing of alpha.")
        outcome = self._do(Undo(landed[-1].seq))
        if repository.tree(self.cockpit.root, self._target()) != self.before_alpha:
            return "not undone", "the target's content is not what it was"
        return "undone", outcome.summary

    def _repair(self, lane: LaneId) -> tuple[str, str]:
        before = repository.tip(self.cockpit.root, self._record(lane).branch)
        self._do(Send(lane, "Please fix what kept this from landing."))
        branch = self._record(lane).branch
        state, _, _ = self._until(
            lane,
            lambda state, facts: (
                state is State.IDLE
                and facts is not None
                and facts.dirty == 0
                and repository.tip(self.cockpit.root, branch) != before
            ),
        )
        return state.value, "the agent committed a repair"

    def _verify(self) -> tuple[str, str]:
        """Ask plain git: every lane's last commit is there and some ref leads to it."""
        root = self.cockpit.root
        found = repository.kept(root, self.tips)
        lost = [name for name, one in found.items() if not (one.exists and one.refs)]
        if lost or set(found) != set(LANES):
            return "lost", ", ".join(lost) or "not every lane was torn down"
        if changed := repository.git(root, "status", "--porcelain").strip():
            return "checkout changed", changed
        refs = sum(len(one.refs) for one in found.values())
        return "nothing lost", f"{len(found)} lanes' last commits, by {refs} refs"

    # ------------------------------------------------------------ means

    def _step(self, step: str, lane: str, expected: str, do: Callable[[], tuple[str, str]]) -> None:
        began = time.monotonic()
        try:
            got, detail = do()
        except CockpitError as error:
            got, detail = word(error), told(error)
        except OSError as error:
            got, detail = "failed", str(error)
        seconds = round(time.monotonic() - began, 3)
        done = StepReport(step, lane, expected, got, got == expected, seconds, detail)
        self.steps.append(done)
        self.hear(done)

    def _do(self, intent: Intent) -> Outcome:
        return self.cockpit.carry_out(intent, self.tell, by="demo")

    def _record(self, lane: LaneId) -> LaneRecord:
        view = self.cockpit.fleet().lane(lane)
        if view is None or view.record is None:
            raise Refused(f"Lane {lane} is not started.")
        return view.record

    def _target(self) -> str:
        return repository.tip(
            self.cockpit.root, RefName(f"refs/heads/{self.cockpit.config.target}")
        )

    def _look(self, lane: LaneId) -> tuple[State, GitFacts | None, str]:
        state, facts, detail = State.UNKNOWN, None, ""
        for event in self.cockpit.observe([lane]):
            if isinstance(event, ActivityChanged) and event.lane == lane:
                state, detail = event.activity.state, event.activity.detail
            elif isinstance(event, GitFactsChanged) and event.lane == lane:
                facts = event.facts
        return state, facts, detail

    def _until(
        self, lane: LaneId, enough: Callable[[State, GitFacts | None], bool]
    ) -> tuple[State, GitFacts | None, str]:
        """Look until it is so. Raises `TimedOut`, at once `Refused` when the agent ended."""
        deadline = time.monotonic() + self.patience
        while True:
            state, facts, detail = self._look(lane)
            if enough(state, facts):
                return state, facts, detail
            if state is State.EXITED:
                raise Refused(f"The agent of lane {lane} has ended.", detail=detail)
            if time.monotonic() > deadline:
                raise TimedOut(f"Lane {lane} is {state.value}.", detail=detail)
            self.wait(LOOK)
