"""Runs `gate` and `setup`: the commander's commands, which execute the lane's code.

Each command is a session of its own without a terminal, its environment is exactly the
given one plus a mark, and it has a deadline. When it is over, whoever is left of it is
ended: its process group, its session, and (by the mark in their environment) daemons that
made sessions of their own. A daemon that keeps our pipe open can't hang us: the end is the
end of the shell, not of the output.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from cockpit.adapters.failures import explain, shown
from cockpit.adapters.output import Lines, LogFile
from cockpit.adapters.platform.waiting import has_exited
from cockpit.adapters.procs import Identity, end_processes, in_session, marked
from cockpit.domain.runs import RunResult
from cockpit.domain.scrub import gate_environment, is_dropped
from cockpit.errors import CockpitError

__all__ = ["MARK", "ProcessRunner", "gate_environment"]

MARK = "COCKPIT_GATE_RUN"
"""Environment variable by which every process of a run is known."""

_OURS = frozenset({"COCKPIT_GATE"})
"""What the command is told about us."""

LOG_CAP = 20 << 20
"""Bytes of output that a log keeps."""

_TICK = 0.05
"""Seconds between looks at the deadline and at `stop`; also the pace of `tell`."""
_GRACE = 2.0
_DRAIN = 0.5
"""Seconds in which output that was written before the end is still read."""
_CHUNK = 1 << 16


class ProcessRunner:
    """Runs commands on this machine. `log_cap` in bytes, `grace` in seconds.

    Whatever environment a caller passes, names that `is_dropped` knows stay out: promise 6
    must not hang on a caller's memory. `keep` names those that lanes.yaml sets on purpose.
    """

    def __init__(
        self, *, keep: Iterable[str] = (), log_cap: int = LOG_CAP, grace: float = _GRACE
    ) -> None:
        self._keep = _OURS | frozenset(keep)
        self._log_cap = log_cap
        self._grace = grace

    def run(
        self,
        command: str,
        *,
        cwd: Path,
        env: Mapping[str, str],
        deadline: float,
        log: Path,
        tell: Callable[[Sequence[str]], None],
        stop: Callable[[], bool],
        as_commander: bool = False,
    ) -> RunResult:
        """Run `command` by `/bin/sh -c` in `cwd` for at most `deadline` seconds.

        stdout and stderr go to `log` (0600, appended) and line by line, raw from outside, to
        `tell`, at most 20 times a second. `stop` is asked as often. `as_commander`
        keeps the credentials: for commands that run nothing of a lane's. Raises
        `CockpitError` when it can't be started.
        """
        mark = f"{log_mark(log)}-{uuid.uuid4().hex}"
        started = time.monotonic()
        with LogFile(log, cap=self._log_cap) as file:
            lines = Lines(tell, file)
            given = env if as_commander else self._scrubbed(env)
            process, output = _spawn(command, cwd, {**given, MARK: mark})
            try:
                ended = _follow(process.pid, output, lines, started + deadline, stop)
                _end_everyone(process.pid, mark, self._grace)
                _drain(output, lines)
            finally:
                os.close(output)
                if process.poll() is None:  # an exception on the way: leave nobody behind
                    _end_everyone(process.pid, mark, self._grace)
                code = _reap(process)
            lines.close()
            return RunResult(
                code=code if ended else None,
                seconds=time.monotonic() - started,
                tail=lines.tail,
                log=log,
                truncated=file.truncated,
            )

    def _scrubbed(self, env: Mapping[str, str]) -> dict[str, str]:
        kept = {name: env[name] for name in env if name in self._keep}
        passing = {name: env[name] for name in env if not is_dropped(name)}
        return {**passing, **kept}

    def end_orphans(self, log: Path) -> int:
        """End what a run with this log left when cockpit itself was killed; returns how many
        processes were found. For recovery, under the lock that runs with this log take."""
        found = marked(MARK, log_mark(log))
        end_processes(found, grace=self._grace)
        return len(found)


def log_mark(log: Path) -> str:
    """How the mark of every run with this log begins."""
    return hashlib.sha256(os.fsencode(log)).hexdigest()[:16]


def _spawn(command: str, cwd: Path, env: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """The shell, leader of its own session, and the read end of its output."""
    output, theirs = os.pipe()
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        os.close(output)
        if not cwd.is_dir():
            raise CockpitError(
                f"The folder to run in is missing: {shown(cwd)}", detail=str(error)
            ) from error
        raise explain(error, "run /bin/sh in", cwd) from error
    except ValueError as error:  # a NUL byte in the command or environment
        os.close(output)
        raise CockpitError(
            "The command can't be run as it stands",
            detail=str(error),
            hint="Remove the NUL character from it, or from the lane's `env`.",
        ) from error
    finally:
        os.close(theirs)
    os.set_blocking(output, False)
    return process, output


def _follow(pid: int, output: int, lines: Lines, deadline: float, stop: Callable[[], bool]) -> bool:
    """Take the output until the shell has ended (True), or must be (False)."""
    poll = select.poll()
    poll.register(output, select.POLLIN)
    is_open = True
    while not _has_ended(pid):
        if time.monotonic() >= deadline or stop():
            return False
        if not is_open:
            time.sleep(_TICK)
        elif poll.poll(_TICK * 1000):
            is_open = _take(output, lines)
            if not is_open:
                poll.unregister(output)
        lines.tick()
    return True


def _has_ended(pid: int) -> bool:
    """Whether the shell has exited; it stays a zombie, so its pid and session id can't be
    given to anyone else while we look for the rest of it."""
    return has_exited(pid)


def _take(output: int, lines: Lines) -> bool:
    """Read what is there, one chunk; False at the end of the output."""
    try:
        chunk = os.read(output, _CHUNK)
    except BlockingIOError:
        return True
    lines.feed(chunk)
    return bool(chunk)


def _drain(output: int, lines: Lines) -> None:
    deadline = time.monotonic() + _DRAIN
    while time.monotonic() < deadline:
        try:
            chunk = os.read(output, _CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            return
        lines.feed(chunk)
        lines.tick()


def _end_everyone(leader: int, mark: str, grace: float) -> None:
    """TERM to the process group and to all that carry the mark, then KILL."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGTERM)
    end_processes(_members(leader, mark), grace=grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    late = _members(leader, mark)  # forked while the others were being ended
    if late:
        end_processes(late, grace=0)


def _members(leader: int, mark: str) -> list[Identity]:
    return list(dict.fromkeys([*in_session(leader), *marked(MARK, mark)]))


def _reap(process: subprocess.Popen[bytes]) -> int | None:
    """The shell's exit code; None if it can't be killed (stuck in the kernel)."""
    try:
        return process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return None
