"""Terminals at our server, driven as the commander would: in a pane of another tmux."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId
from tests.adapters.tmux.helpers import Open, attach, shows
from tests.conftest import retry_until

pytestmark = pytest.mark.tmux


def test_stepping_in_and_back(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open, tmp_path: Path, env: dict[str, str]
) -> None:
    app = "stty raw -echo; echo BOARD; while :; do dd bs=1 count=1 2>/dev/null | od -An -tx1; done"
    tmux.open_host(["sh", "-c", app], cwd=tmp_path, env={**env, "LC_ALL": "C.UTF-8"})
    ref = open_lane("a", "sh", "-c", "echo INSIDE; cat")
    attach(tmux, terminal, "cockpit")
    retry_until(shows(terminal, "BOARD"))
    terminal.run(["send-keys", "-t", ":0.0", "C-q"])
    retry_until(shows(terminal, "11"), why="the app gets its own Ctrl-Q")
    client = tmux.client_info()
    assert client is not None
    assert client.session == "cockpit"
    assert tmux.switch_client("lane-a")
    retry_until(shows(terminal, "INSIDE"))
    retry_until(shows(terminal, " lane a"))
    tmux.show_waiting([LaneId("b")])
    retry_until(shows(terminal, "waiting: b"))
    retry_until(shows(terminal, "Ctrl-Q back to the board"))
    retry_until(lambda: tmux.panes()[LaneId("a")].width == 90, why="the lane has my size")
    terminal.run(["send-keys", "-t", ":0.0", "C-q"])
    retry_until(shows(terminal, "BOARD"))
    assert tmux.switch_client("lane-a")
    retry_until(shows(terminal, "INSIDE"))
    tmux.close_pane(ref)
    retry_until(shows(terminal, "BOARD"), why="the lane was closed under the commander")


@pytest.mark.parametrize("key", ["C-q", "C-g"])
def test_the_return_key_works_in_copy_mode(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open, key: str
) -> None:
    """Also a key that copy mode has a use for."""
    TmuxServer("cockpit-test", tmux.run_dir, return_key=key).ensure_server()
    ref = open_lane("a", "sh", "-c", "echo INSIDE; cat")
    TmuxServer("cockpit-test", tmux.run_dir, return_key=key).ensure_server()
    attach(tmux, terminal, "lane-a")
    retry_until(shows(terminal, "INSIDE"))
    tmux.door.run(["copy-mode", "-t", ref.pane])
    terminal.run(["send-keys", "-t", ":0.0", key])
    retry_until(lambda: tmux.clients() == [], why="detached")


def test_without_an_app_the_return_key_detaches(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from a terminal that tmux has no entry for."""
    monkeypatch.setenv("TERM", "xterm-no-such-terminal")
    open_lane("a", "sh", "-c", "echo INSIDE; cat")
    attach(tmux, terminal, "lane-a")
    retry_until(shows(terminal, "INSIDE"))
    terminal.run(["send-keys", "-t", ":0.0", "C-q"])
    retry_until(lambda: tmux.clients() == [], why="detached")
    assert tmux.is_up()
    assert not tmux.switch_client("lane-a")


def test_closing_a_lane_without_an_app_detaches_its_terminal(
    tmux: TmuxServer, terminal: TmuxDoor, open_lane: Open
) -> None:
    ref = open_lane("a", "sh", "-c", "echo INSIDE; cat")
    open_lane("b", "sh", "-c", "echo OTHER; cat")
    attach(tmux, terminal, "lane-a")
    tmux.close_pane(ref)
    retry_until(lambda: tmux.clients() == [], why="detached")
    assert not shows(terminal, "OTHER")()
