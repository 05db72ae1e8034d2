"""Whether many pairs of sides would conflict, without a process a pair.

Pairs that can't meet are known by what each side changed (`overlap`); all others are merged by
one `merge-tree --stdin`. What two commits come to never changes, so answers are the caller's
to keep; changes since a base and the commits' graph are kept here while sides use them.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.git import argv_radar, parse_radar
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.outcome import GitFailed
from cockpit.adapters.git.overlap import Ancestry, Touched, may_meet, touched
from cockpit.adapters.git.radar_scratch import RadarScratch
from cockpit.domain.clash import Meeting, Snapshot
from cockpit.domain.ids import TreeId
from cockpit.errors import CockpitError, TimedOut

MOST_COMMITS = 5_000
"""Commits between the sides beyond which all pairs are merged: the graph would cost more."""

DEADLINE = 120.0
"""Seconds for all merges of one look."""

_OBJECTS_A_MERGE = 10
_UNRELATED = "they have no common history"

Pair = tuple[Snapshot, Snapshot]


class Pairs:
    """Callable by one thread at a time."""

    def __init__(self, ground: Ground, scratch: RadarScratch) -> None:
        self.ground = ground
        self.scratch = scratch
        self._graph: tuple[frozenset[str], Ancestry | None] = (frozenset(), None)
        self._touched: dict[tuple[str, str], Touched] = {}

    def meet(self, pairs: Sequence[Pair]) -> list[Meeting]:
        """What each pair comes to, in order. A pair that git can't merge is told as failed;
        it raises `CockpitError` only when git can't look at all."""
        bases = self._bases(pairs)
        self._see([side for pair, found in bases.items() for side in _sides(pair, found)])
        known: dict[Pair, Meeting] = {}
        for pair, found in bases.items():
            told = self._without_merge(pair, found)
            if told is not None:
                known[pair] = told
        left = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        known.update(zip(left, self._merge(left), strict=True))
        return [self._told(pair, known[pair], bases.get(pair)) for pair in pairs]

    def _told(self, pair: Pair, meeting: Meeting, bases: list[str] | None) -> Meeting:
        """The meeting, with whether its first side brings anything."""
        if bases is None or len(bases) != 1 or meeting.failed:
            return meeting
        brings = bool(self._touched[pair[0].commit, bases[0]].paths)
        return Meeting(meeting.paths, meeting.tree, brings)

    # ------------------------------------------------------------ without a merge

    def _bases(self, pairs: Sequence[Pair]) -> dict[Pair, list[str]]:
        """The merge bases of each pair; empty where that would cost more than merging."""
        heads = frozenset(side.head for pair in pairs for side in pair)
        if not heads:
            return {}
        if not heads <= self._graph[0]:
            self._graph = (heads, self._ancestry(sorted(heads)))
        ancestry = self._graph[1]
        if ancestry is None:
            return {}
        return {pair: ancestry.bases(pair[0].head, pair[1].head) for pair in pairs}

    def _ancestry(self, heads: Sequence[str]) -> Ancestry | None:
        """None where there are too many commits to be looked at."""
        answer = self.ground.run(argv_radar.common_ancestor(heads), ok=(0, 1))
        root = answer.line.split("\n")[0] if answer.code == 0 else None
        command = argv_radar.graph(heads, root, MOST_COMMITS + 1)
        parents = parse_radar.graph_lines(self.ground.run(command).out)
        return Ancestry(parents, heads, root) if len(parents) <= MOST_COMMITS else None

    def _see(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Find out what each side changed since each base, in one process."""
        unknown = [key for key in dict.fromkeys(wanted) if key not in self._touched]
        if unknown:
            stdin = "".join(f"{side} {base}\n" for side, base in unknown).encode("ascii")
            command = argv_radar.many_changes()
            out = self.ground.run(command, stdin=stdin, env=self.scratch.env()).out
            groups = parse_radar.grouped_changes(out, len(unknown))
            self._touched.update(zip(unknown, map(touched, groups), strict=True))

    def forget_others(self, sides: Sequence[Snapshot]) -> None:
        """Let go of what is known about commits that are no side any more."""
        commits = {side.commit for side in sides}
        self._touched = {key: seen for key, seen in self._touched.items() if key[0] in commits}

    def _without_merge(self, pair: Pair, bases: list[str]) -> Meeting | None:
        if not bases:
            return Meeting(failed=_UNRELATED)
        if len(bases) > 1:
            return None
        one, two = (self._touched[side.commit, bases[0]] for side in pair)
        return None if may_meet(one, two) else Meeting()

    # ------------------------------------------------------------ merges

    def _merge(self, pairs: Sequence[Pair]) -> list[Meeting]:
        """Merge pairs in one process; where it dies over one, that one has failed and a new
        process takes the rest."""
        found: list[Meeting] = []
        while len(found) < len(pairs):
            left = pairs[len(found) :]
            try:
                merged, why = self._merge_all(left)
            except TimedOut as error:
                return [*found, *(Meeting(failed=_clause(error)) for _ in left)]
            for merge, (one, two) in zip(merged, left, strict=False):
                paths = parse_radar.clash_paths(merge, (one.commit, two.commit))
                found.append(Meeting(paths, TreeId(merge.tree)))
            if len(merged) < len(left):
                found.append(Meeting(failed=why))
        return found

    def _merge_all(self, pairs: Sequence[Pair]) -> tuple[list[parse_radar.PairMerge], str]:
        """Answers in order, and why there are no more of them."""
        stdin = "".join(f"{one.commit} {two.commit}\n" for one, two in pairs).encode("ascii")
        command = argv_radar.merge_pairs()
        answer = self.ground.run(
            command, stdin=stdin, env=self.scratch.env(), deadline=DEADLINE, ok=(0, 1, 128)
        )
        merged = parse_radar.pair_merges(answer.out)
        self.scratch.note(_OBJECTS_A_MERGE * len(merged))
        why = answer.err.strip().rpartition("\n")[2].removeprefix("fatal: ")
        if len(merged) < len(pairs) and answer.code == 0:
            raise GitFailed(command, answer)
        return merged[: len(pairs)], why or "git could not merge them"


def _sides(pair: Pair, bases: list[str]) -> list[tuple[str, str]]:
    return [(side.commit, bases[0]) for side in pair] if len(bases) == 1 else []


def _clause(error: CockpitError) -> str:
    return error.title.rstrip(".")
