"""Setting up a fresh worktree: files that git does not carry, then the setup commands.

The commands run in the lane's own pane, so that the commander sees them; they run the lane's
code, so they get none of the commander's credentials, which the agent itself needs.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from cockpit.domain.scrub import is_dropped
from cockpit.services.workplace import Workplace

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def prepare_files(work: Workplace, worktree: Path) -> list[str]:
    """Copy, link and rewrite what `setup` names; what lies there already is never overwritten.

    Returns what could not be done, a short text each.
    """
    names = work.config.setup
    return [
        *work.files.copy(work.root, worktree, names.copy),
        *work.files.link(work.root, worktree, names.link),
        *work.files.rewrite(work.root, worktree, names.rewrite),
    ]


def script(commands: Sequence[str], inherited: Iterable[str], argv: Sequence[str]) -> str:
    """A POSIX shell script that shows and runs `commands` in order, stops at the first that
    fails with its code, and then becomes `argv`.

    `inherited` are the names of the variables it starts with.
    """
    secrets = [name for name in inherited if is_dropped(name) and IDENTIFIER.fullmatch(name)]
    unset = f"unset {' '.join(secrets)}\n" if secrets else ""
    lines = []
    for command in commands:
        lines.append(f"printf '%s\\n' {shlex.quote(f'setup: {command}')}")
        lines.append(f"({unset}{command}\n) || {{ code=$?; echo 'setup failed'; exit $code; }}")
    lines.append(f"exec {shlex.join(argv)}")
    return "\n".join(lines) + "\n"
