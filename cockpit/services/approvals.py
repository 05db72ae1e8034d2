"""The commander's yes: to exactly one commit and one task text, used by one landing.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry | dropped: the record is as it was |
| the record written or taken away | the new state of the record | the end is written |

What can't be read is never a yes: a damaged record, a task file that is gone, a branch that
can't be resolved all make an approval void, and a landing refuses.
"""

from __future__ import annotations

from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.intents import Approve
from cockpit.domain.merge import Approval
from cockpit.domain.operation import OpKind
from cockpit.errors import CockpitError, Refused
from cockpit.services import tasks
from cockpit.services.api import Outcome, Tell
from cockpit.services.running import Running, abandoning, begin, own_lock
from cockpit.services.workplace import Workplace

PATHS = 200
"""Paths that an approval's state names."""


def approve(work: Workplace, intent: Approve, tell: Tell, by: str) -> Outcome:
    """Approve exactly the lane's present commit and task text, or take an approval back."""
    record = work.record(intent.lane)
    lane = intent.lane
    tip = work.git.read_ref(record.branch)
    if not intent.revoke:
        if tip is None:
            raise Refused(f"Lane {lane} has no branch any more.", hint="Tear it down.")
        if intent.commit is not None and intent.commit != tip:
            raise moved(lane, intent.commit, tip)
    digest = "" if intent.revoke else tasks.digest_of(work, lane)
    if not intent.revoke and intent.task_digest not in (None, digest):
        raise another_task(lane)
    what = "revoke the approval of" if intent.revoke else "approve"
    with work.locks.hold(own_lock(OpKind.APPROVE, lane), why=what):
        running = begin(
            work,
            tell,
            OpKind.APPROVE,
            lane=lane,
            by=by,
            summary=f"{what} {lane}" + (f" at {tip[:10]}" if tip else ""),
            plan={
                "lane": lane,
                "commit": tip or "",
                "task_digest": digest,
                "revoke": intent.revoke,
                "before": _before(work, lane),
            },
        )
        with abandoning(running):
            running.step(what)
            if intent.revoke:
                work.approvals.use(lane)
            else:
                assert tip is not None
                work.approvals.put(Approval(lane, tip, digest, work.clock.now()))
        summary = (
            f"revoked the approval of {lane}"
            if intent.revoke
            else f"approved {lane} at {str(tip)[:10]}"
        )
        op = running.done(summary)
    return Outcome(
        summary[0].upper() + summary[1:] + ".",
        op,
        {"lane": lane, "commit": tip, "task_digest": digest, "revoked": intent.revoke},
    )


def _before(work: Workplace, lane: LaneId) -> dict[str, object] | None:
    """The approval that this one replaces, for the journal and for undoing."""
    try:
        old = work.approvals.get(lane)
    except CockpitError:
        return None  # a damaged record says nothing; approving or revoking replaces it
    if old is None:
        return None
    return {"commit": old.commit, "task_digest": old.task_digest, "at": old.at}


def give(work: Workplace, lane: LaneId, commit: CommitId, digest: str | None = None) -> Approval:
    """Record the yes that a landing carries: to this commit and the task text that was shown
    (`digest`; as it is now by default)."""
    if digest is None:
        digest = tasks.digest_of(work, lane)
    approval = Approval(lane, commit, digest, work.clock.now())
    work.approvals.put(approval)
    return approval


def revoke(work: Workplace, lane: LaneId) -> None:
    """Take the lane's approval away, if it has one; done again is fine."""
    work.approvals.use(lane)


def require(work: Workplace, lane: LaneId, commit: CommitId) -> Approval:
    """The approval of exactly `commit` and the lane's present task. Raises `Refused` when
    there is none or it is void, `CockpitError` when it can't be read."""
    approval = work.approvals.get(lane)
    if approval is None:
        raise Refused(
            f"Lane {lane} is not approved (any more).",
            hint="Approve it again; nothing was changed.",
        )
    if approval.commit != commit:
        raise moved(lane, approval.commit, commit)
    if approval.task_digest != tasks.digest_of(work, lane):
        raise Refused(
            f"The task of lane {lane} changed since it was approved.",
            hint="Read the task again and approve it again; nothing was changed.",
        )
    return approval


def moved(lane: LaneId, seen: CommitId, now: CommitId | None) -> Refused:
    """The refusal for a lane that is elsewhere than where it was looked at."""
    return Refused(
        f"Lane {lane} moved since it was looked at; the approval does not count.",
        detail=f"It was at {seen[:12]} and is at {str(now)[:12]}.",
        hint="Look at the preview again; nothing was changed.",
    )


def another_task(lane: LaneId) -> Refused:
    """The refusal for a lane whose task has another text than the one that was looked at."""
    return Refused(
        f"The task of lane {lane} changed since it was looked at; the approval does not count.",
        hint="Read the task and look at the preview again; nothing was changed.",
    )


# ---------------------------------------------------------------- how it stands


def state_of(work: Workplace, lane: LaneId, *, tip: CommitId | None = None) -> ApprovalState:
    """Whether the lane's approval still counts, and what changed since if it doesn't. `tip` is
    the lane's commit where it was just read."""
    try:
        approval = work.approvals.get(lane)
    except CockpitError as error:
        return ApprovalState(Standing.VOID, None, error.clause)
    if approval is None:
        return ApprovalState(Standing.NONE)
    task_changed, task_why = _task_since(work, approval)
    record = work.registry.lanes().get(lane)
    if tip is None and record is not None:
        tip = work.git.read_ref(record.branch)
    if tip is None:
        return ApprovalState(
            Standing.VOID, approval, "the lane's branch is gone", task_changed=task_changed
        )
    if tip == approval.commit:
        standing = Standing.VOID if task_changed else Standing.VALID
        return ApprovalState(standing, approval, task_why, task_changed=task_changed)
    return _moved_since(work, approval, tip, task_changed, task_why)


def _moved_since(
    work: Workplace, approval: Approval, tip: CommitId, task_changed: bool, task_why: str
) -> ApprovalState:
    commits = []
    paths: list[str] = []
    known = work.git.resolve(approval.commit) is not None
    if known:
        paths = [change.path for change in work.git.changes(approval.commit, tip)]
    if known and work.git.is_ancestor(approval.commit, tip):
        commits = work.git.history.commits(approval.commit, tip)
        why = f"{_count(len(commits), 'commit')}, {_count(len(paths), 'path')} since"
    elif known:
        why = f"the branch was rewritten since, {_count(len(paths), 'path')} differ"
    else:
        why = "the branch was rewritten since, and the approved commit is gone"
    why = f"{why}; {task_why}" if task_why else why
    return ApprovalState(
        Standing.VOID, approval, why, tuple(commits), tuple(paths[:PATHS]), task_changed
    )


def _task_since(work: Workplace, approval: Approval) -> tuple[bool, str]:
    """Whether the task is another one than was approved, and how to say so."""
    try:
        now = tasks.digest_of(work, approval.lane)
    except CockpitError as error:
        return True, error.clause
    if now == approval.task_digest:
        return False, ""
    if not approval.task_digest:
        return True, "the lane got a task since"
    return True, "the task's text changed since" if now else "the lane's task is gone"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# ---------------------------------------------------------------- after a death


def recover(work: Workplace, running: Running) -> str:
    """The words that follow `Operation N (…)`; the record tells whether it happened. Raises
    `CockpitError` for a damaged record: the entry stays pending until it is revoked."""
    plan = running.op.intent
    lane = LaneId(str(plan.get("lane", "")))
    now = work.approvals.get(lane)
    wanted = (str(plan.get("commit", "")), str(plan.get("task_digest", "")))
    if plan.get("revoke"):
        happened = now is None
        summary = f"revoked the approval of {lane}"
    else:
        given = now is not None and (now.commit, now.task_digest) == wanted
        happened = given and now is not None and now.at >= running.op.at
        summary = f"approved {lane} at {wanted[0][:10]}"
    if happened:
        running.done(summary)
        return "had been done"
    running.abandon("it was interrupted")
    return "was interrupted and dropped"
