"""A link of ours to the socket of the commander's ssh agent, which outlives a login.

Each login has a socket of its own (a forwarded one goes with its connection), and a pane keeps the
SSH_AUTH_SOCK that it was started with. So panes get this link's path, and whoever starts a command
with an agent that answers points the link there (DESIGN §6).
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cockpit.adapters.files import make_private_dir
from cockpit.errors import CockpitError

VARIABLE = "SSH_AUTH_SOCK"
NAME = "ssh-agent"
LONGEST = 103
"""Bytes of a unix socket's path that every system takes (macOS; Linux takes 107)."""
PATIENCE = 0.2
"""Seconds within which an agent must take a connection."""
_MOST_LINKS = 20


def link_in(folder: Path) -> Path:
    """The link in the state's run folder, whether it is there or not."""
    return folder / NAME


def fits(link: Path) -> bool:
    """Whether a program can connect to a path of this length."""
    return len(os.fsencode(link)) <= LONGEST


def point(folder: Path, environment: Mapping[str, str]) -> bool:
    """Point the link to the agent that `environment` names; whether it leads there now.

    It stays as it was where none is named, where nobody answers, where the socket is not ours,
    and where it leads to the link itself. Inside a lane it stays too: what an agent made its
    own is not for the others. A disk that refuses leaves it as well: no command fails by that.
    """
    named, link = environment.get(VARIABLE, ""), link_in(folder)
    if not os.path.isabs(named) or "COCKPIT_LANE" in environment or not fits(link):
        return False
    if _leads_to(named, link):
        return False
    with suppress(OSError):
        if os.readlink(link) == named:
            return True
    if not (_is_ours(named) and answers(named)):
        return False
    try:
        make_private_dir(folder)
        _replace(link, named)
    except (OSError, CockpitError):
        return False  # lanes get what the commander has, as without a link
    return True


def answers(named: str) -> bool:
    """Whether somebody takes a connection there; nothing is asked of them."""
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PATIENCE)
        try:
            probe.connect(named)
        except (OSError, ValueError):
            return False
    return True


def _is_ours(named: str) -> bool:
    try:
        found = os.stat(named)
    except (OSError, ValueError):
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()


def _leads_to(named: str, link: Path) -> bool:
    """Whether following links from `named` comes by our link: it would lead to itself then."""
    ours = os.path.join(os.path.realpath(link.parent), link.name)
    here = named
    for _ in range(_MOST_LINKS):
        folder, name = os.path.split(here)
        here = os.path.join(os.path.realpath(folder), name)
        if here == ours:
            return True
        try:
            here = os.path.join(folder, os.readlink(here))
        except (OSError, ValueError):
            return False
    return True  # a circle, or nearly


def _replace(link: Path, named: str) -> None:
    """In one step: a program that connects meanwhile gets the old agent or the new one."""
    fresh = link.with_name(f"{link.name}.{secrets.token_hex(4)}")
    os.symlink(named, fresh)
    try:
        os.replace(fresh, link)
    except OSError:
        os.unlink(fresh)
        raise
