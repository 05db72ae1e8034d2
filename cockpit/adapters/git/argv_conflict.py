"""Argument lists for looking at a conflict and building its resolution (`argv.py`'s manner)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cockpit.adapters.git.argv import object_id


def merge(
    ours: str, theirs: str, *, style: str = "diff3", attributes: Path | None = None
) -> list[str]:
    """A merge with the stages of each conflicted path. `style` is how conflicts are written;
    `attributes` replaces the commander's own attributes file (to choose the markers' length)."""
    argv = ["-c", f"merge.conflictStyle={style}"]
    if attributes is not None:
        argv += ["-c", f"core.attributesFile={attributes}"]
    argv += ["merge-tree", "--write-tree", "-z", "--messages"]
    return [*argv, object_id(ours), object_id(theirs)]


def attributes_file() -> list[str]:
    """The path of the commander's own attributes file, where they set one."""
    return ["config", "--path", "--get", "core.attributesFile"]


def entries(tree_ish: str, paths: Sequence[str]) -> list[str]:
    return ["ls-tree", "-z", "--full-tree", object_id(tree_ish), "--", *paths]


def sizes() -> list[str]:
    return ["cat-file", "--batch-check"]


def contents() -> list[str]:
    return ["cat-file", "--batch"]


def store_blob() -> list[str]:
    """Without a path, so that no filter takes part."""
    return ["hash-object", "-w", "--stdin"]


def write_tree() -> list[str]:
    return ["write-tree"]


def merge_files(ours: Path, base: Path, theirs: Path) -> list[str]:
    return ["merge-file", "-p", "-q", str(ours), str(base), str(theirs)]
