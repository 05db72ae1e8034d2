"""The gate: the commander's test commands on the merged result, in a worktree of its own.

The gate's worktree is private, detached, set up as a lane is, and kept warm. No lock but the
gate's own (and the train's) is held while commands run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cockpit.domain.events import GateOutput
from cockpit.domain.gate import NOT_RUNNABLE, GateState, Verdict
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Gate
from cockpit.domain.operation import OpKind
from cockpit.domain.scrub import gate_environment
from cockpit.errors import CockpitError, Conflict, TimedOut
from cockpit.services import gate_known, leftovers, port_slots, setup, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.landing_preview import preview
from cockpit.services.running import Running, begin
from cockpit.services.workplace import Workplace

REASON = "cockpit: gate"
"""What the lock of the gate's worktree says."""

READY = "gate"
"""State file: what the gate's worktree was set up with."""

ROOM = 16 << 20
"""Bytes free below which a failure is the disk's, not the lane's."""

Stop = Callable[[], bool]


class _Failed(Exception):
    """A command did not pass; the verdict says how."""

    def __init__(self, verdict: Verdict):
        super().__init__(verdict.said)
        self.verdict = verdict


def gate(work: Workplace, intent: Gate, tell: Tell, by: str) -> Outcome:
    """Run the gate on the lane's merge with the target, without landing."""
    trust.require(work)
    shown = preview(work, intent.lane)
    if shown.conflicts:
        raise Conflict(
            f"Lane {intent.lane} conflicts with the target, so there is nothing to test.",
            paths=shown.conflicts,
            detail="\n".join(shown.conflicts),
        )
    commit = shown.result or shown.target_old
    verdict = run(work, intent.lane, commit, tell, by, fresh=True)
    if not verdict.passed:
        raise verdict.error
    return Outcome(
        f"The gate of {intent.lane} is {verdict.word}.",
        None,
        {
            "lane": intent.lane,
            "commit": commit,
            "gate": verdict.state,
            "flaky": verdict.flaky,
            "log": verdict.log,
        },
    )


def never() -> bool:
    return False


def run(
    work: Workplace,
    lane: LaneId | None,
    commit: CommitId,
    tell: Tell,
    by: str,
    *,
    stop: Stop = never,
    fresh: bool = False,
    patience: float = 1.0,
) -> Verdict:
    """What the gate says of `commit`; `lane` None is the target itself.

    A tree that passed lately is not tested again unless `fresh`. `stop` is asked while
    commands run; `patience` is how many seconds another gate is waited for. Raises
    `CockpitError` when the gate could not be made ready: then nobody is to blame.
    """
    if not work.config.gate.run:
        return Verdict(GateState.NONE)
    tree = work.git.tree_of(commit)
    known = None if fresh else gate_known.recall(work, tree)
    if known is not None:
        tell(GateOutput(lane, ("this tree passed the gate before; it is not tested again",)))
        return known
    what = lane or work.config.target
    with _turn(work, f"gate of {what}", stop, patience):
        running = begin(
            work,
            tell,
            OpKind.GATE,
            lane=lane,
            by=by,
            summary=f"gate of {what} at {commit[:10]}",
            plan={"lane": lane, "commit": commit, "commands": list(work.config.gate.run)},
        )
        verdict = _carry_out(work, running, commit, tell, stop)
        if verdict.passed:
            gate_known.remember(work, tree, verdict)
    return verdict


@contextmanager
def _turn(work: Workplace, why: str, stop: Stop, patience: float) -> Iterator[None]:
    """The gate's lock, waited for in steps so that a stop is heard. Raises `TimedOut`."""
    until = work.clock.monotonic() + patience
    with ExitStack() as held:
        while True:
            left = until - work.clock.monotonic()
            try:
                timeout = min(1.0, max(left, 0.0))
                held.enter_context(work.locks.hold("gate", timeout=timeout, why=why))
                break
            except TimedOut:
                if left <= 1.0 or stop():
                    raise
        yield


def _carry_out(
    work: Workplace, running: Running, commit: CommitId, tell: Tell, stop: Stop
) -> Verdict:
    """The operation from its first step to its end."""
    log = work.state.log_path(f"gate-{running.op.id}.log")
    flaky = False
    try:
        with _no_half_made_tree(work, running.op.id):
            tree = _ready_tree(work, running, commit, log, tell, stop)
            for command in work.config.gate.run:
                flaky |= _run_one(work, running, tree, command, log, tell, stop)
    except _Failed as failure:
        error = failure.verdict.error
        running.abandon(error.title, error.hint, gate=str(failure.verdict.state), log=str(log))
        return failure.verdict
    except CockpitError as error:
        running.abandon(error.title, error.hint, detail=error.detail)
        raise
    verdict = Verdict(GateState.GREEN, flaky=flaky, log=str(log))
    summary = f"{running.op.summary.partition(' at ')[0]} is {verdict.word}"
    running.done(summary, {"gate": str(verdict.state), "flaky": flaky, "log": str(log)})
    return verdict


@contextmanager
def _no_half_made_tree(work: Workplace, op: str) -> Iterator[None]:
    """After a failure, what is half made goes at once; what can't go now goes next time."""
    try:
        yield
    except (CockpitError, _Failed):
        with suppress(CockpitError):
            put_half_made_aside(work, op)
        raise


def tree_of(work: Workplace) -> Path:
    """Where the gate's worktree lies."""
    return work.state_dir / "gate" / "tree"


def put_half_made_aside(work: Workplace, op: str) -> None:
    """Move the gate's worktree to the trash unless it is whole: its making was killed. Hold
    the gate's lock."""
    tree = tree_of(work)
    with work.locks.hold("worktrees", why="gate"):
        if not (work.disk.is_folder(tree) and work.git.is_linked(tree)):
            leftovers.put_aside(work, op, tree, REASON)


def _ready_tree(
    work: Workplace, running: Running, commit: CommitId, log: Path, tell: Tell, stop: Stop
) -> Path:
    """The gate's worktree at `commit`, made and set up where it isn't yet."""
    tree = tree_of(work)
    running.step("prepare the gate's worktree")
    put_half_made_aside(work, running.op.id)
    if not work.disk.exists(tree):
        with work.locks.hold("worktrees", why="gate"):
            work.git.add_worktree(tree, branch=None, commit=commit, reason=REASON)
        work.state.remove(READY)
    work.git.switch_gate_tree(tree, commit)
    wanted = hashlib.sha256(repr(work.config.setup).encode()).hexdigest()
    missing = setup.prepare_files(work, tree)
    if missing:
        tell(GateOutput(running.op.lane, tuple(f"setup: {text}" for text in missing)))
    if (work.state.read(READY) or {}).get("setup") != wanted:
        for command in work.config.setup.run:
            _run_one(work, running, tree, command, log, tell, stop)
        work.state.write(READY, {"setup": wanted})
    return tree


def _run_one(
    work: Workplace,
    running: Running,
    tree: Path,
    command: str,
    log: Path,
    tell: Tell,
    stop: Stop,
) -> bool:
    """One command, tried again `gate.retry` times; whether it took more than one try. Raises
    `_Failed`."""
    lane = running.op.lane
    running.step(f"run {command}")

    def show(lines: Sequence[str]) -> None:
        tell(GateOutput(lane, tuple(lines)))

    for attempt in range(work.config.gate.retry + 1):
        if attempt:
            show((f"failed; trying again ({attempt} of {work.config.gate.retry})",))
        result = work.runner.run(
            command,
            cwd=tree,
            env=environment(work),
            deadline=work.config.gate.timeout,
            log=log,
            tell=show,
            stop=stop,
        )
        if result.code == 0:
            return attempt > 0
        if result.code is None or result.code in NOT_RUNNABLE or work.disk.free(tree) < ROOM:
            break
    raise _Failed(
        Verdict(
            _state(work, tree, result.code, stop),
            command=command,
            code=result.code,
            seconds=result.seconds,
            tail=result.tail,
            log=str(log),
        )
    )


def _state(work: Workplace, tree: Path, code: int | None, stop: Stop) -> GateState:
    if code is None:
        return GateState.STOPPED if stop() else GateState.TIMEOUT
    if work.disk.free(tree) < ROOM:
        return GateState.FULL
    return GateState.UNRUNNABLE if code in NOT_RUNNABLE else GateState.RED


def environment(work: Workplace) -> dict[str, str]:
    """What gate and setup commands get: no credentials, nothing that the configuration drops."""
    kept = {
        name: value for name, value in work.environment.items() if name not in work.config.env_drop
    }
    return gate_environment(kept, {**port_slots.gate_variables(work), "COCKPIT_GATE": "1"})
