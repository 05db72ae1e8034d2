"""Folders and disks as they are. Nothing is made and nothing is written by looking."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cockpit.adapters import ssh_agent as agent_link
from cockpit.adapters.files import read_small
from cockpit.adapters.git.discover import discover
from cockpit.adapters.platform import kernel
from cockpit.adapters.platform.ask import find_program
from cockpit.domain.checkup.facts import Place, Repository, SshAgent, State
from cockpit.errors import CockpitError, UsageError

_TIMED = ("HEAD", "index", "logs/HEAD", "FETCH_HEAD")
_ATTRIBUTES_CAP = 1 << 20


def place(path: Path) -> Place:
    """The disk of `path`, or of the nearest folder above it that exists."""
    probe = path
    while not probe.exists() and probe != probe.parent:
        probe = probe.parent
    try:
        facts, device = os.statvfs(probe), probe.stat().st_dev
    except OSError:
        return Place(str(path))
    return Place(
        str(path),
        device,
        kernel.filesystem_kind(str(probe)),
        facts.f_bavail * facts.f_frsize,
        facts.f_favail if facts.f_files > 0 else None,
        os.access(probe, os.W_OK | os.X_OK),
        _folds_case(probe),
    )


def _folds_case(folder: Path) -> bool | None:
    """Whether a name in other letters is the same file there; None where no name can tell."""
    other = folder.with_name(folder.name.swapcase())
    if other.name == folder.name:
        return None
    try:
        return other.samefile(folder)
    except FileNotFoundError:
        return False
    except OSError:
        return None


def state(path: Path) -> State:
    """The state folder; what is no folder is not followed."""
    try:
        facts = path.lstat()
    except OSError:
        return State(str(path), exists=False)
    return State(
        str(path),
        exists=True,
        is_folder=stat.S_ISDIR(facts.st_mode),
        owner_is_us=facts.st_uid == os.geteuid(),
        mode=stat.S_IMODE(facts.st_mode),
    )


def repository(start: Path) -> tuple[Repository, Path | None]:
    """The repository around `start` and its common git directory, without running git."""
    try:
        found = discover(start)
    except UsageError as error:
        return Repository(trouble=error.title, hint=error.hint, is_missing=True), None
    except CockpitError as error:
        return Repository(trouble=error.title, hint=error.hint), None
    root = found.checkout or found.common_dir
    return (
        Repository(
            root=str(root),
            newest=_newest(found.common_dir),
            has_submodules=(root / ".gitmodules").is_file(),
            wants_lfs=_wants_lfs(root),
            has_lfs=find_program("git-lfs") is not None,
        ),
        found.common_dir,
    )


def _newest(common: Path) -> float | None:
    times = []
    for name in _TIMED:
        try:
            times.append((common / name).lstat().st_mtime)
        except OSError:
            continue
    return max(times, default=None)


def _wants_lfs(root: Path) -> bool:
    try:
        content = read_small(root, ".gitattributes", cap=_ATTRIBUTES_CAP)
    except CockpitError:
        return False
    return content is not None and b"filter=lfs" in content


def ssh_agent(environment: Mapping[str, str], state: Path) -> SshAgent:
    """Whether somebody answers at SSH_AUTH_SOCK, and at the link for lanes in the state folder."""
    named = environment.get(agent_link.VARIABLE, "")
    link = agent_link.link_in(state / "run")
    return SshAgent(
        named,
        agent_link.answers(named) if named else None,
        str(link) if agent_link.fits(link) else "",
        os.path.islink(link) and agent_link.answers(str(link)),
    )


def git_configs(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The user's own git configuration files that there are."""
    home = environment.get("HOME") or os.path.expanduser("~")
    base = environment.get("XDG_CONFIG_HOME") or f"{home}/.config"
    named = environment.get("GIT_CONFIG_GLOBAL")
    files = [named] if named else [f"{home}/.gitconfig", f"{base}/git/config"]
    return tuple(file for file in files if os.path.isfile(file))
