"""Conflicts by the zone that they lie in, with the lanes whose zone that is: they know best."""

from __future__ import annotations

from functools import partial

from cockpit.domain.conflict import Conflict
from cockpit.domain.conflict_view import ConflictGroup
from cockpit.domain.globs import matches
from cockpit.domain.ids import LaneId
from cockpit.domain.text import safe
from cockpit.errors import CockpitError
from cockpit.services import zones
from cockpit.services.workplace import Workplace

Group = tuple[tuple[LaneId, ...], str]


def groups_of(work: Workplace, conflict: Conflict) -> tuple[ConflictGroup, ...]:
    """In the order of their first files; each file stands in one group."""
    found: dict[Group, list[int]] = {}
    for at, file in enumerate(conflict.files):
        found.setdefault(_group_of(work, file.path), []).append(at)
    return tuple(
        ConflictGroup(owners, title, tuple(files)) for (owners, title), files in found.items()
    )


def _group_of(work: Workplace, path: str) -> Group:
    if _matches(path, work.config.zones.protected):
        return (), "protected"
    if _matches(path, work.config.zones.append):
        return (), "every lane's"
    owners = []
    for name, lane in work.config.lanes.items():
        zone = zones.zone_of(lane)
        try:
            if zone.include and zone.contains(path):
                owners.append(name)
        except CockpitError:
            continue  # a bad glob is told by `cockpit check`; here it owns nothing
    return tuple(owners), ", ".join(map(partial(_titled, work), owners)) or "nobody's zone"


def _titled(work: Workplace, lane: LaneId) -> str:
    """`alpha @team-api`."""
    owner = safe(work.config.lanes[lane].owner, width=40).text
    return f"{lane} {owner}".rstrip()


def _matches(path: str, globs: tuple[str, ...]) -> bool:
    try:
        return bool(globs) and matches(path, globs)
    except CockpitError:
        return False
