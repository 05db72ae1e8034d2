"""What landing a lane would make of the target, built as objects: no checkout, no ref moves.

| `merge.how` | what is built |
|---|---|
| merge | a merge commit of target and lane, as `git merge --no-ff` makes it |
| squash | one commit on the target; its message names the lane's commits |
| rebase | each commit of the lane anew on the target, author and message kept |

A rebase leaves the lane's merge commits out, as `git rebase` does, but not where such a merge
holds work of its own: then its result differs from that of a merge, and it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit.config.model import How, LaneConfig
from cockpit.dataclass import dataclass
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import CommitId, TreeId
from cockpit.domain.message import Trailers, defused, listed, subject_for, with_trailers
from cockpit.errors import Refused
from cockpit.services import tasks
from cockpit.services.target_line import Held, apart
from cockpit.services.workplace import Workplace

MOST_REPLAYED = 500
"""Commits of one lane that a rebase builds anew; each is a few processes."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was built. `result` is None where it conflicts or changes nothing."""

    how: How
    message: str
    result: CommitId | None = None
    tree: TreeId | None = None
    changes: tuple[PathChange, ...] = ()
    conflicts: tuple[str, ...] = ()
    stuck: str = ""
    """The commit of the lane that a rebase could not take along, for people."""


def how_of(work: Workplace, lane: LaneConfig) -> How:
    return lane.merge or work.config.merge.how


def build(
    work: Workplace,
    lane: LaneConfig,
    onto: CommitId,
    source: CommitId,
    commits: Sequence[CommitLine],
    *,
    message: str = "",
    held: Sequence[Held] = (),
) -> Built:
    """The lane's `commits` (those of `source` that `onto` lacks, newest first) on `onto`.

    `message` is the commander's own text, in place of the template's; `held` is what of
    the lane `onto` has although its history lacks it. Raises `Refused` where
    the strategy can't do it, `CockpitError` where git can't merge at all.
    """
    how = how_of(work, lane)
    trailers = trailers_for(work, lane, source)
    if not commits:
        return Built(how, with_trailers(message or lane.lane, trailers))
    if how is How.REBASE:
        return _rebase(work, onto, source, trailers, message, held)
    text = message or subject_for(
        work.config.merge.message,
        lane=lane.lane,
        key=lane.key,
        summary=tasks.summary_for(work, lane.lane, commits),
    )
    if how is How.SQUASH and not message:
        text = f"{text}\n\n{listed([line.subject for line in commits])}"
    built = Built(how, with_trailers(text, trailers))
    outcome = work.git.builder.merge(onto, source, shared=apart(held))
    if outcome.conflicts:
        return replace(built, conflicts=outcome.conflicts)
    changes = tuple(work.git.changes(onto, outcome.tree))
    if not changes:
        return built
    parents = [onto] if how is How.SQUASH else [onto, source]
    result = work.git.builder.commit_tree(outcome.tree, parents, built.message)
    return replace(built, result=result, tree=outcome.tree, changes=changes)


def trailers_for(work: Workplace, lane: LaneConfig, source: CommitId) -> Trailers:
    """What the last block of a landing's message says."""
    task = tasks.task_of(work, lane.lane)
    signed_off = work.git.builder.identity() if work.config.merge.sign_off else ""
    return Trailers(lane.lane, source, task.id if task is not None else "", signed_off)


def _rebase(
    work: Workplace,
    onto: CommitId,
    source: CommitId,
    trailers: Trailers,
    message: str,
    held: Sequence[Held],
) -> Built:
    every = work.git.history.lane_commits(onto, source, without=[one.source for one in held])
    if any(not parents for _, parents in every) and work.git.merge_base(onto, source) is None:
        raise Refused(
            f"Lane {trailers.lane} and {work.config.target} share no history.",
            hint="Bring its work over by hand, as commits on top of the target.",
        )
    plain = [commit for commit, parents in every if parents <= 1]
    if len(plain) > MOST_REPLAYED:
        raise Refused(
            f"Lane {trailers.lane} has {len(plain)} commits, too many to build anew one by one.",
            hint="Land it with `merge: merge` or `merge: squash`.",
        )
    done = work.git.builder.replay(plain, onto)
    said: list[str] = []

    def edit(text: str, is_last: bool) -> str:
        if not is_last:
            return defused(text)
        said.append(with_trailers(message or text, trailers))
        return said[0]

    built = Built(How.REBASE, with_trailers(message or trailers.lane, trailers))
    if done.tip is None:
        stuck = f"commit {str(done.stuck)[:10]}"
        return replace(built, conflicts=done.conflicts, stuck=stuck)
    made = [new for _, new in done.made]
    tree = work.git.tree_of(done.tip)
    if len(plain) < len(every):
        _require_whole(work, onto, source, tree, trailers.lane, held)
    changes = tuple(work.git.changes(onto, tree))
    if not made or not changes:
        return built
    result = work.git.builder.reword(made, onto, edit)
    return replace(built, message=said[0], result=result, tree=tree, changes=changes)


def _require_whole(
    work: Workplace,
    onto: CommitId,
    source: CommitId,
    tree: TreeId,
    lane: str,
    held: Sequence[Held],
) -> None:
    """Raises `Refused` where leaving the lane's merge commits out would change the result."""
    whole = work.git.builder.merge(onto, source, shared=apart(held))
    if whole.conflicts or whole.tree != tree:
        raise Refused(
            f"Lane {lane} holds a merge commit with work of its own, which a rebase would lose.",
            hint="Land it with `merge: merge` or `merge: squash`.",
        )
