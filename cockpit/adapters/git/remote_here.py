"""A remote that is a repository on this machine: git answers a push there by itself, in that
repository, with its hooks and its configuration, where agents can write as well as we.

So nothing of it runs, and a push to one that has hooks says no: to leave out what somebody
put there to check pushes would be a push past the check.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from cockpit.adapters.git.discover import common_of, gitdir_target
from cockpit.adapters.git.run import GitDoor
from cockpit.adapters.git.shadow import read_settings

_HOOKS = (
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
    "reference-transaction",
    "proc-receive",
    "push-to-checkout",
)
"""Hooks that a push runs (githooks(5))."""

_QUIET = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=true",
    "receive.denyCurrentBranch=refuse",
    "receive.autogc=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
"""What keeps `receive-pack` from starting a program: `updateInstead` would check files out, with
filters; a repository that borrows objects asks a command for the refs of the lender."""

_SUFFIXES = ("/.git", "", ".git/.git", ".git")
"""Where git looks for the repository that an address names, in its order."""


def folder_of(address: str) -> Path | None:
    """The folder that an address (absolute, if it is a path) names; None for one elsewhere."""
    if address.lower().startswith("file://"):
        _, slash, rest = address[len("file://") :].partition("/")
        return Path(unquote(slash + rest))
    return Path(address) if address.startswith("/") else None


def receive_pack(program: str) -> str:
    """The command that takes a push here; git gives it to a shell with the path behind it."""
    options = [word for setting in _QUIET for word in ("-c", setting)]
    return shlex.join([program, *options, "receive-pack"])


def hooks_of(door: GitDoor, folder: Path) -> list[str]:
    """Names of what a push to the repository at `folder` would run if we let it."""
    common = _common(folder)
    if common is None:
        return []
    names = list(_active(common / "hooks"))
    for key, value in read_settings(door, common / "config"):
        if key == "core.hookspath" and value:
            names += _active(common / os.path.expanduser(value))
    return list(dict.fromkeys(names))


def _common(folder: Path) -> Path | None:
    for suffix in _SUFFIXES:
        place = Path(f"{folder}{suffix}")
        found = gitdir_target(place) if place.is_file() else place
        if found is not None and os.path.lexists(found / "HEAD"):
            return common_of(found)
    return None


def _active(folder: Path) -> Iterator[str]:
    return (name for name in _HOOKS if os.access(folder / name, os.X_OK))
