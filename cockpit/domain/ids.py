"""Names of things, as types of their own, so that one is never passed for another."""

from __future__ import annotations

import re
from typing import NewType

LaneId = NewType("LaneId", str)
"""A lane's name in lanes.yaml: `[a-z0-9][a-z0-9-]{0,39}`, safe in tmux, git and file names."""

CommitId = NewType("CommitId", str)
"""Full hex object id of a commit (40 or 64 digits)."""

TreeId = NewType("TreeId", str)
BlobId = NewType("BlobId", str)

RefName = NewType("RefName", str)
"""Full ref name, `refs/heads/…`; never a short one (a tag may shadow a branch)."""

OpId = NewType("OpId", str)
"""Identity of an operation: `<seq>-<kind>-<8 hex>`, also its journal file's stem."""

PaneId = NewType("PaneId", str)
"""tmux `%12`."""

WindowId = NewType("WindowId", str)
"""tmux `@7`."""

SessionId = NewType("SessionId", str)
"""tmux `$3`."""

LANE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def is_lane_name(text: str) -> bool:
    """Whether `text` may name a lane (it becomes a tmux session, a folder and a branch)."""
    return LANE_NAME.fullmatch(text) is not None


def branch_ref(branch: str) -> RefName:
    """The full ref of a branch given by its short name."""
    return RefName(f"refs/heads/{branch}")


def branch_name(ref: RefName) -> str:
    """The short name of a branch ref; other refs stay whole."""
    return ref.removeprefix("refs/heads/")
