"""What moves the board and narrows it: nothing outside the app changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.text import counted
from cockpit.ui.reasons import Context

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

Deed = Callable[["CockpitApp", Context, str], Awaitable[None] | None]


def _move(dx: int, dy: int) -> Deed:
    def move(app: CockpitApp, context: Context, key: str) -> None:
        app.board.beside(dx, dy)

    return move


def choose(app: CockpitApp, context: Context, key: str) -> None:
    order = app.board.selection.order(context.fleet)
    if key.isdigit() and 0 < int(key) <= len(order):
        app.board.choose(order[int(key) - 1])
    else:
        said = f"No lane stands at place {key}; {counted(len(order), 'lane')} here."
        app.toast(Content(said), severity="warning")


def find(app: CockpitApp, context: Context, key: str) -> None:
    app.board.find_by_letter()


def next_waiting(app: CockpitApp, context: Context, key: str) -> None:
    board = app.board
    found = board.selection.next_needing(board.fleet)
    if found is not None:
        if found not in board.selection.order(board.fleet):
            board.change(replace(board.selection, wanted=""))
        board.choose(found)


def zoom(app: CockpitApp, context: Context, key: str) -> None:
    selection = app.board.selection
    app.board.change(replace(selection, zoomed=not selection.zoomed, side=False))


def side(app: CockpitApp, context: Context, key: str) -> None:
    selection = app.board.selection
    app.board.change(replace(selection, side=not selection.side))


def side_page(by: int) -> Deed:
    def turn(app: CockpitApp, context: Context, key: str) -> None:
        app.board.side.page(by)

    return turn


def order(app: CockpitApp, context: Context, key: str) -> None:
    selection = app.board.selection
    app.board.change(replace(selection, urgent=not selection.urgent))
    said = (
        "Lanes that need you stand first."
        if not selection.urgent
        else ("Lanes stand in the order of lanes.yaml.")
    )
    app.toast(Content(said))


def columns(by: int) -> Deed:
    def change(app: CockpitApp, context: Context, key: str) -> None:
        app.board.change_columns(by)

    return change


def back(app: CockpitApp, context: Context, key: str) -> None:
    wider = app.board.selection.stepped_back()
    if wider is not None:
        app.board.change(wider)


def mark_all(app: CockpitApp, context: Context, key: str) -> None:
    app.board.change(app.board.selection.all_marked(context.fleet))


def mark(app: CockpitApp, context: Context, key: str) -> None:
    if context.lane is not None:
        app.board.change(app.board.selection.toggled(context.lane.lane))


def type_in(app: CockpitApp, context: Context, key: str) -> None:
    app.board.start_typing()


def open_filter(app: CockpitApp, context: Context, key: str) -> None:
    app.board.open_filter()


BOARD: dict[str, Deed] = {
    "left": _move(-1, 0),
    "right": _move(1, 0),
    "up": _move(0, -1),
    "down": _move(0, 1),
    "choose": choose,
    "find": find,
    "next": next_waiting,
    "zoom": zoom,
    "mark": mark,
    "mark_all": mark_all,
    "side": side,
    "side_down": side_page(1),
    "side_up": side_page(-1),
    "order": order,
    "more_columns": columns(1),
    "fewer_columns": columns(-1),
    "back": back,
    "type": type_in,
    "filter": open_filter,
}
