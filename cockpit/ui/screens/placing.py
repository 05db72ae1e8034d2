"""Another name or folder for a lane, and its lock, from the board: each asks for its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.ids import LaneId, is_lane_name
from cockpit.domain.intents import Lock, Move, Rename, Unlock
from cockpit.ui import present
from cockpit.ui.screens.words import WordsScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


async def ask_rename(app: CockpitApp, lane: LaneId) -> None:
    """The screen says that lanes.yaml is edited, so its key is the yes to that."""
    lanes = app.board.fleet.lanes

    def why_not(name: str) -> str:
        if not is_lane_name(name):
            return "Use a-z, 0-9 and -, at most 40, not beginning with -."
        return f"There is a lane {name} already." if LaneId(name) in lanes else ""

    lines = [
        _muted("Changes lanes.yaml too, and folder and branch so named."),
        _muted("Undo takes all of it back."),
    ]
    new = await _words(app, f"New name for {lane}", lines, lane, "rename it", why_not)
    if new is not None:
        app.supervisor.submit(Rename(lane, LaneId(new)))


async def ask_move(app: CockpitApp, lane: LaneId) -> None:
    view = app.board.fleet.lane(lane)
    if view is None or view.record is None:
        return
    here = str(view.record.worktree)

    def why_not(folder: str) -> str:
        return "" if folder and folder != here else "Name another folder."

    lines = [_muted("From the main checkout, or absolute. Undo moves it back.")]
    folder = await _words(app, f"New folder for {lane}", lines, here, "move it", why_not)
    if folder is not None:
        app.supervisor.submit(Move(lane, folder))


async def ask_lock(app: CockpitApp, lane: LaneId) -> None:
    """A locked lane is unlocked at once: undo locks it again."""
    view = app.board.fleet.lane(lane)
    if view is not None and view.locked:
        app.supervisor.submit(Unlock(lane))
        return

    def why_not(reason: str) -> str:
        return "" if reason else "Say why: who meets the lock will want to know."

    lines = [_muted("It then stays as it is: no teardown, work, landing.")]
    reason = await _words(app, f"Why is {lane} locked?", lines, "", "lock it", why_not)
    if reason is not None:
        app.supervisor.submit(Lock(lane, reason))


async def _words(
    app: CockpitApp,
    heading: str,
    lines: list[Content],
    draft: str,
    yes: str,
    why_not: Callable[[str], str],
) -> str | None:
    title = present.text(heading, "bold", width=80)
    return await app.push_screen_wait(WordsScreen(title, lines, draft, yes=yes, why_not=why_not))


def _muted(line: str) -> Content:
    return present.text(line, "$muted", width=120)
