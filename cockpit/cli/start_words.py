"""What a start would do, in words and as JSON; `start --dry-run` and `init` show it."""

from __future__ import annotations

from typing import Any

from cockpit.cli.output import Cell
from cockpit.cli.words import count
from cockpit.domain.starting import LaneStart, StartPreview
from cockpit.domain.starting_words import facts, headline, last_words


def start_document(preview: StartPreview) -> dict[str, Any]:
    """`start --dry-run --json`. `argv` is the agent's command line without a first prompt."""
    return {
        "lanes": [_document(lane) for lane in preview.lanes],
        "setup": {
            "copy": list(preview.copies),
            "link": list(preview.links),
            "run": list(preview.commands),
        },
        "trusted": preview.trusted,
        "stagger_s": preview.stagger,
    }


def _document(lane: LaneStart) -> dict[str, Any]:
    return {
        "lane": lane.lane,
        "kind": lane.kind.value,
        "starts": lane.goes,
        "agent": lane.agent,
        "branch": lane.branch or None,
        "base": lane.base,
        "base_name": lane.base_name or None,
        "worktree": lane.worktree or None,
        "makes_worktree": lane.makes_worktree and lane.goes,
        "argv": list(lane.argv),
        "task": lane.task or None,
        "ports": dict(lane.ports),
        "why_not": lane.why_not or None,
        "hint": lane.hint or None,
    }


def start_lines(preview: StartPreview) -> list[list[Cell]]:
    """The same for people: a heading a lane, its facts below it."""
    lines: list[list[Cell]] = []
    for lane in preview.lanes:
        mark: Cell = ("✗ ", "red") if lane.why_not else ("· ", "green" if lane.goes else "dim")
        lines.append([mark, (lane.lane, "bold"), f"  {headline(lane)}"])
        lines += [[(f"    {name:<8}", "dim"), value] for name, value in facts(lane)]
    return lines + [[line] for line in last_words(preview)]


def summary(preview: StartPreview) -> str:
    """`2 of 3 lanes would start: alpha, beta.`"""
    names = ", ".join(lane.lane for lane in preview.going)
    total = count(len(preview.lanes), "lane")
    if not preview.going:
        return f"None of {total} would start." if preview.lanes else "There is no lane to start."
    return f"{len(preview.going)} of {total} would start: {names}."
