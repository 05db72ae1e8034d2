"""Repository, lanes.yaml, state folder, disks, and what a lane's pane would get."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.checkup.facts import Facts, Place
from cockpit.domain.checkup.finding import Finding, note, ok, problem, warning

LEAST_FREE = 1 << 30
"""Bytes below which a few worktrees and their snapshots may not fit."""
NO_FREE = 128 << 20
LEAST_INODES = 10_000
SHOWN = 6
"""Names in a sentence before the rest is counted."""
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "ceph")


def judge_repository(facts: Facts) -> Iterator[Finding]:
    found = facts.repository
    if found.is_missing:
        yield note(
            "repository",
            "This is not inside a git repository, so only the machine was looked at.",
            "Run it in your repository, or give one with `-C DIR`.",
        )
        return
    if found.trouble:
        yield problem("repository", found.trouble, found.hint or "Look at it with `git status`.")
        return
    yield ok("repository", f"The repository at {found.root} can be used.")
    if found.has_submodules:
        yield note(
            "submodules",
            "The repository has submodules: lanes get them at the commits that the target names.",
            "`setup: {run: [...]}` in lanes.yaml can fill them in a new lane.",
        )
    if found.wants_lfs and not found.has_lfs:
        yield problem(
            "git lfs",
            "The repository keeps files in git LFS, and git-lfs is not installed.",
            "Install it (apt install git-lfs), then `git lfs install`.",
        )
    elif found.wants_lfs:
        yield ok("git lfs", "The repository keeps files in git LFS, and git-lfs is installed.")


def judge_configuration(facts: Facts) -> Iterator[Finding]:
    found = facts.configuration
    if not facts.repository.root:
        return
    if not found.exists:
        yield note("lanes.yaml", "There is no lanes.yaml yet.", "`cockpit init` writes one.")
    elif found.problems:
        more = f" (and {len(found.problems) - 1} more)" if len(found.problems) > 1 else ""
        yield problem("lanes.yaml", f"{found.problems[0]}{more}", "`cockpit check` explains all.")
    elif not found.lanes:
        yield note("lanes.yaml", "lanes.yaml names no lanes.", "Name some under `lanes:`.")
    else:
        yield ok("lanes.yaml", f"lanes.yaml is valid: {_some(found.lanes)}.")
    if found.is_trusted is False:
        yield note(
            "trust",
            "What lanes.yaml can run is not trusted yet, so lanes won't start.",
            "Read it and allow it with `cockpit trust`.",
        )


def judge_state(facts: Facts) -> Iterator[Finding]:
    state, place = facts.state, facts.state_place
    if not state.exists:
        if place is not None and place.is_writable is False:
            yield problem(
                "state folder",
                f"The state folder can't be made: {place.path} is not yours to write.",
                "Set XDG_STATE_HOME to a folder of your own.",
            )
        else:
            yield ok("state folder", f"The state folder will be {state.path}")
    elif not state.is_folder:
        yield problem(
            "state folder", f"{state.path} is not a folder.", "Move it away; cockpit makes one."
        )
    elif not state.owner_is_us:
        yield problem(
            "state folder",
            f"{state.path} belongs to another user.",
            "Set XDG_STATE_HOME to a folder of your own.",
        )
    elif state.mode & 0o077 and facts.repository.root:
        yield warning(
            "state folder",
            f"Other users can look into {state.path} (mode {state.mode:04o}), and it may hold "
            "secrets from your lanes.",
            f"`chmod 700 {state.path}`",
        )
    else:
        yield ok("state folder", f"{state.path} is yours alone.")


def judge_disks(facts: Facts) -> Iterator[Finding]:
    places = [facts.checkout, facts.worktrees, facts.state_place]
    seen: set[tuple[int | None, str]] = set()
    for place in places:
        if place is None:
            continue
        key = (place.device, "" if place.device is not None else place.path)
        if key not in seen:
            seen.add(key)
            yield from _space(place)
    yield from _trash(facts)
    yield from _odd(facts)


def _space(place: Place) -> Iterator[Finding]:
    if place.free is None:
        yield note(
            "free space",
            f"How much is free on the disk of {place.path} is not known.",
            "`df -h` shows it.",
        )
    elif place.free < NO_FREE:
        yield problem(
            "free space",
            f"Only {_size(place.free)} are free on the disk of {place.path}",
            "Free some: `cockpit trash ls` shows what cockpit keeps.",
        )
    elif place.free < LEAST_FREE:
        yield warning(
            "free space",
            f"{_size(place.free)} are free on the disk of {place.path}",
            "Free some before you start more lanes.",
        )
    else:
        yield ok("free space", f"{_size(place.free)} are free on the disk of {place.path}")
    if place.inodes is not None and place.inodes < LEAST_INODES:
        yield warning(
            "free space",
            f"The disk of {place.path} can hold only {place.inodes} more files.",
            "Remove files that are not needed, such as caches of package managers.",
        )


def _trash(facts: Facts) -> Iterator[Finding]:
    lanes, trash = facts.worktrees, facts.trash
    if lanes is None or trash is None or lanes.device is None or trash.device is None:
        return
    if lanes.device != trash.device:
        yield problem(
            "trash",
            f"{trash.path} is on another file system than the lanes, so no lane could be moved "
            "into it.",
            "Put lanes elsewhere with `worktrees:` in lanes.yaml.",
        )
    elif trash.is_writable is False or lanes.is_writable is False:
        yield problem(
            "trash",
            f"{trash.path} is not yours to write, and lanes and their trash would lie there.",
            "Put lanes elsewhere with `worktrees:` in lanes.yaml.",
        )
    else:
        yield ok("trash", "Lanes and their trash lie on one file system.")


def _odd(facts: Facts) -> Iterator[Finding]:
    checkout = facts.checkout
    if checkout is not None and checkout.folds_case:
        yield note(
            "file names",
            f"{checkout.path} lies on a file system that takes A and a for the same name: "
            "commits with two such files can't be checked out whole.",
            "A case-sensitive volume avoids it.",
        )
    for place in dict.fromkeys(p for p in (checkout, facts.worktrees, facts.state_place) if p):
        if place.kind in _NETWORK:
            yield warning(
                "network disk",
                f"{place.path} lies on a network file system ({place.kind}): changes made "
                "elsewhere are not told, and locks may not hold.",
                "Keep repository and state on a disk of this machine.",
            )


def judge_git_config(facts: Facts) -> Iterator[Finding]:
    if facts.git_configs:
        names = " and ".join(facts.git_configs)
        yield note(
            "git configuration",
            f"{names} is trusted: filters, hooks and helpers named there run for cockpit too.",
            "Agents run as you and could write there; look at it with `git config --global -l`.",
        )


def judge_lane_environment(facts: Facts) -> Iterator[Finding]:
    lane = facts.lane
    if not lane.names:
        return
    gets = f"A lane gets {len(lane.names)} variables of yours"
    if lane.dropped:
        gets += f", without {_some(lane.dropped)}"
    if lane.secrets:
        yield note(
            "lane environment",
            f"{gets}; of these {_some(lane.secrets)} may be secrets.",
            "`env_drop` in lanes.yaml keeps variables from lanes.",
        )
    else:
        yield ok("lane environment", f"{gets}.")


def _some(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _size(size: int) -> str:
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
