"""The append-only journal: one file an operation, which is audit trail and undo at once.

A pending operation is `<id>.pending.json`; ending it first replaces the content, then
renames the file to `<id>.json`. So a folder listing tells what is pending without reading
thousands of files, there is exactly one file an operation at every instant, and after a
kill between the two steps the content (which says `done`) wins over the name: readers treat
it as ended and the next writer renames it. Every write is temporary file, fsync, rename,
fsync of the folder.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cockpit.adapters.clock import WallClock
from cockpit.adapters.failures import explained, shown
from cockpit.adapters.files import (
    make_private_dir,
    open_root,
    read_small,
    sweep_temporaries,
    write_at,
)
from cockpit.adapters.journal_file import Unreadable, decode, encode
from cockpit.adapters.locks import release, take
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.operation import Operation, OpKind, OpState
from cockpit.errors import CockpitError, Refused

_NAME = re.compile(
    r"(?P<id>(?P<seq>\d{6,12})-[a-z]+(?:-[a-z]+)*-[0-9a-f]{8})(?P<pending>\.pending)?\.json"
)
_PENDING = ".pending.json"
_LOCK = ".lock"
_IGNORED = frozenset({_LOCK})
_CAP = 64 << 20
"""Bytes an entry may have; intents with lists of paths are large in large repositories."""
_PATIENCE = 20.0
"""Seconds to wait for another writer, who holds the lock for one write only."""


class FileJournal:
    """Entries in `folder`, which is made private (0700) at the first write.

    Its lock is its own and the last one that anybody takes, so callers may hold any other.
    """

    def __init__(self, folder: Path, clock: WallClock) -> None:
        self._folder = folder
        self._clock = clock

    # ------------------------------------------------------------ writing

    def begin(
        self,
        kind: OpKind,
        *,
        lane: LaneId | None,
        by: str,
        summary: str,
        intent: Mapping[str, Any],
        undoes: int | None = None,
    ) -> Operation:
        """Write the intent under the next sequence number; durable on return.

        Raises `CockpitError` when the journal can't be written, or a newer cockpit wrote it.
        """
        with self._writing() as folder:
            names = self._names()
            self._refuse_newer(names)
            seq = (_seq(names[-1]) if names else 0) + 1
            name = OpId(f"{seq:06d}-{kind.value}-{secrets.token_hex(4)}")
            op = Operation(
                seq, name, kind, lane, self._clock.now(), by, summary, intent, undoes=undoes
            )
            return self._store(folder, op)

    def update(self, op: Operation, intent: Mapping[str, Any]) -> Operation:
        """Replace the intent of a pending operation. Raises `Refused` if it has ended."""
        with self._writing() as folder:
            current = self._require(op)
            if current.state is not OpState.PENDING:
                raise Refused(f"Operation {op.id} has ended already; its intent stands")
            return self._store(folder, replace(current, intent=intent))

    def finish(self, op: Operation, state: OpState, outcome: Mapping[str, Any]) -> Operation:
        """End a pending operation. Ending it again in the same state changes nothing; in
        another state raises `Refused`."""
        if state is OpState.PENDING:
            raise ValueError("an operation can't end as pending")
        with self._writing() as folder:
            current = self._require(op)
            if current.state is OpState.PENDING:
                ended = replace(current, state=state, outcome=outcome, ended=self._clock.now())
                current = self._store(folder, ended)
            elif current.state is not state:
                raise Refused(f"Operation {op.id} has ended already, as {current.state}")
            self._settle(folder, current.id)
            return current

    def _store(self, folder: int, op: Operation) -> Operation:
        content = encode(op)
        write_at(folder, op.id + _PENDING, content)
        return decode(content)

    def _settle(self, folder: int, name: OpId) -> None:
        """Give an ended operation its final name; it may have it already."""
        with contextlib.suppress(FileNotFoundError):
            os.rename(name + _PENDING, f"{name}.json", src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[int]:
        """The open folder, locked against other writers (threads of this process too)."""
        make_private_dir(self._folder)
        lock = take(self._folder / _LOCK, name="journal folder", timeout=_PATIENCE, why="writing")
        try:
            with explained("write the journal in", self._folder), open_root(self._folder) as folder:
                sweep_temporaries(folder)
                yield folder
        finally:
            release(lock)

    def _refuse_newer(self, names: list[str]) -> None:
        """The newest entry tells the newest version, since nobody older writes after it."""
        if names:
            with contextlib.suppress(Unreadable):
                self._parse(names[-1])

    def _require(self, op: Operation) -> Operation:
        current = self.read(op.seq)
        if current is None or current.id != op.id:
            raise CockpitError(
                f"Operation {op.id} is not in the journal",
                detail=f"Looked in {shown(self._folder)}",
                hint="Somebody removed or damaged its file; see `cockpit doctor`.",
            )
        return current

    # ------------------------------------------------------------ reading

    def read(self, seq: int) -> Operation | None:
        """The operation with this number; None if there is none or it can't be read."""
        for name in self._names():
            if _seq(name) == seq:
                with contextlib.suppress(Unreadable):
                    return self._parse(name)
        return None

    def entries(self, *, last: int | None = None) -> list[Operation]:
        """The `last` readable operations (all by default), in order of seq; reads no more
        files than that. Raises `CockpitError` for an entry of a newer cockpit."""
        found: list[Operation] = []
        for name in reversed(self._names()):
            if last is not None and len(found) >= last:
                break
            with contextlib.suppress(Unreadable):
                found.append(self._parse(name))
        return found[::-1]

    def pending(self) -> list[Operation]:
        """What was begun and not ended, in order of seq; reads only files so named."""
        found = []
        for name in self._names():
            if name.endswith(_PENDING):
                with contextlib.suppress(Unreadable):
                    op = self._parse(name)
                    if op.state is OpState.PENDING:
                        found.append(op)
        return found

    def damaged(self) -> list[Path]:
        """Files in the journal's folder that are no readable entries (this reads them all)."""
        found = []
        for name in self._listing():
            if name in _IGNORED or name.startswith("."):
                continue
            try:
                if _NAME.fullmatch(name) is None:
                    raise Unreadable("not a journal file's name")
                self._parse(name)
            except Unreadable:
                found.append(self._folder / name)
        return sorted(found)

    def _parse(self, name: str) -> Operation:
        """Read one entry; one that has just been renamed is read under its final name."""
        content = self._content(name)
        if content is None and name.endswith(_PENDING):
            content = self._content(name.removesuffix(_PENDING) + ".json")
        if content is None:
            raise Unreadable("the file is gone")
        op = decode(content)
        match = _NAME.fullmatch(name)
        if match is None or match["id"] != op.id or int(match["seq"]) != op.seq:
            raise Unreadable("the file's name and content disagree")
        return op

    def _content(self, name: str) -> bytes | None:
        try:
            return read_small(self._folder, name, cap=_CAP, own=True)
        except Refused as error:
            raise Unreadable(error.title) from error

    def _names(self) -> list[str]:
        """Entry names in order of seq, one an operation (the final name wins)."""
        best: dict[str, str] = {}
        for name in self._listing():
            match = _NAME.fullmatch(name)
            if match is not None and (match["pending"] is None or match["id"] not in best):
                best[match["id"]] = name
        return sorted(best.values(), key=lambda name: (_seq(name), name))

    def _listing(self) -> list[str]:
        try:
            return os.listdir(self._folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise CockpitError(
                f"Cannot read the journal in {shown(self._folder)}", detail=str(error)
            ) from error


def _seq(name: str) -> int:
    return int(name.split("-", 1)[0])
