"""Running the application: the filter first, then the app, then everything closed again."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import textual.app

from cockpit.domain.keys import KeyWish
from cockpit.errors import CockpitError
from cockpit.services.api import Supervisor
from cockpit.services.founding import Founding
from cockpit.services.looks import Look, Looks
from cockpit.ui import chokepoint
from cockpit.ui.app import CockpitApp


def run_app(
    make_supervisor: Callable[[], Supervisor],
    *,
    hosted: bool,
    looks: Looks,
    theme: str = "",
    keys: Iterable[KeyWish] = (),
    few_colours: bool = False,
    now: Callable[[], float] = time.time,
) -> None:
    """Run the cockpit on this terminal until the commander leaves.

    `make_supervisor` is called on the event loop. Raises `Unavailable` when the filter for
    escape codes does not hold with this Textual, `CockpitError` when the app crashed, and what
    `make_supervisor` raises.
    """
    _settle_size()
    chokepoint.install(colourless=bool(os.environ.get("NO_COLOR")))
    chokepoint.self_test()
    _complete_stdout()
    app = partial(
        CockpitApp,
        hosted=hosted,
        look=looks.read(),
        looks=looks,
        theme=theme,
        keys=tuple(keys),
        few_colours=few_colours,
        now=now,
    )
    asyncio.run(_run(make_supervisor, app))


def run_founding(founding: Founding, *, look: Look) -> Path | None:
    """Offer a lanes.yaml on this terminal; the path of what was written, None when nothing was.

    Raises `Unavailable` as `run_app`, `CockpitError` when the app crashed."""
    from cockpit.ui.founding_app import FoundingApp

    _settle_size()
    chokepoint.install(colourless=bool(os.environ.get("NO_COLOR")))
    chokepoint.self_test()
    _complete_stdout()
    app = FoundingApp(founding, look=look)
    written = app.run()
    if app.return_code:
        raise CockpitError(
            "The screen that offers a lanes.yaml ended in an error of its own.",
            detail="The traceback stands above.",
            hint="`cockpit init` does the same without a screen; please report the traceback.",
        )
    return written


def _complete_stdout() -> None:
    """While the app runs, `sys.stdout` is a stand-in of Textual's that lacks `encoding`, which
    libraries read when they are first imported (libtmux 0.62 at its top level)."""
    if not hasattr(textual.app._PrintCapture, "encoding"):
        textual.app._PrintCapture.encoding = "utf-8"  # type: ignore[attr-defined]


def _settle_size() -> None:
    """A terminal that says it has no size (some serial lines and bare ptys) makes Textual
    8.2.8 fall back to 24 rows in one place and 25 in another, and repaint for ever. COLUMNS and
    LINES from outside would hold it at that size through every resize.

    Rich takes every terminal named `dumb` for 80 by 25, with the same end; as for tmux's client
    (`attach_environment`), the name counts as the commonest one."""
    if os.environ.get("TERM", "").lower() in ("", "dumb", "unknown"):
        os.environ["TERM"] = "xterm-256color"
    try:
        columns, rows = os.get_terminal_size(sys.__stdin__.fileno() if sys.__stdin__ else 0)
    except (OSError, ValueError):
        return
    if not (columns and rows):
        os.environ.setdefault("COLUMNS", "80")
        os.environ.setdefault("LINES", "24")
    else:
        os.environ.pop("COLUMNS", None)
        os.environ.pop("LINES", None)


async def _run(
    make_supervisor: Callable[[], Supervisor], make_app: Callable[[Supervisor], CockpitApp]
) -> None:
    supervisor = make_supervisor()
    try:
        app = make_app(supervisor)
        gc.freeze()  # what start-up made stays; collections look only at what comes later
        await app.run_async()
        _keep_last(app)
    finally:
        await supervisor.stop()
    if app.return_code:
        raise CockpitError(
            "The cockpit's app ended in an error of its own; the lanes run on.",
            detail="The traceback stands above.",
            hint="Open it again with `cockpit up`, and please report the traceback.",
        )


def _keep_last(app: CockpitApp) -> None:
    """What the app looked like, and when, for the next time; a disk that refuses is said and
    stops nothing."""
    try:
        app.keeper.write_last()
        app.away.leave()
    except CockpitError as error:
        sys.stderr.write(f"How cockpit looked is not kept: {error.title}\n")
