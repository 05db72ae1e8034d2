"""A lane's zone, checked on what would really change."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.config.model import LaneConfig
from cockpit.domain.change import PathChange
from cockpit.domain.ids import BlobId
from cockpit.domain.zone import LINK, Zone, ZoneVerdict, check_zone, why_path_outside
from cockpit.services.workplace import Workplace


def zone_of(lane: LaneConfig) -> Zone:
    return Zone(lane.zone.include, lane.zone.exclude)


def check(work: Workplace, lane: LaneConfig, changes: Sequence[PathChange]) -> ZoneVerdict:
    """The verdict on the raw diff between the target's tree and the merged tree."""
    links = {
        change.path: work.git.blob(BlobId(change.new_blob), cap=4096).decode(
            "utf-8", "surrogateescape"
        )
        for change in changes
        if change.new_mode == LINK
    }
    return check_zone(
        changes,
        zone_of(lane),
        protected=work.config.zones.protected,
        append=work.config.zones.append,
        link_targets=links,
    )


def outside(work: Workplace, lane: LaneConfig, paths: Sequence[str]) -> tuple[str, ...]:
    """Which of these paths the lane should not have touched, for the board's live count."""
    zone = zone_of(lane)
    return tuple(
        path
        for path in paths
        if why_path_outside(
            path,
            zone,
            protected=work.config.zones.protected,
            append=work.config.zones.append,
        )
    )
