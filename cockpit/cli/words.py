"""Figures and previews as words for people."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from cockpit.cli.output import Cell
from cockpit.domain.change import CommitLine
from cockpit.domain.ids import branch_name
from cockpit.domain.landed import Merged
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.sync import SyncPreview
from cockpit.domain.teardown import SweepEntry, TeardownPreview

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
        yield from check_line(check)
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


def check_line(check: Check) -> Iterator[Line]:
    """One check with its paths."""
    mark = ("  ! ", "yellow") if check.is_note else ("  ✓ ", "green")
    yield (mark if check.ok else ("  ✗ ", "red"), f"{check.name}: {check.text}")
    yield from paths(check.paths, "yellow" if check.ok else "red")


def notes(preview: LandingPreview) -> Iterator[Line]:
    """What stops nothing and must not stay unseen, not even after `--yes`."""
    for check in preview.checks:
        if check.is_note:
            yield from check_line(check)


def sync(preview: SyncPreview) -> Iterator[Line]:
    """What bringing the target into the lane would do, or why it can't be done."""
    target = branch_name(preview.target)
    if preview.up_to_date:
        yield ((preview.lane, "bold"), f" has everything of {target}")
        return
    count_in = count(len(preview.incoming), "commit")
    yield (
        (preview.lane, "bold"),
        f" ← {target}: {count_in}, {count(len(preview.changes), 'path')}, by {preview.how.word}",
    )
    for said in (preview.why_not, preview.waits, preview.note):
        if said:
            yield (("  ! ", "yellow"), said)
    if preview.conflicts:
        yield (("  conflicts:", "red"),)
        yield from paths(preview.conflicts, "red")
    if preview.in_the_way:
        yield (("  uncommitted work in the way:", "red"),)
        yield from paths(preview.in_the_way, "red")
    yield ("  commits:",)
    yield from commits(preview.incoming)
    if preview.rebuilt or preview.dropped:
        built = count(preview.rebuilt, "commit")
        yield (f"  {built} of the lane built anew, {preview.dropped} left out",)


def park(preview: TeardownPreview) -> Iterator[Line]:
    """What parking the lane would put away, and what stays."""
    yield (
        (preview.lane, "bold"),
        f": branch {branch_name(preview.branch)} at {short(preview.tip)} stays",
    )
    yield from _held(preview)
    yield ("  its folder goes to ", str(preview.trash), " and `cockpit resume` brings it back")


def sweep(entry: SweepEntry) -> Iterator[Line]:
    """One lane of a sweep: what it holds, or why it stays."""
    if entry.preview is None or entry.why_not:
        yield ((entry.lane, "bold"), " stays: ", (entry.why_not, "yellow"))
    else:
        yield from teardown(entry.preview)


def teardown(preview: TeardownPreview) -> Iterator[Line]:
    """What tearing the lane down would move away."""
    if preview.shared:
        yield ((preview.lane, "bold"), ": its agent is ended; the main checkout stays as it is")
        return
    held = preview.holdings
    yield (
        (preview.lane, "bold"),
        f": branch {branch_name(preview.branch)} at {short(preview.tip)}, ",
        f"{size(held.bytes)} in {preview.worktree}",
    )
    if preview.unmerged:
        yield ((f"  {count(len(preview.unmerged), 'commit')} not merged:", "yellow"),)
        yield from commits(preview.unmerged)
    elif preview.merged.merged in (Merged.MERGED, Merged.NOTHING):
        yield (f"  {preview.merged.words}",)
    yield from _held(preview)
    yield ("  all of it goes to ", str(preview.trash), " and `cockpit undo` brings it back")


def _held(preview: TeardownPreview) -> Iterator[Line]:
    """What the folder holds that is in no commit, and what runs in it."""
    held = preview.holdings
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
