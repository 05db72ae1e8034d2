"""Figures and previews as words for people."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from cockpit.cli.output import Cell
from cockpit.domain.change import CommitLine
from cockpit.domain.ids import branch_name
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.teardown import TeardownPreview

Line = Sequence[Cell]

SHOWN = 20
"""Lines of a list before the rest is counted; `--json` has them all."""


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `3 files`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Bytes in the largest fitting unit of 1000."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def age(seconds: float) -> str:
    """`8s`, `5m`, `3h`, `2d`."""
    whole = max(0, int(seconds))
    for step, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= step:
            return f"{whole // step}{unit}"
    return f"{whole}s"


def moment(at: float) -> str:
    """A time in the commander's own zone."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def short(commit: str | None) -> str:
    return commit[:10] if commit else "nothing"


def _some(items: Sequence[Line]) -> Iterator[Line]:
    yield from items[:SHOWN]
    if len(items) > SHOWN:
        yield ((f"    … and {len(items) - SHOWN} more", "dim"),)


def commits(lines: Sequence[CommitLine]) -> Iterator[Line]:
    """One line a commit."""
    yield from _some([("    ", (line.commit[:10], "yellow"), " ", line.subject) for line in lines])


def paths(names: Sequence[str], style: str = "") -> Iterator[Line]:
    """One line a path."""
    yield from _some([("    ", (name, style)) for name in names])


def landing(preview: LandingPreview) -> Iterator[Line]:
    """What landing would do, in the order in which one decides."""
    target = branch_name(preview.target)
    yield (
        (preview.lane, "bold"),
        f" → {target}: {count(len(preview.commits), 'commit')}, "
        f"{count(len(preview.changes), 'path')}",
    )
    for check in preview.checks:
        yield from _check(check)
    if preview.conflicts:
        yield (("  conflicts:", "red"),)
        yield from paths(preview.conflicts, "red")
    if preview.commits:
        yield ("  commits:",)
        yield from commits(preview.commits)
    if preview.changes:
        yield ("  paths:",)
        yield from paths([change.path for change in preview.changes])
    for command in preview.gate:
        yield ("  gate: ", command)
    yield (
        f"  {target} moves from {short(preview.target_old)} to {short(preview.result)}"
        if preview.result
        else f"  {target} stays at {short(preview.target_old)}",
    )
    if preview.checkout is not None and preview.result:
        yield ("  follows: ", str(preview.checkout))


def _check(check: Check) -> Iterator[Line]:
    mark = ("  ! ", "yellow") if check.is_note else ("  ✓ ", "green")
    yield (mark if check.ok else ("  ✗ ", "red"), f"{check.name}: {check.text}")
    yield from paths(check.paths, "yellow" if check.ok else "red")


def notes(preview: LandingPreview) -> Iterator[Line]:
    """What stops nothing and must not stay unseen, not even after `--yes`."""
    for check in preview.checks:
        if check.is_note:
            yield from _check(check)


def teardown(preview: TeardownPreview) -> Iterator[Line]:
    """What tearing the lane down would move away."""
    held = preview.holdings
    yield (
        (preview.lane, "bold"),
        f": branch {branch_name(preview.branch)} at {short(preview.tip)}, ",
        f"{size(held.bytes)} in {preview.worktree}",
    )
    if preview.unmerged:
        yield ((f"  {count(len(preview.unmerged), 'commit')} not merged:", "yellow"),)
        yield from commits(preview.unmerged)
    for names, number, what in (
        (held.changed, held.changed_count, "changed, not committed"),
        (held.untracked, held.untracked_count, "untracked"),
        (held.ignored, held.ignored_count, "ignored"),
        (held.nested, len(held.nested), "with a repository of its own"),
    ):
        if number:
            yield (f"  {count(number, 'path')} {what}:",)
            yield from paths(names)
            if number > len(names):
                yield ((f"    {number} in all", "dim"),)
    if preview.processes:
        yield (("  will be ended:", "yellow"),)
        yield from paths(preview.processes)
    yield ("  all of it goes to ", str(preview.trash), " and `cockpit undo` brings it back")
