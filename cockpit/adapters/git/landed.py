"""Which commits of a lane would be lost if only the target were kept, by content.

Names and history alone don't tell: a squash or a rebase lands other commits, and a landing
that was taken back is in the history while its content is gone. So each commit's own change
is merged into the target with the commit's parent as the base, as objects in the scratch
folder:

| the merge | means |
|---|---|
| changes nothing | the change is there |
| goes through and changes something | it is not there, or was taken back |
| conflicts | the target changed the same lines: what its history shows decides |

The history shows a landing when the same patch stands in it: of the commit itself (a rebase,
a cherry-pick) or of a run of commits from the lane's start (a squash), and does not show a
patch that takes just that back.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.refs import Refs
from cockpit.adapters.git.replay import empty_tree, merged_on, write_helper
from cockpit.domain.ids import CommitId

LOOKED_INTO = 100
"""Commits of a lane whose own change is merged to see whether it is there; of more, only the
patches are compared."""

_ROUNDS = 5
"""Squashes of one lane, one after the other, that are recognised."""


class Verdict(Enum):
    """What merging one change into the target says of it."""

    THERE = "there"
    GONE = "gone"
    UNCLEAR = "unclear"


class Landed:
    """Looks that leave no object in the repository."""

    def __init__(self, ground: Ground, refs: Refs) -> None:
        self.ground = ground
        self.refs = refs

    def left(
        self,
        tip: CommitId,
        target: CommitId,
        *,
        landed_on: CommitId | None = None,
        taken_back: Sequence[CommitId] = (),
    ) -> list[CommitId]:
        """Commits of `tip` that are not in `target` by content, newest first.

        `landed_on` is where the target stood before a landing that made no merge commit
        (a rebase that kept the lane's commits): without it a lane whose tip the target has
        passed through counts as being there. `taken_back` are commits of the lane (newest
        first) that landed and were taken back all at once, in which patch by patch nothing
        shows it: of these the content alone decides.
        """
        look = _Look(self.ground, target)
        found = self._by_history(look, tip, target, landed_on)
        if not taken_back:
            return found
        there = {commit for commit in taken_back if look.is_there(commit)}
        others = [commit for commit in found if commit not in set(taken_back)]
        return [*others, *(commit for commit in taken_back if commit not in there)]

    def _by_history(
        self, look: _Look, tip: CommitId, target: CommitId, landed_on: CommitId | None
    ) -> list[CommitId]:
        base = self.refs.merge_base(target, tip)
        if base == tip:
            return look.taken_back(tip, landed_on)
        earlier = look.taken_back(base, None) if base is not None else []
        if base is not None and look.changes_nothing(tip):
            return earlier
        return [*look.not_landed(base, tip), *earlier]


class _Look:
    """One question about one target."""

    def __init__(self, ground: Ground, target: CommitId) -> None:
        self.ground = ground
        self.target = target
        self.env = ground.scratch_objects()
        self.folder = ground.scratch_folder()
        self.trees: dict[str, str] = {}

    # ------------------------------------------------------------ looks at git

    def tree(self, commit: str) -> str:
        """The commit's tree; of an empty text the empty tree."""
        if not commit:
            return empty_tree(self.ground)
        if commit not in self.trees:
            command = argv.peel(argv.object_id(commit), "tree")
            self.trees[commit] = self.ground.run(command, env=self.env).line
        return self.trees[commit]

    def lines(self, command: Sequence[str]) -> list[list[str]]:
        out = self.ground.run(command, env=self.env).out.decode("ascii")
        return [line.split() for line in out.splitlines()]

    def changes_nothing(self, tip: str) -> bool:
        """Whether merging the whole lane leaves the target as it is."""
        answer = self.ground.run(argv.merge_tree(self.target, tip), ok=(0, 1), env=self.env)
        return answer.code == 0 and parse.merged_tree(answer.out).tree == self.tree(self.target)

    def verdict(self, before: str, after: str) -> Verdict:
        """Whether the change from one commit (empty: from nothing) to another is there."""
        base, theirs, ours = self.tree(before), self.tree(after), self.tree(self.target)
        if base == theirs:
            return Verdict.THERE
        if ours == base:
            return Verdict.GONE
        merged = merged_on(self.ground, self.folder, base, ours, theirs, self.env)
        if not isinstance(merged, str):
            return Verdict.UNCLEAR
        return Verdict.THERE if merged == ours else Verdict.GONE

    def in_history(self, patches: Sequence[str]) -> set[str]:
        """Which of these commits (helpers or real ones) have their patch in the target's
        history since it parted from them."""
        if not patches:
            return set()
        everyone = write_helper(self.ground, self.folder, self.tree(self.target), *patches)
        missing = {line[0] for line in self.lines(argv.picks(self.target, everyone))}
        return set(patches) - missing

    def helper(self, tree_of: str, parent: str) -> str:
        parents = (parent,) if parent else ()
        return write_helper(self.ground, self.folder, self.tree(tree_of), *parents)

    # ------------------------------------------------------------ what is in the target's history

    def taken_back(self, tip: CommitId, landed_on: CommitId | None) -> list[CommitId]:
        """Commits up to `tip`, an ancestor of the target, whose content is there no more.
        None when the target just passed through `tip` (unless `landed_on` says otherwise)."""
        found = self._entry(tip)
        if found is None:
            if landed_on is None or self.target == tip:
                return []
            before, landing = str(landed_on), str(tip)
        else:
            landing, before = found
        verdict = self.verdict(before, landing)
        if verdict is Verdict.THERE:
            return []
        commits = self.lines(argv.own_commits(tip, before))
        whole = verdict is Verdict.UNCLEAR and self.in_history([self.helper(before, landing)])
        paths = self._missing(before, landing) if verdict is Verdict.GONE else set()
        gone: list[CommitId] = []
        for at, (commit, *parents) in enumerate(commits):
            first = parents[0] if parents else ""
            one = Verdict.UNCLEAR if at >= LOOKED_INTO else self.verdict(first, commit)
            if one is Verdict.UNCLEAR and (whole or paths & self._paths(first, commit)):
                one = Verdict.GONE
            if one is Verdict.GONE:
                gone.append(CommitId(commit))
        return gone

    def _missing(self, before: str, after: str) -> set[str]:
        """Paths in which the target lacks a change that merges into it without conflict."""
        ours = self.tree(self.target)
        trees = self.tree(before), ours, self.tree(after)
        merged = merged_on(self.ground, self.folder, *trees, self.env)
        return self._paths(ours, merged) if isinstance(merged, str) else set()

    def _paths(self, old: str, new: str) -> set[str]:
        """Paths that differ between two commits or trees (an empty text is the empty tree)."""
        command = argv.changes(old or empty_tree(self.ground), new)
        out = self.ground.run(command, env=self.env).out
        return {change.path for change in parse.raw_changes(out)}

    def _entry(self, tip: CommitId) -> tuple[str, str] | None:
        """The merge on the target's own line that brought `tip`, with its first parent; None
        if `tip` lies on that line itself."""
        line = self.lines(argv.own_line(tip, self.target))
        if not line or line[-1][1:2] == [tip]:
            return None
        above = {commit for commit, *_ in self.lines(argv.above(tip, self.target))}
        for commit, *parents in reversed(line):
            if commit in above and parents:
                return commit, parents[0]
        return None

    # ------------------------------------------------------------ what is not

    def not_landed(self, base: CommitId | None, tip: CommitId) -> list[CommitId]:
        """Commits of `tip` that the target's history does not hold and whose content is not
        there either; merges only where they hold more than a merge."""
        commits = self.lines(argv.own_commits(tip, self.target))
        landed = self._landed(base, tip, [commit for commit, *_ in commits])
        left: list[CommitId] = []
        for at, (commit, *parents) in enumerate(commits):
            before = parents[0] if parents else ""
            verdict = Verdict.UNCLEAR if at >= LOOKED_INTO else self.verdict(before, commit)
            if verdict is Verdict.GONE or (verdict is Verdict.UNCLEAR and commit not in landed):
                left.append(CommitId(commit))
        return left + self._evil_merges(tip)

    def _landed(self, base: CommitId | None, tip: CommitId, commits: list[str]) -> set[str]:
        """Commits that the target's history shows as landed and not as taken back."""
        picked = self.in_history(commits)
        reverses = {commit: self._reverse(commit) for commit in picked}
        undone = self.in_history(list(reverses.values()))
        landed = {commit for commit, reverse in reverses.items() if reverse not in undone}
        return landed | (self._squashed(base, tip) if base is not None else set())

    def _reverse(self, commit: str) -> str:
        """A helper that takes back what `commit` did."""
        return self.helper(self._parent(commit), commit)

    def is_there(self, commit: str) -> bool:
        """Whether the commit's own change is in the target, by its content alone."""
        return self.verdict(self._parent(commit), commit) is Verdict.THERE

    def _parent(self, commit: str) -> str:
        """The first parent, empty where there is none."""
        return next(iter(self.lines(argv.parents_of(commit))[0][1:]), "")

    def _squashed(self, base: CommitId, tip: CommitId) -> set[str]:
        """Commits in runs from the lane's start that stand in the target as one commit."""
        chain = self._chain(base, tip)
        found: set[str] = set()
        start, at = str(base), 0
        for _ in range(_ROUNDS):
            runs = {self.helper(commit, start): number for number, commit in enumerate(chain[at:])}
            hits = self.in_history(list(runs))
            if not hits:
                break
            length, squash = max((runs[hit], hit) for hit in hits)
            reverse = self.helper(start, squash)
            if not self.in_history([reverse]):
                run = self.lines(argv.own_commits(chain[at + length], start))
                found.update(commit for commit, *_ in run)
            start, at = chain[at + length], at + length + 1
        return found

    def _chain(self, base: CommitId, tip: CommitId) -> list[str]:
        """The lane's own line since it was even with `base`, oldest first: from its start, or
        from the last merge that brought the target in."""
        chain: list[str] = []
        for commit, *parents in self.lines(argv.own_line(base, tip))[:LOOKED_INTO]:
            chain.append(commit)
            if len(parents) > 1:
                break
        return chain[::-1]

    def _evil_merges(self, tip: CommitId) -> list[CommitId]:
        """Merge commits of the lane that are not just the merge of their two parents."""
        evil: list[CommitId] = []
        for commit, *parents in self.lines(argv.merges(self.target, tip)):
            if len(parents) == 2:
                command = argv.merge_tree(parents[0], parents[1])
                answer = self.ground.run(command, ok=(0, 1, 128), env=self.env)
                if answer.code == 0 and parse.merged_tree(answer.out).tree == self.tree(commit):
                    continue
            evil.append(CommitId(commit))
        return evil
