"""Commits between two points, and which of them are not in the target by content."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import PINS_IDENTITY, Ground
from cockpit.adapters.git.read import Reader
from cockpit.adapters.git.refs import Refs
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import CommitId, TreeId

_LIMIT = 200


class History:
    def __init__(self, ground: Ground, refs: Refs, reader: Reader) -> None:
        self.ground = ground
        self.refs = refs
        self.reader = reader

    def changes(self, old: CommitId | TreeId, new: CommitId | TreeId) -> list[PathChange]:
        """Every path that differs, both sides, both names of a rename."""
        return parse.raw_changes(self.ground.run(argv.changes(old, new)).out)

    def commits(self, old: CommitId, new: CommitId, *, limit: int = _LIMIT) -> list[CommitLine]:
        """Commits of `new` that are not in `old`, newest first, at most `limit`."""
        return self._lines(self._ids(argv.commits_between(old, new, limit)))

    def _ids(self, command: Sequence[str], env: dict[str, str] | None = None) -> list[str]:
        return self.ground.run(command, env=env).out.decode("ascii").split()

    def _lines(self, ids: Sequence[str]) -> list[CommitLine]:
        commits = self.reader.commits(ids) if ids else []
        return [
            CommitLine(commit, read.subject, read.author, read.at)
            for commit, read in zip(ids, commits, strict=True)
        ]

    def unmerged(self, tip: CommitId, target: CommitId) -> list[CommitLine]:
        """Commits of `tip` whose content would be lost if only `target` were kept.

        Nothing is, when `tip` is an ancestor; when merging it changes nothing; when the whole
        as one commit (a squash) has its patch in `target`. Else those commits whose patch id
        is not in `target` (a rebase keeps it), and merges that hold more than a merge.
        Leaves no object in the repository.
        """
        base = self.refs.merge_base(target, tip)
        if base == tip:
            return []
        scratch = {**self.ground.scratch_objects(), **PINS_IDENTITY}
        if base is not None and (
            self._changes_nothing(target, tip, scratch)
            or self._was_squashed(base, tip, target, scratch)
        ):
            return []
        left = self._ids(argv.picks(target, tip)) + self._evil_merges(target, tip, scratch)
        return self._lines(left[:_LIMIT])

    def _changes_nothing(self, target: str, tip: str, scratch: dict[str, str]) -> bool:
        answer = self.ground.run(argv.merge_tree(target, tip), ok=(0, 1), env=scratch)
        if answer.code:
            return False
        return parse.merged_tree(answer.out).tree == self._tree(target)

    def _tree(self, commit: str) -> str:
        return self.ground.run(argv.peel(commit, "tree")).line

    def _was_squashed(self, base: str, tip: str, target: str, scratch: dict[str, str]) -> bool:
        """Whether a commit of `target` has the patch of `base..tip` as a whole: still true
        when `target` has moved on over the same lines."""
        command = argv.commit_tree(self._tree(tip), [base])
        squash = self.ground.run(command, stdin=b"squash", env=scratch).line
        return not self._ids(argv.picks(target, squash), scratch)

    def _evil_merges(self, target: str, tip: str, scratch: dict[str, str]) -> list[str]:
        """Merge commits of the lane that are not just the merge of their two parents."""
        evil = []
        lines = self.ground.run(argv.merges(target, tip)).out.decode("ascii").splitlines()
        for commit, *parents in (line.split() for line in lines):
            if len(parents) == 2:
                command = argv.merge_tree(parents[0], parents[1])
                answer = self.ground.run(command, ok=(0, 1, 128), env=scratch)
                if answer.code == 0 and parse.merged_tree(answer.out).tree == self._tree(commit):
                    continue
            evil.append(commit)
        return evil
