"""The table of processes by `ps`, in the form that POSIX, macOS and the BSDs share."""

from __future__ import annotations

import calendar
import time

from cockpit.adapters.platform.ask import ask, find_program
from cockpit.dataclass import dataclass

DEADLINE = 5.0
"""Seconds; an idle machine answers in 5 to 20 ms."""
_COLUMNS = ("pid", "ppid", "pgid", "stat", "lstart", "command")
_LSTART = "%a %b %d %H:%M:%S %Y"
_WORDS_BEFORE_COMMAND = 9


@dataclass(frozen=True, slots=True)
class Row:
    """`started` in seconds, of this machine's own clock; only good to compare."""

    pid: int
    parent: int
    group: int
    is_dead: bool
    started: int
    command: str


def rows(pid: int | None = None) -> list[Row] | None:
    """Every process, or only `pid` (none, if there is no such); None when ps did not answer."""
    program = find_program("ps") or find_program("/bin/ps")
    if program is None:
        return None
    chosen = ["-A"] if pid is None else ["-p", str(pid)]
    options = [option for name in _COLUMNS for option in ("-o", f"{name}=")]
    reply = ask([program, *chosen, *options], deadline=DEADLINE)
    if reply.failure or (reply.code != 0 and (pid is None or reply.err.strip())):
        return None
    return parse(reply.out)


def parse(out: bytes) -> list[Row]:
    """Lines of `ps -o pid=,ppid=,pgid=,stat=,lstart=,command=` in the C locale. A line of
    another form is left out."""
    found = []
    for line in out.decode("utf-8", "surrogateescape").splitlines():
        words = line.split(None, _WORDS_BEFORE_COMMAND)
        row = _row(words)
        if row is not None:
            found.append(row)
    return found


def _row(words: list[str]) -> Row | None:
    if len(words) < _WORDS_BEFORE_COMMAND:
        return None
    try:
        pid, parent, group = (int(word) for word in words[:3])
        started = calendar.timegm(time.strptime(" ".join(words[4:9]), _LSTART))
    except ValueError:
        return None
    command = words[9] if len(words) > _WORDS_BEFORE_COMMAND else ""
    return Row(pid, parent, group, words[3].startswith("Z"), started, command)
