"""The audit trail: the history of target and lanes, joined with what the journal knows.

A commit's message says what its author wanted it to say; only a commit on the target's own
line that the journal put there is called a landing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.dataclass import dataclass
from cockpit.domain.change import PathChange
from cockpit.domain.graph import GraphRow
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.merge import TRAILER_APPROVAL, TRAILER_LANE, TRAILER_TASK

_TRAILER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)")
_OURS = {TRAILER_LANE: "lane", TRAILER_TASK: "task", TRAILER_APPROVAL: "approved"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a message's last block says about a landing; anybody can write such a block."""

    lane: str = ""
    task: str = ""
    approved: str = ""


@dataclass(frozen=True, slots=True)
class HistoryCommit:
    """One commit as git has it. Texts are raw from outside; `at` is the author's time in
    seconds since the epoch."""

    commit: CommitId
    parents: tuple[CommitId, ...]
    subject: str
    author: str
    at: float
    claim: Claim = Claim()


@dataclass(frozen=True, slots=True)
class LandingFact:
    """What the journal knows of a landing. `seq` is its step, `approved` the lane's commit that
    the yes was given to, `approval` the step in which it was (None: with the landing)."""

    seq: int
    lane: LaneId
    how: str
    at: float
    approved: str = ""
    task: str = ""
    gate: str = ""
    flaky: bool = False
    red_reason: str = ""
    approval: int | None = None
    train: str = ""
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One commit of the trail. `landing` is set on the last commit of a landing, `part_of` on
    the others of a landing by rebase, `takes_back` on a commit that undid a landing: both are
    steps of the journal."""

    commit: HistoryCommit
    row: GraphRow
    refs: tuple[RefName, ...] = ()
    on_target: bool = False
    """It lies on the target's own (first-parent) line."""
    landing: LandingFact | None = None
    part_of: int | None = None
    takes_back: int | None = None
    step: int | None = None
    """The step of the journal that made it, landing or undoing."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The trail, newest first. `cut`: there is more than was asked for (or could be read)."""

    rows: tuple[AuditRow, ...]
    cut: bool = False

    def row_of(self, commit: str) -> AuditRow | None:
        return next((row for row in self.rows if row.commit.commit == commit), None)


@dataclass(frozen=True, slots=True)
class CommitDetail:
    """One commit looked at: its whole message and what it changed against its first parent."""

    commit: HistoryCommit
    message: str
    changes: tuple[PathChange, ...]


def claim_in(message: str) -> Claim:
    """What the last block of a message says in our trailers: nothing if that block is all there
    is, holds a line that is no trailer, or names something twice."""
    text = message.replace("\r\n", "\n").rstrip()
    _, found, last = text.rpartition("\n\n")
    lines = [_TRAILER.fullmatch(line) for line in last.split("\n")] if found else []
    if not lines or not all(lines):
        return Claim()
    said: dict[str, str] = {}
    for line in lines:
        name = _OURS.get(line[1]) if line is not None else None
        if line is None or name is None:
            continue
        if name in said:
            return Claim()
        said[name] = line[2].strip()
    return Claim(**said)


def own_line(commits: Sequence[HistoryCommit], tip: CommitId | None) -> frozenset[CommitId]:
    """The commits on the first-parent line of `tip`, as far as they are among `commits`."""
    known = {one.commit: one for one in commits}
    line: set[CommitId] = set()
    while tip in known and tip not in line:
        line.add(tip)
        parents = known[tip].parents
        if not parents:
            break
        tip = parents[0]
    return frozenset(line)


SIGNS = {"landing": "◆", "undone": "◇", "takes back": "↶", "target": "●", "lane": "○"}
"""What stands for a commit in the drawing; each is said in words as well."""


def sign_of(row: AuditRow) -> str:
    if row.landing is not None:
        return SIGNS["undone" if row.landing.undone_by is not None else "landing"]
    if row.takes_back is not None:
        return SIGNS["takes back"]
    return SIGNS["target" if row.on_target else "lane"]


def said_of(row: AuditRow) -> tuple[str, ...]:
    """What is known of a commit beside what git says, as clauses, the most needed first."""
    fact = row.landing
    if fact is None:
        if row.takes_back is not None:
            return (f"step {row.step} takes back step {row.takes_back}",)
        return (f"part of step {row.part_of}",) if row.part_of is not None else ()
    said = [f"step {fact.seq} landed {fact.lane}"]
    if fact.undone_by is not None:
        said.append(f"undone by step {fact.undone_by}")
    said.append(gate_words(fact))
    if fact.task:
        said.append(fact.task)
    when = f" in step {fact.approval}" if fact.approval is not None else ""
    if fact.approved:
        said.append(f"approved {fact.approved[:8]}{when}")
    return tuple(said)


def gate_words(fact: LandingFact) -> str:
    """`gate green`, `gate green after a retry`, `gate red: <reason>`, `no gate`."""
    if fact.gate in ("", "none"):
        return "no gate"
    if fact.gate == "red":
        return f"gate red: {fact.red_reason}" if fact.red_reason else "gate red"
    return f"gate {fact.gate}{' after a retry' if fact.flaky else ''}"
