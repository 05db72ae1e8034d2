"""What a fake supervisor says of a start."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.ids import LaneId
from cockpit.domain.starting import LaneStart, StartKind, StartPreview


def fresh_lanes(lanes: Sequence[LaneId], task: str) -> StartPreview:
    """Each is made anew, with a shell."""
    return StartPreview(
        tuple(
            LaneStart(
                lane,
                StartKind.NEW,
                "shell",
                branch=f"{lane}/work",
                worktree=f"/tmp/project-{lane}",
                argv=("/bin/sh",),
                task=task,
            )
            for lane in lanes
        )
    )
