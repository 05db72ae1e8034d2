"""What the palette offers: actions of this screen and of the board, lanes, tasks, themes. All
from the registry and the fleet; names from outside are text and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.text import safe
from cockpit.ui import present
from cockpit.ui.actions import ACTIONS, BOARD_ACTIONS, BY_ID, Action, Danger, Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.screens.pick import Entry, PickScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

OF_A_LANE = (
    "attach",
    "type",
    "send",
    "diff",
    "land",
    "start",
    "restart",
    "interrupt",
    "sync",
    "park",
    "teardown",
    "stop",
    "gate",
    "explain",
    "editor",
    "shell",
    "standing",
    "zoom",
    "mark",
)
"""The board's actions that are about the chosen lane, as its menu lists them."""

NOT_HERE = "Answer or close this dialog first."
THEME = "theme:"


async def ask_palette(app: CockpitApp) -> None:
    """Let the commander choose from everything, and do it. Clicks that come faster than a screen
    is drawn open one."""
    here = app.screen
    if isinstance(here, PickScreen):
        return
    taken = await app.push_screen_wait(
        PickScreen("Commands", list(entries(app, here)), recent=list(app.recent))
    )
    if taken is not None:
        await _do(app, taken.id)


async def ask_lane_menu(app: CockpitApp, lane: LaneId) -> None:
    """Let the commander choose what to do with a lane."""
    if isinstance(app.screen, PickScreen):
        return
    view = app.board.fleet.lane(lane)
    if view is None:
        return
    title = f"{view.key} {lane}: {present.status(view, app.now()).plain}"
    taken = await app.push_screen_wait(PickScreen(title, list(_of_lane(app, view))))
    if taken is not None:
        await _do(app, taken.id)


async def ask_theme(app: CockpitApp) -> None:
    """Let the commander choose a theme: the one below the cursor is worn, Escape goes back."""
    why = app.looks.why_no_choice()
    if why is not None:
        app.toast(Content(why), severity="warning")
        return
    before = app.looks.worn
    taken = await app.push_screen_wait(
        PickScreen(
            "Theme",
            list(_themes(app)),
            at=THEME + before,
            preview=lambda entry: app.looks.wear(entry.id.removeprefix(THEME)),
        )
    )
    if taken is None:
        app.looks.wear(before)
    else:
        await app.looks.choose(taken.id.removeprefix(THEME))


# ------------------------------------------------------------------ what there is


def entries(app: CockpitApp, here: object) -> Iterator[Entry]:
    """Everything, what belongs to the screen `here` first."""
    scopes = here.scopes if isinstance(here, Keyed) else ()
    mine = [action for action in ACTIONS if action.scope in scopes and action.palette]
    mine = [action for action in mine if action.scope is not Scope.BOARD]
    for action in sorted(mine, key=lambda one: one.danger is not Danger.SAFE):
        if not action.moves and action.scope is not Scope.ANYWHERE:
            yield _entry(app, action, group="this screen")
    away = None if not _dialog_is_open(app) else NOT_HERE
    for action in BOARD_ACTIONS:
        if action.palette and action.scope is Scope.BOARD and not action.moves:
            yield _entry(app, action, group="board", away=away)
    yield _entry(app, BY_ID["help"], group="this screen")
    for view in app.board.fleet.lanes.values():
        yield _go_to(view, away)
        yield from _of_lane(app, view, away=away, searched=True)
    for task in app.board.fleet.board.tasks:
        name, title = safe(task.task.name, width=60).text, safe(task.task.title, width=80).text
        yield Entry(
            f"task:{task.task.name}",
            f"Task {name}",
            title,
            why_not=away or "",
            group="task",
            searched=True,
        )
    yield from _themes(app, searched=True)
    for action in mine:
        if action.moves:
            yield _entry(app, action, group="this screen")
    if Scope.INBOX in scopes:
        for digit in BY_ID["answer_choice"].keys:
            yield Entry(f"answer_choice#{digit}", f"Answer {digit}", key=digit, group="this screen")


def _entry(app: CockpitApp, action: Action, *, group: str, away: str | None = None) -> Entry:
    reason = away or action.why_not(app.board.context())
    return Entry(
        action.id,
        action.title,
        action.help,
        app.keymap.key(action.id),
        app.keymap.say(reason) if reason else "",
        group,
    )


def _go_to(view: LaneView, away: str | None) -> Entry:
    lane = safe(view.lane, width=60).text
    about = f"{view.activity.state.value}  {safe(view.agent, width=40).text}"
    key = safe(view.key, width=4).text
    return Entry(f"lane:{view.lane}", f"Go to {lane}", about, key, away or "", "lane")


def _of_lane(
    app: CockpitApp, view: LaneView, *, away: str | None = None, searched: bool = False
) -> Iterator[Entry]:
    context = app.board.context_of(view, alone=True)
    lane = safe(view.lane, width=60).text
    for name in OF_A_LANE:
        action = BY_ID[name]
        reason = away or action.why_not(context)
        yield Entry(
            f"{name}@{view.lane}",
            f"{action.title} {lane}" if searched else action.title,
            action.help,
            app.keymap.key(name),
            app.keymap.say(reason) if reason else "",
            "lane",
            searched,
        )


def _themes(app: CockpitApp, *, searched: bool = False) -> Iterator[Entry]:
    for name, spec in app.looks.themes.items():
        ground = "dark" if spec.dark else "light"
        if spec.terminal:
            ground = "the terminal's own colours"
        worn = "worn now, " if name == app.looks.worn else ""
        yield Entry(
            THEME + name,
            f"Theme {name}" if searched else name,
            f"{worn}{ground}",
            why_not=(app.looks.why_no_choice() or "") if searched else "",
            group="theme",
            searched=searched,
        )


# ------------------------------------------------------------------ doing it


async def _do(app: CockpitApp, taken: str) -> None:
    """What an entry stands for, and remember it."""
    if taken in app.recent:
        app.recent.remove(taken)
    app.recent.appendleft(taken)
    kind, about, name = taken.partition(":")
    action, _, lane = taken.partition("@")
    answer, _, digit = taken.partition("#")
    if about and kind == "theme":
        await app.looks.choose(name)
    elif about:
        if to_board(app):
            _go(app, kind, name)
    elif lane:
        view = app.board.fleet.lane(LaneId(lane))
        if view is None:
            app.toast(present.text(f"Lane {lane} is gone."), severity="warning")
        elif to_board(app):
            app.board.choose(view.lane)
            app.perform(action, lane=view)
    elif digit:
        app.perform(answer, digit)
    elif BY_ID[taken].scope is not Scope.BOARD or to_board(app):
        app.perform(taken)


def _go(app: CockpitApp, kind: str, name: str) -> None:
    from cockpit.ui.screens.task import TaskScreen

    if kind == "lane":
        app.board.choose(LaneId(name))
        return
    found = next((one for one in app.fleet.board.tasks if one.task.name == name), None)
    if found is not None:
        app.push_screen(TaskScreen(found, app.fleet))


def _dialog_is_open(app: CockpitApp) -> bool:
    return any(screen.is_modal for screen in app.screen_stack)


def to_board(app: CockpitApp) -> bool:
    """Close what lies over the board, as the key for that would, its search or range with it;
    False if something stays."""
    leave: Callable[[], object] | None
    while (screen := app.screen) is not app.board:
        leave = getattr(screen, "do_close", None)
        if leave is None or screen.is_modal:
            app.toast(Content(NOT_HERE), severity="warning")
            return False
        leave()
        if app.screen is screen:
            screen.dismiss()
    return True
