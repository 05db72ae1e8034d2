"""Questions about folders on this machine, for services, which know no file system."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from cockpit.adapters.files import free_space


class LocalDisk:
    """Fulfils `services.ports.Disk`."""

    def exists(self, path: Path) -> bool:
        """Whether anything lies there, a dangling link included."""
        return os.path.lexists(path)

    def is_folder(self, path: Path) -> bool:
        """Whether a folder lies there (through a link, too)."""
        return path.is_dir()

    def names(self, folder: Path) -> list[str]:
        """Names in a folder, sorted, a thousand at most; none for one that can't be read."""
        try:
            with os.scandir(folder) as entries:
                return sorted(entry.name for entry in islice(entries, 1_000))
        except OSError:
            return []

    def same(self, one: Path, two: Path) -> bool:
        """Whether both names lead to the same place, links resolved."""
        return one == two or os.path.realpath(one) == os.path.realpath(two)

    def free(self, path: Path) -> int:
        """Bytes that one may still write on the disk of `path`; it need not exist."""
        return free_space(path)

    def same_device(self, one: Path, two: Path) -> bool:
        """Whether both lie on one file system, each by its nearest folder that is there: only
        then a rename takes one to the other."""
        return _device(one) == _device(two)

    def stamp(self, path: Path) -> tuple[int, int]:
        """(mtime in ns, inode): changes when a folder's entries do; (0, 0) if it is not there."""
        try:
            found = path.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_ino)


def _device(path: Path) -> int:
    for place in (path, *path.parents):
        try:
            return place.stat().st_dev
        except OSError:
            continue
    return -1
