"""The machine: what becomes of agents at logout, WSL, macOS, the clock, the ssh agent."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.checkup.facts import Facts, Place
from cockpit.domain.checkup.finding import Finding, note, ok, problem, warning

BUILT = 1_767_225_600.0
"""2026-01-01: no clock that goes right is earlier."""
AHEAD = 120.0
"""Seconds that a file's time may lie ahead of the clock."""
_WINDOWS = ("9p", "drvfs", "v9fs", "fuse.drvfs")


def wsl_version(release: str) -> int:
    """1 or 2 by the kernel's release, 0 outside of WSL."""
    folded = release.casefold()
    if "microsoft" not in folded:
        return 0
    return 2 if "wsl2" in folded or "microsoft-standard" in folded else 1


def judge_login(facts: Facts) -> Iterator[Finding]:
    login = facts.system.login
    if not login.has_systemd:
        return
    mend = f"`loginctl enable-linger {login.user}`".replace(" `", "`")
    if login.lingers:
        yield ok("logout", "Your programs go on after you log out (linger is on).")
    elif login.kills:
        yield warning(
            "logout",
            "systemd ends all your programs at logout (KillUserProcesses=yes, linger is off): "
            "agents and tmux with them.",
            f"{mend} keeps them running.",
        )
    elif login.kills is None:
        yield note(
            "logout",
            "It is not known whether systemd ends your programs at logout.",
            f"{mend} makes sure that it does not.",
        )
    else:
        yield ok("logout", "Your programs go on after you log out.")


def judge_wsl(facts: Facts) -> Iterator[Finding]:
    version = wsl_version(facts.system.release)
    if not version:
        return
    if version == 1:
        yield problem(
            "WSL",
            "This is WSL 1, whose files and processes behave differently from Linux.",
            "`wsl --set-version DISTRIBUTION 2` in PowerShell.",
        )
    elif not facts.system.login.has_systemd:
        yield note(
            "WSL",
            "systemd is off here, so Windows may end the machine, and the agents with it, when "
            "no window of it is open.",
            "Put `systemd=true` under `[boot]` in /etc/wsl.conf, then `wsl --shutdown`.",
        )
    else:
        yield ok("WSL", "This is WSL 2 with systemd.")
    for place in _windows_places(facts):
        yield warning(
            "WSL",
            f"{place.path} lies on a Windows disk: git is many times slower there, changes are "
            "not told, and file modes are lost.",
            "Clone the repository into your Linux home.",
        )


def _windows_places(facts: Facts) -> Iterator[Place]:
    seen: set[str] = set()
    for place in (facts.checkout, facts.worktrees):
        if place is None or place.path in seen:
            continue
        seen.add(place.path)
        if place.kind in _WINDOWS or (not place.kind and place.path.startswith("/mnt/c/")):
            yield place


def judge_mac(facts: Facts) -> Iterator[Finding]:
    system = facts.system.name
    if system == "darwin":
        yield note(
            "macOS",
            "macOS tells less of other programs than Linux: which files they have open is not "
            "known, so a lock file of git's that a crash left stays until you remove it.",
            "If git says that `index.lock` exists and no git runs, remove that file yourself.",
        )
    elif system != "linux":
        yield note(
            "system",
            f"cockpit is developed on Linux; on {system} not all was tried.",
            "Please report what does not work.",
        )


def judge_clock(facts: Facts) -> Iterator[Finding]:
    now, newest = facts.system.now, facts.repository.newest
    if now < BUILT:
        yield problem(
            "clock",
            "The clock stands before 2026, so ages, order and certificates will be wrong.",
            "Set it (`timedatectl set-ntp true`).",
        )
    elif newest is not None and newest > now + AHEAD:
        yield warning(
            "clock",
            f"Files of the repository are {_span(newest - now)} ahead of the clock: it was set "
            "back, or that disk's server has another time.",
            "Set the clock (`timedatectl set-ntp true`); until then ages are shown wrongly.",
        )
    else:
        yield ok("clock", "The clock agrees with the repository's files.")


def _span(seconds: float) -> str:
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    hours = seconds / 3600
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


def judge_ssh(facts: Facts) -> Iterator[Finding]:
    agent = facts.ssh
    if not agent.socket:
        yield ok("ssh agent", "No ssh agent is named here (SSH_AUTH_SOCK), so lanes get none.")
    elif agent.link_answers:
        yield ok(
            "ssh agent",
            f"An ssh agent answers lanes at {agent.link}, a link that each command brings after "
            "the agent of its login.",
        )
    elif not agent.answers:
        yield warning(
            "ssh agent",
            f"SSH_AUTH_SOCK names {agent.socket}, and nobody answers there: a push from a lane "
            "started now would fail.",
            "Log in anew, or start an agent (`eval $(ssh-agent)`).",
        )
    elif agent.link:
        yield ok(
            "ssh agent",
            f"An ssh agent answers at {agent.socket}; lanes get a link to it, which the next "
            "command brings after it.",
        )
    elif "/ssh-" in agent.socket and "ssh" in facts.terminal.inside:
        yield note(
            "ssh agent",
            f"{agent.socket} goes with this login; lanes that are started now lose it with the "
            "connection.",
            "Link it to a fixed path in your login's start-up file, and set SSH_AUTH_SOCK to that.",
        )
    else:
        yield ok("ssh agent", f"An ssh agent answers at {agent.socket}")
