"""All looks in one object, as `services.doctor` wants them."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cockpit.adapters.checkup import places, programs
from cockpit.adapters.platform import kernel, traits
from cockpit.adapters.tmux.environment import has_terminfo, is_utf8
from cockpit.adapters.trash_places import TrashPlaces
from cockpit.domain.checkup.facts import (
    Agent,
    Place,
    Repository,
    Server,
    SshAgent,
    State,
    System,
    Terminal,
    Tool,
    Wanted,
)
from cockpit.errors import CockpitError


class LocalMachine:
    """Fulfils `services.doctor.Machine`. No look raises, and none changes anything."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def git(self) -> Tool:
        return programs.tool("git", "--version")

    def tmux(self) -> Tool:
        return programs.tool("tmux", "-V")

    def server(self, socket_name: str) -> Server:
        return programs.server(socket_name)

    def agents(self, wanted: Sequence[Wanted]) -> tuple[Agent, ...]:
        return programs.agents(wanted)

    def terminal(self) -> Terminal:
        env = self._environment
        columns, rows = _size()
        term = env.get("TERM", "")
        return Terminal(
            is_terminal=sys.stdout.isatty() or sys.stdin.isatty(),
            term=term,
            has_entry=has_terminfo(term, env),
            colours=env.get("COLORTERM", ""),
            columns=columns,
            rows=rows,
            is_utf8=is_utf8(env),
            inside=_inside(env),
        )

    def system(self, wanted_watches: int | None) -> System:
        return System(
            name=traits.current.system,
            release=kernel.release(),
            login=kernel.login(),
            watches=kernel.watches(wanted_watches),
            open_files=kernel.open_files_limit(),
            now=time.time(),
            python=platform.python_version(),
        )

    def place(self, path: Path) -> Place:
        return places.place(path)

    def trash(self, common: Path, state: Path, checkout: Path | None, worktree: Path) -> Place:
        """Where the trash of a lane in `worktree` would lie."""
        try:
            folder = TrashPlaces(common, state, checkout).folder_for(worktree)
        except CockpitError:
            return Place("")
        return places.place(folder)

    def state(self, path: Path) -> State:
        return places.state(path)

    def repository(self, start: Path) -> tuple[Repository, Path | None]:
        return places.repository(start)

    def ssh_agent(self, state: Path) -> SshAgent:
        return places.ssh_agent(self._environment, state)

    def git_configs(self) -> tuple[str, ...]:
        return places.git_configs(self._environment)


def _size() -> tuple[int, int]:
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        try:
            size = os.get_terminal_size(stream.fileno())
        except (OSError, ValueError, AttributeError):
            continue
        return (size.columns, size.lines)
    return (0, 0)


def _inside(env: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    if env.get("TMUX"):
        found.append("tmux")
    elif env.get("STY") or env.get("TERM", "").startswith("screen."):
        found.append("screen")
    if env.get("SSH_CONNECTION") or env.get("SSH_TTY"):
        found.append("ssh")
    if env.get("MOSH_CONNECTION") or env.get("MOSH_IP"):
        found.append("mosh")
    return tuple(found)
