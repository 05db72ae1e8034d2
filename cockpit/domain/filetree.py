"""Paths as a tree for people: folders that hold one thing are folded into one row, any folder
can be closed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import field

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row. `files` are the places of the file itself, or of all that lies below a folder;
    `folder` is a folder's whole path and empty for a file."""

    depth: int
    name: str
    files: range
    folder: str = ""
    closed: bool = False


@dataclass(slots=True)
class _Folder:
    first: int
    count: int = 0
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[tuple[str, int]] = field(default_factory=list)


def tree_order(paths: Iterable[str]) -> list[str]:
    """Paths in the order in which a tree shows them: in each folder its folders come first."""
    return sorted(paths, key=tree_key)


def tree_key(path: str) -> list[tuple[bool, str]]:
    """Sorts paths into the tree's order."""
    *folders, name = _parts(path)
    return [*((False, folder) for folder in folders), (True, name)]


def _parts(path: str) -> list[str]:
    """A path that ends in a slash is an entry of its own, a repository that is not entered."""
    parts = path.removesuffix("/").split("/")
    return [*parts[:-1], f"{parts[-1]}/"] if path.endswith("/") else parts


def tree_rows(
    paths: Sequence[str], closed: Collection[str] = (), *, first: int = 0
) -> list[TreeRow]:
    """The rows of a tree of `paths`, which must stand in `tree_order`; their places count from
    `first`. What lies in a folder of `closed` has no rows of its own."""
    root = _Folder(first)
    for place, path in enumerate(paths, first):
        at = root
        *folders, name = _parts(path)
        for part in folders:
            at = at.folders.setdefault(part, _Folder(place))
            at.count += 1
        at.files.append((name, place))
    rows: list[TreeRow] = []
    todo: list[tuple[str, str, _Folder | int, int]] = _inside(root, "", 0)
    while todo:  # a stack of ours: a path may be deeper than Python's
        name, path, place_or_folder, depth = todo.pop()
        if isinstance(place_or_folder, int):
            place = place_or_folder
            rows.append(TreeRow(depth, name, range(place, place + 1)))
            continue
        at = place_or_folder
        while len(at.folders) == 1 and not at.files:
            part = next(iter(at.folders))
            name, path = f"{name}/{part}", f"{path}/{part}"
            at = at.folders[part]
        shut = path in closed
        rows.append(TreeRow(depth, name, range(at.first, at.first + at.count), path, shut))
        if not shut:
            todo += _inside(at, path, depth + 1)
    return rows


def _inside(folder: _Folder, path: str, depth: int) -> list[tuple[str, str, _Folder | int, int]]:
    """What a folder holds, last first."""
    found: list[tuple[str, str, _Folder | int, int]] = [
        (name, "", place, depth) for name, place in reversed(folder.files)
    ]
    for name, inner in reversed(folder.folders.items()):
        found.append((name, f"{path}/{name}" if path else name, inner, depth))
    return found
