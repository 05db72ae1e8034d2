"""What this system offers, as flags that are read at each use, so that a test can take any of
them away and see what is done instead.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cockpit.dataclass import dataclass

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Traits:
    """`system` is `sys.platform`: `linux`, `darwin`, …"""

    system: str
    proc: bool
    """/proc tells of processes, their folders and files."""
    pidfd: bool
    """A descriptor stands for exactly one process."""
    waitid: bool
    """`os.waitid`; Python has it on macOS only from 3.13 on, the system always."""
    rename: str
    """The libc call that renames without replacing, or exchanges; empty: there is none."""

    @property
    def is_mac(self) -> bool:
        return self.system == "darwin"


_RENAMES = {"linux": "renameat2", "darwin": "renameatx_np"}


def detect() -> Traits:
    """The flags of the system that this process runs on."""
    return Traits(
        system=sys.platform,
        proc=(PROC / "self" / "stat").exists(),
        pidfd=hasattr(os, "pidfd_open"),
        waitid=hasattr(os, "waitid"),
        rename=_RENAMES.get(sys.platform, ""),
    )


current = detect()
