"""What every row is given: the ground, how thorough to be, and the fleets that rows share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.benchmarks.app import App, clear_screens, hosted_app, settle
from tests.benchmarks.figures import Measure
from tests.benchmarks.fleet import Fleet
from tests.benchmarks.ground import Ground

FILES = 1_000
"""Files of each lane of the fleet that the app's rows use (DESIGN §14)."""


@dataclass(slots=True)
class Bench:
    """One run. The app is started when a row first asks for it with so many lanes."""

    ground: Ground
    quick: bool
    _fleet: Fleet | None = None
    _app: App | None = None
    _running: ExitStack = field(default_factory=ExitStack)

    def samples(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def fleet(self, lanes: int) -> Fleet:
        """The shared fleet with at least so many lanes, the app not running."""
        self.stop_app()
        if self._fleet is None:
            self._fleet = Fleet(self.ground, "live", files=FILES)
        self._fleet.grow(lanes)
        return self._fleet

    def app(self, lanes: int) -> App:
        """The hosted app on the shared fleet, at rest."""
        if self._app is None or self._app.fleet.count != lanes:
            fleet = self.fleet(lanes)
            clear_screens(fleet)
            self._app = self._running.enter_context(hosted_app(fleet))
            settle(self._app)
        return self._app

    def stop_app(self) -> None:
        self._app = None
        self._running.close()


RowWork = Callable[[Bench, int], list[Measure]]
"""Measures one row; the number is of lanes (0 where it makes no difference)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `lanes` are the sizes of the fleet on which it is measured; `hint` finds out
    where the time goes when its budget was missed."""

    name: str
    title: str
    measure: RowWork
    lanes: Sequence[int] = (0,)
    quick_lanes: Sequence[int] | None = None
    hint: Callable[[Bench], list[str]] | None = None

    def sizes(self, quick: bool) -> Sequence[int]:
        return self.quick_lanes if quick and self.quick_lanes is not None else self.lanes
