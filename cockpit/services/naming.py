"""The names a lane gets from the templates in lanes.yaml."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cockpit.config.model import LaneConfig
from cockpit.domain import names
from cockpit.services.workplace import Workplace


def values_of(work: Workplace, lane: LaneConfig) -> names.NameValues:
    """What the templates' placeholders stand for, for this lane and today."""
    today = datetime.fromtimestamp(work.clock.now(), tz=UTC).date().isoformat()
    return names.NameValues(
        repo=work.repository,
        lane=lane.lane,
        agent=lane.agent,
        role=lane.role,
        user=work.environment.get("USER", ""),
        date=today,
    )


def branch_of(work: Workplace, lane: LaneConfig) -> str:
    """The lane's branch by the template; a short name."""
    return names.expand_branch(lane.branch, values_of(work, lane))


def worktree_of(work: Workplace, lane: LaneConfig) -> Path:
    """The lane's folder by the template, absolute."""
    return names.expand_worktree(lane.worktree, values_of(work, lane), root=work.root)
