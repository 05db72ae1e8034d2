"""git for `vault.git` alone: a door of its own, because this repository is not the user's.

Nothing of the user's configuration is read and nothing of their environment reaches git; no
hook can run; every write is fsynced. The children hold the vault's lock: when cockpit is
killed, the lock stays taken until the git that it left behind has ended too.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cockpit.adapters.failures import explain, shown
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, TimedOut, Unavailable

_HARDENED = (
    "core.hooksPath=/dev/null",
    "core.fsync=all",
    "core.fsyncMethod=fsync",
    "core.attributesFile=/dev/null",
    "core.bigFileThreshold=16m",  # larger blobs are streamed, not held in memory
    "core.deltaBaseCacheLimit=16m",
    "fastimport.unpackLimit=0",  # one pack however small, never loose objects
    "pack.compression=1",
    "gc.auto=0",
    "maintenance.auto=false",
)
_STALL = 120.0
"""Seconds without a byte going through after which git is given up."""
_FINISH = 600.0
"""Seconds that git may take to write a pack's index and sync it."""


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "GIT_DIR": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }


class VaultGit:
    """Runs git on the bare repository `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *argv: str, deadline: float = 60.0, ok: Sequence[int] = (0,)) -> bytes:
        """git's stdout; raises `CockpitError` with git's words when it fails."""
        with Child(self, argv) as child:
            output = child.read_all(deadline)
            child.finish(deadline, ok=ok)
            return output

    def init(self) -> None:
        """Make the bare repository at `folder`, without any template."""
        self.run("init", "--quiet", "--bare", "--template=", "--object-format=sha1")

    def argv(self, argv: Sequence[str]) -> list[str]:
        settings = [part for setting in _HARDENED for part in ("-c", setting)]
        return ["git", *settings, *argv]

    def environment(self) -> dict[str, str]:
        return _environment(self.folder)


class Child:
    """One git process of its own group; leaving the block without `finish` kills it.

    It shares the descriptor `lock`, so that the lock lives as long as the longer-lived of us.
    """

    def __init__(self, git: VaultGit, argv: Sequence[str], *, lock: int | None = None) -> None:
        self._name = f"git {argv[0]}"
        self._where = shown(git.folder)
        self._ahead = b""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as we
        try:
            self._process = subprocess.Popen(
                git.argv(argv),
                env=git.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
                pass_fds=() if lock is None else (lock,),
                bufsize=0,
            )
        except OSError as error:
            self._errors.close()
            if isinstance(error, FileNotFoundError):
                raise Unavailable(
                    "git was not found",
                    hint="Install git 2.39 or newer (`apt install git`, `brew install git`).",
                ) from error
            raise explain(error, "run git for", git.folder) from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._stdin = self._process.stdin
        self._stdout = self._process.stdout
        os.set_blocking(self._stdin.fileno(), False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        self._stdout.close()
        self._errors.close()

    def write(self, content: bytes | memoryview) -> None:
        """Give git bytes. Raises `TimedOut` when it takes none, `CockpitError` if it died."""
        view = memoryview(content)
        while view:
            try:
                count = os.write(self._stdin.fileno(), view)
            except BlockingIOError:
                if not select.select([], [self._stdin], [], _STALL)[1]:
                    raise self._stalled(_STALL) from None
                continue
            except BrokenPipeError:
                raise self._failed(self._wait(_FINISH)) from None
            view = view[count:]

    def read_line(self) -> bytes:
        """One line of git's answer, without its end. Header lines only: they are short."""
        while b"\n" not in self._ahead:
            self._ahead += self._receive(1 << 16)
        line, _, self._ahead = self._ahead.partition(b"\n")
        return line

    def read(self, size: int) -> Iterator[bytes]:
        """Exactly `size` bytes, in chunks."""
        chunk, self._ahead = self._ahead[:size], self._ahead[size:]
        size -= len(chunk)
        if chunk:
            yield chunk
        while size:
            chunk = self._receive(min(size, 1 << 20))
            size -= len(chunk)
            yield chunk

    def _receive(self, most: int) -> bytes:
        if not select.select([self._stdout], [], [], _STALL)[0]:
            raise self._stalled(_STALL)
        chunk = os.read(self._stdout.fileno(), most)
        if not chunk:
            raise self._failed(self._wait(_FINISH))
        return chunk

    def read_all(self, deadline: float) -> bytes:
        """git's whole answer, to a question that needs no input."""
        self._stdin.close()
        until = time.monotonic() + deadline
        chunks: list[bytes] = []
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._stdout], [], [], left)[0]:
                raise self._stalled(deadline)
            chunk = os.read(self._stdout.fileno(), 1 << 16)
            if not chunk:
                return b"".join(chunks)
            chunks.append(chunk)

    def finish(self, deadline: float = _FINISH, *, ok: Sequence[int] = (0,)) -> int:
        """End the input and wait; returns git's exit code if it is in `ok`, else raises."""
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        code = self._wait(deadline)
        if code not in ok:
            raise self._failed(code)
        return code

    def _wait(self, deadline: float) -> int:
        try:
            return self._process.wait(timeout=deadline)
        except subprocess.TimeoutExpired:
            raise self._stalled(deadline) from None

    def _stalled(self, seconds: float) -> TimedOut:
        return TimedOut(
            f"{self._name} in the vault made no progress for {seconds:.0f} s",
            hint="Look whether the disk hangs; nothing was changed.",
        )

    def _failed(self, code: int) -> CockpitError:
        self._errors.seek(0)
        words = safe(self._errors.read(4000), lines=20).text
        full = "No space left" in words or "Disk quota" in words
        return CockpitError(
            f"{'The disk is full: ' if full else ''}{self._name} in the vault failed ({code})",
            detail=words,
            hint="Free some space, then run the command again."
            if full
            else f"Nothing was changed. Check the vault with `git --git-dir {self._where} fsck`.",
        )
