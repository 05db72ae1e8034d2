"""Small JSON facts of our own, by name, in the state folder; logs and private run files too."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cockpit.adapters.failures import explained, shown
from cockpit.adapters.files import fsync_folder, make_private_dir, read_small, write_atomic
from cockpit.errors import CockpitError, Refused

STATE_VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
_CAP = 16 << 20


def parse_state(path: Path, content: bytes) -> dict[str, Any]:
    """The value in one of our JSON files; raises `CockpitError` naming the file."""
    try:
        outer = json.loads(content)
        version = outer["version"]
        value = outer["value"]
        known = type(version) is int and version >= 1 and isinstance(value, dict)
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise _unreadable(path, str(error)) from error
    if not known:
        raise _unreadable(path, "it does not have the form that cockpit writes")
    if version > STATE_VERSION:
        raise CockpitError(
            f"{shown(path)} was written by a newer cockpit (version {version} of its format)",
            detail=f"This cockpit knows version {STATE_VERSION}.",
            hint="Use the newer cockpit for this repository.",
        )
    found: dict[str, Any] = value
    return found


def state_content(value: Mapping[str, Any]) -> bytes:
    """File content for `value`: ASCII JSON, so undecodable names survive as surrogates."""
    outer = {"version": STATE_VERSION, "value": dict(value)}
    return json.dumps(outer, ensure_ascii=True, allow_nan=False, indent=1).encode("ascii") + b"\n"


def _unreadable(path: Path, why: str) -> CockpitError:
    return CockpitError(
        f"{shown(path)} can't be read",
        detail=why,
        hint="Cockpit did not write it like this. Move it away, then start again: what it "
        "said is found anew from git, tmux and the journal, or asked again.",
    )


class FileState:
    """Facts in `<root>/facts`, logs in `<root>/logs`, private files in `<root>/run`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> Mapping[str, Any] | None:
        """The fact, None if it was never written. Raises `CockpitError` if it is damaged."""
        path = self._fact(name)
        try:
            content = read_small(path.parent, path.name, cap=_CAP, own=True)
        except Refused as error:
            raise _unreadable(path, error.title) from error
        return None if content is None else parse_state(path, content)

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Replace the fact, durable on return, mode 0600."""
        path = self._fact(name)
        self._folder("facts")
        write_atomic(path, state_content(value))

    def remove(self, name: str) -> None:
        """Forget the fact, durable on return; not an error if it isn't there."""
        path = self._fact(name)
        with explained("remove", path):
            try:
                os.unlink(path)
            except FileNotFoundError:
                return
            fsync_folder(path.parent)

    def set_aside(self, name: str) -> str:
        """Move a fact that can't be read out of the way, durable on return, whatever it is;
        returns its new path, empty if there was none. An earlier one is kept beside it."""
        path = self._fact(name)
        with explained("move aside", path):
            for number in range(1, 1000):
                other = path.with_name(f"{path.name}.aside-{number}")
                if os.path.lexists(other):
                    continue
                try:
                    os.rename(path, other)
                except FileNotFoundError:
                    return ""
                fsync_folder(path.parent)
                return str(other)
        raise Refused(f"There are too many files like {shown(other)}", hint="Remove some.")

    def log_path(self, name: str) -> Path:
        """A file under `logs/` that exists for appending (0600)."""
        path = self._folder("logs") / _checked(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        with explained("open the log", path):
            file = os.open(path, flags | os.O_CLOEXEC, 0o600)
            try:
                if not stat.S_ISREG(os.fstat(file).st_mode):
                    raise Refused(f"{shown(path)} is not a regular file", hint="Move it away.")
                os.fchmod(file, 0o600)
            finally:
                os.close(file)
        return path

    def private_file(self, name: str, content: bytes) -> Path:
        """A 0600 file under `run/` with exactly this content."""
        path = self._folder("run") / _checked(name)
        write_atomic(path, content)
        return path

    def _fact(self, name: str) -> Path:
        return self._root / "facts" / f"{_checked(name)}.json"

    def _folder(self, name: str) -> Path:
        make_private_dir(self._root)
        return make_private_dir(self._root / name)


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise Refused(
            f"Not a name for a state file: {shown(name) or '(empty)'}",
            hint="Letters, digits, `.`, `_` and `-` only, at most 151 of them.",
        )
    return name
