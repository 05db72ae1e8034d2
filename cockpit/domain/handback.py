"""A conflict as a task for an agent: which files, what both sides have, what to do.

Everything in it comes from outside and is quoted as text: fenced with more backticks than it
holds, control characters made visible, capped. The prompt only names the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cockpit.domain.conflict import Conflict, ConflictFile
from cockpit.domain.conflict_text import ConflictHunk
from cockpit.domain.text import safe

ORACLE = "oracle"
"""Who a conflict goes to when no lane is named: whoever writes the tasks."""

LINES = 120
"""Lines of one side of a hunk that go along."""
WIDTH = 400
HUNKS = 40
FILES = 60
TOTAL = 200_000
"""Characters after which no more hunks are quoted."""

_TICKS = re.compile(r"`+")


def task_text(conflict: Conflict, branch: str, *, to: str, note: str = "") -> str:
    """The task file's content, with `to` a lane's name or `ORACLE`. It names no `lane`: a lane
    has one task of its own, to which its approval is bound."""
    lane, target = conflict.lane, conflict.target_name
    lines = ["---", f"title: Resolve the conflict of {lane} with {target}", f"for: {to}", "---"]
    lines += ["", f"# Resolve the conflict of {lane} with {target}", ""]
    lines += [
        f"Lane {lane} (branch `{branch}`, commit {conflict.source[:12]}) conflicts with {target} "
        f"(commit {conflict.target[:12]}) in {len(conflict.files)} file(s).",
        "",
        *_what_to_do(conflict, branch, to),
    ]
    if note.strip():
        lines += ["", "## What the commander says", "", *_quoted(note.encode("utf-8", "replace"))]
    size = 0
    for number, file in enumerate(conflict.files):
        if number == FILES:
            lines += ["", f"… and {len(conflict.files) - FILES} more files"]
            break
        part = list(_file(conflict, file, quote=size < TOTAL))
        size += sum(map(len, part))
        lines += part
    return "\n".join(lines) + "\n"


def prompt_text(path: str, conflict: Conflict) -> str:
    """What is typed to the agent."""
    lane, target = conflict.lane, conflict.target_name
    where = safe(path, width=1000).text
    return f"Please resolve the conflict of {lane} with {target}. The task is in {where}"


def _what_to_do(conflict: Conflict, branch: str, to: str) -> list[str]:
    lane, target = conflict.lane, conflict.target_name
    if to == lane:
        return [
            f"Merge {target} into your branch, resolve each conflict below so that the intent of "
            "both sides is kept, run the tests, and commit the merge. Do not rebase.",
        ]
    if to == ORACLE:
        return [
            "Decide which lane understands both sides best, and write that lane a task that says "
            "how each conflict below is to be resolved.",
        ]
    return [
        f"In your own worktree: merge `{branch}` and {target} into your branch, resolve each "
        "conflict below so that the intent of both sides is kept, run the tests, and commit. "
        f"Landing your lane then brings the work of {lane} along.",
    ]


def _file(conflict: Conflict, file: ConflictFile, *, quote: bool) -> Iterator[str]:
    yield ""
    yield f"## {_inline(file.path)} ({file.kind})"
    if file.said:
        yield ""
        yield from _quoted(file.said.encode("utf-8", "replace"))
    if not quote:
        yield "(too long to quote all of it here; look at the branches themselves)"
        return
    for number, hunk in enumerate(file.hunks[:HUNKS], 1):
        yield from _hunk(conflict, number, hunk)
    if len(file.hunks) > HUNKS:
        yield f"… and {len(file.hunks) - HUNKS} more places in this file"


def _hunk(conflict: Conflict, number: int, hunk: ConflictHunk) -> Iterator[str]:
    sides = [
        (f"{conflict.lane} has", hunk.ours),
        (f"{conflict.target_name} has", hunk.theirs),
    ]
    if hunk.base is not None:
        sides.insert(0, ("before both", hunk.base))
    yield ""
    yield f"### Place {number}"
    for name, text in sides:
        yield ""
        yield f"{name}:" if text else f"{name}: nothing"
        if text:
            yield from _quoted(text)


def _quoted(text: bytes) -> list[str]:
    """The text in a fence that nothing in it can close."""
    rows = [safe(row, width=WIDTH).text for row in text.split(b"\n")[: LINES + 1]]
    if rows and not rows[-1]:
        rows.pop()
    if len(rows) > LINES:
        rows[LINES:] = ["…"]
    longest = max((len(run) for row in rows for run in _TICKS.findall(row)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *rows, fence]


def _inline(text: str) -> str:
    """A name in a heading: nothing in it can be taken for markup."""
    shown = safe(text, width=300).text
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {shown} {ticks}" if longest else f"`{shown}`"
