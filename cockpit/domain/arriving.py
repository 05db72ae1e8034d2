"""Which files on the bus are still being written.

Whoever writes a task or a result may do it in pieces (54,491 of 60,468 reads of a file that
an agent wrote were torn, `facts/security.md` §3.5). A file that changed counts when it has been
the same for a moment, by our own clock: the one that stamps files may jump.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from cockpit.dataclass import dataclass
from cockpit.domain.bus import BusFile

STILL = 0.3
"""Seconds without a change after which a file is taken as it is (DESIGN §9)."""


@dataclass(slots=True)
class Arrivals:
    """What was seen of one folder's files, look by look. Not shared between threads."""

    _seen: dict[str, BusFile] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)
    """By name since when a file is what it is (monotonic); without those that were taken."""
    _is_first: bool = True

    def look(self, files: Iterable[BusFile], *, now: float, wall: float) -> frozenset[str]:
        """The names of those that are still being written. `now` is monotonic, `wall` is the
        clock that stamps files: at the first look an old file is taken at once."""
        before, self._seen = self._seen, {file.name: file for file in files}
        since: dict[str, float] = {}
        for name, file in self._seen.items():
            old = before.get(name)
            if old is file or old == file:
                continue
            if not (self._is_first and wall - file.changed >= STILL):
                since[name] = now
        for name, at in self._since.items():
            if name in self._seen and name not in since and now - at < STILL:
                since[name] = at
        self._since, self._is_first = since, False
        return frozenset(since)

    @property
    def due(self) -> float | None:
        """When to look again (monotonic), None when nothing is being written."""
        return min(self._since.values()) + STILL if self._since else None
