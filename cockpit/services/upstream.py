"""The target's upstream: looked at before a landing, and followed by one step.

A landing begins from what the remote has: a target that is behind follows it first (a step of
its own, by the commander's wish, since it moves the target to something that was not looked
at); one that went apart is built anew on the remote's, also by wish. A remote that can't be
reached stops nobody. A remote or a branch that is another than before, which an agent could
have done, is used only after the commander said so (`remote_trust.py`).

| died after | left behind | next start |
|---|---|---|
| a fetch | the remote-tracking ref, as git leaves it | nothing to do |
| intent, pins, staging | the journal entry, refs of ours | dropped: the target is where it was |
| compare-and-swap | the target moved, its checkout not yet | finished (`services/target.py`) |
"""

from __future__ import annotations

from cockpit.domain.ids import RefName, branch_name
from cockpit.domain.intents import Follow
from cockpit.domain.merge import UPSTREAM, Check
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import TargetPlan
from cockpit.domain.upstream import Relation, Standing, Upstream
from cockpit.errors import CockpitError, Refused
from cockpit.services import rebuilding, remote_trust, target
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, begin
from cockpit.services.workplace import Workplace

LOCK = "upstream"
"""Held while a remote is talked to."""

NAME = UPSTREAM
KEY = "f"
COUNTED = 1_000
"""Commits that are counted at most."""


def notes(work: Workplace, tell: Tell, *, fetch: bool) -> tuple[Check, ...]:
    """How the target stands to its upstream, as checks of a landing; empty where it has none.
    With `fetch` the remote is asked first; one that can't be reached is a note, one that is
    another than before a check that fails, asked or not."""
    try:
        upstream = work.git.remotes.upstream(work.target)
        if upstream is None:
            return ()
        unread = fetched(work, upstream) if fetch else _changed(work, upstream)
        return (*unread, check_of(work, upstream, standing(work, upstream)))
    except CockpitError as error:
        return (Check(NAME, True, error.title, is_note=True),)


def fetched(work: Workplace, upstream: Upstream) -> tuple[Check, ...]:
    """A note if the remote could not be asked, a failing check if it must not be."""
    changed = _changed(work, upstream)
    if changed:
        return changed
    try:
        with work.locks.hold(LOCK, timeout=30.0, why=f"fetch {upstream.name}"):
            work.git.remotes.fetch(upstream)
    except CockpitError as error:
        said = (error.detail.splitlines() or [error.title])[-1]
        text = f"{upstream.remote.name} can't be asked now, so this may be old: {said}"
        return (Check(NAME, True, text, is_note=True),)
    remote_trust.remember(work, upstream.remote)
    remote_trust.remember_followed(work, upstream)
    return ()


def _changed(work: Workplace, upstream: Upstream) -> tuple[Check, ...]:
    why = remote_trust.clause(remote_trust.of_upstream(work, upstream))
    return (Check(NAME, False, why, key=KEY),) if why else ()


def standing(work: Workplace, upstream: Upstream) -> Standing:
    """How the target stands to what is known here of its upstream."""
    mine, theirs = work.git.read_ref(work.target), work.git.read_ref(upstream.tracking)
    if mine is None or theirs is None:
        return Standing(Relation.UNSEEN, theirs, mine=mine)
    if mine == theirs:
        return Standing(Relation.EQUAL, theirs, mine=mine)
    ahead = len(work.git.history.commits(theirs, mine, limit=COUNTED))
    behind = len(work.git.history.commits(mine, theirs, limit=COUNTED))
    if not behind:
        return Standing(Relation.AHEAD, theirs, ahead, mine=mine)
    relation = Relation.DIVERGED if ahead else Relation.BEHIND
    return Standing(relation, theirs, ahead, behind, mine)


def check_of(work: Workplace, upstream: Upstream, seen: Standing) -> Check:
    """How the target stands to its upstream, as a check of a landing."""
    name, there = work.config.target, upstream.name
    match seen.relation:
        case Relation.EQUAL:
            return Check(NAME, True, f"{name} is where {there} is")
        case Relation.AHEAD:
            return Check(NAME, True, f"{name} has {_commits(seen.ahead)} that {there} lacks")
        case Relation.BEHIND:
            text = f"{there} has {_commits(seen.behind)} that {name} lacks: follow it first"
            return Check(NAME, False, text, key=KEY)
        case Relation.DIVERGED:
            text = (
                f"{name} and {there} went apart ({seen.ahead} here, {seen.behind} there): "
                f"what is not pushed can be built anew on {there}"
            )
            return Check(NAME, False, text, key=KEY)
        case Relation.UNSEEN:
            return Check(NAME, True, f"{there} was never fetched", is_note=True)


def _commits(count: int) -> str:
    return f"{count}{'+' if count >= COUNTED else ''} commit{'' if count == 1 else 's'}"


# ---------------------------------------------------------------- following


def follow(work: Workplace, intent: Follow, tell: Tell, by: str) -> Outcome:
    """Fetch, then bring the target after its upstream: forward, or (with `rebase`) what was not
    pushed anew on top of it. Raises `Refused` or `Conflict` with the target as it was."""
    upstream = work.git.remotes.upstream(work.target)
    remote_trust.accept(work, upstream, intent.accepted)
    if upstream is None and intent.accepted:
        said = f"What you accepted is used from now on; {no_upstream(work).title}"
        return Outcome(said, None, {"accepted": [one.now for one in intent.accepted]})
    if upstream is None:
        raise no_upstream(work)
    for check in fetched(work, upstream):
        if not check.ok:
            raise Refused(f"{upstream.name} was not fetched: {check.text}.")
        raise CockpitError(
            f"{upstream.name} could not be fetched.", detail=check.text, hint="Try again later."
        )
    with work.locks.hold("target", why=f"follow {upstream.name}"):
        seen = standing(work, upstream)
        _require_shown(work, upstream, seen, intent)
        if seen.relation in (Relation.EQUAL, Relation.AHEAD, Relation.UNSEEN):
            said = check_of(work, upstream, seen).text
            return Outcome(f"Nothing to follow: {said}.", None, _data(upstream, seen))
        if seen.relation is Relation.DIVERGED and not intent.rebase:
            raise Refused(
                f"{check_of(work, upstream, seen).text}.",
                hint=f"`cockpit follow --rebase` does that; or merge {upstream.name} yourself.",
            )
        return _move(work, upstream, seen, tell, by)


def no_upstream(work: Workplace) -> Refused:
    """The refusal where the target follows nothing."""
    name = work.config.target
    return Refused(
        f"{name} follows no branch of a remote.",
        hint=f"`git branch --set-upstream-to=origin/{name} {name}` makes it follow one.",
    )


def _require_shown(work: Workplace, upstream: Upstream, seen: Standing, intent: Follow) -> None:
    """Raises `Refused` where the yes was to something else than what is there now."""
    for name, shown, now in (
        (upstream.name, intent.seen, seen.tip),
        (work.config.target, intent.target_old, seen.mine),
    ):
        if shown is not None and shown != now:
            raise Refused(
                f"{name} moved since it was shown.",
                detail=f"It was at {shown[:12]} and is at {str(now)[:12]}.",
                hint="Look at it again; nothing was changed.",
            )


def _move(work: Workplace, upstream: Upstream, seen: Standing, tell: Tell, by: str) -> Outcome:
    """With `target` held. From where it was when `seen` was: what came in since is not in what
    it moves to."""
    old, tip = seen.mine, seen.tip
    assert old is not None and tip is not None
    rebuilt = seen.relation is Relation.DIVERGED
    new = rebuilding.on_top(work, old, tip) if rebuilt else tip
    info = target.checkout_of(work, work.target)
    why = target.why_not_follow(work, info)
    if why:
        raise Refused(f"{work.config.target} can't be moved now: {why}.", hint="Finish it first.")
    plan = TargetPlan(
        ref=work.target,
        old=old,
        new=new,
        checkout=str(info.path) if info else "",
        staging=str(target.staging_for(work, f"follow-{int(work.clock.now() * 1000)}")),
        how="rebuilt" if rebuilt else "forward",
    )
    running = begin(
        work,
        tell,
        OpKind.FOLLOW,
        lane=None,
        by=by,
        summary=f"bring {work.config.target} after {upstream.name}",
        plan=plan.to_json(),
    )
    try:
        left = target.move(work, running, plan, f"cockpit: follow {upstream.name}")
    except CockpitError as error:
        if work.git.read_ref(work.target) == old:
            target.drop_staging(work, plan)
            running.abandon(error.title, error.hint)
        raise
    how = f", {_commits(seen.ahead)} of yours built anew on it" if rebuilt else ""
    said = f"brought {_commits(seen.behind)} of {upstream.name} into {work.config.target}{how}"
    op = running.done(said, {"old": old, "new": new, "left": left})
    return Outcome(
        f"{said[0].upper()}{said[1:]}. `cockpit undo {op.seq}` takes it back.",
        op,
        {**_data(upstream, seen), "old": old, "new": new, "left": left, "undo": op.seq},
    )


def recover(work: Workplace, running: Running) -> str:
    """End a following that a death cut off."""
    plan = TargetPlan.from_json(running.op.intent)
    now = work.git.read_ref(RefName(plan.ref))
    if now == plan.new:
        left = target.follow(work, running, plan)
        running.done(f"{running.op.summary}, after an interruption", {"left": left})
        return "was finished"
    if now is not None and target.went_on(work, plan, now):
        left = target.follow_on(work, running, plan, now)
        name = branch_name(RefName(plan.ref))
        running.done(f"{running.op.summary}; {name} went on since", {"left": left})
        return "had been done, and the target went on since"
    target.drop_staging(work, plan)
    running.abandon("it was interrupted before the target moved")
    return "had not moved the target and was dropped"


def _data(upstream: Upstream, seen: Standing) -> dict[str, object]:
    return {
        "upstream": upstream.name,
        "relation": str(seen.relation),
        "ahead": seen.ahead,
        "behind": seen.behind,
    }
