"""`make picture`: docs/board.svg, saved by the app itself while the demo's agents work.

The lanes, panes and states are real; only the terminal is Textual's headless one.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cockpit.config.themes import load_themes
from cockpit.demo.repository import build_demo_repository
from cockpit.domain.activity import State
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Start, Trust
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.looks import Look
from cockpit.services.supervisor import FleetSupervisor
from cockpit.services.wiring import build_cockpit, build_supervisor
from cockpit.ui import chokepoint
from cockpit.ui.app import CockpitApp

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "board.svg"
SIZE = (120, 34)
FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""Textual's SVGs load their font from the net; any monospace one will do."""


async def draw(cockpit: LocalCockpit) -> str:
    """Start the lanes, wait until alpha asks and another has ended its turn; the SVG's text."""
    supervisor = build_supervisor(cockpit)
    try:
        return await _draw(cockpit, supervisor)
    finally:
        await supervisor.stop()


async def _draw(cockpit: LocalCockpit, supervisor: FleetSupervisor) -> str:
    app = CockpitApp(supervisor, hosted=False, look=Look(load_themes()), theme="dark")
    async with app.run_test(size=SIZE) as pilot:
        for lane in cockpit.config.lanes:
            supervisor.submit(Start(lane))
        await until(lambda: state(supervisor.fleet.lanes[LaneId("alpha")]) is State.ASKING)
        await until(
            lambda: any(state(view) is State.IDLE for view in supervisor.fleet.lanes.values())
        )
        # a lane that is still being started would go on in its thread after the loop is closed
        await until(lambda: not cockpit.work.journal.pending())
        app.clear_notifications()
        await pilot.pause(1.5)
        return app.export_screenshot(title="cockpit", simplify=True)


def state(view: LaneView) -> State:
    return view.activity.state


async def until(check: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise SystemExit("the demo's agents did not get that far")
        await asyncio.sleep(0.1)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="cockpit-picture-") as folder:
        os.environ.update(XDG_STATE_HOME=f"{folder}/state", TMUX_TMPDIR=folder, SHELL="/bin/sh")
        chokepoint.install()
        cockpit = build_cockpit(build_demo_repository(Path(folder) / "till", pace=0.6))
        cockpit.carry_out(Trust(cockpit.trust().digest), lambda _event: None, by="picture")
        try:
            text = asyncio.run(draw(cockpit))
        finally:
            cockpit.work.tmux.kill_server()
            cockpit.close()
    text = FONTS.sub("", text)
    PICTURE.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n")
    print(PICTURE)


if __name__ == "__main__":
    main()
