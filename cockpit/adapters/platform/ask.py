"""Asking a program one short question: its version, or the system's table of processes.

An argument list, never a shell line; no input, a minimal environment, a session of its own, a
deadline and a cap. What goes wrong is part of the answer, never an exception.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

from cockpit.dataclass import dataclass

CAP = 8 << 20
"""Bytes of an answer, at most; a longer one is none."""
_CHUNK = 1 << 16
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
            out, err = _answer(process, time.monotonic() + deadline)
        except _TooMuch:
            _end(process)
            return Reply(failure=f"it answered more than {CAP >> 20} MiB")
        except subprocess.TimeoutExpired:
            _end(process)
            return Reply(failure=f"it did not answer within {deadline:g} s")
        except BaseException:
            _end(process)
            raise
    return Reply(process.returncode, out, err)


class _TooMuch(Exception):
    """One of the two answers is longer than `CAP`."""


def _answer(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """All that comes before both pipes end, at the process's end. Raises `_TooMuch`, and
    `TimeoutExpired` at the monotonic time `until`."""
    assert process.stdout is not None and process.stderr is not None
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ, out)
        waiting.register(process.stderr, selectors.EVENT_READ, err)
        while waiting.get_map():
            left = until - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(process.args, 0)
            for key, _ in waiting.select(left):
                chunk = os.read(key.fd, _CHUNK)
                key.data.extend(chunk)
                if len(key.data) > CAP:
                    raise _TooMuch
                if not chunk:
                    waiting.unregister(key.fileobj)
    process.wait(timeout=max(0.0, until - time.monotonic()))
    return bytes(out), bytes(err)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group; the pipes are closed, since what escaped it may hold them."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    process.wait()
