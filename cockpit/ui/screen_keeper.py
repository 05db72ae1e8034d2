"""Keeping how the app looks, so that it comes back as it was: looked at twice a second, written
only where something is another than before, in a thread, one write at a time.

A second app on the same repository keeps its own; the last one that changed something is what
comes back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from cockpit.domain.screen_memory import ScreenMemory
from cockpit.errors import CockpitError
from cockpit.ui import present
from cockpit.ui.screens.base import Keyed
from cockpit.ui.selection import Selection

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

T = TypeVar("T")

EVERY = 0.4
"""Seconds between two looks: a draft is on disk within a second."""

OPENERS = {
    "TasksScreen": "tasks", "TrainScreen": "train", "ClashesScreen": "clashes",
    "InboxScreen": "inbox", "GraphScreen": "graph", "LogScreen": "log", "DiffScreen": "diff",
}  # fmt: skip
"""The action that opens each screen that is opened again."""


class ScreenKeeper:
    """One an app."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._kept: ScreenMemory | None = None
        self._last: ScreenMemory | None = None
        self._writing = False
        self._said = ""

    def begin(self, kept: ScreenMemory) -> None:
        """Follow changes from here on."""
        self._kept = kept
        self._app.set_interval(EVERY, self.look)

    def leave(self) -> None:
        """The app is about to end: what it looks like now is what comes back."""
        if self._kept is not None and self._app.screen_stack:
            self._last = self.now()

    def write_last(self) -> None:
        """After the app ended. Blocks for one small write; raises `CockpitError`."""
        if self._last is not None and self._last != self._kept:
            self._app.supervisor.cockpit.keep_screen(self._last)

    def look(self) -> None:
        """Write down what changed since the last time."""
        if self._writing or self._kept is None or self._app.ends:
            return
        now = self.now()
        if now != self._kept:
            self._writing = True
            self._app.do(self._keep(now))

    async def _keep(self, now: ScreenMemory) -> None:
        try:
            await self._app.supervisor.ask(lambda cockpit: cockpit.keep_screen(now))
        except CockpitError as error:
            if error.title != self._said:
                self._said = error.title
                said = f"Drafts and places are not kept now: {error.title}"
                self._app.toast(present.text(said, width=300), severity="warning")
        else:
            self._kept, self._said = now, ""
        finally:
            self._writing = False

    def now(self) -> ScreenMemory:
        """As it looks now."""
        app = self._app
        place = ""
        for screen in app.screen_stack:
            if isinstance(screen, Keyed):
                screen.keep_draft()
            place = OPENERS.get(type(screen).__name__, place)
        selection = app.board.selection
        return ScreenMemory(
            selection.chosen,
            tuple(sorted(selection.marked)),
            selection.zoomed,
            selection.wanted,
            place,
            {lanes: text for lanes, text in app.drafts.items() if text.strip()},
            {key: text for key, text in app.comment_drafts.items() if text.strip()},
            app.task_draft,
            columns=_chosen(selection.columns, app.board.fresh.columns),
            urgent=_chosen(selection.urgent, app.board.fresh.urgent),
            side=selection.side,
        )


def _chosen(now: T, usual: T) -> T | None:
    """What the commander chose; None where it is as lanes.yaml says."""
    return None if now == usual else now


async def come_back(app: CockpitApp) -> None:
    """The app as it was left; as new, with a word, where that can't be read."""
    kept, trouble = await app.supervisor.ask(lambda cockpit: cockpit.kept_screen())
    if trouble:
        app.toast(present.text(trouble, width=400), severity="warning")
    app.drafts = {**kept.prompts, **app.drafts}
    app.comment_drafts = {**kept.comments, **app.comment_drafts}
    app.task_draft = app.task_draft or kept.task
    board = app.board
    untouched = replace(board.fresh.settled(app.fleet), ranked=board.selection.ranked)
    if app.screen is board and board.selection == untouched:
        wanted = kept.wanted if Selection(wanted=kept.wanted).order(app.fleet) else ""
        board.change(
            replace(
                board.fresh,
                chosen=kept.chosen,
                marked=frozenset(kept.marked),
                zoomed=kept.zoomed,
                wanted=wanted,
                columns=board.fresh.columns if kept.columns is None else kept.columns,
                urgent=board.fresh.urgent if kept.urgent is None else kept.urgent,
                side=kept.side,
            )
        )
        if board.selection.chosen is not None:
            board.choose(board.selection.chosen)
        if kept.place and (kept.place != "diff" or board.selection.chosen == kept.chosen):
            _open(app, kept.place)
    app.keeper.begin(kept)


def _open(app: CockpitApp, place: str) -> None:
    """Unless it can't be opened now: then the board is where to begin."""
    from cockpit.ui.actions import BY_ID

    action = BY_ID.get(place)
    if action is not None and action.why_not(app.board.context()) is None:
        app.perform(place)
