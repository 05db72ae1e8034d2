"""The names a lane gets from the templates in lanes.yaml."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cockpit.config.model import LaneConfig
from cockpit.domain import names
from cockpit.domain.taskname import id_of_name, slug_of
from cockpit.services.workplace import Workplace


def values_of(
    work: Workplace, lane: LaneConfig, *, task: str = "", at: float | None = None
) -> names.NameValues:
    """What the templates' placeholders stand for, for this lane on the task with this file, on
    the day of `at` (seconds since the epoch; None is today)."""
    moment = work.clock.now() if at is None else at
    today = datetime.fromtimestamp(moment, tz=UTC).date().isoformat()
    return names.NameValues(
        repo=work.repository,
        lane=lane.lane,
        agent=lane.agent,
        role=lane.role,
        user=work.environment.get("USER", ""),
        date=today,
        task=id_of_name(task) or task.rpartition("/")[2].partition(".")[0],
        slug=slug_of(task) if task else "",
    )


def branch_of(work: Workplace, lane: LaneConfig, *, task: str = "", at: float | None = None) -> str:
    """The lane's branch by the template; a short name."""
    return names.expand_branch(lane.branch, values_of(work, lane, task=task, at=at))


def worktree_of(
    work: Workplace, lane: LaneConfig, *, task: str = "", at: float | None = None
) -> Path:
    """The lane's folder by the template, absolute."""
    values = values_of(work, lane, task=task, at=at)
    return names.expand_worktree(lane.worktree, values, root=work.root)
