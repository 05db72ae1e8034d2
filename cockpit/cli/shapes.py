"""Values of the domain as the JSON that commands print (DESIGN §12): snake_case keys, times
as ISO 8601 or seconds, ids as strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cockpit.domain.change import CommitLine, FileDiff, LaneDiff
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.lane import LaneFault
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import Operation
from cockpit.domain.teardown import TeardownPreview
from cockpit.services.api import Explanation, Outcome, TrustState, UndoPreview
from cockpit.services.ports import TrashEntry


def iso(at: float | None) -> str | None:
    """A time in seconds since the epoch as ISO 8601 in UTC."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def status_document(fleet: Fleet, now: float) -> dict[str, Any]:
    """`status --json`, exactly as DESIGN §12 has it. What is not known is null."""
    return {
        "repository": fleet.repository,
        "target": fleet.target,
        "lanes": [lane_document(view, now) for view in fleet.lanes.values()],
    }


def lane_document(view: LaneView, now: float) -> dict[str, Any]:
    """One lane of `status --json`."""
    record, facts, activity = view.record, view.facts, view.activity
    branch = facts.branch if facts is not None else record.branch if record is not None else None
    return {
        "lane": view.lane,
        "key": view.key,
        "agent": view.agent,
        "task": None,
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
        "clashes": [],
        "train": None,
        "ports": {},
    }


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
    }
    if body:
        document |= {"diff": file.body, "truncated": file.truncated}
    return document


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


def teardown_document(preview: TeardownPreview) -> dict[str, Any]:
    """What tearing down would move away. Lists of paths are capped, counts are not."""
    held = preview.holdings
    return {
        "lane": preview.lane,
        "branch": branch_name(preview.branch),
        "tip": preview.tip,
        "worktree": str(preview.worktree),
        "trash": str(preview.trash),
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


def undo_document(preview: UndoPreview) -> dict[str, Any]:
    return {
        "operation": operation_document(preview.operation),
        "lines": list(preview.lines),
        "in_the_way": list(preview.in_the_way),
    }


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
