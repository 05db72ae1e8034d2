"""What landing a lane now would do, built as objects: exact, and nothing moves.

`preview` is used for a look (within `git.looking()`, so that nothing is left behind) and by
the landing itself, for a single lane and for each car of a train.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace

from cockpit.config.model import LaneConfig
from cockpit.domain.change import CommitLine
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.merge import LandingPreview
from cockpit.services import relanding, target_line, upstream
from cockpit.services.landing_checks import (
    LaneLook,
    TargetLook,
    depends_check,
    follow_check,
    gate_check,
    look_at_lane,
    look_at_target,
    merge_checks,
)
from cockpit.services.target_line import Held
from cockpit.services.workplace import Workplace


def preview(work: Workplace, lane: LaneId, *, message: str = "") -> LandingPreview:
    """The preview of landing one lane on the target as it is. Raises `Refused` when there is
    no lane, branch or target to speak of, or when its strategy can't land it."""
    return of_car(work, look_at_lane(work, lane), look_at_target(work), message=message)


def look(work: Workplace, lane: LaneId, *, message: str = "") -> LandingPreview:
    """The preview, leaving no object in the repository, with how the target stands to what is
    known of its upstream. Only the landing itself asks the remote."""
    with work.git.looking():
        shown = preview(work, lane, message=message)
    notes = upstream.notes(work, _tell_nobody, fetch=False)
    return replace(shown, checks=(*shown.checks, *notes))


def _tell_nobody(_event: object) -> None:
    pass


def of_car(
    work: Workplace,
    seen: LaneLook,
    look: TargetLook,
    *,
    onto: CommitId | None = None,
    message: str = "",
    ahead: Collection[str] = (),
    known_free: bool = False,
    commits: Sequence[CommitLine] | None = None,
    riding: Sequence[Held] = (),
) -> LandingPreview:
    """The preview of landing a lane on `onto` (default: the target's tip), which is what the
    cars ahead of it make of the target. `ahead` holds their tasks; `known_free` says that
    nothing of the commander's is in the way; `commits` is what it brings, where that is known;
    `riding` is what cars ahead bring in other commits than the lane's own."""
    base = onto or look.tip
    commits = tuple(work.git.history.commits(base, seen.source) if commits is None else commits)
    own = [CommitId(line.commit) for line in commits]
    held = target_line.held(work, look.tip, own, [seen.source])
    held += tuple(one for one in riding if one.source in own)
    if held:
        shared = [one.source for one in held]
        commits = tuple(work.git.history.commits(base, seen.source, without=shared))
    built, again = relanding.build(
        work, seen.lane, base, seen.source, commits, message=message, tip=look.tip, held=held
    )
    found = (
        *seen.checks,
        depends_check(work, seen, ahead),
        *merge_checks(work, seen.lane, built, is_first=base == look.tip),
        relanding.check(again),
        *look.checks,
        follow_check(work, look, built.result, known_free=known_free),
        gate_check(work),
    )
    return LandingPreview(
        lane=seen.lane.lane,
        target=work.target,
        target_old=base,
        source=seen.source,
        result=built.result,
        tree=built.tree,
        checks=tuple(check for check in found if check is not None),
        commits=commits,
        changes=built.changes,
        conflicts=built.conflicts,
        message=built.message,
        gate=work.config.gate.run,
        checkout=look.checkout.path if look.checkout else None,
        how=built.how,
        task=seen.task,
        task_digest=seen.digest,
        terms=_terms(work, seen.lane),
    )


def _terms(work: Workplace, lane: LaneConfig) -> str:
    """A digest of everything in lanes.yaml that says what a landing must pass and where it goes."""
    config = work.config
    terms = (config.target, config.gate, config.zones, config.merge, lane.zone, lane.merge)
    return hashlib.sha256(repr(terms).encode("utf-8", "surrogatepass")).hexdigest()
