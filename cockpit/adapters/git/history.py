"""What the history says (`services.ports.History`): commits between two points, which of them
are not in the target by content, who said what, and one commit in full."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.git import argv, contributions, graph, parse, trail
from cockpit.adapters.git.commitobject import CommitObject
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.landed import Landed
from cockpit.adapters.git.read import Reader
from cockpit.adapters.git.refs import Refs
from cockpit.adapters.git.typed import typed
from cockpit.domain.audit import CommitDetail, HistoryCommit
from cockpit.domain.change import CommitLine, Contribution, PathChange
from cockpit.domain.ids import CommitId, TreeId
from cockpit.errors import Refused

_LIMIT = 200


class History:
    def __init__(self, ground: Ground, refs: Refs, reader: Reader) -> None:
        self.ground = ground
        self.refs = refs
        self.reader = reader
        self.landed = Landed(ground, refs)

    def changes(self, old: CommitId | TreeId, new: CommitId | TreeId) -> list[PathChange]:
        """Every path that differs, both sides, both names of a rename."""
        read = self.reader.changes(old, new)
        return read if read is not None else self._compared(old, new)

    def _compared(self, old: CommitId | TreeId, new: CommitId | TreeId) -> list[PathChange]:
        return parse.raw_changes(self.ground.run(argv.changes(old, new)).out)

    @typed
    def commits(
        self,
        old: CommitId,
        new: CommitId,
        *,
        limit: int = _LIMIT,
        without: Sequence[CommitId] = (),
    ) -> list[CommitLine]:
        """Commits of `new` that neither `old` nor any of `without` has, newest first, at most
        `limit`."""
        return self.lines(self._ids(argv.commits_between(old, new, limit, without)))

    @typed
    def ids(self, old: CommitId, new: Sequence[CommitId], *, limit: int = 5000) -> list[CommitId]:
        """Commits that any of `new` has and `old` lacks, newest first."""
        if not new:
            return []
        out = self.ground.run(argv.commits_of_many(old, new, limit)).out.decode("ascii")
        return [CommitId(line.split()[0]) for line in out.splitlines()]

    def _ids(self, command: Sequence[str]) -> list[str]:
        return self.ground.run(command).out.decode("ascii").split()

    def lines(self, ids: Sequence[str]) -> list[CommitLine]:
        commits = self.reader.commits(ids) if ids else []
        return [
            CommitLine(commit, read.subject, read.author, read.at, len(read.parents) > 1)
            for commit, read in zip(ids, commits, strict=True)
        ]

    @typed
    def lane_commits(
        self, onto: CommitId, source: CommitId, *, without: Sequence[CommitId] = ()
    ) -> list[tuple[CommitId, int]]:
        """Commits of `source` that `onto` and `without` lack, oldest first, with their numbers
        of parents."""
        command = argv.lane_commits(onto, source, without)
        lines = self.ground.run(command).out.decode("ascii").splitlines()
        return [(CommitId(line.split()[0]), len(line.split()) - 1) for line in lines]

    def first_parents(self, onto: CommitId, source: CommitId) -> list[CommitId]:
        """The line of `source` that `onto` lacks, parent by first parent, oldest first."""
        answer = self.ground.run(argv.first_parents(onto, source))
        return [CommitId(line) for line in answer.out.decode("ascii").split()]

    @typed
    def saying(self, tip: CommitId, patterns: Sequence[str]) -> list[tuple[CommitId, str]]:
        """(commit, message) on the first-parent line of `tip`, newest first, of those whose
        message has a line that matches one of the basic regular expressions `patterns`."""
        return trail.first_parents(self.ground, tip, patterns)

    @typed
    def log(self, tips: Sequence[CommitId], *, limit: int) -> tuple[list[HistoryCommit], bool]:
        """At most `limit` commits that `tips` hold, and whether there are more."""
        return graph.history(self.ground, tips, limit=limit)

    @typed
    def inspect(self, commit: CommitId) -> CommitDetail:
        """One commit with its whole message and its changes."""
        return graph.inspect(self.ground, self.reader, commit)

    def identity(self) -> str:
        """`Name <email>` of whoever commits here."""
        whole = self.ground.run(argv.identity("GIT_COMMITTER_IDENT")).line
        return whole.rpartition(">")[0] + ">"

    def size_of(self, old: CommitId, new: CommitId) -> int:
        """Lines added and removed in `new` since its merge base with `old`; a binary file
        counts as one. 0 where they have none."""
        answer = self.ground.run(argv.lines_since_base(old, new), ok=(0, 128))
        return parse.changed_lines(parse.numstat(answer.out)) if answer.code == 0 else 0

    @typed
    def contributions(
        self, old: CommitId, new: Sequence[CommitId], *, limit: int, sizes: bool = True
    ) -> dict[CommitId, Contribution]:
        """What each of `new` brings to `old`. Raises `CockpitError`, for one that can't be
        read as for all."""
        return contributions.of_all(self, old, new, limit=limit, sizes=sizes)

    @typed
    def unmerged(
        self,
        tip: CommitId,
        target: CommitId,
        *,
        landed_on: CommitId | None = None,
        taken_back: Sequence[CommitId] = (),
    ) -> list[CommitLine]:
        """Commits of `tip` whose content would be lost if only `target` were kept, newest
        first; the first `_LIMIT` of them. Leaves no object in the repository."""
        left = self.landed.left(tip, target, landed_on=landed_on, taken_back=taken_back)
        return self.lines(left[:_LIMIT])

    @typed
    def to_replay(
        self, tip: CommitId, onto: CommitId, *, taken_back: Sequence[CommitId] = ()
    ) -> list[CommitId]:
        """Those commits, all of them, oldest first, for a rebase onto `onto`; with them the
        ones that were empty from the start, since somebody meant them. Raises `Refused` when
        one is a merge: built anew in a line, what it resolved would be lost."""
        left = self.landed.left(tip, onto, taken_back=taken_back)
        merges = [commit for commit, read in self._read(left) if len(read.parents) > 1]
        if merges:
            raise Refused(
                f"{len(merges)} merge commit(s) hold more than a merge, which a rebase would drop.",
                detail="\n".join(merges),
                hint="Merge instead of rebasing.",
            )
        own = [CommitId(name) for name in self._own(tip, onto)]
        meant = set(left) | self._empty([commit for commit in own if commit not in set(left)])
        earlier = [commit for commit in left if commit not in set(own)]
        return [*earlier[::-1], *(commit for commit in own[::-1] if commit in meant)]

    def _own(self, tip: CommitId, onto: CommitId) -> list[str]:
        out = self.ground.run(argv.own_commits(tip, onto)).out.decode("ascii")
        return [line.split()[0] for line in out.splitlines()]

    def _empty(self, commits: Sequence[CommitId]) -> set[CommitId]:
        """Those that change nothing in their parent's tree."""
        read = self._read(commits)
        firsts = [one.parents[0] for _, one in read if one.parents]
        trees = dict(zip(firsts, (one.tree for _, one in self._read(firsts)), strict=True))
        return {commit for commit, one in read if one.parents and trees[one.parents[0]] == one.tree}

    def _read(self, commits: Sequence[str]) -> list[tuple[CommitId, CommitObject]]:
        found = self.reader.commits(commits) if commits else []
        return [(CommitId(commit), one) for commit, one in zip(commits, found, strict=True)]
