"""Landing as a pull request: the approved commit is pushed, and the commander's command makes
the request. The target stays where it is; whoever merges it, `follow` brings it back here.

| died after | left behind | next start |
|---|---|---|
| intent | the journal entry, the approval | the end is written: it may have been pushed |
| the push | the branch at the remote | the same; made again, the push changes nothing |
| the command | the request | the same; the command says that it is there already |

An approval counts once, so one that may have been used is taken away; who makes the request
again says yes again.
"""

from __future__ import annotations

from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.events import GateOutput
from cockpit.domain.ids import CommitId, LaneId, branch_name
from cockpit.domain.intents import PullRequest
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import OpKind
from cockpit.domain.runs import RunResult
from cockpit.domain.text import safe
from cockpit.domain.upstream import Remote, Upstream
from cockpit.errors import CockpitError, Refused
from cockpit.services import (
    approvals,
    gate,
    landing,
    pushing,
    remote_trust,
    stopping,
    trust,
    upstream,
)
from cockpit.services.api import Outcome, Tell
from cockpit.services.landing_preview import preview
from cockpit.services.running import Running, abandoning, begin
from cockpit.services.workplace import Workplace

DEADLINE = 120.0
"""Seconds that the command may take."""

PUSHED = "pull-requests"
"""State file: of each address, ref and lane's start, the commit that was pushed last. Only that
is replaced: never a branch that an earlier lane of the same name pushed."""


def request(work: Workplace, intent: PullRequest, tell: Tell, by: str) -> Outcome:
    """Push the lane's approved commit and run `merge.pull_request`. Raises `Refused`,
    `Conflict` or `GateRed` before anything leaves the machine, `CockpitError` after."""
    trust.require(work)
    command = work.config.merge.pull_request
    if not command:
        raise Refused(
            "lanes.yaml does not say how a pull request is made.",
            hint='Set `merge.pull_request`, for example to "gh pr create --fill --head '
            '$COCKPIT_BRANCH --base $COCKPIT_TARGET".',
        )
    stop = stopping.listener(work)
    way = _way(work)
    with landing.alone(work, f"pull request of {intent.lane}"):
        shown = preview(work, intent.lane, message=intent.message)
        landing.require_seen(shown, intent.source, None, intent.task_digest, intent.terms)
        landing.require_landable(shown)
        assert shown.result is not None
        approvals.give(work, intent.lane, shown.source, shown.task_digest)
        verdict = gate.run(work, intent.lane, shown.result, tell, by, stop=stop)
        with work.locks.hold(f"lane-{intent.lane}", upstream.LOCK, why="pull request"):
            landing.require_gate(verdict, stop)
            approvals.require(work, intent.lane, shown.source)
            return _make(work, way, shown, command, tell, by)


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a request goes, as it was checked; read again after the gate it could be another."""

    remote: Remote
    followed: Upstream | None
    """What the target follows, where that is why it goes to `remote`."""


def _way(work: Workplace) -> _Way:
    """`merge.push`, else the remote of the target's upstream. Raises `Refused` for none, and
    for one that is another than before."""
    name = work.config.merge.push
    followed = work.git.remotes.upstream(work.target) if not name else None
    found = followed.remote if followed is not None else None
    if name:
        found = work.git.remotes.remote(name)
    if found is None:
        raise Refused(
            "No remote is known that a pull request could go to.",
            hint=f"Set `merge.push`, or let {work.config.target} follow a branch of a remote.",
        )
    changed = remote_trust.of_address(work, found)
    if not name:
        changed = (*remote_trust.of_followed(work, followed), *changed)
    why = remote_trust.clause(changed)
    if why:
        raise Refused(f"Nothing was pushed: {why}.", hint="Look at `git remote -v` first.")
    return _Way(found, followed)


def _make(
    work: Workplace, way: _Way, shown: LandingPreview, command: str, tell: Tell, by: str
) -> Outcome:
    branch, remote = work.record(shown.lane).branch, way.remote
    running = begin(
        work,
        tell,
        OpKind.PULL_REQUEST,
        lane=shown.lane,
        by=by,
        summary=f"pull request of {shown.lane} to {remote.name}",
        plan={"remote": remote.name, "ref": branch, "new": shown.source},
    )
    with abandoning(running):
        running.step(f"push {branch_name(branch)} to {remote.name}")
        unnoted = _push(work, way, shown.lane, shown.source)
        running.step(f"run {command}")
        result = _run(work, running, shown, command, tell)
        if result.code != 0:
            raise CockpitError(
                f"{branch_name(branch)} was pushed to {remote.name}, but the command that makes "
                f"the pull request ended with code {result.code}: {command}",
                detail=result.tail,
                hint=f"The whole log: {result.log}",
            )
    said = next((line for line in reversed(result.tail.splitlines()) if line.strip()), "")
    said = safe(said.strip(), width=300).text
    work.approvals.use(shown.lane)
    op = running.done(f"made a pull request of {shown.lane}: {said or 'done'}", {"said": said})
    return Outcome(
        f"Pushed {branch_name(branch)} to {remote.name} at {shown.source[:10]} and made the pull "
        f"request. {said} {unnoted}".rstrip(),
        op,
        {"lane": shown.lane, "remote": remote.name, "commit": shown.source, "said": said},
    )


def _push(work: Workplace, way: _Way, lane: LaneId, commit: CommitId) -> str:
    """Push `commit` in place of what this lane pushed there before, else forward only; a
    sentence about what could not be noted of it. Pushed also where it was before: only the
    remote knows whether it still has it."""
    record, remote = work.record(lane), way.remote
    known = dict(work.state.read(PUSHED) or {})
    key = "\n".join((remote.push_url, record.branch, record.op))
    last = known.get(key)
    lease = CommitId(str(last)) if last not in (None, commit) else None
    answer = work.git.remotes.push(remote, commit, record.branch, lease=lease)
    if not answer.taken:
        raise Refused(
            f"{remote.name} refused the lane's branch.",
            detail=answer.said,
            hint=f"What {branch_name(record.branch)} is there was not pushed by this lane since "
            "it was started: by someone else, or by an earlier lane of this name. Look at it "
            "there first.",
        )
    work.state.write(PUSHED, {**known, key: commit})
    if way.followed is not None:
        remote_trust.remember_followed(work, way.followed)
    return pushing.noted(work, remote, record.branch, commit)


def _run(
    work: Workplace, running: Running, shown: LandingPreview, command: str, tell: Tell
) -> RunResult:
    """The commander's own command with their own environment: it needs their credentials."""
    title, _, body = shown.message.partition("\n")
    text = work.state.private_file(f"pull-request-{shown.lane}", body.strip().encode())
    told = {
        "COCKPIT_LANE": shown.lane,
        "COCKPIT_BRANCH": branch_name(work.record(shown.lane).branch),
        "COCKPIT_TARGET": branch_name(shown.target),
        "COCKPIT_COMMIT": shown.source,
        "COCKPIT_TITLE": title,
        "COCKPIT_BODY_FILE": str(text),
    }
    kept = {
        name: value
        for name, value in work.environment.items()
        if not name.startswith(("TMUX", "GIT_", "COCKPIT_"))
    }
    return work.runner.run(
        command,
        cwd=work.root,
        env={**kept, **told},
        deadline=DEADLINE,
        log=_log(work, running),
        tell=lambda lines: tell(GateOutput(shown.lane, tuple(lines))),
        stop=lambda: False,
        as_commander=True,
    )


def _log(work: Workplace, running: Running) -> Path:
    return work.state.log_path(f"pull-request-{running.op.id}.log")


def recover(work: Workplace, running: Running) -> str:
    """End one that a death cut off: only the remote knows how far it came."""
    work.runner.end_orphans(_log(work, running))
    _use_approval(work, running)
    running.done("maybe made; doing it again changes nothing that is there", {})
    return "may or may not have been made; making it again does no harm"


def _use_approval(work: Workplace, running: Running) -> None:
    """Take the approval away that this request was made by; a newer one stays."""
    lane = LaneId(str(running.op.lane))
    given = work.approvals.get(lane)
    wanted = running.op.intent.get("new")
    if given is not None and given.commit == wanted and given.at <= running.op.at:
        work.approvals.use(lane)
