"""What someone should know before the first lanes start: when a worktree is the right thing, and
what a worktree does not have. Plain sentences; raw text where they name files."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.findings import Findings
from cockpit.domain.proposal import Proposal
from cockpit.domain.text import counted

WHEN_WHICH = (
    "Agents that edit at the same time: a worktree each, as here, and a zone each.",
    "One after another, or one that only reads or plans: no lane, or `mode: shared`.",
    "Agents that you don't trust, or another remote: a full clone, with a cockpit of its own.",
    "Programs that need a runtime of their own: a container. Worktrees share ports, databases "
    "and caches.",
    "Three to seven lanes are well to follow; land often, long branches grow apart.",
)
"""The advice of the project's first documents, in short."""

SHOWN = 6
"""Names that a sentence lists."""


def unseen_lines(found: Findings, proposal: Proposal) -> list[str]:
    """What the lanes won't see of what lies in the main checkout."""
    said = []
    if not found.has_commits:
        said.append(
            f"{proposal.target} has no commit yet, so no lane can start. Make a first one: "
            "git add -A && git commit -m 'First commit'"
        )
        return said
    if found.head and found.head != proposal.target:
        said.append(
            f"Lanes start from {proposal.target} and land on it; checked out here is {found.head}."
        )
    loose = [
        counted(number, what)
        for number, what in (
            (found.unseen.changed, "changed file"),
            (found.unseen.untracked, "untracked file"),
        )
        if number
    ]
    if loose:
        said.append(
            f"New lanes start from {proposal.target}: {' and '.join(loose)} here, in no commit, "
            "will not be in them."
        )
    brought = {*proposal.copies, *(f"{link}/" for link in proposal.links)}
    rest = [path for path in found.unseen.ignored if path not in brought]
    if rest:
        said.append(
            f"Ignored, and not in a new worktree: {_some(rest)}. What they need of it: setup "
            "(copy, link, run) in lanes.yaml."
        )
    return said


def _some(paths: Sequence[str]) -> str:
    shown = list(paths[:SHOWN])
    if len(paths) > len(shown):
        shown.append(f"{len(paths) - len(shown)} more")
    return ", ".join(shown)
