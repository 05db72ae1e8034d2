"""Which files on the bus are still being written.

Whoever writes a task or a result may do it in pieces (54,491 of 60,468 reads of a file that
an agent wrote were torn, `facts/security.md` §3.5). A file that changed counts when it has been
the same for a moment, by our own clock: the one that stamps files may jump.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from cockpit.domain.bus import BusFile

STILL = 0.3
"""Seconds without a change after which a file is taken as it is (DESIGN §9)."""


@dataclass(slots=True)
class Arrivals:
    """What was seen of one folder's files, look by look. Not shared between threads."""

    _seen: dict[str, tuple[Hashable, float]] = field(default_factory=dict)
    """By name what the file was, and since when (monotonic); minus infinity once taken."""
    _is_first: bool = True

    def look(self, files: Iterable[BusFile], *, now: float, wall: float) -> frozenset[str]:
        """The names of those that are still being written. `now` is monotonic, `wall` is the
        clock that stamps files: at the first look an old file is taken at once."""
        seen: dict[str, tuple[Hashable, float]] = {}
        arriving: list[str] = []
        for file in files:
            what = (file.changed, file.content, file.problem)
            before = self._seen.get(file.name)
            if before is not None and before[0] == what:
                since = before[1]
            else:
                is_old = self._is_first and wall - file.changed >= STILL
                since = -float("inf") if is_old else now
            if now - since >= STILL:
                since = -float("inf")
            else:
                arriving.append(file.name)
            seen[file.name] = (what, since)
        self._seen, self._is_first = seen, False
        return frozenset(arriving)

    @property
    def due(self) -> float | None:
        """When to look again (monotonic), None when nothing is being written."""
        waiting = [since for _, since in self._seen.values() if since != -float("inf")]
        return min(waiting) + STILL if waiting else None
