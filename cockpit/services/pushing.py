"""Pushing what landed: the commit that landed, by its id, to the branch that was used before.

The target is not read again for it: what came on top of it since then, nobody has looked at.
Where it goes to is checked against what was used before (`remote_trust.py`).

| died after | left behind | next start |
|---|---|---|
| intent, the push | the journal entry | ended as unknown; undo takes it for pushed |
| the end | addresses, tracking ref not noted | nothing: undo knows it by the entry |
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.events import Notice
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.upstream import PushAnswer, Remote, Upstream
from cockpit.errors import CockpitError, Refused, Unavailable
from cockpit.services import remote_trust
from cockpit.services.api import Tell
from cockpit.services.running import Running, begin
from cockpit.services.upstream import LOCK
from cockpit.services.workplace import Workplace

UNKNOWN = "unknown"
"""`delivery` in the outcome of a push that may have arrived or not."""


def pushed(work: Workplace, tell: Tell, by: str, landed: Sequence[LaneId], tip: CommitId) -> str:
    """Push `tip`, where the landing of `landed` left the target, if lanes.yaml says so; a
    sentence of how it went, never an error: what landed has landed. Empty where nothing is to
    be pushed."""
    name = work.config.merge.push
    if not name:
        return ""
    try:
        remote = work.git.remotes.remote(name)
        if remote is None:
            return _unpushed(tell, f"there is no remote {name}")
        upstream = work.git.remotes.upstream(work.target)
        changed = remote_trust.of_followed(work, upstream)
        why = remote_trust.clause((*changed, *remote_trust.of_address(work, remote)))
        if not why and not _is_held(work, tip):
            why = f"{work.config.target} does not hold what landed any more"
        return _unpushed(tell, why) if why else _push(work, remote, upstream, tell, by, landed, tip)
    except CockpitError as error:
        return f"Not pushed to {name}: {error.title} {_last(error)}".rstrip()


def _is_held(work: Workplace, tip: CommitId) -> bool:
    now = work.git.read_ref(work.target)
    return now is not None and work.git.is_ancestor(tip, now)


def _last(error: CockpitError) -> str:
    return (error.detail.splitlines() or [""])[-1]


def _unpushed(tell: Tell, why: str) -> str:
    """Said as an event as well: there is no operation whose end would tell it."""
    said = f"Not pushed: {why}."
    tell(Notice(said, "warning"))
    return said


def _push(
    work: Workplace,
    remote: Remote,
    upstream: Upstream | None,
    tell: Tell,
    by: str,
    landed: Sequence[LaneId],
    tip: CommitId,
) -> str:
    """Raises `CockpitError` only before anything can have left the machine."""
    name = work.config.target
    follows = upstream is not None and upstream.remote.name == remote.name
    there = upstream.branch if upstream is not None and follows else work.target
    with work.locks.hold(LOCK, timeout=60.0, why=f"push to {remote.name}"):
        running = begin(
            work,
            tell,
            OpKind.PUSH,
            lane=None,
            by=by,
            summary=f"push {name} to {remote.name}",
            plan={"remote": remote.name, "ref": there, "new": tip, "lanes": list(landed)},
        )
        running.step(f"push to {remote.name}")
        try:
            answer = work.git.remotes.push(remote, tip, there)
        except (Refused, Unavailable) as error:
            running.abandon(error.title, error.hint, detail=error.detail)
            raise
        except CockpitError as error:
            running.abandon(error.title, error.hint, detail=error.detail, delivery=UNKNOWN)
            return (
                f"Nobody can tell whether {name} was pushed to {remote.name}: {error.title} "
                f"{_last(error)}".rstrip()
            )
        if not answer.taken:
            return _refused(running, remote, answer)
        return _taken(work, running, remote, upstream, tip)


def _refused(running: Running, remote: Remote, answer: PushAnswer) -> str:
    said = " ".join((answer.said.splitlines() or ["it gave no reason"])[-1].split())
    running.abandon(f"{remote.name} refused it: {said}", "`cockpit follow` fetches first.")
    return (
        f"Not pushed: {remote.name} refused it ({said}). What landed stays landed; "
        "`cockpit follow` brings what the remote has."
    )


def _taken(
    work: Workplace, running: Running, remote: Remote, upstream: Upstream | None, tip: CommitId
) -> str:
    """The end first: whatever fails after it, the push was one."""
    name, there = work.config.target, RefName(str(running.op.intent["ref"]))
    on_top = work.git.read_ref(work.target) != tip
    said = f"Pushed {name} to {remote.name}."
    if on_top:
        said = f"Pushed {tip[:10]} to {remote.name}; what came on top of it in {name} was not."
    try:
        running.done(f"pushed {name} to {remote.name} at {tip[:10]}", {"new": tip})
        remote_trust.remember_followed(work, upstream)
    except CockpitError as error:
        return f"{said} It could not be noted: {error.title}"
    return " ".join(filter(None, (said, noted(work, remote, there, tip))))


def noted(work: Workplace, remote: Remote, ref: RefName, tip: CommitId) -> str:
    """What is known after `remote` took `tip` as its `ref`: its address may be used again, and
    its tracking ref, as git has it after a push. A sentence where that can't be noted."""
    tracking = RefName(f"refs/remotes/{remote.name}/{ref.removeprefix('refs/heads/')}")
    try:
        remote_trust.remember(work, remote)
        old = work.git.read_ref(tracking)
        if old != tip:
            work.git.move_ref(tracking, new=tip, old=old, reason="cockpit: push")
    except CockpitError as error:
        return f"It could not be noted as {tracking}: {error.title}"
    return ""


def recover(work: Workplace, running: Running) -> str:
    """End a push that a death cut off: only the remote knows what became of it."""
    running.done("maybe pushed; the next fetch tells", {"delivery": UNKNOWN})
    return "may or may not have arrived; the next fetch tells"


def published(work: Workplace, commit: CommitId, after: int) -> list[str]:
    """Where `commit` went by a push that began after step `after`, or may have gone: one under
    way, or of which nobody can tell, counts as well."""
    return [
        f"{op.intent.get('remote')} (step {op.seq})"
        for op in work.journal.entries()
        if op.kind is OpKind.PUSH and op.seq > after and _may_be_there(op)
        if _holds(work, CommitId(str(op.intent.get("new"))), commit)
    ]


def _may_be_there(op: Operation) -> bool:
    return op.state is not OpState.ABANDONED or op.outcome.get("delivery") == UNKNOWN


def _holds(work: Workplace, tip: CommitId, commit: CommitId) -> bool:
    """A tip that is gone from here held it only if it was it."""
    if tip == commit:
        return True
    known = work.git.resolve(tip)
    return known is not None and work.git.is_ancestor(commit, known)
