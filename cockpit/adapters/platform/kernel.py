"""What the system says of itself: limits, logout, and which file system a folder is on."""

from __future__ import annotations

import glob
import os
import pwd
import re

from cockpit.adapters.platform import processes, traits
from cockpit.adapters.platform.ask import ask, find_program
from cockpit.adapters.platform.traits import PROC
from cockpit.domain.checkup.facts import Login, Watches

_INOTIFY = PROC / "sys" / "fs" / "inotify"
_SYSTEMD = "/run/systemd/system"
_LINGER = "/var/lib/systemd/linger"
_LOGIND = ("/etc/systemd/logind.conf", "/etc/systemd/logind.conf.d/*.conf")
_PROPERTY = (
    "get-property",
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
    "KillUserProcesses",
)
DEADLINE = 2.0
_OCTAL = re.compile(r"\\([0-7]{3})")


def release() -> str:
    """As `uname -r`; WSL names itself there."""
    return os.uname().release


def watches(wanted: int | None) -> Watches:
    """The limits of inotify and how many instances this user has; not known elsewhere."""
    if not traits.current.proc:
        return Watches()
    limits = [_number(_INOTIFY / name) for name in ("max_user_watches", "max_user_instances")]
    return Watches(limits[0], limits[1], _instances(), wanted)


def _instances() -> int | None:
    """inotify instances of this user's programs, as far as they can be looked into."""
    try:
        pids = processes.pids()
    except processes.Unseen:
        return None
    return sum(path == "anon_inode:inotify" for pid in pids for path in processes.open_files(pid))


def _number(path: os.PathLike[str]) -> int | None:
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read(40))
    except (OSError, ValueError):
        return None


def login() -> Login:
    """What becomes of this user's programs at logout."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = ""
    if not os.path.isdir(_SYSTEMD):
        return Login(False, user)
    lingers = os.path.exists(f"{_LINGER}/{user}") if user and os.path.isdir(_LINGER) else None
    return Login(True, user, lingers, None if lingers else _kills())


def _kills() -> bool | None:
    """KillUserProcesses: what logind says, else what its files say."""
    program = find_program("busctl")
    if program is not None:
        told = bus_answer(ask([program, *_PROPERTY], deadline=DEADLINE).out)
        if told is not None:
            return told
    said = None
    for path in sorted(path for pattern in _LOGIND for path in glob.glob(pattern)):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                found = kills_in(file.read(1 << 16))
        except OSError:
            return None
        said = said if found is None else found
    return said


def bus_answer(out: bytes) -> bool | None:
    """`b true` or `b false`, as busctl prints a property."""
    return {b"b true": True, b"b false": False}.get(out.strip())


def kills_in(text: str) -> bool | None:
    """What a logind.conf says of KillUserProcesses; None: nothing, and the default is the
    distribution's."""
    found = re.findall(r"(?mi)^\s*KillUserProcesses\s*=\s*(\S+)\s*$", text)
    if not found:
        return None
    return {"yes": True, "true": True, "1": True, "on": True}.get(found[-1].lower(), False)


def open_files_limit() -> int | None:
    """How many files a program of ours may open; None: as many as it likes, or not known."""
    try:
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    except (ImportError, OSError, ValueError):
        return None
    return None if soft == resource.RLIM_INFINITY else soft


def filesystem_kind(path: str) -> str:
    """The type of the file system that `path` (which exists) lies on; empty: not known."""
    try:
        with open(PROC / "self" / "mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            return kind_in(file.read(), os.path.realpath(path))
    except OSError:
        return ""


def kind_in(mountinfo: str, real: str) -> str:
    """The type of the deepest mount above `real`, the last one where several lie there."""
    best, kind = "", ""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        words, types = left.split(" "), right.split(" ")
        if len(words) < 5:
            continue
        place = _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), words[4])
        inside = real == place or real.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best):
            best, kind = place, types[0]
    return kind
