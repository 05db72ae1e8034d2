"""A plan of 39 short tasks, carried out by real agents in real panes, against what list
scheduling makes of the same durations."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from cockpit.domain.board import Board
from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.fleet import Fleet as Shown
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land, Plan
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.schedule import simulate
from cockpit.domain.taskname import TaskId
from cockpit.domain.work import Work
from cockpit.services.wiring import build_supervisor
from tests.benchmarks.figures import Budget, Measure
from tests.benchmarks.fleet import Fleet
from tests.benchmarks.rows.bench import Bench, Row

WORKER = Path(__file__).parents[2] / "worker.py"
COUNT = 39
LONGEST = 600.0
SEED = 4
"""Of the graph and its durations: the same plan in every run."""


def plan(bench: Bench, lanes: int) -> list[Measure]:
    count = bench.samples(COUNT, 9)
    chance = random.Random(SEED)
    needs = {
        number: sorted(chance.sample(range(1, number), min(number - 1, chance.randint(0, 2))))
        for number in range(1, count + 1)
    }
    told = ",".join(f"task-{number:03d}={chance.uniform(4.0, 12.0):.2f}" for number in needs)
    fleet = Fleet(
        bench.ground,
        f"plan{lanes}",
        files=100,
        agent=(sys.executable, str(WORKER)),
        env={"WORKER_SECONDS": told},
        preset="demo",
    )
    fleet.declare(lanes)
    (fleet.root / "tasks").mkdir()
    for number, wanted in needs.items():
        text = (
            f"---\ntitle: Thing {number}\ndepends: {', '.join(map(str, wanted))}\n---\n\nDo it.\n"
        )
        (fleet.root / "tasks" / f"task-{number:03d}.md").write_text(text)
    board, ops = asyncio.run(_carried_out(fleet, count))
    mine, best = _compared(board, ops, lanes)
    return [
        Measure(
            "plan",
            f"{count} tasks on {lanes} lanes, from the first start to the last landing",
            "s",
            (mine,),
            Budget(ratio=1.1),
            "list scheduling of the same durations",
            (best,),
        )
    ]


async def _carried_out(fleet: Fleet, count: int) -> tuple[Board, list[Operation]]:
    """The app's services without a terminal; the commander lands what is in review."""
    cockpit = fleet.open()
    supervisor = build_supervisor(cockpit)
    landing: list[LaneId] = []
    shown_all, over = asyncio.Event(), asyncio.Event()

    def hear(event: Event, shown: Shown) -> None:
        if isinstance(event, OperationEnded) and event.kind is OpKind.LAND:
            landing.clear()
        views = shown.board.tasks
        waiting = [view.holder for view in views if view.work is Work.REVIEW]
        if waiting and waiting[0] is not None and not landing:  # one lands at a time
            landing.append(waiting[0].lane)
            supervisor.submit(Land(waiting[0].lane))
        if len(views) == count:
            shown_all.set()
        if not landing and sum(view.work is Work.MERGED for view in views) == count:
            over.set()

    supervisor.subscribe(hear)
    running = asyncio.create_task(supervisor.run())
    try:
        await asyncio.wait_for(shown_all.wait(), 60)
        named = tuple((v.task.name, v.task.digest) for v in supervisor.fleet.board.tasks)
        supervisor.submit(Plan(True, named))
        await asyncio.wait_for(over.wait(), LONGEST)
        return supervisor.fleet.board, cockpit.log()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await supervisor.stop()
        cockpit.work.tmux.kill_server()
        cockpit.close()


def _compared(board: Board, ops: list[Operation], lanes: int) -> tuple[float, float]:
    """Seconds that it took, and seconds of the best schedule for the same durations: from the
    start of each task to its landing."""
    done = [op for op in ops if op.state is OpState.DONE]
    begun = {str(op.intent["id"]): op.at for op in done if op.kind is OpKind.ASSIGN}
    ended = {str(op.intent["task"]): op.ended or 0.0 for op in done if op.kind is OpKind.LAND}
    seconds = {TaskId(task): ended[task] - at for task, at in begun.items()}
    mine = max(ended.values()) - min(begun.values())
    open_again = type(board.graph)(board.graph.needs)
    return mine, simulate(open_again, seconds.__getitem__, lanes).length


ROWS_HERE = (Row("plan", "a plan of 39 tasks", plan, (3, 5, 7), (3,)),)
