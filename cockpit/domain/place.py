"""Where a command runs. Today always here; one day `ssh host` or a container (DESIGN §7)."""

from __future__ import annotations

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`host` is empty for this machine."""

    host: str = ""


LOCAL = Place()
