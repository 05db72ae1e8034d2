"""A round summed up: what was done since the last one was closed, and how long it took. Pure.

A round is everything between two closings; it is not started, and what is open goes on in the
next one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.domain.forecast import Comparison, Spans, by_the_clock
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.task import TaskFile
from cockpit.domain.taskname import TaskId
from cockpit.domain.teardown import SweepEntry
from cockpit.domain.text import counted
from cockpit.domain.trail import Trail
from cockpit.domain.work import Effort


@dataclass(frozen=True, slots=True)
class RoundSummary:
    since: float = 0.0
    """When the last round was closed, in seconds since the epoch; 0 for never."""
    landings: tuple[LaneId, ...] = ()
    """By each landing since then, and not taken back, its lane."""
    done: tuple[TaskId, ...] = ()
    """Tasks that these landings brought."""
    failed: tuple[TaskId, ...] = ()
    open: tuple[TaskId, ...] = ()
    called_off: tuple[TaskId, ...] = ()
    clock: Comparison = field(default_factory=Comparison)
    """The tasks that were done, one after another and in parallel."""


@dataclass(frozen=True, slots=True)
class RoundPreview:
    """What closing the round now would do."""

    target: CommitId
    """What would be gated."""
    gate: tuple[str, ...]
    """The gate's commands; with none the target counts as good."""
    lanes: tuple[SweepEntry, ...]
    summary: RoundSummary


def sum_up(
    tasks: Iterable[TaskFile],
    *,
    merged: Collection[TaskId],
    efforts: Mapping[TaskId, Effort],
    held: Collection[TaskId],
    given_up: Collection[TaskId],
    trail: Trail,
    spans: Spans,
) -> RoundSummary:
    """The round so far. `held` are tasks that a lane has, `given_up` those whose result says
    that they failed, `spans` when what has landed was worked on."""
    since = trail.closed
    landings = [one for one in trail.landings if one.at > since]
    done = tuple(dict.fromkeys(one.task for one in landings if one.task in merged))
    failed, left, off = [], [], []
    for task in dict.fromkeys(task.id for task in tasks if task.id and task.id not in merged):
        effort = efforts.get(task) or Effort(task)
        lost = bool(effort.lane) and task not in held
        if effort.cancelled:
            off.append(task)
        elif task in given_up or ((effort.failed or lost) and task not in held):
            failed.append(task)
        else:
            left.append(task)
    mine = {task: span for task, span in spans.items() if task in done}
    return RoundSummary(
        since,
        tuple(one.lane for one in landings),
        done,
        tuple(failed),
        tuple(left),
        tuple(off),
        by_the_clock(mine),
    )


def said(summary: RoundSummary) -> str:
    """`3 landings; 2 tasks done, 1 failed, 4 open`."""
    counts = [f"{counted(len(summary.done), 'task')} done"]
    for tasks, word in (
        (summary.failed, "failed"),
        (summary.open, "open"),
        (summary.called_off, "called off"),
    ):
        counts += [f"{len(tasks)} {word}"] if tasks else []
    return f"{counted(len(summary.landings), 'landing')}; {', '.join(counts)}"


def to_json(summary: RoundSummary) -> dict[str, Any]:
    """As the journal and `--json` have it; times in seconds."""
    return {
        "since": summary.since or None,
        "landings": list(summary.landings),
        "done": list(summary.done),
        "failed": list(summary.failed),
        "open": list(summary.open),
        "called_off": list(summary.called_off),
        "one_after_another_s": round(summary.clock.one_by_one, 1),
        "in_parallel_s": round(summary.clock.parallel, 1),
    }
