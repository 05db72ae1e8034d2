"""Commits of the commander's on a lane, each after showing what it would hold: the lane's
uncommitted work, or a step back for files that shall not land.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.domain.change import PathChange
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Commit, LeaveOut
from cockpit.domain.merge import LandingPreview
from cockpit.domain.taking import TakePreview
from cockpit.errors import Refused
from cockpit.ui import present

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


async def take_rest(app: CockpitApp, lane: LaneId) -> bool:
    """Show the lane's uncommitted work, commit what is chosen of it; whether it was asked for.

    Raises `CockpitError` when there is nothing to show.
    """
    from cockpit.ui.screens.paths import PathRow, PathsScreen

    shown = await app.ask_here(lambda cockpit: cockpit.preview_commit(lane))
    if shown is None:
        return False
    rows = [PathRow(one.path, _what(one), True) for one in shown.work.changes]
    note = ""
    if shown.work.left:
        count = present.plural(len(shown.work.left), "repository", "repositories")
        note = f"Not taken: {count} inside the lane."
    screen = PathsScreen(
        f"Take the uncommitted work of {lane} as your commit?",
        rows,
        message=shown.message,
        yes="commit",
        note=note,
        refusal=f"Not now: {shown.refusal}." if shown.refusal else "",
    )
    if not await app.push_screen_wait(screen):
        return False
    if screen.is_all:
        app.supervisor.submit(Commit(lane, screen.message, (), shown.token))
        return True
    chosen = screen.chosen
    part = await app.supervisor.ask(lambda cockpit: cockpit.preview_commit(lane, chosen))
    _require_shown(shown, part)
    app.supervisor.submit(Commit(lane, screen.message, chosen, part.token))
    return True


def _require_shown(shown: TakePreview, part: TakePreview) -> None:
    """The chosen files must still be what the dialog showed."""
    known = set(shown.work.changes)
    if part.work.head != shown.work.head or not known.issuperset(part.work.changes):
        raise Refused(
            f"The work of lane {shown.lane} changed since it was shown.",
            hint="Look at it again; nothing was changed.",
        )


async def leave_out(app: CockpitApp, lane: LaneId) -> bool:
    """Show the files that would land, those outside the zone chosen already, and leave out
    what is chosen; whether it was asked for."""
    from cockpit.ui.screens.paths import PathRow, PathsScreen

    preview = await app.ask_here(lambda cockpit: cockpit.preview_landing(lane))
    if preview is None:
        return False
    outside = _outside(preview)
    rows = [
        PathRow(one.path, outside.get(one.path, _what(one)), one.path in outside)
        for one in preview.changes
    ]
    rows.sort(key=lambda row: not row.chosen)
    screen = PathsScreen(
        f"Which files of {lane} shall not land?",
        rows,
        message="",
        yes="leave them out",
        note="They stay in the lane's history; undo brings them back.",
    )
    if not rows or not await app.push_screen_wait(screen):
        return False
    app.supervisor.submit(LeaveOut(lane, screen.chosen, screen.message, preview.source))
    return True


def _outside(preview: LandingPreview) -> dict[str, str]:
    """Paths that fail the zone check, each with the reason that the check gives."""
    paths = {change.path for change in preview.changes}
    found = {}
    for check in preview.checks:
        for line in check.paths if check.name == "zone" else ():
            path, why = line, ""
            while path and path not in paths:  # a path may hold `: ` itself
                path, _, end = path.rpartition(": ")
                why = f"{end}: {why}" if why else end
            if path:
                found[path] = why or "outside the zone"
    return found


def _what(change: PathChange) -> str:
    if change.is_new:
        return "new"
    return "deleted" if change.is_gone else "changed"
