"""The app on this terminal with one lane whose attach command is given as arguments."""

from __future__ import annotations

import sys

from cockpit.domain.fleet import Fleet
from cockpit.services.wiring import build_looks
from cockpit.ui.run import run_app
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, view


def supervisor(fleet: Fleet) -> FakeSupervisor:
    fake = FakeSupervisor(fleet, live=False)
    fake.fake.answers["attach"] = sys.argv[1:]
    return fake


if __name__ == "__main__":
    run_app(
        lambda: supervisor(fleet_of(view("alpha", 1))),
        hosted=False,
        looks=build_looks(),
        now=lambda: NOW,
    )
