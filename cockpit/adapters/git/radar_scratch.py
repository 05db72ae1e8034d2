"""The private folder of the radar's objects: snapshots of uncommitted work and what merging
them makes. Nobody else reads them, so the whole folder is dropped and begun anew when it has
grown, and at the end. A folder that a killed cockpit left goes with the other scratch folders
(`stale.py` knows them by their name).
"""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from cockpit.adapters.git.ground import Ground

MOST_FILES = 20_000
"""Objects after which the folder is begun anew: some 2,000 merges that conflict."""

MOST_BYTES = 256 << 20
_LOOK_EVERY = 500
"""Objects that may have been made before the folder is counted again."""


class RadarScratch:
    """Objects go to `folder / "objects"`; files beside it are the radar's own."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._folder = self._name()
        self._made = 0
        self._lock = threading.Lock()

    def _name(self) -> Path:
        name = f"scratch-{os.getpid()}-{os.urandom(4).hex()}-radar"
        return self.ground.shadow.git_dir.parent / name

    @property
    def folder(self) -> Path:
        (self._folder / "objects").mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder

    def env(self) -> dict[str, str]:
        """Environment in which objects are read from the repository as well and written here."""
        return {
            **self.ground.scratch_objects(),
            "GIT_OBJECT_DIRECTORY": str(self.folder / "objects"),
        }

    def note(self, objects: int) -> None:
        """So many objects may have been made."""
        with self._lock:
            self._made += objects

    def renew(self) -> bool:
        """Begin anew if too much lies here; whether that was done (all snapshots are gone).
        Only while nobody is looking."""
        with self._lock:
            if self._made < _LOOK_EVERY:
                return False
            self._made = 0
            files, size = _weight(self._folder)
            if files <= MOST_FILES and size <= MOST_BYTES:
                return False
            self.drop()
            self._folder = self._name()
            return True

    def drop(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _weight(folder: Path) -> tuple[int, int]:
    files = size = 0
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                size += os.lstat(os.path.join(top, name)).st_size
            except FileNotFoundError:
                continue  # a private index that was renamed meanwhile
            files += 1
    return files, size
