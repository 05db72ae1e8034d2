"""Boards of tasks for tests: one task in each state, waves, what is wrong, very many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cockpit.domain.activity import State
from cockpit.domain.approval import Standing
from cockpit.domain.assignment import Offer
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import Operation, OpKind
from cockpit.domain.result import ResultFile, parse_result
from cockpit.domain.task import TaskFile, parse_task
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Effort, Holder
from cockpit.domain.zone import Zone
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, operation, view

HOUR = 3600.0


def task(name: str, title: str = "", body: str = "", **header: object) -> TaskFile:
    """A task file as somebody would write it."""
    lines = [f"{key.replace('_', '-')}: {value}" for key, value in header.items()]
    head = "\n".join(["---", f"title: {title}", *lines, "---", ""]) if title or header else ""
    return parse_task(name, (head + body).encode("utf-8", "surrogateescape"))


def holder(lane: str, activity: State = State.WORKING, **more: Any) -> Holder:
    return Holder(LaneId(lane), activity, **more)


def result(name: str, status: str = "done", body: str = "It works.") -> ResultFile:
    raw = f"---\nstatus: {status}\ncommit: 1234567\nfiles: src/a.py\n---\n{body}\n"
    return parse_result(name, raw.encode())


def lanes(*names: str, **more: Any) -> Mapping[LaneId, Offer]:
    return {
        LaneId(name): Offer(
            LaneId(name), name[:1].upper(), Zone((f"src/{name}/**",)), "claude", **more
        )
        for name in names
    }


EVERY = (
    task("task-001-auth.md", "Issue and verify tokens", estimate="2h", zone="src/alpha/**"),
    task("task-002-api.md", "Routes of the account", depends="001", estimate="3h"),
    task("task-003-tests.md", "Tests for the login", depends="001, 002", estimate="1h"),
    task("task-004-docs.md", "Describe the flow", lane="delta"),
    task("task-005-cache.md", "Keep sessions in memory", estimate="2h"),
    task("task-006-rate.md", "Limit wrong passwords", estimate="90m"),
    task("task-007-audit.md", "Log who came in", estimate="1h"),
    task("task-008-mail.md", "Confirm addresses by mail", estimate="4h"),
    task("task-009-oauth.md", "Sign in with others", depends="404"),
    task("task-010-keys.md", "Keys that expire", estimate="2h"),
    task("task-011-old.md", "The old form"),
    task("task-012-new.md", "The new form"),
)
"""One task in nearly each state, once it lies on `every()`."""


def every() -> Board:
    seen = Seen(
        EVERY,
        merged={TaskId("task-001")},
        efforts={
            TaskId("task-006"): Effort(
                TaskId("task-006"), 2, NOW - HOUR, lane="gamma", failed="lane gamma was put away"
            ),
            TaskId("task-011"): Effort(TaskId("task-011"), cancelled="not wanted any more"),
            TaskId("task-005"): Effort(
                TaskId("task-005"), 1, NOW - 1800, lane="beta", prompt="/s/told-7.md"
            ),
        },
        holders={
            "task-005-cache.md": holder("beta"),
            "task-007-audit.md": holder("alpha", State.ASKING, asks="asks: Which table?"),
            "task-008-mail.md": holder(
                "gamma", State.IDLE, result=result("task-008-mail-result.md")
            ),
            "task-010-keys.md": holder("delta", State.IDLE, approval=Standing.VALID),
        },
        arriving={"task-012-new.md"},
        results=(result("task-099-result.md"),),
        told={"task-005-cache.md": EVERY[4].digest},
        problems=("notes is a folder in tasks/: move it out",),
    )
    return draw(seen)


def waves() -> Board:
    """The example of the seeds: three tasks that need nothing, and two that need one each."""
    return draw(
        Seen(
            (
                task("ws-03-meta.md", "Meta refactor", estimate="4h", zone="meta/**"),
                task("ws-12-errors.md", "Error utils", estimate="2h", zone="errors/**"),
                task("ws-13-plugins.md", "Error plugins", estimate="2h", depends="WS-12"),
                task("ws-22-schema.md", "Pipeline schema", estimate="1h", zone="pipe/**"),
                task("ws-23-phase.md", "Pipeline phase 1a", estimate="2h", depends="WS-22"),
            )
        )
    )


HOSTILE = (
    "[/x] markup",
    "\x1b]0;title\x07\x1b[2J escapes",
    "[@click=app.exit()]run[/] me",
    "wide 漢字かな交じり文 words 🚀",
    "\u202ereversed\u202c and \x9b8-bit",
)


def hostile() -> Board:
    tasks = [task(f"task-{at:03d}-x.md", title) for at, title in enumerate(HOSTILE, 1)]
    tasks.append(parse_task("no [/x]\nnumber\x1b[2J.md", b"# Two\x07lines\n\x1b[31mred"))
    held = {tasks[0].name: holder("alpha", State.ASKING, asks="asks: [/x]\x1b]52;c;aGk=\x07?")}
    return draw(
        Seen(tasks, holders=held, problems=("\x1b[2J[/x]\nis wrong",), arriving={tasks[1].name})
    )


def many(count: int) -> Board:
    tasks = [
        task(f"task-{at:05d}-x.md", f"Task number {at}", depends=str(at - 7) if at > 7 else "")
        for at in range(1, count + 1)
    ]
    merged = {each.id for each in tasks[: count // 10]}
    return draw(Seen(tasks, merged=merged))


def fleet(
    board: Board, *, plan: PlanDesk | None = None, names: Sequence[str] = ("alpha", "beta")
) -> Fleet:
    """Lanes in the states that the board's holders say, else not started."""
    holders = {one.holder.lane: one.holder for one in board.tasks if one.holder is not None}
    views = []
    for number, name in enumerate(names, 1):
        held = holders.get(LaneId(name))
        state = held.activity if held is not None else State.PLANNED
        views.append(view(name, number, state, started=held is not None))
    desk = plan or PlanDesk(lanes=lanes(*names), max_running=7)
    return replace(fleet_of(*views), board=board, plan=desk)


FOUR = ("alpha", "beta", "gamma", "delta")


def every_fleet() -> Fleet:
    return fleet(every(), names=FOUR)


def log() -> list[Operation]:
    """The journal of `every()`: two lanes had two tasks each."""

    def took(seq: int, lane: str, name: str, ago: float, **more: Any) -> Operation:
        plan = {"task": name, "lane": lane}
        return operation(
            seq, OpKind.ASSIGN, lane=LaneId(lane), at=NOW - ago, intent=plan,
            summary=f"{lane} takes {name[:8]}", **more,
        )  # fmt: skip

    landed = operation(
        3, OpKind.LAND, at=NOW - 2 * HOUR - 60, ended=NOW - 2 * HOUR, lane=LaneId("alpha"),
        intent={"task": "task-001"}, summary="land alpha",
    )  # fmt: skip
    torn = operation(
        5, OpKind.TEARDOWN, at=NOW - HOUR, lane=LaneId("gamma"), summary="tear gamma down"
    )
    return [
        took(1, "alpha", "task-001-auth.md", 4 * HOUR),
        took(2, "gamma", "task-006-rate.md", 3 * HOUR),
        landed,
        took(4, "alpha", "task-007-audit.md", 100 * 60),
        torn,
        took(6, "gamma", "task-008-mail.md", 50 * 60),
        took(7, "beta", "task-005-cache.md", 30 * 60),
        took(8, "delta", "task-010-keys.md", 20 * 60),
    ]


def supervisor(shown: Fleet) -> FakeSupervisor:
    fake = FakeSupervisor(shown)
    fake.fake.answers["log"] = log()
    return fake
