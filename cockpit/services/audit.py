"""The audit trail: history of the target and all lanes, joined with the journal.

What the journal says wins: a landing is a commit on the target's own line that a step of ours
put there. A message that says so, without such a step, is only a claim of its author.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.dataclass import dataclass
from cockpit.domain.audit import (
    Audit,
    AuditRow,
    CommitDetail,
    HistoryCommit,
    LandingFact,
    own_line,
)
from cockpit.domain.graph import Node, draw, in_order
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.domain.plans import TargetPlan
from cockpit.domain.undone import undone_by
from cockpit.errors import Refused
from cockpit.services.undoing.sharing import moved_target
from cockpit.services.workplace import Workplace

LIMIT = 1_000
"""Commits of a trail unless more are asked for."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the journal knows of commits."""

    landings: Mapping[str, LandingFact]
    """By the landing's last commit."""
    row_olds: Mapping[str, str]
    """By the same: where the target stood before, for a landing that may be several commits."""
    undoings: Mapping[str, Operation]
    """By the commit that took a landing back."""


def trail(work: Workplace, *, limit: int = LIMIT) -> Audit:
    """The newest `limit` commits of the target and of every lane, drawn."""
    target = work.git.read_ref(work.target)
    tips, refs = _tips(work, target)
    commits, cut = work.git.history.log(tips, limit=limit)
    nodes = [Node(one.commit, one.parents) for one in commits]
    order = in_order(nodes)
    commits = [commits[at] for at in order]
    line = own_line(commits, target)
    known = _known(work.journal.entries())
    parts = _parts(commits, line, known)
    rows = []
    for commit, row in zip(commits, draw([nodes[at] for at in order]), strict=True):
        on_target = commit.commit in line
        landing = known.landings.get(commit.commit) if on_target else None
        undoing = known.undoings.get(commit.commit) if on_target else None
        made_by = landing or undoing
        rows.append(
            AuditRow(
                commit,
                row,
                tuple(refs.get(commit.commit, ())),
                on_target,
                landing,
                part_of=parts.get(commit.commit),
                takes_back=undoing.undoes if undoing is not None else None,
                step=made_by.seq if made_by is not None else None,
            )
        )
    return Audit(tuple(rows), cut)


def detail(work: Workplace, commit: CommitId) -> CommitDetail:
    """One commit in full. Raises `Refused` if it is gone."""
    if work.git.resolve(commit) is None:
        raise Refused(
            f"The commit {commit[:12]} is not there any more.",
            hint="Look at the graph again; `git reflog` may know where it was.",
        )
    return work.git.history.inspect(commit)


def _tips(
    work: Workplace, target: CommitId | None
) -> tuple[list[CommitId], dict[CommitId, list[RefName]]]:
    """The target first, then each lane's branch; and the names that stand on commits."""
    heads = work.git.refs("refs/heads/")
    named: dict[CommitId, list[RefName]] = {}
    for ref, commit in sorted(heads.items(), key=lambda one: (one[0] != work.target, one[0])):
        named.setdefault(commit, []).append(ref)
    for prefix in ("refs/remotes/", "refs/tags/"):
        for ref, commit in sorted(work.git.refs(prefix).items()):
            named.setdefault(commit, []).append(ref)
    tips = [target] if target is not None else []
    tips += [heads[one.branch] for one in work.registry.lanes().values() if one.branch in heads]
    return list(dict.fromkeys(tips)), named


def _known(entries: Sequence[Operation]) -> _Known:
    undone = undone_by(entries)
    landings: dict[str, LandingFact] = {}
    olds: dict[str, str] = {}
    undoings: dict[str, Operation] = {}
    approvals: dict[tuple[LaneId | None, str], int] = {}
    for op in entries:
        if op.kind is OpKind.APPROVE and op.state is OpState.DONE and not op.intent.get("revoke"):
            approvals[op.lane, str(op.intent.get("commit", ""))] = op.seq
        elif moved_target(op):
            plan = TargetPlan.from_json(op.intent)
            if op.kind is OpKind.LAND:
                approval = approvals.get((op.lane, plan.source))
                landings[plan.new] = _fact(op, plan, approval, undone.get(op.seq))
                olds[plan.new] = plan.old
            elif plan.how == "revert":
                undoings[plan.new] = op
    return _Known(landings, olds, undoings)


def _fact(op: Operation, plan: TargetPlan, approval: int | None, undone: int | None) -> LandingFact:
    return LandingFact(
        seq=op.seq,
        lane=LaneId(plan.lane),
        how=plan.how,
        at=op.ended or op.at,
        approved=plan.source,
        task=plan.task,
        gate=plan.gate,
        flaky=plan.flaky,
        red_reason=plan.red_reason,
        approval=approval,
        train=plan.train,
        undone_by=undone,
    )


def _parts(
    commits: Sequence[HistoryCommit], line: frozenset[CommitId], known: _Known
) -> dict[CommitId, int]:
    """Commits of the target's line that came with a landing and are not its last one."""
    by_id = {one.commit: one for one in commits}
    parts: dict[CommitId, int] = {}
    for last, fact in known.landings.items():
        at = by_id.get(CommitId(last))
        while at is not None and at.commit in line and at.parents:
            parent = at.parents[0]
            if parent == known.row_olds[last] or parent in known.landings:
                break
            parts[parent] = fact.seq
            at = by_id.get(parent)
    return parts
