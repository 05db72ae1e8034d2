"""The git door: the only place of the adapter that starts a git process.

Every call is an argument list, never a shell line, in a session and process group of its own
without a terminal, with a scrubbed environment, a deadline and a cap on its output
(`facts/security.md` §3.1, §3.8). Which repository it works on, and through which shadow, is
said by the environment that the caller gives (`ground.py`).
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cockpit.adapters.git import parse
from cockpit.adapters.git.environment import scrubbed_environment
from cockpit.adapters.git.outcome import Answer, GitFailed, hint_for, verb_of
from cockpit.adapters.platform.processes import Unseen
from cockpit.adapters.platform.waiting import has_exited
from cockpit.adapters.procs import identify
from cockpit.dataclass import dataclass
from cockpit.domain.place import LOCAL, Place
from cockpit.errors import CockpitError, Refused, TimedOut, Unavailable

OLDEST = (2, 39)
"""`merge-tree --write-tree --stdin` came with 2.38/2.39 (DESIGN §7)."""

DEADLINE = 60.0
"""Seconds that a call may take unless it says otherwise."""

CAP = 256 << 20
"""Bytes of output after which a call is ended unless it says otherwise."""

OWNER = "COCKPIT_GIT_OWNER"
"""Environment variable that names the cockpit process (pid and start time) that runs a git:
a git whose owner is dead is ended before anything is recovered (`stale.py`)."""

_ERROR_CAP = 64 << 10
_LOCK_WAIT = 2.5
_LINGER = 1.0


@dataclass(frozen=True, slots=True)
class Call:
    """One git process, as tests record it."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    place: Place


def find_git(path: str | None = None) -> str:
    """The git program's absolute path; relative entries of PATH are not searched, since a
    lane may lie in the current folder. Raises `Unavailable` if there is none."""
    search = os.environ.get("PATH", os.defpath) if path is None else path
    absolute = os.pathsep.join(part for part in search.split(os.pathsep) if os.path.isabs(part))
    found = shutil.which("git", path=absolute)
    if found is None:
        raise Unavailable(
            "git was not found.",
            detail=f"PATH is {search}",
            hint="Install the package `git` (apt install git, dnf install git, brew install git).",
        )
    return found


class GitDoor:
    """Starts git and nothing else; `observers` are told of every call before it starts."""

    def __init__(self, git: str | None = None, place: Place = LOCAL) -> None:
        """Raises `Unavailable` when git is missing or `place` is not this machine."""
        if place.host:
            raise Refused(
                f"Repositories on another machine ({place.host}) can't be driven yet.",
                hint="Open cockpit on that machine.",
            )
        self.git = git or find_git()
        self.place = place
        self._owner = _this_process()
        self.observers: list[Callable[[Call], None]] = []

    def check_version(self) -> tuple[int, int, int]:
        """git's version; raises `Unavailable` if it is older than 2.39."""
        nowhere = {**scrubbed_environment(), "GIT_DIR": "/dev/null"}
        found = parse.version(self.run(["--version"], env=nowhere, cwd=Path("/")).out)
        if found[:2] < OLDEST:
            raise Unavailable(
                f"git {'.'.join(map(str, found))} is too old; cockpit needs 2.39 or newer.",
                detail=self.git,
                hint="Upgrade the package `git` (Debian 12, Ubuntu 23.04 and later have it).",
            )
        return found

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdin: bytes | None = None,
        deadline: float = DEADLINE,
        cap: int = CAP,
        truncate: bool = False,
        ok: Sequence[int] = (0,),
    ) -> Answer:
        """Run git and wait for its end.

        A lock that another git holds is waited for (20 ms, doubling, up to 2.5 s in all).
        `deadline` in seconds, `cap` in bytes; over the cap the call is ended, which is an
        error unless `truncate`. Raises `GitFailed` for an exit code not in `ok`, `TimedOut`,
        `Unavailable` if git can't be started.
        """
        until = time.monotonic() + deadline
        pause, waited = 0.02, 0.0
        while True:
            answer = self._once(argv, env, cwd, stdin, until, cap)
            if answer.truncated and not truncate:
                raise CockpitError(
                    f"git {verb_of(argv)} printed more than {cap >> 20} MB.",
                    hint="The change is too large to be looked at here; use git itself.",
                )
            if answer.code in ok or answer.truncated:
                return answer
            if not _is_locked(answer.err) or waited >= _LOCK_WAIT:
                raise GitFailed(argv, answer)
            time.sleep(pause)
            waited += pause
            pause = min(pause * 2, _LOCK_WAIT - waited + 0.001)

    def _once(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        stdin: bytes | None,
        until: float,
        cap: int,
    ) -> Answer:
        call = Call(tuple(argv), env, cwd, self.place)
        for observer in self.observers:
            observer(call)
        try:
            process = subprocess.Popen(
                [self.git, *argv],
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env={**env, OWNER: self._owner},
                start_new_session=True,
                bufsize=0,
            )
        except (OSError, ValueError) as error:
            raise Unavailable(
                f"git {verb_of(argv)} could not be started.",
                detail=str(error),
                hint=hint_for(str(error)),
            ) from error
        with _Conversation(process, stdin or b"", cap) as talk:
            if not talk.until(until):
                raise TimedOut(
                    f"git {verb_of(argv)} did not answer in time.",
                    detail=f"in {cwd}",
                    hint="Look whether the disk or a filter program hangs, then try again.",
                )
            return talk.answer()


def _this_process() -> str:
    """pid and start time; the pid alone where the system does not tell."""
    try:
        identity = identify(os.getpid())
    except Unseen:
        identity = None
    return f"{identity.pid}.{identity.started}" if identity is not None else f"{os.getpid()}"


def _is_locked(err: str) -> bool:
    return ".lock': File exists" in err


class _Conversation:
    """Feeds and drains one process; on leaving, nothing of its group is left running."""

    def __init__(self, process: subprocess.Popen[bytes], stdin: bytes, cap: int) -> None:
        self.process = process
        self.rest = memoryview(stdin)
        self.cap = cap
        self.out = bytearray()
        self.err = bytearray()
        self.truncated = False
        self.held_open = False
        """The process ended while a child of it keeps our pipes."""
        self.selector = selectors.DefaultSelector()

    def __enter__(self) -> _Conversation:
        process = self.process
        for stream, events in (
            (process.stdin, selectors.EVENT_WRITE),
            (process.stdout, selectors.EVENT_READ),
            (process.stderr, selectors.EVENT_READ),
        ):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                self.selector.register(stream, events)
        return self

    def __exit__(self, *_: object) -> None:
        self.selector.close()
        self._end_group()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass  # the process ended before it read all of its input

    def until(self, deadline: float) -> bool:
        """Talk until the process has ended (True), the cap is reached (True) or `deadline`
        has passed (False). A child of it that keeps the pipes open gets a second more."""
        over: float | None = None
        while self.selector.get_map() and not self.truncated:
            now = time.monotonic()
            if now >= deadline:
                return False
            if over is not None and now >= over:
                self.held_open = True
                return True
            ready = self.selector.select(min(deadline - now, 0.25))
            for key, _ in ready:
                self._serve(key)
            if not ready and over is None and self._has_ended():
                over = time.monotonic() + _LINGER
        if self.truncated:
            return True
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _serve(self, key: selectors.SelectorKey) -> None:
        stream = key.fileobj
        assert not isinstance(stream, int)
        if stream is self.process.stdin:
            self._feed(stream.fileno())
            return
        piece = os.read(stream.fileno(), 1 << 16)
        if not piece:
            self.selector.unregister(stream)
        elif stream is self.process.stdout:
            self.out += piece
            self.truncated = len(self.out) > self.cap
        elif len(self.err) < _ERROR_CAP:
            self.err += piece

    def _feed(self, descriptor: int) -> None:
        stdin = self.process.stdin
        assert stdin is not None
        try:
            self.rest = self.rest[os.write(descriptor, self.rest[: 1 << 16]) :]
        except BrokenPipeError:
            self.rest = self.rest[:0]  # it ended without reading on; its exit code says why
        except BlockingIOError:
            return
        if not self.rest:
            self.selector.unregister(stdin)
            try:
                stdin.close()
            except BrokenPipeError:
                pass  # the same

    def _end_group(self) -> None:
        """End what still runs: TERM first (git removes its lock files on it), then KILL for
        the whole group. The group is only signalled while its leader is not reaped or while
        one of its members holds our pipes, so its number can't be another's yet."""
        process = self.process
        if process.returncode is None and not self._has_ended():
            _signal_group(process.pid, signal.SIGTERM)
            patience = time.monotonic() + 1.0
            while not self._has_ended() and time.monotonic() < patience:
                time.sleep(0.01)
            _signal_group(process.pid, signal.SIGKILL)
        elif self.held_open:
            _signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def _has_ended(self) -> bool:
        """Whether the leader is a zombie; it is not reaped by asking."""
        try:
            return has_exited(self.process.pid)
        except ChildProcessError:
            return True

    def answer(self) -> Answer:
        code = self.process.poll()
        err = bytes(self.err).decode("utf-8", "replace")
        out = bytes(self.out[: self.cap])
        return Answer(-1 if code is None else code, out, err, self.truncated)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass  # nobody is left in it
