"""Argument lists for the review screen and for edits of single entries of a lane's index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cockpit.adapters.git.argv import QUIET_DIFF, object_id


def _layer(*, patch: bool, ignore_space: bool) -> list[str]:
    """Options of each listing; with `patch` the bodies too. `--full-index` is for patches,
    `--no-abbrev` for the list."""
    argv = ["--raw", "--numstat", "--no-abbrev", *QUIET_DIFF, "--find-renames"]
    if patch:
        argv += ["--patch", "--full-index", "-U3"]
    return [*argv, "--ignore-all-space"] if ignore_space else argv


def committed(
    base: str, head: str, paths: Sequence[str] = (), *, patch: bool, ignore_space: bool = False
) -> list[str]:
    options = _layer(patch=patch, ignore_space=ignore_space)
    return ["diff-tree", "-r", *options, object_id(base), object_id(head), "--", *paths]


def staged(
    head: str, paths: Sequence[str] = (), *, patch: bool, ignore_space: bool = False
) -> list[str]:
    options = _layer(patch=patch, ignore_space=ignore_space)
    return ["diff-index", "--cached", *options, object_id(head), "--", *paths]


def unstaged(paths: Sequence[str] = (), *, patch: bool, ignore_space: bool = False) -> list[str]:
    """`diff`, not `diff-files`: it looks into files whose times alone changed. `--ours`
    compares an unmerged path with our side instead of printing a combined diff."""
    return ["diff", *_layer(patch=patch, ignore_space=ignore_space), "--ours", "--", *paths]


def sizes() -> list[str]:
    """Sizes of the objects whose ids come on standard input."""
    return ["cat-file", "--batch-check=%(objectname) %(objectsize)"]


def entry(path: str) -> list[str]:
    """All index entries of one path."""
    return ["ls-files", "-s", "-v", "-z", "--", path]


def store(clean_as: str = "") -> list[str]:
    """Store standard input as a blob: as it is, or as `git add` of that path would."""
    return ["hash-object", "-w", "--stdin", *_cleaning(clean_as)]


def hashed(clean_as: str = "") -> list[str]:
    return ["hash-object", "--stdin", *_cleaning(clean_as)]


def _cleaning(path: str) -> list[str]:
    return [f"--path={path}"] if path else ["--no-filters"]


def write_out(prefix: Path) -> list[str]:
    """Entries of an index as a checkout would write them, below `prefix`; names on stdin."""
    return ["checkout-index", "--force", f"--prefix={prefix}/", "-z", "--stdin"]
