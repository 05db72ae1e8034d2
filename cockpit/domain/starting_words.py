"""A start's preview in plain words, the same for the command line and the app. All of it is raw
text: whoever shows it makes it safe."""

from __future__ import annotations

import shlex

from cockpit.domain.starting import LaneStart, StartKind, StartPreview

SHORT_ID = 10

_HEADS = {
    StartKind.NEW: "a new branch and worktree",
    StartKind.TAKE_OVER: "taken over as it is",
    StartKind.AGAIN: "is there; its agent runs again",
    StartKind.RESUME: "is parked; it is taken up again",
    StartKind.SHARED: "works in the main checkout",
    StartKind.RUNS: "runs already",
}


def headline(lane: LaneStart) -> str:
    """What becomes of the lane, a clause; or why nothing does."""
    if lane.why_not:
        return f"would not start: {lane.why_not}"
    if lane.kind is StartKind.TAKE_OVER and lane.makes_worktree:
        return "its branch is taken over and gets a worktree"
    return _HEADS[lane.kind]


def facts(lane: LaneStart) -> list[tuple[str, str]]:
    """Name and value of what is known, in a fixed order."""
    rows = [("folder", lane.worktree), ("branch", _branch(lane)), ("agent", _agent(lane))]
    rows.append(("task", lane.task))
    rows.append(("ports", ", ".join(f"{name}={port}" for name, port in lane.ports.items())))
    rows.append(("mend", lane.hint if lane.why_not else ""))
    return [(name, value) for name, value in rows if value]


def _branch(lane: LaneStart) -> str:
    if not lane.branch or lane.base is None or lane.why_not:
        return lane.branch
    at = lane.base[:SHORT_ID]
    if lane.kind is StartKind.NEW:
        return f"{lane.branch} (new, from {lane.base_name} at {at})"
    return f"{lane.branch} (at {at})"


def _agent(lane: LaneStart) -> str:
    if lane.kind is StartKind.RUNS:
        return lane.agent
    return shlex.join(lane.argv) or lane.agent


def last_words(preview: StartPreview) -> list[str]:
    """What holds for all lanes: setup, pauses, trust."""
    said = []
    if any(lane.makes_worktree for lane in preview.going):
        if preview.copies:
            said.append(f"copied into each new worktree: {', '.join(preview.copies)}")
        if preview.links:
            said.append(f"linked into each new worktree: {', '.join(preview.links)}")
        if preview.commands:
            said.append(f"run in each new worktree first: {'; '.join(preview.commands)}")
    if preview.stagger and len(preview.going) > 1:
        said.append(f"the agents start {preview.stagger:g} s apart")
    if not preview.trusted:
        said.append("lanes.yaml is not trusted yet: nothing starts before `cockpit trust`")
    return said
