"""Handing the terminal over: to a lane's pane, to the editor, to a shell.

Hosted in our own tmux server, stepping into a lane only switches the client. Otherwise the
app is suspended while a child has the terminal. Two traps of Textual 8.2.8: `suspend()`
leaves the terminal unrestored if anything is raised inside it, so nothing is; and a repaint
during it fills the stopped writer's queue of 30 and blocks for ever, so `batch_update()`
holds repaints back.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from textual.app import App, SuspendNotSupported

from cockpit.domain.editor import editor_argv as editor_argv
from cockpit.errors import CockpitError, Unavailable

_DROPPED = re.compile(r"TMUX(?!_TMPDIR$)|GIT_|COCKPIT_")
"""TMUX_TMPDIR stays: it only says where this user's sockets lie, and without it the child
would look for our server elsewhere."""


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Ours without what would bind the child to a tmux server, a repository or a lane."""
    return {name: value for name, value in environment.items() if not _DROPPED.match(name)}


def shell_argv(environment: Mapping[str, str]) -> list[str]:
    return [environment.get("SHELL") or "/bin/sh"]


_lent: WeakSet[App[Any]] = WeakSet()


def is_handed_over(app: App[Any]) -> bool:
    """Whether another program has this app's terminal now."""
    return app in _lent


def can_hand_over(app: App[Any]) -> bool:
    """Whether this app sits on a terminal that another program can be given."""
    driver = app._driver
    return driver is not None and driver.can_suspend


async def hand_over(app: App[Any], argv: Sequence[str], *, cwd: Path | None = None) -> int:
    """Run a program on this terminal and wait for it; returns its exit code.

    Raises `Unavailable` when it can't be started, or the terminal can't be handed over or has
    been already.
    """
    if is_handed_over(app):
        raise Unavailable("Another program has this terminal.", hint="Leave that one first.")
    failure: BaseException | None = None
    code = 0
    try:
        with app.batch_update(), app.suspend(), _interrupts_ignored():
            _lent.add(app)
            try:
                code = await _run(argv, cwd)
            except (OSError, ValueError, asyncio.CancelledError) as error:
                failure = error
            finally:
                _lent.discard(app)
    except SuspendNotSupported as error:
        raise Unavailable("This terminal can not be handed to another program.") from error
    app.refresh(layout=True)
    if isinstance(failure, asyncio.CancelledError):
        raise failure
    if failure is not None:
        raise _not_started(argv, failure) from failure
    return code


async def _run(argv: Sequence[str], cwd: Path | None) -> int:
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=cwd, env=child_environment(os.environ)
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()


@contextmanager
def _interrupts_ignored() -> Any:
    """Ctrl-C in the child is the child's: a handler that does nothing (children get the
    default back, which they would not if it were ignored)."""
    before = signal.signal(signal.SIGINT, lambda number, stack: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _not_started(argv: Sequence[str], failure: BaseException) -> CockpitError:
    return Unavailable(
        f"{argv[0]} could not be started.",
        detail=str(failure),
        hint="Check that it is installed and that the lane's folder is there.",
    )
