"""Names for a shell's completion, read straight from files: no git, no tmux, no parser.

This runs at every press of Tab, so it imports next to nothing and leaves out what it can't
read at once. What it gives are only suggestions; commands look for themselves.
"""

from __future__ import annotations

import os

_CAP = 64 * 1024
_MANY = 2_000
_LANE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_FILES = ("lanes.yaml", "coordination.yaml")


def common_dir(start: str) -> str | None:
    """The common git directory around `start`, by its small files alone."""
    folder = os.path.realpath(start)
    while True:
        entry = os.path.join(folder, ".git")
        if os.path.isdir(entry):
            return entry
        if os.path.isfile(entry):
            return _linked(folder, _read(entry))
        if folder == os.path.dirname(folder):
            return None
        folder = os.path.dirname(folder)


def _linked(folder: str, content: str) -> str | None:
    if not content.startswith("gitdir: "):
        return None
    target = os.path.join(folder, content[len("gitdir: ") :].rstrip("\r\n"))
    named = _read(os.path.join(target, "commondir")).rstrip("\r\n")
    return os.path.realpath(os.path.join(target, named)) if named else target


def root_of(common: str) -> str:
    """The main checkout; the folder itself for a bare repository."""
    return os.path.dirname(common) if os.path.basename(common) == ".git" else common


def lane_names(root: str) -> list[str] | None:
    """Lanes of lanes.yaml where `lanes:` is written line by line; None where it is not, and
    the real reader has to look."""
    for name in _FILES:
        text = _read(os.path.join(root, name))
        if text:
            return _block(text, "lanes" if name == _FILES[0] else "zones")
    return []


def setting(root: str, key: str, default: str) -> str:
    """A plain top-level text of lanes.yaml; `default` where there is none, or not so plain."""
    for line in _read(os.path.join(root, _FILES[0])).splitlines():
        if line.startswith(f"{key}:"):
            value = line[len(key) + 1 :].partition(" #")[0].strip()
            return value.strip("\"'") or default
    return default


def _block(text: str, key: str) -> list[str] | None:
    found: list[str] = []
    indent, inside = "", False
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if not line.startswith((" ", "\t")):
            if inside:
                break
            if line.startswith(f"{key}:"):
                if bare.partition(" #")[0].strip() != f"{key}:":
                    return None
                inside = True
        elif inside:
            lead = line[: len(line) - len(line.lstrip())]
            indent = indent or lead
            name = bare.partition(":")[0].strip("\"'")
            if lead == indent and is_lane(name):
                found.append(name)
    return found


def is_lane(name: str) -> bool:
    return 0 < len(name) <= 60 and _LANE.issuperset(name) and not name.startswith("-")


def task_files(root: str) -> list[str]:
    """Names in `tasks/` that can be shown as they are."""
    folder = os.path.join(root, setting(root, "bus", "."), "tasks")
    return [name for name in _names(folder) if name.endswith(".md") and name.isprintable()]


def steps(state: str) -> list[str]:
    """Numbers of the journal's steps, the newest first."""
    numbers = (name.partition("-")[0] for name in _names(os.path.join(state, "journal")))
    return [str(n) for n in sorted({int(n) for n in numbers if n.isdecimal()}, reverse=True)]


def trash(state: str) -> list[str]:
    """Names of what lies in the trash."""
    text = _read(os.path.join(state, "trash-places.json"))
    if not text:
        return []
    import json

    try:
        places = json.loads(text)["value"]["places"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    found = [name for place in places if isinstance(place, str) for name in _names(place)]
    return [name for name in found if name.isprintable() and not name.startswith((".", "-"))]


def stems(folders: list[str], suffix: str) -> list[str]:
    """Names of data files (presets, themes) without their suffix."""
    names = [name for folder in folders for name in _names(folder)]
    return sorted({n[: -len(suffix)] for n in names if n.endswith(suffix) and n.isprintable()})


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))[:_MANY]
    except OSError:
        return []


def _read(path: str) -> str:
    """The text of a small file; empty where it can't be read. A FIFO does not hang it."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(file, _CAP).decode("utf-8", "surrogateescape")
    except OSError:
        return ""
    finally:
        os.close(file)
