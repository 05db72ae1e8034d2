"""A program of the commander's that merges three files, as something to be run on a terminal."""

from __future__ import annotations

from pathlib import Path

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MergeToolCall:
    """Run `argv` in `folder`; the result lies in `merged`, which held `before`."""

    argv: tuple[str, ...]
    folder: Path
    merged: Path
    before: bytes
