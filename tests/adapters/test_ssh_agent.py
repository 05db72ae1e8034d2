"""Our link to the ssh agent, with sockets that take connections as one does."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.adapters import ssh_agent


@contextmanager
def agent(path: Path) -> Iterator[str]:
    """One that answers at `path`; what it leaves is the dead socket."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        yield str(path)


def point(run: Path, named: str, **more: str) -> bool:
    return ssh_agent.point(run, {"SSH_AUTH_SOCK": named, **more})


def test_it_leads_to_who_answered_last(short: Path) -> None:
    run, link = short / "run", short / "run" / "ssh-agent"
    with agent(short / "one") as one:
        assert point(run, one)
        assert os.readlink(link) == one and ssh_agent.answers(str(link))
        assert run.stat().st_mode & 0o777 == 0o700
        with agent(short / "two") as two:
            assert point(run, two) and os.readlink(link) == two
            assert point(run, two) and point(run, one) and os.readlink(link) == one
    assert [path.name for path in run.iterdir()] == ["ssh-agent"]


def test_nobody_who_answers_takes_it_away_from_one_who_does(short: Path) -> None:
    run, link = short / "run", short / "run" / "ssh-agent"
    with agent(short / "dead") as dead:
        pass
    with agent(short / "one") as one:
        assert point(run, one)
        (short / "file").touch()
        named = [dead, "", "relative", str(short / "file"), str(short / "none"), str(short), "/x\0"]
        for other in named:
            assert not point(run, other), other
            assert os.readlink(link) == one
        assert not ssh_agent.point(run, {})


def test_it_never_leads_to_itself(short: Path) -> None:
    run, link = short / "run", short / "run" / "ssh-agent"
    own = short / "own"
    own.symlink_to(link)
    beside = short / "beside"
    beside.symlink_to("run")
    with agent(short / "one") as one:
        assert point(run, one)
        for named in (link, own, beside / "ssh-agent", run / ".." / "run" / "ssh-agent"):
            assert ssh_agent.answers(str(named)), "it would pass for an agent"
            assert not point(run, str(named))
            assert os.readlink(link) == one
    circle = short / "circle"
    circle.symlink_to(circle)
    assert not point(run, str(circle))


def test_a_stable_path_of_the_commanders_own_is_kept_as_it_is(short: Path) -> None:
    mine = short / "mine"
    with agent(short / "one") as one:
        mine.symlink_to(one)
        assert point(short / "run", str(mine))
        assert os.readlink(short / "run" / "ssh-agent") == str(mine)


def test_a_socket_of_somebody_else_is_left_alone(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with agent(short / "one") as one:
        monkeypatch.setattr(os, "getuid", lambda: 4321)
        assert not point(short / "run", one)
    assert not (short / "run").exists()


def test_an_agent_of_a_lane_is_not_everybodys(short: Path) -> None:
    with agent(short / "one") as one:
        assert not point(short / "run", one, COCKPIT_LANE="alpha")


def test_a_path_that_no_program_can_connect_to(short: Path) -> None:
    run = short / ("x" * 60) / ("y" * 60)
    with agent(short / "one") as one:
        assert not point(run, one)
    assert not run.parent.exists()


def test_what_lies_there_and_is_no_link_stays(short: Path) -> None:
    run = short / "run"
    (run / "ssh-agent").mkdir(parents=True, mode=0o700)
    with agent(short / "one") as one:
        assert not point(run, one)
    assert [path.name for path in run.iterdir()] == ["ssh-agent"]


def test_a_disk_that_refuses_stops_nothing(short: Path) -> None:
    (short / "file").touch()
    with agent(short / "one") as one:
        assert not point(short / "file" / "run", one)
