"""The history of some tips in one bounded call: who, when, from what, in which words.

In git's default order, which streams: an order by topology would have to walk all of a large
history first (`domain/graph.py` puts what was read in order).
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.parse import Unreadable
from cockpit.adapters.git.read import Reader
from cockpit.adapters.git.replay import empty_tree
from cockpit.domain.audit import Claim, CommitDetail, HistoryCommit, claim_in
from cockpit.domain.ids import CommitId

MOST = 10_000
"""Commits that are read at most, whatever is asked for."""

CAP = 32 << 20
"""Bytes that are read; what comes after, the oldest, is left out."""

DEADLINE = 30.0
"""Seconds for the call."""

_MESSAGE = 64 << 10
"""Characters of one message that are looked at."""

_FIELDS = ("%H", "%P", "%at", "%an", "%B")


def history(
    ground: Ground, tips: Sequence[CommitId], *, limit: int
) -> tuple[list[HistoryCommit], bool]:
    """At most `limit` commits that `tips` hold, newest first, and whether there are more."""
    if not tips:
        return [], False
    wanted = max(1, min(limit, MOST))
    answer = ground.run(command(tips, wanted + 1), deadline=DEADLINE, cap=CAP, truncate=True)
    found = parsed(answer.out, cut=answer.truncated)
    return found[:wanted], answer.truncated or len(found) > wanted


def command(tips: Sequence[CommitId], count: int) -> list[str]:
    """Fields and records are both ended by NUL, which no field can hold."""
    words = ["log", "-z", f"--max-count={count}", "--no-color", "--no-decorate", "--no-notes"]
    words += ["--no-show-signature", "--no-mailmap", "--encoding=UTF-8"]
    words += [f"--format=tformat:{'%x00'.join(_FIELDS)}"]
    return [*words, *dict.fromkeys(map(argv.object_id, tips)), "--"]


def parsed(out: bytes, *, cut: bool = False) -> list[HistoryCommit]:
    """The records of `command`; of output that was cut off, the last one is left out."""
    fields = parse.nul_fields(out)
    size = len(_FIELDS)
    whole = len(fields) // size
    if cut:
        whole = max(0, (len(fields) - 1) // size)
    elif len(fields) % size:
        raise Unreadable("a history", out[-200:])
    return [_commit(fields[at * size : (at + 1) * size]) for at in range(whole)]


def _commit(fields: Sequence[bytes]) -> HistoryCommit:
    commit, parents, at, author, body = fields
    name = commit.decode("ascii", "replace")
    if not parse.is_full_id(name):
        raise Unreadable("a commit of a history", commit)
    message = body[:_MESSAGE].decode("utf-8", "replace")
    return HistoryCommit(
        CommitId(name),
        tuple(CommitId(one) for one in parents.decode("ascii", "replace").split()),
        message.lstrip("\n").split("\n", 1)[0],
        author.decode("utf-8", "replace"),
        float(at) if at.isdigit() and len(at) < 13 else 0.0,
        claim_in(message) if len(body) <= _MESSAGE else Claim(),
    )


def inspect(ground: Ground, reader: Reader, commit: CommitId) -> CommitDetail:
    """One commit with its whole message, and what it changed against its first parent."""
    (found, *_), _ = history(ground, [commit], limit=1)
    before = found.parents[0] if found.parents else empty_tree(ground)
    changes = parse.raw_changes(ground.run(argv.changes(before, commit)).out)
    message = reader.commits([commit])[0].message
    return CommitDetail(found, message[:_MESSAGE], tuple(changes))
