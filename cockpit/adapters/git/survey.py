"""A first look at a repository, before there is a lanes.yaml: what is under way in it, and what
a fresh worktree of it would lack."""

from __future__ import annotations

from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import Ground
from cockpit.domain.findings import FoundBranch, Unseen
from cockpit.domain.ids import CommitId, RefName, branch_name

LISTED = 500
"""Names that a list keeps."""

DEADLINE = 20.0
"""Seconds for each look; in a repository that takes longer, init does without."""


class Surveyor:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def unmerged(self, target: CommitId, *, limit: int) -> list[FoundBranch]:
        """At most `limit` local branches with commits that `target` lacks, newest first."""
        answer = self.ground.run(argv.unmerged_branches(target, limit), deadline=DEADLINE)
        found = []
        for line in answer.out.decode("utf-8", "surrogateescape").splitlines():
            when, _, ref = line.partition(" ")
            if when.isdigit() and ref.startswith("refs/heads/"):
                found.append(FoundBranch(branch_name(RefName(ref)), float(when)))
        return found

    def unseen(self, worktree: Path) -> Unseen:
        """What is in this worktree and in no commit. Nothing is written, its index included."""
        at = self.ground.at(worktree)
        answer = self.ground.run(argv.status(ignored=True), at=at, deadline=DEADLINE)
        kinds: dict[str, list[str]] = {"?": [], "!": []}
        changed = 0
        for entry in parse.status(answer.out).entries:
            if entry.kind in kinds:
                kinds[entry.kind].append(entry.path)
            else:
                changed += 1
        return Unseen(changed, len(kinds["?"]), tuple(sorted(kinds["!"])[:LISTED]))

    def symbolic(self, ref: RefName) -> RefName | None:
        """The ref that a symbolic ref (`refs/remotes/origin/HEAD`) names; None if it names none."""
        answer = self.ground.run(argv.symbolic(ref), ok=(0, 1, 128))
        return RefName(answer.line) if answer.code == 0 and answer.line else None
