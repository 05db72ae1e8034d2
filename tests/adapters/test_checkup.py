"""The looks behind the doctor, on the real machine and on folders made for them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cockpit.adapters.checkup import places, programs
from cockpit.adapters.checkup.machine import LocalMachine
from cockpit.adapters.platform import kernel
from cockpit.domain.checkup.facts import State, Tool, Wanted
from tests.conftest import git

MOUNTS = """\
1 0 8:1 / / rw - ext4 /dev/root rw
2 1 0:5 / /mnt/c rw - 9p C:\\134 rw
3 1 0:6 / /home/a\\040b rw shared:1 - nfs4 host:/x rw
4 1 0:7 / /home rw - tmpfs tmpfs rw
5 1 0:8 / /home rw - btrfs /dev/x rw
nonsense
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/etc", "ext4"),
        ("/mnt/c", "9p"),
        ("/mnt/c/src", "9p"),
        ("/mnt/cc", "ext4"),
        ("/home/a b/c", "nfs4"),
        ("/home/x", "btrfs"),
    ],
)
def test_which_file_system(path: str, kind: str) -> None:
    assert kernel.kind_in(MOUNTS, path) == kind


def test_a_real_file_system_is_told(tmp_path: Path) -> None:
    assert kernel.filesystem_kind(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "kills"),
    [
        ("#KillUserProcesses=yes\n", None),
        ("[Login]\nKillUserProcesses=yes\n", True),
        ("KillUserProcesses = no\n", False),
        ("KillUserProcesses=no\nKillUserProcesses=1\n", True),
        ("", None),
    ],
)
def test_what_logind_is_told(text: str, kills: bool | None) -> None:
    assert kernel.kills_in(text) is kills


def test_what_the_bus_says() -> None:
    assert [kernel.bus_answer(out) for out in (b"b true\n", b"b false\n", b"", b"s x")] == [
        True,
        False,
        None,
        None,
    ]


def script(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_version_is_shown_as_text_and_waited_for_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    script(tools, "good", "printf 'good 1.2\\033[2J\\nmore\\n'")
    script(tools, "loud", "echo 'loud 3' >&2")
    script(tools, "bad", "exit 3")
    script(tools, "slow", "sleep 60")
    monkeypatch.setattr(programs, "DEADLINE", 0.3)
    path = str(tools)
    assert programs.tool("good", "-V", path=path).version == "good 1.2␛[2J"
    assert programs.tool("loud", "-V", path=path).version == "loud 3"
    assert programs.tool("bad", "-V", path=path).failure == "it ended with code 3"
    assert "0.3 s" in programs.tool("slow", "-V", path=path).failure
    assert programs.tool("none", "-V", path=path) == Tool()


def test_agents_are_asked_but_never_a_command_of_lanes_yaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    script(tools, "claude", "echo '9.9 (Claude)'")
    script(tools, "mine", f"touch {tmp_path}/ran")
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    found = {
        agent.name: agent
        for agent in programs.agents(
            [
                Wanted("mybot", "claude", (str(tools / "mine"),), ("alpha",)),
                Wanted("gone", "gone", ("no-such-program",), ("beta",)),
                Wanted("codex", "codex", (), ("gamma",)),
            ]
        )
    }
    assert set(found) == {"mybot", "gone", "codex", "claude"}
    assert found["claude"].tool.version == "9.9 (Claude)"
    assert found["claude"].checked
    assert (found["mybot"].is_probed, found["mybot"].tool.path) == (False, str(tools / "mine"))
    assert not (tmp_path / "ran").exists()
    assert found["gone"].tool == found["codex"].tool == Tool()


def test_a_broken_preset_of_the_users_is_a_trouble(isolated: Path) -> None:
    folder = isolated / "config" / "cockpit" / "agents"
    folder.mkdir(parents=True)
    (folder / "claude.toml").write_text("command = 1\n")
    (agent,) = [a for a in programs.agents([Wanted("claude", "claude", (), ("a",))]) if a.trouble]
    assert "claude.toml" in agent.trouble


def test_places_are_looked_at_and_not_made(tmp_path: Path) -> None:
    place = places.place(tmp_path / "not" / "there")
    assert place.device == tmp_path.stat().st_dev
    assert place.free and place.is_writable
    assert place.folds_case is False
    assert not (tmp_path / "not").exists()
    (tmp_path / "state").mkdir(mode=0o750)
    assert places.state(tmp_path / "state") == State(str(tmp_path / "state"), True, mode=0o750)
    (tmp_path / "link").symlink_to("state")
    assert not places.state(tmp_path / "link").is_folder
    assert not places.state(tmp_path / "none").exists


def test_a_repository_with_submodules_and_lfs(repo: Path) -> None:
    (repo / ".gitmodules").write_text("")
    (repo / ".gitattributes").write_text("*.psd filter=lfs diff=lfs\n")
    found, common = places.repository(repo / "src")
    assert common == repo / ".git"
    assert (found.root, found.has_submodules, found.wants_lfs) == (str(repo), True, True)
    os.utime(repo / ".git" / "HEAD", (9e9, 9e9))
    assert places.repository(repo)[0].newest == 9e9
    git(repo, "rev-parse", "HEAD")
    missing, none = places.repository(repo.parent)
    assert (missing.is_missing, none) == (True, None)
    (repo / ".git" / "HEAD").unlink()
    (repo / "src" / ".git").write_text("nonsense")
    broken, none = places.repository(repo / "src")
    assert (broken.is_missing, bool(broken.trouble), none) == (False, True, None)


def test_an_ssh_agent(short: Path) -> None:
    path, state = str(short / "s"), short / "state"
    assert places.ssh_agent({}, state).answers is None
    assert places.ssh_agent({"SSH_AUTH_SOCK": path}, state).answers is False
    assert places.ssh_agent({"SSH_AUTH_SOCK": "/x" * 200}, state).answers is False
    assert places.ssh_agent({}, short / ("x" * 100)).link == ""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        found = places.ssh_agent({"SSH_AUTH_SOCK": path}, state)
        link = state / "run" / "ssh-agent"
        assert (found.answers, found.link, found.link_answers) == (True, str(link), False)
        link.parent.mkdir(parents=True)
        link.symlink_to(path)
        assert places.ssh_agent({}, state).link_answers is True
    assert places.ssh_agent({}, state).link_answers is False


@pytest.mark.parametrize(
    ("env", "inside"),
    [
        ({}, ()),
        ({"TMUX": "/tmp/x,1,0", "SSH_TTY": "/dev/pts/1"}, ("tmux", "ssh")),
        ({"TERM": "screen.xterm-256color"}, ("screen",)),
        ({"STY": "1.x", "MOSH_IP": "1.2.3.4"}, ("screen", "mosh")),
    ],
)
def test_what_is_around(env: dict[str, str], inside: tuple[str, ...]) -> None:
    assert LocalMachine(env).terminal().inside == inside


def test_the_system_is_told(isolated: Path) -> None:
    machine = LocalMachine({"HOME": str(isolated)})
    seen = machine.system(12)
    assert seen.now > 1e9 and seen.release
    assert seen.watches.watches is None or (seen.watches.wanted, seen.watches.watches > 0) == (
        12,
        True,
    )
    assert machine.git_configs() == (str(isolated / ".gitconfig"),)
