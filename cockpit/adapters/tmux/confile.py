"""Where the configuration text comes from and goes to: the user's own file (if asked for), the
terminal entries of this machine, and our file in the state folder."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from cockpit.adapters.tmux.environment import has_terminfo


def pane_terminal() -> str:
    """The TERM of programs in panes: the best of tmux's own that this machine knows."""
    return "tmux-256color" if has_terminfo("tmux-256color") else "screen-256color"


def users_file(env: Mapping[str, str]) -> Path | None:
    """The user's own tmux configuration, where tmux itself looks for it; None without one."""
    base = os.environ.get("XDG_CONFIG_HOME") or f"{env['HOME']}/.config"
    for file in (Path(env["HOME"]) / ".tmux.conf", Path(base) / "tmux" / "tmux.conf"):
        if file.is_file():
            return file
    return None


def write(run_dir: Path, text: str) -> Path:
    """`tmux.conf` in `run_dir`, replaced as a whole, 0600. Raises `OSError`."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = run_dir / f"tmux.conf.{uuid.uuid4().hex[:8]}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(text.encode("utf-8", "surrogateescape"))
    return fresh.replace(run_dir / "tmux.conf")
