"""Finishing ends nothing that the commander has in hand."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import ActivityChanged
from cockpit.domain.ids import LaneId
from cockpit.ui import attach
from cockpit.ui.app import CockpitApp
from tests.ui.drive import opened
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, view

ALPHA = LaneId("alpha")


async def test_an_editor_that_is_open_is_not_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, go_on, saved = tmp_path / "editor", tmp_path / "go-on", tmp_path / "saved"
    editor.write_text(
        f"#!/bin/sh\ntouch {tmp_path}/open\nwhile [ ! -e {go_on} ]; do sleep 0.02; done\n"
        f'echo mine > "$1"\ntouch {saved}\n'
    )
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr(CockpitApp, "suspend", lambda app: contextlib.nullcontext())
    monkeypatch.setattr(attach, "can_hand_over", lambda app: True)
    fleet = fleet_of(view("alpha", 1))
    supervisor = FakeSupervisor(fleet)
    supervisor.fake.answers["draft_file"] = tmp_path / "draft.md"
    async with opened(fleet, supervisor=supervisor) as session:
        session.app.leaving.finish(True)
        await session.press("o", "h", "i")
        await session.pilot.press("ctrl+g")
        await session.until((tmp_path / "open").exists)
        supervisor.tell(ActivityChanged(ALPHA, Activity(State.IDLE, "screen", "a rule", NOW)))
        await asyncio.sleep(0.2)
        ended = session.app.ends
        go_on.touch()
        await session.until(saved.exists)
        assert not ended
        await session.settle()
        await session.press("escape")
        await session.until(lambda: session.app.ends)
        assert session.app.drafts[(ALPHA,)] == "mine"
