"""An audit trail for screens and commands: two landings, one of them undone, and a lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.domain.audit import (
    Audit,
    AuditRow,
    Claim,
    CommitDetail,
    HistoryCommit,
    LandingFact,
)
from cockpit.domain.change import PathChange
from cockpit.domain.graph import Node, draw
from cockpit.domain.ids import CommitId, LaneId, RefName

NOW = 1_700_000_000.0
NONE = Claim()


def name_of(letter: str) -> CommitId:
    return CommitId(letter * 40)


def commit(
    letter: str, parents: str = "", subject: str = "", claim: Claim = NONE, author: str = "Alpha"
) -> HistoryCommit:
    return HistoryCommit(
        name_of(letter),
        tuple(map(name_of, parents)),
        subject or f"commit {letter}",
        author,
        NOW - 100 * ord(letter),
        claim,
    )


def audit_of(
    commits: Sequence[HistoryCommit],
    facts: dict[str, LandingFact],
    refs: Mapping[str, tuple[str, ...]] | None = None,
    target: str = "",
    **takes_back: int,
) -> Audit:
    drawn = draw([Node(one.commit, one.parents) for one in commits])
    rows = []
    for one, row in zip(commits, drawn, strict=True):
        letter = one.commit[0]
        fact = facts.get(letter)
        rows.append(
            AuditRow(
                one,
                row,
                tuple(map(RefName, (refs or {}).get(letter, ()))),
                letter in target,
                fact,
                takes_back=takes_back.get(letter),
                step=fact.seq if fact is not None else 9 if letter in takes_back else None,
            )
        )
    return Audit(tuple(rows))


def sample(subject: str = "blitz: merge lane B — routes") -> Audit:
    beta = LandingFact(
        8, LaneId("beta"), "merge", NOW, "b" * 40, "task-002", "green", flaky=True, approval=7
    )
    alpha = LandingFact(5, LaneId("alpha"), "merge", NOW, "a" * 40, gate="green", undone_by=9)
    commits = (
        commit("f", "e", "Revert the landing of alpha", author="Commander"),
        commit("e", "db", subject, Claim("beta", "task-002", "b" * 40), "Commander"),
        commit("b", "c", "add routes"),
        commit("d", "ca", "blitz: merge lane A — tokens", author="Commander"),
        commit("a", "c", "issue tokens"),
        commit("c", "", "first", author="Commander"),
    )
    refs = {"f": ("refs/heads/main",), "b": ("refs/heads/beta/work",), "c": ("refs/tags/v1",)}
    return audit_of(commits, {"e": beta, "d": alpha}, refs, "fedc", f=5)


def detail(letter: str = "e") -> CommitDetail:
    found = next(row.commit for row in sample().rows if row.commit.commit[0] == letter)
    changes = (
        PathChange("src/api.py", "100644", "100644", "1" * 40, "2" * 40),
        PathChange("src/new.py", "000000", "100644", "0" * 40, "3" * 40),
    )
    message = f"{found.subject}\n\nCockpit-Lane: beta\nCockpit-Approved: {'b' * 40}\n"
    return CommitDetail(found, message, changes)
