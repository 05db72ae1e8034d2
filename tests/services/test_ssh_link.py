"""Which ssh agent a pane is told of."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Restart, Start, Trust
from cockpit.services.hosting import host_app
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


@pytest.fixture
def logged_in(short: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A login with an ssh agent, and a state folder whose path is short enough."""
    monkeypatch.setenv("XDG_STATE_HOME", str(short))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(short / "login-1"))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short / "login-1"))
        server.listen()
        yield server


def told(desk: Desk, lane: LaneId) -> str | None:
    """SSH_AUTH_SOCK of the lane's pane as it was opened last."""
    return [env for name, _, env in desk.tmux.opened if name == lane][-1].get("SSH_AUTH_SOCK")


def link_of(desk: Desk) -> str:
    return str(desk.usual().state / "run" / "ssh-agent")


def test_a_pane_keeps_its_agent_over_a_new_login(
    logged_in: socket.socket, desk: Desk, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()
    path = told(desk, ALPHA)
    assert path == link_of(desk) and os.readlink(path) == str(short / "login-1")
    logged_in.close()
    monkeypatch.setenv("SSH_AUTH_SOCK", str(short / "login-2"))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short / "login-2"))
        server.listen()
        desk.cockpit()
        with socket.socket(socket.AF_UNIX) as git:
            git.connect(path)
            assert server.accept()[0]
    desk.do(Restart(ALPHA))
    assert told(desk, ALPHA) == path


def test_the_hosted_app_is_told_of_the_link_too(logged_in: socket.socket, desk: Desk) -> None:
    cockpit = desk.cockpit()
    seen: dict[str, str] = {}
    tmux = desk.tmux
    tmux.open_host = lambda argv, *, cwd, env: bool(seen.update(env))  # type: ignore[method-assign]
    host_app(cockpit)
    assert seen["SSH_AUTH_SOCK"] == link_of(desk)


def test_who_drops_it_or_sets_another_has_it_so(logged_in: socket.socket, desk: Desk) -> None:
    desk.configure(
        "agents: {sh: {command: [sh], preset: shell}}\n"
        "lanes:\n  alpha: {agent: sh, env_drop: [SSH_AUTH_SOCK]}\n"
        "  beta: {agent: sh, env: {SSH_AUTH_SOCK: /its/own}}\n"
    )
    desk.do(Trust(desk.usual().trust().digest))
    for lane in (ALPHA, BETA):
        desk.do(Start(lane))
    assert (told(desk, ALPHA), told(desk, BETA)) == (None, "/its/own")


def test_without_an_agent_there_is_nothing_to_tell(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    desk.do(Start(ALPHA), cockpit=desk.cockpit())
    assert told(desk, ALPHA) is None
    assert not os.path.lexists(link_of(desk))


def test_where_no_link_can_be_the_variable_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nobody/answers")
    desk.do(Start(ALPHA), cockpit=desk.cockpit())
    assert told(desk, ALPHA) == "/nobody/answers"
