"""Deeds that hand the terminal to something else: a lane's pane, an editor, a shell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.ui import attach as handing
from cockpit.ui.reasons import Context

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


async def attach(app: CockpitApp, context: Context, key: str) -> None:
    """Into the lane's pane: by switching the client when hosted, else by handing over."""
    if context.lane is None:
        return
    lane, desk, live = context.lane.lane, app.board.desk, app.supervisor.live
    app.board.stop_typing()
    if app.hosted and live is not None and desk is not None:
        desk.step_in(lane)
        if not await live.step_into(f"lane-{lane}"):
            desk.came_back()
            app.toast(
                Content("No terminal is attached to this cockpit, so there is none to switch."),
                severity="warning",
            )
        return
    argv = await app.supervisor.ask(lambda cockpit: cockpit.attach_argv(lane))
    if desk is not None:
        desk.step_in(lane)
    try:
        await handing.hand_over(app, argv)
    finally:
        if desk is not None:
            desk.came_back()
            app.board.layout_changed()


async def editor(app: CockpitApp, context: Context, key: str) -> None:
    if context.lane is not None and context.lane.record is not None:
        folder = context.lane.record.worktree
        await handing.hand_over(app, handing.editor_argv(os.environ, folder), cwd=folder)


async def shell(app: CockpitApp, context: Context, key: str) -> None:
    if context.lane is not None and context.lane.record is not None:
        argv = handing.shell_argv(os.environ)
        await handing.hand_over(app, argv, cwd=context.lane.record.worktree)
