"""The commander's editor on a text that is not written yet, on this terminal."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.domain.editor import editor_argv
from cockpit.errors import CockpitError, Refused, Unavailable

_DROPPED = re.compile(r"GIT_|COCKPIT_")


@contextmanager
def edited(text: str, name: str) -> Iterator[str]:
    """Yields `text` as the commander leaves it in a private file called `name`. The file goes
    once it was used; where that fails it stays, and the error says where. Raises `Unavailable`
    when the editor can't be started, `Refused` when it failed or nothing was changed."""
    folder = Path(tempfile.mkdtemp(prefix="cockpit-"))
    path = folder / name
    keep = False
    try:
        path.write_text(text, encoding="utf-8")
        after = _after(path, text)
        keep = True
        yield after
        keep = False
    except CockpitError as error:
        if keep:
            kept = f"What you wrote is kept in {path}"
            error.detail = "\n".join(filter(None, (error.detail, kept)))
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _after(path: Path, before: str) -> str:
    argv = editor_argv(os.environ, path)
    code = _run(argv)
    if code:
        raise Refused(f"{argv[0]} ended with code {code}, so nothing was written.")
    try:
        after = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CockpitError("What the editor left can't be read.", detail=str(problem)) from problem
    if after == before or not after.strip():
        raise Refused("Nothing was changed, so nothing was written.")
    return after


def _run(argv: list[str]) -> int:
    environment = {name: told for name, told in os.environ.items() if not _DROPPED.match(name)}
    try:
        with _interrupts_ignored():
            return subprocess.call(argv, env=environment)
    except (OSError, ValueError) as failure:
        raise Unavailable(
            f"{argv[0]} could not be started.",
            detail=str(failure),
            hint="Set EDITOR to a command, for example: export EDITOR=vim",
        ) from failure


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ctrl-C in the editor is the editor's: a handler that does nothing (children get the
    default back, which they would not if it were ignored)."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
