"""`cockpit wait`: until lanes or tasks reach a state."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Collection
from textwrap import fill
from typing import Any

from cockpit.cli.context import Context
from cockpit.cli.lanes import find
from cockpit.cli.tasks import find as find_task
from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.text import safe
from cockpit.domain.work import Work
from cockpit.errors import CockpitError, TimedOut, UsageError

NAME = "wait"
HELP = "wait until lanes or tasks reach a state"
DESCRIPTION = f"""\
Waits until every lane or task named is in the state (or in one of several, joined by commas)
and prints which. The state says which of both is meant. Ends with code 6 when the time is
over, and with code 1 when it can't come any more: a lane's agent ended, or a task failed, was
called off or is merged while something else was waited for.

States of a lane:
{fill(", ".join(State), 90)}.
States of a task:
{fill(", ".join(Work), 90)}."""
EXAMPLES = (
    ("cockpit wait alpha --for idle", "until its turn ended"),
    ("cockpit wait alpha beta --for idle,asking --timeout 600", "at most ten minutes"),
    ("cockpit wait 7 ws-03 --for merged", "until the target holds both tasks"),
    ("cockpit wait 7 --for review,blocked,failed", "until task-007 needs somebody"),
)

EVERY = 0.3
"""Seconds between two looks."""

REST = 2
"""Times a look's own length that passes before the next one: ten thousand tasks take longer
than `EVERY`."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Why no other state will come by itself; `what` is the beginning of a sentence."""

    what: str
    detail: str
    hint: str


@dataclass(frozen=True, slots=True)
class Found:
    """One of what is waited for, as it is now."""

    name: str
    state: str
    lost: Lost | None = None


Look = Callable[[], list[Found]]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "names", metavar="LANE|TASK", nargs="+", help="lanes, or tasks, that must all get there"
    )
    parser.add_argument(
        "--for", metavar="STATE", dest="states", required=True, help="a state, or several by commas"
    )
    parser.add_argument(
        "--timeout", metavar="S", type=float, default=None, help="seconds to wait at most"
    )


def run(args: Namespace, context: Context) -> int:
    wanted, tasks = _states(args.states)
    look = _tasks(args, context) if tasks else _lanes(args, context)
    found, waited = _waited(look, wanted, args.timeout, context)
    kind, plural = ("task", "tasks") if tasks else ("lane", "lanes")
    document: dict[str, Any] = {
        plural: [{kind: one.name, "state": one.state} for one in found],
        "waited_s": round(waited, 1),
    }
    context.out.result(document, *(f"{one.name}: {one.state}" for one in found))
    return 0


def _states(text: str) -> tuple[set[str], bool]:
    """The states, and whether they are those of tasks. Raises `UsageError`."""
    words = {word.strip().lower() for word in text.split(",")}
    if words <= set(map(str, State)):
        return words, False
    if words <= set(map(str, Work)):
        return words, True
    told = f"States of lanes: {', '.join(State)}; of tasks: {', '.join(Work)}."
    known = {*map(str, State), *map(str, Work)}
    if words <= known:
        raise UsageError(
            f"{text} mixes states of lanes with states of tasks.",
            hint=f"Wait for one after the other. {told}",
        )
    raise UsageError(f"{safe(text, width=60)} is not a state.", hint=told)


def _waited(
    look: Look, wanted: Collection[str], timeout: float | None, context: Context
) -> tuple[list[Found], float]:
    """What was found once all of it is wanted, and the seconds that took. Raises `TimedOut`,
    or what says that it can't come."""
    began = context.clock()
    while True:
        begun = time.monotonic()
        found = look()
        missing = [one for one in found if one.state not in wanted]
        waited = context.clock() - began
        if not missing:
            return found, waited
        lost = next((one.lost for one in missing if one.lost is not None), None)
        if lost is not None:
            title = f"{lost.what}; it won't get to {' or '.join(sorted(wanted))}."
            raise CockpitError(title, detail=lost.detail, hint=lost.hint)
        if timeout is not None and waited >= timeout:
            raise _timed_out(missing, wanted, waited)
        context.pause(max(EVERY, REST * (time.monotonic() - begun)))


def _timed_out(missing: list[Found], wanted: Collection[str], waited: float) -> TimedOut:
    said = ", ".join(f"{one.name} is {one.state}" for one in missing)
    why = "task show" if missing[0].state in set(map(str, Work)) else "explain"
    return TimedOut(
        f"After {waited:.0f} s, {said}.",
        detail=f"Waited for {', '.join(sorted(wanted))}.",
        hint=f"`cockpit {why} {missing[0].name}` shows why.",
    )


# ---------------------------------------------------------------- lanes


def _lanes(args: Namespace, context: Context) -> Look:
    fleet = context.cockpit.fleet()
    lanes = list(dict.fromkeys(find(fleet, name) for name in args.names))

    def look() -> list[Found]:
        seen = context.observe(lanes)
        return [_lane(lane, seen.lanes[lane]) for lane in lanes]

    return look


def _lane(lane: LaneId, view: LaneView) -> Found:
    """An agent that ended gets nowhere by itself."""
    lost = None
    if view.activity.state is State.EXITED:
        lost = Lost(
            f"The agent of lane {lane} ended",
            view.activity.detail,
            f"Run it again with `cockpit restart {lane}`.",
        )
    return Found(lane, view.activity.state.value, lost)


# ---------------------------------------------------------------- tasks


def _tasks(args: Namespace, context: Context) -> Look:
    first = context.board()
    views = [find_task(first.board, name) for name in args.names]
    files = list(dict.fromkeys(view.task.name for view in views))
    known = {view.task.name: view.task.id for view in views}
    seen: list[Fleet] = [first]

    def look() -> list[Found]:
        fleet = seen.pop() if seen else context.board()
        by_name = {view.task.name: view for view in fleet.board.tasks}
        found = []
        for file in files:
            name, view = known[file] or file, by_name.get(file)
            if view is not None:
                found.append(_task(name, view.work, view.why))
            elif known[file] in fleet.board.graph.done:
                found.append(_task(name, Work.MERGED, ""))
            else:
                hint = f"Put {safe(file)} back into tasks/."
                found.append(Found(name, "gone", Lost(f"The file of {name} is gone", "", hint)))
        return found

    return look


_LOST = {
    Work.MERGED: ("is merged", "`cockpit log` shows the landing."),
    Work.CANCELLED: ("is called off", "`cockpit task cancel --back {}` takes that back."),
    Work.FAILED: ("failed", "`cockpit task retry {}` lets it be tried again."),
}


def _task(name: str, work: Work, why: str) -> Found:
    """What ended gets nowhere by itself."""
    lost = None
    if work in _LOST:
        what, hint = _LOST[work]
        lost = Lost(f"{name} {what}", why, hint.format(name))
    return Found(name, work.value, lost)
