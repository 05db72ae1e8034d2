"""Values of the domain as the JSON that commands print (DESIGN §12): snake_case keys, times
as ISO 8601 or seconds, ids as strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cockpit.cli.background_words import background_document
from cockpit.cli.clash_words import lane_clashes
from cockpit.cli.times import iso as iso
from cockpit.domain.approval import ApprovalState
from cockpit.domain.audit import Audit, Claim, LandingFact
from cockpit.domain.change import CommitLine, FileDiff, LaneDiff
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.hunks import file_identity, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.lane import LaneFault
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import Operation
from cockpit.domain.review import Comment
from cockpit.domain.sync import SyncPreview
from cockpit.domain.taking import TakePreview
from cockpit.domain.taskname import id_of_name
from cockpit.domain.teardown import TeardownPreview
from cockpit.services.api import Explanation, Outcome, TrustState, UndoPreview
from cockpit.services.ports import TrashEntry


def status_document(fleet: Fleet, now: float) -> dict[str, Any]:
    """`status --json`, exactly as DESIGN §12 has it. What is not known is null."""
    return {
        "repository": fleet.repository,
        "target": fleet.target,
        "lanes": [lane_document(fleet, view, now) for view in fleet.lanes.values()],
    }


def lane_document(fleet: Fleet, view: LaneView, now: float) -> dict[str, Any]:
    """One lane of `status --json`."""
    record, facts, activity = view.record, view.facts, view.activity
    own = record if record is not None and not record.shared else None
    branch = facts.branch if facts is not None else own.branch if own is not None else None
    return {
        "lane": view.lane,
        "key": view.key,
        "agent": view.agent,
        "task": (id_of_name(record.task) or record.task or None) if record is not None else None,
        "branch": branch_name(branch) if branch is not None else None,
        "worktree": str(record.worktree) if record is not None else None,
        "pane": record.pane.pane if record is not None and record.pane is not None else None,
        "state": activity.state.value,
        "evidence": {
            "source": activity.source,
            "age_s": round(max(0.0, now - activity.since), 1) if activity.since else None,
            "rule": activity.rule,
        },
        "ahead": facts.ahead if facts is not None else None,
        "behind": facts.behind if facts is not None else None,
        "dirty": facts.dirty if facts is not None else None,
        "files": facts.files if facts is not None else None,
        "added": facts.added if facts is not None else None,
        "removed": facts.removed if facts is not None else None,
        "zone": {
            "ok": not facts.outside if facts is not None else None,
            "outside": list(facts.outside) if facts is not None else [],
        },
        "merged": facts.merged.merged.value if facts is not None else None,
        "unmerged": facts.merged.left if facts is not None else None,
        "sync": {
            "waiting": facts is not None and facts.sync.waiting,
            "conflicts": list(facts.sync.conflicts) if facts is not None else [],
        },
        "clashes": lane_clashes(fleet.radar, view.lane),
        "train": _train_state(fleet, view.lane),
        "ports": dict(record.ports) if record is not None else {},
        "approval": approval_facts(view.approval),
        "locked": view.locked or None,
        "background": background_document(fleet, view, now),
    }


def _train_state(fleet: Fleet, lane: LaneId) -> str:
    """The state of the lane's car; empty when it is not in the train."""
    car = fleet.train.car(lane) if fleet.train is not None else None
    return str(car.state) if car is not None else ""


def operation_document(op: Operation) -> dict[str, Any]:
    """One journal entry, whole."""
    return {
        "seq": op.seq,
        "id": op.id,
        "kind": op.kind.value,
        "lane": op.lane,
        "at": iso(op.at),
        "ended": iso(op.ended),
        "by": op.by,
        "state": op.state.value,
        "summary": op.summary,
        "undoes": op.undoes,
        "intent": dict(op.intent),
        "outcome": dict(op.outcome),
    }


def outcome_document(outcome: Outcome, lane: LaneId | None) -> dict[str, Any]:
    """How an intent ended. `operation` names the journal entry, which `undo` takes."""
    op = outcome.operation
    document: dict[str, Any] = {"lane": lane} if lane is not None else {}
    document["summary"] = outcome.summary
    document["operation"] = (
        {"seq": op.seq, "id": op.id, "kind": op.kind.value} if op is not None else None
    )
    return {**outcome.data, **document}


def commit_document(commit: CommitLine) -> dict[str, Any]:
    return {
        "commit": commit.commit,
        "subject": commit.subject,
        "author": commit.author,
        "at": iso(commit.at),
    }


def file_document(file: FileDiff, *, body: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "path": file.path,
        "old_path": file.old_path,
        "layer": file.layer.value,
        "status": file.status,
        "added": file.added,
        "removed": file.removed,
        "old_mode": file.old_mode or None,
        "new_mode": file.new_mode or None,
        "old_blob": file.old_blob or None,
        "new_blob": file.new_blob or None,
        "old_size": file.old_size,
        "new_size": file.new_size,
        "similarity": file.similarity,
        "conflicted": file.conflicted,
    }
    if body:
        document |= {"diff": file.body, "truncated": file.truncated}
    return document


def hunks_document(lane: LaneId, files: Sequence[FileDiff]) -> dict[str, Any]:
    """Every hunk of these files under the id that `cockpit hunk` takes."""
    return {
        "lane": lane,
        "files": [
            {
                "id": file_identity(file),
                "path": file.path,
                "layer": file.layer.value,
                "status": file.status,
                "hunks": [
                    {"id": hunk_identity(file, hunk), "hunk": hunk.text, "complete": hunk.complete}
                    for hunk in parse_hunks(file.body)
                ],
            }
            for file in files
        ],
    }


def comment_document(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "path": comment.path,
        "layer": comment.layer.value,
        "side": comment.side.value,
        "first": comment.first,
        "last": comment.last,
        "quoted": list(comment.quoted),
        "commit": comment.commit,
        "text": comment.text,
        "at": iso(comment.at),
        "sent": iso(comment.sent),
        "doubtful": comment.doubtful,
    }


def diff_document(lane: LaneId, diff: LaneDiff, *, body: bool) -> dict[str, Any]:
    return {
        "lane": lane,
        "base": diff.base,
        "head": diff.head,
        "commits": [commit_document(commit) for commit in diff.commits],
        "files": [file_document(file, body=body) for file in diff.files],
    }


def landing_document(preview: LandingPreview) -> dict[str, Any]:
    """What landing would do: every id, check, commit, path; `may_land` sums it up."""
    return {
        "lane": preview.lane,
        "target": branch_name(preview.target),
        "target_old": preview.target_old,
        "source": preview.source,
        "result": preview.result,
        "may_land": preview.may_land,
        "checks": [
            {"name": check.name, "ok": check.ok, "text": check.text, "paths": list(check.paths)}
            for check in preview.checks
        ],
        "commits": [commit_document(commit) for commit in preview.commits],
        "paths": [change.path for change in preview.changes],
        "conflicts": list(preview.conflicts),
        "message": preview.message,
        "gate": list(preview.gate),
        "checkout": str(preview.checkout) if preview.checkout is not None else None,
    }


def approval_document(lane: LaneId, state: ApprovalState) -> dict[str, Any]:
    """How a lane's approval stands, with what changed since it was given."""
    approval = state.approval
    return {
        "lane": lane,
        **approval_facts(state),
        "at": iso(approval.at) if approval is not None else None,
        "task_changed": state.task_changed,
        "commits": [commit_document(commit) for commit in state.commits],
        "paths": list(state.paths),
    }


def approval_facts(state: ApprovalState) -> dict[str, Any]:
    """The part that `status --json` shows of it."""
    return {
        "standing": state.standing.value,
        "commit": state.approval.commit if state.approval is not None else None,
        "why": state.why,
    }


def take_document(preview: TakePreview) -> dict[str, Any]:
    """What taking a lane's uncommitted work would commit."""
    return {
        "lane": preview.lane,
        "branch": branch_name(preview.branch),
        "head": preview.work.head,
        "tree": preview.work.tree,
        "paths": [change.path for change in preview.work.changes],
        "left": list(preview.work.left),
        "message": preview.message,
        "refusal": preview.refusal,
        "token": preview.token,
    }


def teardown_document(preview: TeardownPreview) -> dict[str, Any]:
    """What tearing down would move away. Lists of paths are capped, counts are not."""
    held = preview.holdings
    return {
        "lane": preview.lane,
        "branch": branch_name(preview.branch),
        "tip": preview.tip,
        "worktree": str(preview.worktree),
        "trash": str(preview.trash) if not preview.shared else None,
        "shared": preview.shared,
        "merged": preview.merged.merged.value,
        "unmerged": [commit_document(commit) for commit in preview.unmerged],
        "changed": list(held.changed),
        "untracked": list(held.untracked),
        "ignored": list(held.ignored),
        "nested": list(held.nested),
        "changed_count": held.changed_count,
        "untracked_count": held.untracked_count,
        "ignored_count": held.ignored_count,
        "bytes": held.bytes,
        "processes": list(preview.processes),
    }


def sync_document(preview: SyncPreview) -> dict[str, Any]:
    """What bringing the target into a lane would do; `may_sync` sums it up."""
    return {
        "lane": preview.lane,
        "branch": branch_name(preview.branch),
        "target": branch_name(preview.target),
        "how": preview.how.value,
        "old": preview.old,
        "target_tip": preview.target_tip,
        "may_sync": preview.may_sync,
        "up_to_date": preview.up_to_date,
        "incoming": [commit_document(commit) for commit in preview.incoming],
        "paths": [change.path for change in preview.changes],
        "rebuilt": preview.rebuilt,
        "dropped": preview.dropped,
        "conflicts": list(preview.conflicts),
        "stuck": preview.stuck,
        "why_not": preview.why_not,
        "in_the_way": list(preview.in_the_way),
        "waits": preview.waits,
        "note": preview.note,
    }


def undo_document(preview: UndoPreview) -> dict[str, Any]:
    """What undoing would do. `shared` are hunks that later commits changed as well; lines are
    counted from 1, and both figures are 0 for a whole file."""
    return {
        "operation": operation_document(preview.operation),
        "lines": list(preview.lines),
        "in_the_way": list(preview.in_the_way),
        "paths": list(preview.paths),
        "shared": [asdict(hunk) for hunk in preview.shared],
    }


def audit_document(audit: Audit, target: str) -> dict[str, Any]:
    """The audit trail, newest first. `landing` is what the journal knows; `claims` is what the
    commit's message says of itself."""
    return {
        "target": target,
        "cut": audit.cut,
        "commits": [
            {
                "commit": row.commit.commit,
                "parents": list(row.commit.parents),
                "subject": row.commit.subject,
                "author": row.commit.author,
                "at": iso(row.commit.at) if row.commit.at else None,
                "refs": list(row.refs),
                "on_target": row.on_target,
                "graph": row.row.text(),
                "column": row.row.column,
                "step": row.step,
                "landing": _landing_fact(row.landing) if row.landing is not None else None,
                "part_of": row.part_of,
                "takes_back": row.takes_back,
                "claims": asdict(row.commit.claim) if row.commit.claim != Claim() else None,
            }
            for row in audit.rows
        ],
    }


def _landing_fact(fact: LandingFact) -> dict[str, Any]:
    return {**asdict(fact), "at": iso(fact.at)}


def trash_document(entry: TrashEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "lane": entry.lane,
        "operation": entry.op,
        "at": iso(entry.at),
        "folder": str(entry.folder),
        "bytes": entry.size,
    }


def trust_document(trust: TrustState) -> dict[str, Any]:
    return {"digest": trust.digest, "trusted": trust.trusted, "lines": list(trust.lines)}


def explanation_document(
    lane: LaneId, view: LaneView | None, found: Explanation, now: float
) -> dict[str, Any]:
    activity = found.activity
    fault = view.fault if view is not None else None
    return {
        "lane": lane,
        "state": activity.state.value,
        "source": activity.source,
        "rule": activity.rule,
        "detail": activity.detail,
        "age_s": round(max(0.0, now - activity.since), 1) if activity.since else None,
        "evidence": [{"source": source, "says": says} for source, says in found.evidence],
        "rows": list(found.rows),
        "fault": _fault(fault) if fault is not None else None,
    }


def _fault(fault: LaneFault) -> Mapping[str, str]:
    return {"what": fault.what.value, "title": fault.title, "hint": fault.hint}
