"""What the target's own line says of itself, parent by first parent: which commits of lanes
landed there, and which landings were taken back.

A squash and a rebase leave none of the lane's commits in the target's history. git then takes
the work for not merged, and a lane that goes on after its landing (or one that was built on
it) would bring the old changes once more, against whatever became of them. So a merge with
such a lane begins where it landed last (`held`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cockpit.dataclass import dataclass
from cockpit.domain.ids import CommitId
from cockpit.domain.merge import TRAILER_APPROVAL, LandingPreview
from cockpit.domain.merged import approved_in, taken_back_in
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.plans import TargetPlan
from cockpit.services.workplace import Workplace

TIPS_KEPT = 8

SAYING = (
    "^Takes back what [0-9a-f]",
    "^This reverts commit [0-9a-f]",
    f"^{TRAILER_APPROVAL}: [0-9a-f]",
)


@dataclass(frozen=True, slots=True)
class Line:
    """Messages can be written by anybody: what follows from one is checked where it matters."""

    taken_back: Mapping[CommitId, CommitId]
    """What was taken back, by the commit that did and that was not taken back itself."""
    landed: Mapping[CommitId, CommitId]
    """A lane's commit that landed and stands, by the latest commit that says so."""


@dataclass(frozen=True, slots=True)
class Held:
    """`source` is a lane's commit whose work came to the target with `new`."""

    source: CommitId
    new: CommitId
    is_joined: bool = False
    """The lane took `new` in since: from there on its history says all that a merge needs."""


def apart(held: Iterable[Held]) -> list[CommitId]:
    """The commits at which a merge must be told to begin."""
    return [one.source for one in held if not one.is_joined]


def held_of(shown: LandingPreview) -> Held:
    """What a car that is not on the target yet will have brought there."""
    return Held(shown.source, shown.result or shown.target_old)


_known: dict[tuple[str, CommitId], Line] = {}


def line_of(work: Workplace, target: CommitId) -> Line:
    """Asked once a tip: what a commit's history says never changes."""
    key = (str(work.git.common_dir), target)
    known = _known.get(key)
    if known is None:
        known = _read(work, target)
        while len(_known) >= TIPS_KEPT:
            _known.pop(next(iter(_known)), None)
        _known[key] = known
    return known


def _read(work: Workplace, target: CommitId) -> Line:
    gone: set[str] = set()
    taken_back: dict[CommitId, CommitId] = {}
    landed: dict[CommitId, CommitId] = {}
    for commit, message in work.git.history.saying(target, SAYING):
        if commit in gone:
            continue
        for reverted in taken_back_in(message):
            gone.add(reverted)
            taken_back.setdefault(CommitId(reverted), commit)
        source = approved_in(message)
        if source is not None:
            landed.setdefault(source, commit)
    return Line(taken_back, landed)


def landed_last(work: Workplace, target: CommitId | None, tip: CommitId | None) -> CommitId | None:
    """The commit of a lane at `tip` from which on its work is new to `target`, where the
    history doesn't show that; None where the merge base says it (also once the lane took its
    landing in)."""
    if target is None or tip is None or not line_of(work, target).landed:
        return None
    own = [commit for commit, _ in work.git.history.lane_commits(target, tip)]
    there = set(apart(held(work, target, own, [tip])))
    return next((commit for commit in reversed(own) if commit in there), None)


def held(
    work: Workplace, target: CommitId, commits: Iterable[CommitId], tips: Iterable[CommitId]
) -> tuple[Held, ...]:
    """Of `commits`, which `target` lacks, those whose work it holds all the same: they landed,
    as line and journal both say, and were not taken back. `tips` are the lanes that have them."""
    landed = line_of(work, target).landed
    told = {commit: landed[commit] for commit in commits if commit in landed}
    if not told:
        return ()
    known = {
        TargetPlan.from_json(op.intent).source
        for op in work.journal.entries()
        if op.kind is OpKind.LAND and op.state is OpState.DONE
    }
    return tuple(
        Held(source, new, _is_joined(work, source, new, tips))
        for source, new in told.items()
        if source in known
    )


def _is_joined(work: Workplace, source: CommitId, new: CommitId, tips: Iterable[CommitId]) -> bool:
    """Whether every lane that has `source` has `new` as well."""
    is_ancestor = work.git.is_ancestor
    return all(is_ancestor(new, tip) or not is_ancestor(source, tip) for tip in tips)
