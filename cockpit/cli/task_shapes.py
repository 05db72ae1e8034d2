"""Tasks, their evidence and the plan as the JSON that commands print (DESIGN §12). Waves count
from 1; what is not known is null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cockpit.cli.shapes import operation_document
from cockpit.cli.times import iso
from cockpit.domain.board import Board, TaskView
from cockpit.domain.done import Evidence
from cockpit.domain.fleet import Fleet
from cockpit.domain.operation import Operation
from cockpit.domain.result import ResultFile
from cockpit.domain.task_history import Turn
from cockpit.domain.work import Work

if TYPE_CHECKING:
    from cockpit.cli.plan_look import PlanLook
    from cockpit.domain.forecast import Comparison


def task_document(board: Board, view: TaskView) -> dict[str, Any]:
    """One task as `task ls` and `plan` have it."""
    task, effort, holder = view.task, view.effort, view.holder
    return {
        "task": task.id or None,
        "file": task.name,
        "title": task.title,
        "state": view.work.value,
        "why": view.why,
        "lane": lane_of(view) or None,
        "wave": view.wave + 1 if view.wave is not None else None,
        "go": task.name in board.go,
        "depends": list(task.depends),
        "zone": list(task.zone),
        "priority": task.priority,
        "estimate_s": task.estimate,
        "needs": list(task.needs),
        "wants": {
            "lane": task.lane or None,
            "agent": task.agent or None,
            "model": task.model or None,
            "role": task.role or None,
        },
        "result": holder.result.status.value
        if holder is not None and holder.result is not None
        else None,
        "attempts": effort.attempts if effort is not None else 0,
        "started": iso(effort.started or None) if effort is not None else None,
        "ended": iso(effort.ended or None) if effort is not None else None,
        "arriving": view.arriving,
        "changed": view.changed,
        "problems": list(task.problems),
    }


def lane_of(view: TaskView) -> str:
    """The lane that has the task; of one that landed the lane that had it."""
    if view.holder is not None:
        return view.holder.lane
    return view.effort.lane if view.effort is not None and view.work is Work.MERGED else ""


def board_document(fleet: Fleet, views: Sequence[TaskView]) -> dict[str, Any]:
    """`task ls --json`. `counts` are of all tasks, whatever was asked for."""
    board = fleet.board
    counts = {work.value: 0 for work in Work}
    for view in board.tasks:
        counts[view.work.value] += 1
    return {
        "repository": fleet.repository,
        "target": fleet.target,
        "counts": counts,
        "tasks": [task_document(board, view) for view in views],
        "problems": list(board.problems),
        "strays": list(board.strays),
    }


def detail_document(
    board: Board,
    view: TaskView,
    evidence: Evidence | None,
    turns: Sequence[Turn],
    history: Sequence[Operation],
) -> dict[str, Any]:
    """`task show --json`: everything that is known of one task."""
    task, effort = view.task, view.effort
    states = {other.task.id: other.work.value for other in reversed(board.tasks)}
    result = evidence.result if evidence is not None else None
    return {
        **task_document(board, view),
        "digest": task.digest,
        "context": list(task.context),
        "test": task.test,
        "extra": [{"key": key, "text": text} for key, text in task.extra],
        "body": task.body,
        "waits_for": [
            {"task": need, "state": states.get(need)} for need in board.graph.waits_for(task.id)
        ],
        "way": list(board.graph.way(task.id)),
        "needed_by": list(board.graph.needed_by.get(task.id, ())),
        "prompt": (effort.prompt or None) if effort is not None else None,
        "turns": [turn_document(turn) for turn in turns],
        "claim": result_document(result) if result is not None else None,
        "evidence": evidence_document(evidence) if evidence is not None else None,
        "history": [operation_document(op) for op in history],
    }


def turn_document(turn: Turn) -> dict[str, Any]:
    return {
        "lane": turn.lane,
        "from": iso(turn.begin),
        "to": iso(turn.end),
        "how": turn.how.value if turn.how is not None else None,
    }


def result_document(result: ResultFile) -> dict[str, Any]:
    """A result as its file says it: a claim."""
    return {
        "file": result.name,
        "status": result.status.value,
        "said": result.said,
        "commit": result.commit or None,
        "files": list(result.files),
        "tests": result.tests,
        "questions": list(result.questions),
        "out_of_zone": list(result.out_of_zone),
        "next": result.next,
        "first_line": result.first_line,
        "problems": list(result.problems),
    }


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """What 'done' rests on; it speaks of `commit`, `target` and `tree` alone."""
    return {
        "task": evidence.task or None,
        "file": evidence.file,
        "holds": evidence.holds,
        "lane": evidence.lane,
        "commit": evidence.commit,
        "target": evidence.target,
        "tree": evidence.tree,
        "rows": [
            {
                "name": row.name,
                "state": row.holds.value,
                "text": row.text,
                "paths": list(row.paths),
            }
            for row in evidence.rows
        ],
    }


# ---------------------------------------------------------------- the plan


def plan_document(look: PlanLook) -> dict[str, Any]:
    """`plan --json`: `start` is what would begin now, were everything ready gone for."""
    fleet, board, told = look.fleet, look.fleet.board, look.forecast
    desk = fleet.plan
    return {
        "repository": fleet.repository,
        "target": fleet.target,
        "going": desk.going,
        "follow": desk.follow,
        "since": iso(desk.since or None),
        "dispatcher": desk.dispatcher.value,
        "max_running": desk.max_running or None,
        "waves": [list(wave) for wave in look.waves],
        "tasks": [{**task_document(board, view), "waits": look.waits(view)} for view in look.views],
        "circles": [list(circle) for circle in look.circles],
        "missing": [{"task": task, "needs": list(needs)} for task, needs in look.missing],
        "called_off": [
            {"task": task, "needed_by": list(others)} for task, others in told.called_off.items()
        ],
        "start": [
            {
                "task": one.task.id or None,
                "file": one.task.name,
                "title": one.task.title,
                "lane": one.lane,
                "zone": list(one.zone),
                "agent": one.agent,
                "model": one.model or None,
            }
            for one in look.start
        ],
        "critical_path": {"tasks": list(told.critical), "seconds": told.critical_seconds},
        "forecast": {
            "lanes": told.lanes,
            "without_estimate": told.guessed,
            "planned": _comparison(told.planned),
            "left": _comparison(told.left),
            "measured": _comparison(told.measured),
        },
        "problems": list(board.problems),
        "strays": list(board.strays),
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "tasks": one.tasks,
        "one_by_one_s": round(one.one_by_one, 1),
        "parallel_s": round(one.parallel, 1),
        "gain": round(one.gain, 2),
    }
