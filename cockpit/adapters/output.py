"""What a running command prints: into a capped log, and in batches of lines to a listener."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from cockpit.adapters.failures import explained
from cockpit.adapters.files import write_all
from cockpit.domain.text import LINE_CAP

_PACE = 0.05
"""Seconds between two batches."""
_BATCH = 1_000
"""Lines of a batch; of a flood the newest are kept, the log has the rest."""
_TAIL_LINES = 200
_TAIL_CHARS = 64_000


class LogFile:
    """Appends to a private file until `cap` bytes of this run were written, then says so once.

    A full disk ends the log, not the run: `truncated` tells.
    """

    def __init__(self, path: Path, *, cap: int) -> None:
        self._path = path
        self._left = cap
        self._cap = cap
        self._file = -1
        self.truncated = False

    def __enter__(self) -> Self:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with explained("open the log", self._path):
            self._file = os.open(self._path, flags | os.O_NONBLOCK, 0o600)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def write(self, chunk: bytes) -> None:
        """Append `chunk`, or as much of it as the cap leaves."""
        if self.truncated or not chunk:
            return
        kept = chunk[: self._left]
        self._left -= len(kept)
        try:
            write_all(self._file, kept)
            if len(kept) < len(chunk):
                self.truncated = True
                note = f"\n[cockpit: output beyond {self._cap} bytes is not kept]\n"
                write_all(self._file, note.encode())
        except OSError:  # a full disk is the log's loss, not a verdict on the lane
            self.truncated = True


class Lines:
    """Splits output into lines (at most `LINE_CAP` characters) and passes them on, paced."""

    def __init__(self, tell: Callable[[Sequence[str]], None], log: LogFile) -> None:
        self._tell = tell
        self._log = log
        self._partial = b""
        self._waiting: deque[str] = deque()
        self._skipped = 0
        self._last = 0.0
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)

    @property
    def tail(self) -> str:
        """The last lines, joined by newlines."""
        return "\n".join(self._tail)[-_TAIL_CHARS:]

    def feed(self, chunk: bytes) -> None:
        """Take a chunk of output as it came from the pipe."""
        self._log.write(chunk)
        *whole, self._partial = (self._partial + chunk).split(b"\n")
        for line in whole:
            self._keep(line)
        while len(self._partial) > LINE_CAP:
            self._keep(self._partial[:LINE_CAP])
            self._partial = self._partial[LINE_CAP:]

    def tick(self) -> None:
        """Pass on what has come, if the last batch is long enough ago."""
        if self._waiting and time.monotonic() - self._last >= _PACE:
            self._flush()

    def close(self) -> None:
        """Pass on the rest, an unfinished line included."""
        if self._partial:
            self._keep(self._partial)
            self._partial = b""
        if self._waiting:
            self._flush()

    def _keep(self, raw: bytes) -> None:
        line = raw[:LINE_CAP].removesuffix(b"\r").decode("utf-8", "replace")
        self._tail.append(line)
        self._waiting.append(line)
        if len(self._waiting) > _BATCH:
            self._waiting.popleft()
            self._skipped += 1

    def _flush(self) -> None:
        batch = list(self._waiting)
        if self._skipped:
            batch.insert(0, f"[cockpit: {self._skipped} lines more in the log]")
        self._waiting.clear()
        self._skipped = 0
        self._last = time.monotonic()
        self._tell(batch)
