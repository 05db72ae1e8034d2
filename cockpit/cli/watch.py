"""`--watch`: the same look again and again, for every command that has one.

On a terminal the picture stays in place and is drawn anew when it changed. Elsewhere it is
written when what it says changed, with `--json` a document a line. A look that fails is told,
and the next one may succeed; only the first must.
"""

from __future__ import annotations

import shutil
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import TypeVar

from cockpit.cli.context import Context
from cockpit.errors import CockpitError, Exit, UsageError

EVERY = 1.0
"""Seconds between two looks."""
SHARE = 3.0
"""A look that takes long is followed by a pause of so many times as long."""
READER = 5.0
"""Seconds of a long pause after which it is seen whether anybody reads still."""

_Seen = TypeVar("_Seen")


def add_watch(parser: ArgumentParser, which: str = "") -> None:
    """The option; `which` is the action that it belongs to, where a command has several."""
    only = f"for {which}: " if which else ""
    parser.add_argument(
        "-w",
        "--watch",
        action="store_true",
        help=f"{only}look again every second, until Ctrl-C",
    )


def require_look(watched: bool, is_look: bool, command: str) -> None:
    """Raises `UsageError` for --watch with an action that does something."""
    if watched and not is_look:
        raise UsageError(f"--watch belongs to `cockpit {command}`.")


def watch(
    context: Context,
    look: Callable[[], _Seen],
    show: Callable[[_Seen], None],
    *,
    told: Callable[[_Seen], object] = lambda seen: seen,
) -> int:
    """Look and show until Ctrl-C (130) or until nobody reads any more (0). Off a terminal it is
    shown when `told(seen)`, less what only time changes, is another. Raises what the first look
    raises."""
    out = context.out
    out.is_series = True
    last: object = None
    has_shown = False
    try:
        while not out.closed:
            begun = time.monotonic()
            try:
                seen = look()
            except CockpitError as error:
                if not has_shown:
                    raise
                if last != (error.title,) or (out.is_terminal and not out.json):
                    _fail(context, error)
                last = (error.title,)
            else:
                if not has_shown or told(seen) != last or (out.is_terminal and not out.json):
                    _draw(context, seen, show, first=not has_shown)
                last, has_shown = told(seen), True
            out.finish()
            _rest(context, max(EVERY, SHARE * (time.monotonic() - begun)))
    except KeyboardInterrupt:
        if out.is_terminal:
            out.say()  # the terminal shows ^C where the picture ended
        return int(Exit.INTERRUPTED)
    return 0


def _rest(context: Context, seconds: float) -> None:
    """Pause, no longer than somebody reads."""
    while seconds > 0 and not context.out.closed:
        context.pause(min(seconds, READER))
        seconds -= READER
        context.out.look_for_reader()


def _draw(context: Context, seen: _Seen, show: Callable[[_Seen], None], *, first: bool) -> None:
    out = context.out
    if out.json:
        show(seen)
        return
    if first and out.is_terminal:
        out.make_room(shutil.get_terminal_size().lines)
    with out.frame():
        show(seen)


def _fail(context: Context, error: CockpitError) -> None:
    if context.out.json:
        context.out.failure(error)
        return
    with context.out.frame():
        context.out.sentence(error)
