"""The state folders there are, and the repositories that they belong to.

Each remembers where its repository lies (`facts/repository.json`), since its own name is only a
hash of that.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from cockpit.adapters.statefiles import FileState
from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError

FACT = "repository"
_ID = re.compile(r"[a-z0-9-]{1,40}-[0-9a-f]{8}")
_WRITTEN = ("journal", "facts", "lanes", "locks", "run", "logs")
_FILES_CAP = 5_000
"""Files whose sizes are summed up; a larger vault is not known."""


@dataclass(frozen=True, slots=True)
class StateFolder:
    """`root` and `common` are None where the folder does not tell, for the reason `why`."""

    id: str
    path: Path
    root: Path | None
    common: Path | None
    last_used: float | None
    why: str = ""


def remember(state: FileState, root: Path, common: Path) -> None:
    """Note where the repository lies, if that is news. It is a courtesy: on a full disk, or
    beside a file that a newer cockpit wrote, nothing is noted and nothing fails."""
    value = {"root": str(root), "common": str(common)}
    try:
        if state.read(FACT) != value:
            state.write(FACT, value)
    except CockpitError:
        return


def state_folders(home: Path) -> list[StateFolder]:
    """All of them, by id. What is no state folder is left out."""
    try:
        names = sorted(os.listdir(home))
    except OSError:
        return []
    return [
        _look(home / name)
        for name in names
        if _ID.fullmatch(name) and (home / name).is_dir() and not (home / name).is_symlink()
    ]


def _look(path: Path) -> StateFolder:
    why = "its state folder does not say where it lies"
    value: object = None
    try:
        value = FileState(path).read(FACT)
    except CockpitError as error:
        why = error.title.rstrip(".")
    places = _places(value) or _by_shadow(path)
    root, common = places if places is not None else (None, None)
    return StateFolder(path.name, path, root, common, _last_used(path), "" if places else why)


def _places(value: object) -> tuple[Path, Path] | None:
    if not isinstance(value, dict):
        return None
    root, common = value.get("root"), value.get("common")
    if not (isinstance(root, str) and isinstance(common, str)):
        return None
    found = Path(root), Path(common)
    return found if all(path.is_absolute() for path in found) else None


def _by_shadow(path: Path) -> tuple[Path, Path] | None:
    """By the link that the shadow holds to the repository's objects."""
    try:
        target = Path(os.readlink(path / "shadow" / ".git" / "objects"))
    except OSError:
        return None
    common = target.parent
    if not target.is_absolute() or target.name != "objects":
        return None
    return (common.parent if common.name == ".git" else common), common


def _last_used(path: Path) -> float | None:
    times = []
    for place in (path, *(path / name for name in _WRITTEN)):
        try:
            times.append(place.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=None)


def size_below(folder: Path) -> int | None:
    """Bytes of the files below `folder`; None when there are too many to be counted fast, or
    they can't be seen. 0 where there is no such folder."""
    total = seen = 0
    failed: list[OSError] = []
    if not folder.is_dir():
        return 0
    for top, _, names in os.walk(folder, onerror=failed.append):
        for name in names:
            seen += 1
            if seen > _FILES_CAP or failed:
                return None
            try:
                total += os.lstat(os.path.join(top, name)).st_size
            except OSError:
                continue
    return None if failed else total
