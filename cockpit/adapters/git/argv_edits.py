"""Argument lists for changes by lines: two trees, or a row of commits in one process."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.git.argv import EXACT_DIFF, object_id

_LINES = ("-r", "--patch", "--raw", "--numstat", "--full-index", "-U0", *EXACT_DIFF)


def edits(old: str, new: str, paths: Sequence[str]) -> list[str]:
    """Changed lines between two commits, without any around them."""
    return ["diff-tree", *_LINES, object_id(old), object_id(new), "--", *paths]


def edits_of_each(paths: Sequence[str]) -> list[str]:
    """The same for each line `commit parent` of standard input; the commit's id comes first."""
    return ["diff-tree", "--stdin", *_LINES, "--", *paths]


def first_parent_line(old: str, new: str, limit: int) -> list[str]:
    """From `new` back to `old` by first parents, newest first, each with its parents."""
    argv = ["rev-list", "--first-parent", "--parents", f"--max-count={limit}"]
    return [*argv, object_id(new), f"^{object_id(old)}", "--"]
