"""Where trash lies: beside each lane, since a rename works only within one file system.

The state folder lists every place that was ever used, so that entries are found again.
"""

from __future__ import annotations

import os
from pathlib import Path

from cockpit.adapters.failures import explain, shown
from cockpit.adapters.files import make_private_dir, read_small, write_atomic
from cockpit.adapters.locks import release, take
from cockpit.adapters.statefiles import parse_state, state_content
from cockpit.errors import Refused
from cockpit.paths import repository_id

TRASH = ".cockpit-trash"
ADMIN_TRASH = "cockpit-trash"
_PLACES = "trash-places.json"


class TrashPlaces:
    """The places of one repository. `main_checkout` is None in a bare repository."""

    def __init__(self, common_dir: Path, state: Path, main_checkout: Path | None) -> None:
        self._common = common_dir
        self._state = state
        self._main = main_checkout
        self._id = repository_id(common_dir)

    def folder_for(self, worktree: Path) -> Path:
        """The folder that would hold the entry of `worktree`; nothing is made (for previews).

        Beside the worktree; for one inside the main checkout beside the repository, since
        `git clean` must not reach it. Where that is another file system (a checkout that is
        a mount of its own), inside the git folder, which `git clean` never enters.
        """
        parent = worktree.parent
        if not self._is_in_checkout(parent):
            return parent / TRASH / self._id
        device = _device(parent)
        assert self._main is not None
        beside = self._main.parent
        if _device(beside) == device and os.access(beside, os.W_OK | os.X_OK):
            return beside / TRASH / self._id
        if _device(self._common) == device:
            return self._common / f"{ADMIN_TRASH}-trees"
        raise Refused(
            f"There is no place for a trash on the file system of {shown(worktree)}",
            detail="The folder lies inside the main checkout, on a file system that neither "
            "the repository's parent folder nor its git folder is on.",
            hint="Put lanes elsewhere with `worktrees:` in lanes.yaml, or move this one.",
        )

    def _is_in_checkout(self, folder: Path) -> bool:
        if self._main is None:
            return False
        real, main = os.path.realpath(folder), os.path.realpath(self._main)
        return real == main or real.startswith(main.rstrip("/") + "/")

    def make(self, folder: Path) -> None:
        """Make the folder and list it, durably, before anything is moved there."""
        if folder.parent.name == TRASH:
            make_private_dir(folder.parent)
            ignore = folder.parent / ".gitignore"
            if not ignore.exists():  # the parent may itself lie in somebody's repository
                write_atomic(ignore, b"*\n", mode=0o644)
        make_private_dir(folder)
        make_private_dir(self._state)
        lock = take(self._state / "trash-places.lock", name="trash places", timeout=20, why="")
        try:
            places = self.known()
            if folder not in places:
                listed = [str(place) for place in [*places, folder]]
                write_atomic(self._state / _PLACES, state_content({"places": listed}))
        finally:
            release(lock)

    def known(self) -> list[Path]:
        content = read_small(self._state, _PLACES, own=True)
        if content is None:
            return []
        places = parse_state(self._state / _PLACES, content).get("places", [])
        return [Path(place) for place in places if isinstance(place, str)]


def _device(path: Path) -> int:
    """The file system of `path`, or of its nearest parent that exists."""
    while True:
        try:
            return os.stat(path).st_dev
        except FileNotFoundError:
            path = path.parent
        except OSError as error:
            raise explain(error, "look at", path) from error
