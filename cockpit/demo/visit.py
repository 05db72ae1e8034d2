"""Giving this terminal to a program for a while, and coming back to tidy up.

`cockpit up` becomes its tmux client; the demo has a folder to remove when the visitor leaves,
so here the client is a child.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping, Sequence

from cockpit.errors import Unavailable


def visit(argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `argv` on this terminal until it ends; returns its exit code.

    Ctrl-C belongs to it meanwhile. Raises `Unavailable` when it is not installed.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run(list(argv), env=dict(environment), check=False).returncode
    except FileNotFoundError as missing:
        raise Unavailable(
            f"{argv[0]} is not installed.", hint=f"Install it, for example `apt install {argv[0]}`."
        ) from missing
    finally:
        signal.signal(signal.SIGINT, before)
