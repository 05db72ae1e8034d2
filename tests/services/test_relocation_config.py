"""What a rename and a move make of a lanes.yaml that changes meanwhile, or isn't trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Move, Rename, Stop
from cockpit.errors import CockpitError
from cockpit.services import relocation
from tests.services.conftest import Desk

ALPHA, GAMMA = LaneId("alpha"), LaneId("gamma")


def test_a_file_that_is_no_yaml_just_then_is_called_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    desk.do(Stop(ALPHA))
    path, edit = desk.root / "lanes.yaml", relocation._edit_config
    whole = path.read_bytes()

    def torn(*args: Any) -> None:
        path.write_bytes(whole[:-9] + b"\n  - [")
        edit(*args)

    monkeypatch.setattr(relocation, "_edit_config", torn)
    with pytest.raises(CockpitError, match="is no YAML that can be read now") as failed:
        desk.do(Rename(ALPHA, GAMMA), cockpit=desk.cockpit())
    assert "cockpit recover" in failed.value.hint
    monkeypatch.setattr(relocation, "_edit_config", edit)
    path.write_bytes(whole)
    cockpit = desk.cockpit()
    cockpit.recover(desk.events.append)
    assert list(cockpit.work.registry.lanes()) == [ALPHA] and path.read_bytes() == whole


def test_a_file_that_others_keep_writing_is_called_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    desk.do(Stop(ALPHA))
    cockpit = desk.cockpit()
    monkeypatch.setattr(type(cockpit.work.papers), "put", lambda *_args, **_named: False)
    with pytest.raises(CockpitError, match="was written by somebody else each time"):
        desk.do(Rename(ALPHA, GAMMA), cockpit=cockpit)
    assert list(cockpit.work.registry.lanes()) == [ALPHA]


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_trusted_lanes_yaml_rewrites_files(desk: Desk, trusted: bool) -> None:
    folder = desk.start()
    (folder / "env").write_text(f"root={folder}\n")
    desk.do(Stop(ALPHA))
    text = (desk.root / "lanes.yaml").read_text()
    desk.configure(text + "setup: {rewrite: [env], run: ['true']}\n")
    if trusted:
        desk.trust()
    target = desk.root.parent / "elsewhere"
    outcome = desk.do(Move(ALPHA, str(target)))
    at = target if trusted else folder
    assert Path(target / "env").read_text() == f"root={at}\n"
    assert ("is not trusted as it is" in outcome.summary) is not trusted
