"""Argument lists for the radar: snapshots of uncommitted work, merges of many pairs in one
process, and where two sides conflict. All of them put objects, if any, into a private folder,
so none is flushed to the disk or squeezed: they are read once and dropped.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.git.argv import EXACT_DIFF, object_id

QUICK = ("-c", "core.fsync=none", "-c", "core.compression=0")


def set_entries() -> list[str]:
    """Entries of an index as standard input says; a file may take a folder's place."""
    return [*QUICK, "update-index", "--replace", "-z", "--index-info"]


def take_in() -> list[str]:
    """Paths that standard input names, as the work tree has them: files as `git add` would
    take them, and out of the index what isn't there."""
    return [*QUICK, "update-index", "--add", "--remove", "--replace", "-z", "--stdin"]


def hash_plain() -> list[str]:
    """Blob ids of the files that standard input names, a line each; their bytes as they are."""
    return [*QUICK, "hash-object", "-w", "--no-filters", "--stdin-paths"]


def write_tree() -> list[str]:
    """The index as a tree; a blob that isn't here (a partial clone) is not asked for."""
    return [*QUICK, "write-tree", "--missing-ok"]


def merge_pairs() -> list[str]:
    """One merge for each line of two commits. `--messages` must be said: without it the first
    merge decides it for all."""
    return [*QUICK, "merge-tree", "--write-tree", "--messages", "-z", "--stdin"]


def common_ancestor(commits: Sequence[str]) -> list[str]:
    """The best common ancestor of all of them."""
    return ["merge-base", "--octopus", *map(object_id, commits)]


def graph(commits: Sequence[str], without: str | None, limit: int) -> list[str]:
    """Children before parents, each line a commit and its parents."""
    argv = ["rev-list", "--topo-order", "--parents", f"--max-count={limit}"]
    ends = [f"^{object_id(without)}"] if without else []
    return [*argv, *map(object_id, commits), *ends, "--"]


def many_changes() -> list[str]:
    """For each line of a side and its base: the side's id, then every path that differs."""
    return ["diff-tree", "--stdin", "--always", "-r", "--raw", "-z", "--no-abbrev", *EXACT_DIFF]


def entries_of(tree: str, paths: Sequence[str]) -> list[str]:
    return ["ls-tree", "-z", "--full-tree", object_id(tree), "--", *paths]


def contents() -> list[str]:
    return ["cat-file", "--batch"]


def flat_trees() -> list[str]:
    """A tree for each block of standard input, blocks ended by an empty line."""
    return [*QUICK, "mktree", "--batch", "--missing"]


def line_changes(old: str, new: str) -> list[str]:
    """Changed lines without any around them."""
    argv = ["diff-tree", "-r", "--patch", "--full-index", "--text", "-U0", *EXACT_DIFF]
    return [*argv, object_id(old), object_id(new), "--"]
