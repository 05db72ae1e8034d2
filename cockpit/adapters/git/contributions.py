"""What many lanes bring to a target: their commits and the size of their change, in two
processes for all of them. A look at a train asks this of every lane, and three processes for
each were most of its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cockpit.adapters.git import argv, parse, parse_radar
from cockpit.domain.change import CommitLine, Contribution
from cockpit.domain.ids import CommitId

if TYPE_CHECKING:
    from cockpit.adapters.git.history import History

MOST_COMMITS = 5_000
"""Commits that all of them may bring together; beyond that each is asked for by itself."""

Graph = Mapping[str, Sequence[str]]
"""Commits with their parents, in git's order."""


def of_all(
    history: History, target: CommitId, tips: Sequence[CommitId], *, limit: int, sizes: bool
) -> dict[CommitId, Contribution]:
    """For each of `tips` its newest `limit` commits that `target` lacks, and its size (0
    without `sizes`)."""
    tips = list(dict.fromkeys(tips))
    graph = _graph(history, target, tips) if len(tips) > 1 else None
    if graph is None:
        return {tip: _alone(history, target, tip, limit, sizes) for tip in tips}
    own = {tip: reachable(graph, tip) for tip in tips}
    lines = _lines(history, [commit for some in own.values() for commit in some[:limit]])
    below = {tip: ends(graph, some) for tip, some in own.items()} if sizes else {}
    lengths = _sizes(history, target, below)
    return {
        tip: Contribution(tuple(lines[commit] for commit in some[:limit]), lengths.get(tip, 0))
        for tip, some in own.items()
    }


def _alone(
    history: History, target: CommitId, tip: CommitId, limit: int, sizes: bool
) -> Contribution:
    commits = history.commits(target, tip, limit=limit)
    return Contribution(tuple(commits), history.size_of(target, tip) if sizes else 0)


def _graph(history: History, target: CommitId, tips: Sequence[CommitId]) -> Graph | None:
    """What the target lacks of all of them; None if that is too much."""
    command = argv.commits_of_many(target, tips, MOST_COMMITS + 1)
    graph = parse_radar.graph_lines(history.ground.run(command).out)
    return graph if len(graph) <= MOST_COMMITS else None


def _lines(history: History, commits: Sequence[str]) -> dict[str, CommitLine]:
    return {line.commit: line for line in history.lines(list(dict.fromkeys(commits)))}


def _sizes(
    history: History, target: CommitId, found: Mapping[CommitId, Sequence[str]]
) -> dict[CommitId, int]:
    """Lines of each side since its merge base, by where its own commits end."""
    sizes = {tip: 0 for tip, below in found.items() if not below}
    plain = {tip: below[0] for tip, below in found.items() if len(below) == 1}
    if plain:
        stdin = "".join(f"{tip} {base}\n" for tip, base in plain.items()).encode("ascii")
        out = history.ground.run(argv.lines_of_many(), stdin=stdin).out
        counts = parse.numstats(out, len(plain))
        sizes.update(zip(plain, map(parse.changed_lines, counts), strict=True))
    return {tip: sizes[tip] if tip in sizes else history.size_of(target, tip) for tip in found}


def reachable(graph: Graph, tip: str) -> list[str]:
    """The commits of `graph` that `tip` holds, in the graph's order. Pure."""
    seen: set[str] = set()
    waiting = [tip]
    while waiting:
        commit = waiting.pop()
        if commit in graph and commit not in seen:
            seen.add(commit)
            waiting.extend(graph[commit])
    return [commit for commit in graph if commit in seen]


def ends(graph: Graph, own: Sequence[str]) -> list[str]:
    """Where a side's own commits end: parents of theirs that the target has. Whatever the two
    share is held by these, so a single one is their merge base; of several none needs to be;
    there is none without a common history, or where a side has nothing of its own. Pure."""
    parents = (parent for commit in own for parent in graph[commit])
    return list(dict.fromkeys(parent for parent in parents if parent not in graph))
