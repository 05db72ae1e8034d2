"""The one door for `tmux` processes: clean environment, own process group, deadline.

A tmux client waits for ever for a server that hangs, and what starts the server gives its
environment to every pane, so nothing else in the program runs `tmux`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cockpit.adapters.platform import sockets
from cockpit.adapters.tmux import failures
from cockpit.adapters.tmux.environment import clean_environment
from cockpit.adapters.tmux.input import Command, argument, script
from cockpit.dataclass import dataclass
from cockpit.domain.place import LOCAL, Place
from cockpit.errors import Refused, TimedOut, UsageError

if TYPE_CHECKING:
    import asyncio  # 20 ms of every command's start, and only the app needs it

DEADLINE = 5.0
"""Seconds; a healthy server answers in 4 to 15 ms."""

ARGUMENTS_CAP = 12_000
"""Bytes; tmux takes about 16 KB of arguments ("command too long"), a script any length."""

OLDEST = (3, 2)

_SOCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_Protocol = TypeVar("_Protocol", bound="asyncio.SubprocessProtocol")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tmux call gave; `out` is raw from outside."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "replace")

    @property
    def lines(self) -> list[str]:
        """Lines as tmux wrote them (split at newlines only)."""
        text = self.text
        return text.removesuffix("\n").split("\n") if text else []


class TmuxDoor:
    """Runs tmux commands on the server behind one socket of ours."""

    def __init__(self, socket_name: str, *, place: Place = LOCAL, tmpdir: str | Path | None = None):
        if place != LOCAL:
            raise Refused(f"tmux on {place.host} can't be driven from here yet.")
        if not _SOCKET_NAME.fullmatch(socket_name):
            raise UsageError(f"{socket_name!r} can't name a tmux socket.")
        self.socket_name = socket_name
        self.place = place
        self.tmpdir = str(tmpdir if tmpdir is not None else os.environ.get("TMUX_TMPDIR", ""))
        self._version: tuple[tuple[int, int], str] | None = None

    @property
    def socket_path(self) -> Path:
        return Path(self.tmpdir or "/tmp") / f"tmux-{os.getuid()}" / self.socket_name

    def environment(self) -> dict[str, str]:
        return clean_environment(os.environ, tmpdir=self.tmpdir)

    def argv(self, *, config: Path | None = None) -> list[str]:
        """The start of every command line. Only with `config` may it start a server; the
        user's ~/.tmux.conf is never read."""
        start = ["-f", str(config)] if config else ["-N", "-f", "/dev/null"]
        return ["tmux", "-u", "-L", self.socket_name, *start]

    def run(
        self,
        argv: Command,
        stdin: bytes | None = None,
        deadline: float = DEADLINE,
        *,
        config: Path | None = None,
    ) -> Answer:
        """Run one tmux command, each argument literal. Raises a `CockpitError` by what tmux
        says (`ServerDown`, `PaneGone`, …), `TimedOut` after `deadline` seconds."""
        return self.run_all([argv], stdin, deadline, config=config)

    def run_all(
        self,
        commands: Sequence[Command],
        stdin: bytes | None = None,
        deadline: float = DEADLINE,
        *,
        config: Path | None = None,
    ) -> Answer:
        """Run commands in one turn of the server, up to the first that fails."""
        answer = self.attempt(commands, stdin, deadline, config=config)
        if answer.code != 0:
            raise failures.failure(answer.err)
        return answer

    def attempt(
        self,
        commands: Sequence[Command],
        stdin: bytes | None = None,
        deadline: float = DEADLINE,
        *,
        config: Path | None = None,
    ) -> Answer:
        """Like `run_all`, but a command that tmux refused is an answer; raises only when tmux
        could not be reached."""
        if stdin is None and _size(commands) > ARGUMENTS_CAP:
            stdin = os.fsencode(script(commands))
            commands = [["source-file", "-"]]
        answer = self._spawn([*self.argv(config=config), *_flat(commands)], stdin, deadline)
        if answer.code != 0:
            error = failures.failure(answer.err)
            if failures.is_about_server(error):
                raise error
        return answer

    def source(self, text: str, deadline: float = DEADLINE) -> None:
        """Have the running server read `text` as a configuration."""
        self.run(["source-file", "-"], os.fsencode(text), deadline)

    def version(self) -> str:
        """What `tmux -V` calls itself. Raises `Unavailable` when tmux is missing or older
        than 3.2."""
        if self._version is None:
            text = self._spawn(["tmux", "-V"], None, DEADLINE).text.strip().removeprefix("tmux ")
            self._version = (_numbers(text), text)
        numbers, text = self._version
        if numbers < OLDEST:
            raise failures.too_old(text)
        return text

    def is_listening(self) -> bool:
        """Whether something accepts connections on the socket; starts no process."""
        return self._probe() is not None

    def listener(self) -> int | None:
        """The pid of the process that listens on the socket, told by the kernel even when it
        hangs; None when nothing listens or the system can't tell."""
        return self._probe() or None

    def _probe(self) -> int | None:
        """The listener's pid, 0 where it can't be told, None when nothing listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.setblocking(False)
            try:
                probe.connect(os.fsencode(self.socket_path))
            except BlockingIOError:
                return 0  # the queue of a hanging server is full
            except OSError:
                return None
            return sockets.listener(probe)

    async def open_control(
        self, factory: Callable[[], _Protocol], session: str
    ) -> tuple[asyncio.SubprocessTransport, _Protocol]:
        """Start `tmux -C attach`, the persistent control client. Raises `Unavailable`.

        `pause-after` is mandatory: without it a client that stops reading freezes every
        agent. `ignore-size` keeps it out of the windows' sizes.
        """
        import asyncio

        argv = [*self.argv()[1:], "-C", "attach-session", "-t", f"={session}"]
        flags = ["-f", "pause-after=1,ignore-size"]
        try:
            return await asyncio.get_running_loop().subprocess_exec(
                factory,
                "tmux",
                *argv,
                *flags,
                env=self.environment(),
                cwd="/",
                start_new_session=True,
            )
        except FileNotFoundError:
            raise failures.missing() from None

    def _spawn(self, argv: list[str], stdin: bytes | None, deadline: float) -> Answer:
        self._check_socket()
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.environment(),
                cwd="/",  # the server keeps the folder of whoever started it busy
                start_new_session=True,
            )
        except FileNotFoundError:
            raise failures.missing() from None
        except ValueError as error:
            raise UsageError("Text with a NUL character can't be given to tmux.") from error
        with process:
            try:
                out, err = process.communicate(stdin, timeout=deadline)
            except subprocess.TimeoutExpired:
                _end(process)
                raise TimedOut(
                    f"tmux did not answer within {deadline:g} seconds.",
                    detail=f"socket {self.socket_name}",
                    hint="Its server may be stopped or overloaded; the lanes go on by themselves.",
                ) from None
            except BaseException:
                _end(process)
                raise
        return Answer(process.returncode, out, err.decode("utf-8", "replace"))

    def _check_socket(self) -> None:
        path = os.fsencode(self.socket_path)
        if len(path) > sockets.path_cap():
            raise failures.failure(f"File name too long: {self.socket_path}")


def _flat(commands: Sequence[Command]) -> list[str]:
    flat: list[str] = []
    for number, command in enumerate(commands):
        if number:
            flat.append(";")
        flat.extend(map(argument, command))
    return flat


def _size(commands: Sequence[Command]) -> int:
    return sum(len(os.fsencode(word)) + 1 for command in commands for word in command)


def _numbers(version: str) -> tuple[int, int]:
    """`3.3a` is (3, 3), `next-3.6` (3, 6); a version without numbers (`master`) counts as new."""
    found = re.search(r"(\d+)\.(\d+)", version) if "openbsd" not in version else None
    return (int(found[1]), int(found[2])) if found else (99, 0)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def executable(name: str) -> str:
    """The absolute path of a standard tool, for argument lists whose PATH is a lane's."""
    return shutil.which(name) or f"/usr/bin/{name}"
