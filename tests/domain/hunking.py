"""All hunks of a diff at once, for tests: what was parsed must make the new side."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.domain.hunks import Hunk, apply_hunk


def apply_hunks(content: bytes, hunks: Iterable[Hunk]) -> bytes:
    """`content`, the old side, with these hunks of one diff taken. From the last to the first,
    so that each finds its lines where the diff says."""
    for hunk in sorted(hunks, key=lambda hunk: hunk.old_start, reverse=True):
        content = apply_hunk(content, hunk)
    return content
