"""Files around a repository that say how its people work: read as hostile text, written once."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from cockpit.adapters.failures import explained
from cockpit.adapters.files import fsync_folder, read_small, write_all
from cockpit.errors import CockpitError, Refused

CAP = 256 << 10
"""Bytes of a file that is looked into; a larger one is none of those that are wanted."""

NAMES_ONLY = (".lock", "-lock.yaml", ".sum")
"""Ends of names of files whose being there is all that counts."""


class LocalSurroundings:
    """Fulfils `services.ports.Surroundings`."""

    def texts(self, root: Path, names: Iterable[str]) -> dict[str, str]:
        """The content of those of `names` that are small regular files below `root`; empty for
        those of which only the name counts. Links are not followed."""
        found = {}
        for name in names:
            if name.endswith(NAMES_ONLY):
                if os.path.lexists(root / name):
                    found[name] = ""
                continue
            try:
                content = read_small(root, name, cap=CAP)
            except CockpitError:
                continue  # no plain small file: as good as not there, and nothing depends on it
            if content is not None:
                found[name] = content.decode("utf-8", "replace")
        return found

    def folders(self, paths: Iterable[Path]) -> set[Path]:
        """Those that are folders, links not followed."""
        return {path for path in paths if path.is_dir() and not path.is_symlink()}

    def installed(self, programs: Iterable[str]) -> set[str]:
        """Those of `programs` that are on the PATH."""
        return {name for name in programs if shutil.which(name) is not None}

    def write_new(self, path: Path, content: bytes) -> None:
        """Write a file that isn't there yet, whole or not at all.

        Raises `Refused` when something lies there, a dangling link included, and `CockpitError`
        where the folder or the disk takes no file."""
        with explained("write", path):
            self._write_new(path, content)

    def _write_new(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(temporary, flags, 0o644)
        try:
            try:
                write_all(file, content)
                os.fsync(file)
            finally:
                os.close(file)
            self._put_in_place(temporary, path)
            fsync_folder(path.parent)
        except FileExistsError as there:
            raise Refused(
                f"{path} exists already, and init never overwrites a file.",
                hint="`cockpit check` says what is wrong in it.",
            ) from there
        finally:
            temporary.unlink(missing_ok=True)

    def _put_in_place(self, temporary: Path, path: Path) -> None:
        """By a hard link, which never replaces. Where the file system has none, the name is
        taken first by an empty file of ours, which is then replaced."""
        try:
            os.link(temporary, path, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644))
            os.rename(temporary, path)
