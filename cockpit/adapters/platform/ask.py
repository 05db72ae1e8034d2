"""Asking a program one short question: its version, or the system's table of processes.

An argument list, never a shell line; no input, a minimal environment, a session of its own, a
deadline and a cap. What goes wrong is part of the answer, never an exception.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence

from cockpit.dataclass import dataclass

CAP = 8 << 20
"""Bytes of an answer that are kept."""
_KEPT = ("HOME", "USER", "LOGNAME", "PATH", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: `failure` is a clause when no answer did, else empty. Raw from outside."""

    code: int = -1
    out: bytes = b""
    err: bytes = b""
    failure: str = ""

    @property
    def ok(self) -> bool:
        return not self.failure and self.code == 0


def find_program(name: str, path: str | None = None) -> str | None:
    """The absolute path of a program; relative entries of PATH are not searched, since a lane
    may lie in the current folder."""
    if os.path.isabs(name):
        return name if os.access(name, os.X_OK) and not os.path.isdir(name) else None
    search = os.environ.get("PATH", os.defpath) if path is None else path
    folders = [part for part in search.split(os.pathsep) if os.path.isabs(part)]
    return None if "/" in name else shutil.which(name, path=os.pathsep.join(folders))


def ask(
    argv: Sequence[str], *, deadline: float, environment: Mapping[str, str] | None = None
) -> Reply:
    """Run `argv` in `/` for at most `deadline` seconds; what it started ends with it."""
    source = os.environ if environment is None else environment
    env = {name: source[name] for name in _KEPT if source.get(name)}
    env |= {"LC_ALL": "C", "TERM": "dumb", "NO_COLOR": "1"}
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd="/",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Reply(failure=f"it can't be run ({getattr(error, 'strerror', '') or error})")
    with process:
        try:
            out, err = process.communicate(timeout=deadline)
        except subprocess.TimeoutExpired:
            _end(process)
            return Reply(failure=f"it did not answer within {deadline:g} s")
        except BaseException:
            _end(process)
            raise
    return Reply(process.returncode, out[:CAP], err[:CAP])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group; the pipes are closed, since what escaped it may hold them."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()
