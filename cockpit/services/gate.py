"""The gate: the commander's test commands on the merged result, in a worktree of its own.

The gate's worktree is private, detached, set up as a lane is, and kept warm. No lock but
the gate's own is held while commands run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cockpit.domain.events import GateOutput
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Gate
from cockpit.domain.operation import OpKind
from cockpit.domain.scrub import gate_environment
from cockpit.errors import CockpitError, Conflict, GateRed, Refused, TimedOut
from cockpit.services import leftovers, setup, trust
from cockpit.services.api import Outcome, Tell
from cockpit.services.landing_preview import preview
from cockpit.services.ports import RunResult
from cockpit.services.running import Running, abandoning, begin
from cockpit.services.workplace import Workplace

NOT_RUNNABLE = {126: "is not executable", 127: "was not found"}
"""Exit codes of a shell that could not run the command: the lane's work is not to blame."""

REASON = "cockpit: gate"
"""What the lock of the gate's worktree says."""

READY = "gate"
"""State file: what the gate's worktree was set up with."""


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
    verdict = run(work, intent.lane, shown.result or shown.target_old, tell, by)
    return Outcome(
        f"The gate of {intent.lane} is {verdict}.",
        None,
        {"lane": intent.lane, "commit": shown.result or shown.target_old, "gate": verdict},
    )


def run(work: Workplace, lane: LaneId, commit: CommitId, tell: Tell, by: str) -> str:
    """`green`, or `none` when there is no gate. Raises `GateRed` with the log's path, or
    `TimedOut`, or `Refused` when a command can't be run at all."""
    commands = work.config.gate.run
    if not commands:
        return "none"
    with work.locks.hold("gate", timeout=1.0, why=f"gate of {lane}"):
        running = begin(
            work,
            tell,
            OpKind.GATE,
            lane=lane,
            by=by,
            summary=f"gate of {lane} at {commit[:10]}",
            plan={"lane": lane, "commit": commit, "commands": list(commands)},
        )
        with abandoning(running), _no_half_made_tree(work, running.op.id):
            log = work.state.log_path(f"gate-{running.op.id}.log")
            tree = _ready_tree(work, running, commit, log, tell)
            for command in commands:
                _run_one(work, running, tree, command, log, tell)
        running.done(f"gate of {lane} is green", {"gate": "green", "log": str(log)})
    return "green"


@contextmanager
def _no_half_made_tree(work: Workplace, op: str) -> Iterator[None]:
    """After a failure, what is half made goes at once; what can't go now goes next time."""
    try:
        yield
    except CockpitError:
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


def _ready_tree(work: Workplace, running: Running, commit: CommitId, log: Path, tell: Tell) -> Path:
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
            _run_one(work, running, tree, command, log, tell)
        work.state.write(READY, {"setup": wanted})
    return tree


def _run_one(
    work: Workplace, running: Running, tree: Path, command: str, log: Path, tell: Tell
) -> None:
    """One command, tried again `gate.retry` times. Raises as `run` says."""
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
            stop=lambda: False,
        )
        if result.code == 0:
            return
        if result.code is None or result.code in NOT_RUNNABLE:
            break
    raise _red(command, result)


def environment(work: Workplace) -> dict[str, str]:
    """What gate and setup commands get: no credentials, nothing that the configuration drops."""
    kept = {
        name: value for name, value in work.environment.items() if name not in work.config.env_drop
    }
    return gate_environment(kept, {"COCKPIT_GATE": "1"})


def _red(command: str, result: RunResult) -> GateRed | TimedOut | Refused:
    hint = f"The whole log: {result.log}"
    if result.code is None:
        return TimedOut(
            f"The gate did not end within {result.seconds:.0f} s: {command}",
            detail=result.tail,
            hint=hint,
        )
    if result.code in NOT_RUNNABLE:
        return Refused(
            f"The gate's command {NOT_RUNNABLE[result.code]}: {command}",
            detail=result.tail,
            hint=f"Mend `gate.run`; the lane is not to blame. {hint}",
        )
    return GateRed(
        f"The gate is red: {command} ended with code {result.code}.",
        detail=result.tail,
        hint=hint,
    )
