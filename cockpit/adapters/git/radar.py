"""The radar's side of the repository (`services.ports.Scout`): snapshots, pairs and hunks over
one private folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cockpit.adapters.git import argv
from cockpit.adapters.git.clash_hunks import Hunks
from cockpit.adapters.git.clashes import Pairs
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.inspect import Inspector
from cockpit.adapters.git.radar_scratch import RadarScratch
from cockpit.adapters.git.replay import write_helper
from cockpit.adapters.git.snapshot import Snapshots
from cockpit.domain.clash import ClashPath, Meeting, Snapshot
from cockpit.domain.ids import CommitId
from cockpit.errors import CockpitError


class RadarScout:
    def __init__(self, ground: Ground, inspector: Inspector) -> None:
        self._ground = ground
        self.scratch = RadarScratch(ground)
        self._snapshots = Snapshots(ground, inspector, self.scratch)
        self._pairs = Pairs(ground, self.scratch)
        self._hunks = Hunks(ground, self.scratch)

    def snapshot(
        self, worktree: Path, *, skip: Callable[[str], bool], since: float | None = None
    ) -> Snapshot | None:
        with _readable():
            return self._snapshots.take(worktree, skip=skip, since=since)

    def holding(self, tip: CommitId, shared: Sequence[CommitId]) -> Snapshot:
        if not shared:
            return Snapshot(tip, tip)
        with _readable():
            env = self.scratch.env()
            tree = self._ground.run(argv.peel(argv.object_id(tip), "tree"), env=env).line
            folder = self.scratch.folder / "objects"
            helper = write_helper(self._ground, folder, tree, tip, *shared)
            return Snapshot(tip, CommitId(helper))

    def meetings(self, pairs: Sequence[tuple[Snapshot, Snapshot]]) -> list[Meeting]:
        with _readable():
            return self._pairs.meet(pairs)

    def clash_paths(self, one: Snapshot, two: Snapshot) -> tuple[ClashPath, ...]:
        with _readable():
            return self._hunks.of(one, two)

    def tidy(self, kept: Sequence[Snapshot]) -> bool:
        self._pairs.forget_others(kept)
        if not self.scratch.renew():
            return False
        self._snapshots.forget()
        return True

    def close(self) -> None:
        self.scratch.drop()


@contextmanager
def _readable() -> Iterator[None]:
    """What the disk refuses becomes a `CockpitError` like everything else."""
    try:
        yield
    except OSError as error:
        raise CockpitError(
            "The disk refused what the radar needs.",
            detail=str(error),
            hint="Look at free space and permissions of cockpit's state folder.",
        ) from error
