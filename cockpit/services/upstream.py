"""The target's upstream: looked at before a landing, followed by one step, pushed to after it.

A landing begins from what the remote has: a target that is behind follows it first (a step of
its own, by the commander's wish, since it moves the target to something that was not looked
at); one that went apart is built anew on the remote's, also by wish. A remote that can't be
reached stops nobody. Which address a remote has is remembered the first time, and one that
changed since, which an agent could have done, is used only after the commander said so.

| died after | left behind | next start |
|---|---|---|
| a fetch | the remote-tracking ref, as git leaves it | nothing to do |
| intent, pins, staging | the journal entry, refs of ours | dropped: the target is where it was |
| compare-and-swap | the target moved, its checkout not yet | finished (`services/target.py`) |
| a push | the journal entry | ended as unknown; the next look tells |
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.events import Notice
from cockpit.domain.ids import CommitId, LaneId, RefName, branch_name
from cockpit.domain.intents import Follow
from cockpit.domain.merge import UPSTREAM, Check
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import TargetPlan
from cockpit.domain.upstream import PushAnswer, Relation, Remote, Standing, Upstream
from cockpit.errors import CockpitError, Refused
from cockpit.services import rebuilding, target
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, begin
from cockpit.services.workplace import Workplace

ADDRESSES = "remotes"
"""State file: the address that each remote had when cockpit used it first, or was told to."""

LOCK = "upstream"
"""Held while a remote is talked to."""

NAME = UPSTREAM
KEY = "f"
COUNTED = 1_000
"""Commits that are counted at most."""


def notes(work: Workplace, tell: Tell, *, fetch: bool) -> tuple[Check, ...]:
    """How the target stands to its upstream, as checks of a landing; empty where it has none.
    With `fetch` the remote is asked first; one that can't be reached is a note."""
    try:
        upstream = work.git.remotes.upstream(work.target)
        if upstream is None:
            return ()
        unread = fetched(work, upstream) if fetch else ()
        return (*unread, check_of(work, upstream, standing(work, upstream)))
    except CockpitError as error:
        return (Check(NAME, True, error.title, is_note=True),)


def fetched(work: Workplace, upstream: Upstream) -> tuple[Check, ...]:
    """A note if the remote could not be asked."""
    why = _why_not_trust(work, upstream.remote)
    if why:
        return (Check(NAME, False, why, key=KEY),)
    try:
        with work.locks.hold(LOCK, timeout=30.0, why=f"fetch {upstream.name}"):
            work.git.remotes.fetch(upstream)
    except CockpitError as error:
        said = (error.detail.splitlines() or [error.title])[-1]
        text = f"{upstream.remote.name} can't be asked now, so this may be old: {said}"
        return (Check(NAME, True, text, is_note=True),)
    remember_address(work, upstream.remote)
    return ()


def standing(work: Workplace, upstream: Upstream) -> Standing:
    """How the target stands to what is known here of its upstream."""
    mine, theirs = work.git.read_ref(work.target), work.git.read_ref(upstream.tracking)
    if mine is None or theirs is None:
        return Standing(Relation.UNSEEN, theirs)
    if mine == theirs:
        return Standing(Relation.EQUAL, theirs)
    ahead = len(work.git.history.commits(theirs, mine, limit=COUNTED))
    behind = len(work.git.history.commits(mine, theirs, limit=COUNTED))
    if not behind:
        return Standing(Relation.AHEAD, theirs, ahead)
    relation = Relation.DIVERGED if ahead else Relation.BEHIND
    return Standing(relation, theirs, ahead, behind)


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


# ---------------------------------------------------------------- addresses


def _why_not_trust(work: Workplace, remote: Remote) -> str:
    """A clause if the remote's address is another than the one that was used before."""
    changed = changed_address(work, remote)
    if changed is None:
        return ""
    return (
        f"the address of {remote.name} changed since cockpit last used it: it was {changed[0]} "
        f"and is {changed[1]} (`cockpit follow --accept-address` uses it)"
    )


def changed_address(work: Workplace, remote: Remote) -> tuple[str, str] | None:
    """The address that was used before and the present one, where they differ; None else."""
    known = (work.state.read(ADDRESSES) or {}).get(remote.name)
    if known in (None, [remote.url, remote.push_url]):
        return None
    both = (str(known[0]), remote.url)
    return both if both[0] != both[1] else (str(known[1]), remote.push_url)


def require_address(work: Workplace, remote: Remote) -> None:
    """Raises `Refused` if the remote's address is another than the one that was used before."""
    why = _why_not_trust(work, remote)
    if why:
        raise Refused(f"Nothing was pushed: {why}.", hint="Look at `git remote -v` first.")


def remember_address(work: Workplace, remote: Remote) -> None:
    """Take the address that the remote has now as the one that may be used."""
    known = dict(work.state.read(ADDRESSES) or {})
    if known.get(remote.name) != [remote.url, remote.push_url]:
        work.state.write(ADDRESSES, {**known, remote.name: [remote.url, remote.push_url]})


# ---------------------------------------------------------------- following


def follow(work: Workplace, intent: Follow, tell: Tell, by: str) -> Outcome:
    """Fetch, then bring the target after its upstream: forward, or (with `rebase`) what was not
    pushed anew on top of it. Raises `Refused` or `Conflict` with the target as it was."""
    upstream = work.git.remotes.upstream(work.target)
    if upstream is None:
        raise no_upstream(work)
    if intent.accept_address:
        remember_address(work, upstream.remote)
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
    old = work.git.read_ref(work.target)
    for name, shown, now in (
        (upstream.name, intent.seen, seen.tip),
        (work.config.target, intent.target_old, old),
    ):
        if shown is not None and shown != now:
            raise Refused(
                f"{name} moved since it was shown.",
                detail=f"It was at {shown[:12]} and is at {str(now)[:12]}.",
                hint="Look at it again; nothing was changed.",
            )


def _move(work: Workplace, upstream: Upstream, seen: Standing, tell: Tell, by: str) -> Outcome:
    """With `target` held."""
    old, tip = work.git.read_ref(work.target), seen.tip
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
    target.drop_staging(work, plan)
    if target.went_on(work, plan, now):
        running.done(f"{running.op.summary}; {branch_name(RefName(plan.ref))} went on since")
        return "had been done, and the target went on since"
    running.abandon("it was interrupted before the target moved")
    return "had not moved the target and was dropped"


def _data(upstream: Upstream, seen: Standing) -> dict[str, object]:
    return {
        "upstream": upstream.name,
        "relation": str(seen.relation),
        "ahead": seen.ahead,
        "behind": seen.behind,
    }


# ---------------------------------------------------------------- pushing


def pushed(work: Workplace, tell: Tell, by: str, landed: Sequence[LaneId]) -> str:
    """Push the target where lanes.yaml says so; a sentence of how it went, never an error: what
    landed has landed. Empty where nothing is to be pushed."""
    name = work.config.merge.push
    if not name:
        return ""
    try:
        remote = work.git.remotes.remote(name)
        if remote is None:
            return _unpushed(tell, f"there is no remote {name}")
        why = _why_not_trust(work, remote)
        return _unpushed(tell, why) if why else _push(work, remote, tell, by, landed)
    except CockpitError as error:
        said = (error.detail.splitlines() or [""])[-1]
        return f"Not pushed to {name}: {error.title} {said}".rstrip()


def _unpushed(tell: Tell, why: str) -> str:
    """Said as an event as well: there is no operation whose end would tell it."""
    said = f"Not pushed: {why}."
    tell(Notice(said, "warning"))
    return said


def _push(work: Workplace, remote: Remote, tell: Tell, by: str, landed: Sequence[LaneId]) -> str:
    target_name = work.config.target
    upstream = work.git.remotes.upstream(work.target)
    follows = upstream is not None and upstream.remote.name == remote.name
    there = upstream.branch if upstream is not None and follows else work.target
    with work.locks.hold(LOCK, timeout=60.0, why=f"push to {remote.name}"):
        tip = work.git.read_ref(work.target)
        if tip is None:
            return f"Not pushed: {target_name} is gone."
        running = begin(
            work,
            tell,
            OpKind.PUSH,
            lane=None,
            by=by,
            summary=f"push {target_name} to {remote.name}",
            plan={"remote": remote.name, "ref": there, "new": tip, "lanes": list(landed)},
        )
        running.step(f"push to {remote.name}")
        try:
            answer = work.git.remotes.push(remote, tip, there)
        except CockpitError as error:
            running.abandon(error.title, error.hint, detail=error.detail)
            raise
        if not answer.taken:
            return _refused(work, running, remote, answer)
        remember_address(work, remote)
        if upstream is not None and follows:
            _note_tracking(work, upstream, tip)
        running.done(f"pushed {target_name} to {remote.name} at {tip[:10]}", {"new": tip})
    return f"Pushed {target_name} to {remote.name}."


def recover_push(work: Workplace, running: Running) -> str:
    """End a push that a death cut off: only the remote knows what became of it."""
    running.done("maybe pushed; the next fetch tells", {"delivery": "unknown"})
    return "may or may not have arrived; the next fetch tells"


def _refused(work: Workplace, running: Running, remote: Remote, answer: PushAnswer) -> str:
    said = " ".join((answer.said.splitlines() or ["it gave no reason"])[-1].split())
    running.abandon(f"{remote.name} refused it: {said}", "`cockpit follow` fetches first.")
    return (
        f"Not pushed: {remote.name} refused it ({said}). What landed stays landed; "
        "`cockpit follow` brings what the remote has."
    )


def _note_tracking(work: Workplace, upstream: Upstream, tip: CommitId) -> None:
    """As git does after a push: what is known of the remote is what was pushed."""
    old = work.git.read_ref(upstream.tracking)
    if old != tip:
        work.git.move_ref(upstream.tracking, new=tip, old=old, reason="cockpit: push")
