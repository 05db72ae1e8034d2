"""Facts in, findings out: each table row is a machine that somebody has."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from cockpit.domain.checkup import judge, places, system, terminal, tools
from cockpit.domain.checkup.facts import (
    Agent,
    Configuration,
    Facts,
    LaneEnvironment,
    Login,
    Place,
    Repository,
    Server,
    SshAgent,
    State,
    System,
    Terminal,
    Tool,
    Watches,
)
from cockpit.domain.checkup.finding import Finding, Level, has_problem

NOW = 1_790_000_000.0
GIT = Tool("/usr/bin/git", "git version 2.43.0")
TMUX = Tool("/usr/bin/tmux", "tmux 3.4")
DISK = Place("/home/me/project", 7, "ext4", 50 << 30, 1_000_000, True, False)

SOUND = Facts(
    git=GIT,
    tmux=TMUX,
    terminal=Terminal(True, "xterm-256color", True, "truecolor", 120, 40, True),
    system=System(
        "linux",
        "6.1.0",
        Login(True, "me", lingers=False, kills=False),
        Watches(500_000, 128, 10, 2_000),
        4096,
        NOW,
    ),
    state=State("/home/me/.local/state/cockpit/project-1", True),
    server=Server(True, True, "3.4"),
    agents=(Agent("claude", Tool("/usr/bin/claude", "2.1"), ("alpha",), "2026-08-28", True),),
    repository=Repository("/home/me/project", newest=NOW - 5),
    configuration=Configuration("/home/me/project/lanes.yaml", True, (), ("alpha",), True),
    checkout=DISK,
    worktrees=DISK,
    trash=DISK,
    state_place=replace(DISK, path="/home/me/.local"),
    ssh=SshAgent("/run/user/1/agent", True),
    lane=LaneEnvironment(("HOME", "PATH")),
)
BARE = Facts(
    Tool(), Tool(), replace(SOUND.terminal, is_terminal=False), System("linux"), SOUND.state
)


def test_a_sound_machine_is_all_ok() -> None:
    assert {finding.level for finding in judge.findings(SOUND)} == {Level.OK}


def test_nothing_known_breaks_no_judge() -> None:
    found = judge.findings(BARE)
    assert {f.topic for f in found if f.level is Level.PROBLEM} == {"git", "tmux", "clock"}


def one(found: list[Finding], topic: str) -> Finding:
    (finding,) = [f for f in found if f.topic == topic]
    return finding


def at(part: str, **changes: Any) -> Facts:
    """The sound machine with one part changed."""
    return replace(SOUND, **{part: replace(getattr(SOUND, part), **changes)})


LOGIN = SOUND.system.login


@pytest.mark.parametrize(
    ("facts", "topic", "level", "seen"),
    [
        (at("git", path=""), "git", "problem", "not installed"),
        (at("git", version="git version 2.38.1"), "git", "problem", "needs 2.39"),
        (at("git", version="git version 2.39.5 (Apple Git-154)"), "git", "ok", "2.40 adds"),
        (at("git", version="git version 10.1"), "git", "ok", "all that"),
        (at("git", version="jj"), "git", "warning", "not known how new"),
        (at("git", failure="it did not answer within 5 s"), "git", "problem", "within 5 s"),
        (at("tmux", path=""), "tmux", "problem", "not installed"),
        (at("tmux", version="tmux 3.1c"), "tmux", "problem", "needs 3.2"),
        (at("tmux", version="tmux next-3.6"), "tmux", "ok", "new enough"),
        (at("tmux", version="tmux master"), "tmux", "ok", "new enough"),
        (at("tmux", version="tmux openbsd-7.5"), "tmux", "ok", "new enough"),
        (at("server", is_up=False, answers=False), "tmux server", "ok", "not running"),
        (at("server", answers=False), "tmux server", "problem", "does not answer"),
        (at("server", version="3.3a"), "tmux server", "warning", "still is tmux 3.3a"),
        (at("terminal", is_utf8=False), "locale", "problem", "not a UTF-8"),
        (at("terminal", is_terminal=False), "terminal", "note", "not asked on a terminal"),
        (at("terminal", columns=59), "terminal", "problem", "needs 60 by 16"),
        (at("terminal", columns=60, rows=16), "terminal", "note", "shows more"),
        (at("terminal", columns=0, rows=0), "terminal", "note", "does not tell"),
        (at("terminal", term="dumb"), "colours", "warning", "TERM is dumb"),
        (at("terminal", term=""), "colours", "warning", "not set"),
        (at("terminal", has_entry=False), "colours", "note", "no terminfo entry"),
        (at("terminal", colours=""), "colours", "note", "not set"),
        (at("terminal", colours="24bit"), "colours", "ok", "true colour"),
        (at("terminal", inside=("tmux",)), "inside tmux", "ok", "takes nothing from it"),
        (at("terminal", inside=("screen",)), "inside screen", "note", "GNU screen"),
        (at("terminal", inside=("ssh",)), "ssh", "ok", "when it drops"),
        (at("terminal", inside=("ssh", "mosh")), "mosh", "note", "clipboard"),
        (at("system", open_files=256), "open files", "warning", "only 256"),
        (at("system", watches=Watches(8192, 128, 3, 5000)), "file watching", "warning", "8192"),
        (at("system", watches=Watches(8192, 128, 3, None)), "file watching", "ok", "8192"),
        (at("system", watches=Watches(8192, 128, 127, 1)), "file watching", "warning", "127 of"),
        (at("system", login=replace(LOGIN, kills=True)), "logout", "warning", "ends all your"),
        (at("system", login=replace(LOGIN, kills=None)), "logout", "note", "not known"),
        (
            at("system", login=replace(LOGIN, kills=True, lingers=True)),
            "logout",
            "ok",
            "linger is on",
        ),
        (at("system", release="4.4.0-19041-Microsoft"), "WSL", "problem", "WSL 1"),
        (at("system", release="5.15.90.1-microsoft-standard-WSL2"), "WSL", "ok", "WSL 2"),
        (
            at("system", release="5.15.90.1-microsoft-standard-WSL2", login=Login(False)),
            "WSL",
            "note",
            "systemd is off",
        ),
        (at("system", name="darwin"), "macOS", "note", "less of other programs"),
        (at("system", name="freebsd14"), "system", "note", "freebsd14"),
        (at("system", now=5.0), "clock", "problem", "before 2026"),
        (at("repository", newest=NOW + 7200 * 2), "clock", "warning", "4 hours ahead"),
        (at("repository", newest=NOW + 60), "clock", "ok", "agrees"),
        (at("ssh", socket="", answers=None), "ssh agent", "ok", "No ssh agent"),
        (at("ssh", answers=False), "ssh agent", "warning", "nobody answers"),
        (at("ssh", link="/s/ssh-agent"), "ssh agent", "ok", "lanes get a link to it"),
        (at("ssh", answers=False, link="/s/ssh-agent"), "ssh agent", "warning", "nobody answers"),
        (
            at("ssh", answers=False, link="/s/ssh-agent", link_answers=True),
            "ssh agent",
            "ok",
            "answers lanes at /s/ssh-agent",
        ),
        (
            replace(
                at("ssh", socket="/tmp/ssh-X/agent.1"),
                terminal=replace(SOUND.terminal, inside=("ssh",)),
            ),
            "ssh agent",
            "note",
            "goes with this login",
        ),
        (
            replace(SOUND, repository=Repository(trouble="x", is_missing=True)),
            "repository",
            "note",
            "not inside",
        ),
        (replace(SOUND, repository=Repository(trouble="Bad.")), "repository", "problem", "Bad."),
        (at("repository", has_submodules=True), "submodules", "note", "submodules"),
        (at("repository", wants_lfs=True), "git lfs", "problem", "not installed"),
        (at("repository", wants_lfs=True, has_lfs=True), "git lfs", "ok", "is installed"),
        (at("configuration", exists=False), "lanes.yaml", "note", "no lanes.yaml yet"),
        (at("configuration", problems=("a", "b")), "lanes.yaml", "problem", "a (and 1 more)"),
        (at("configuration", lanes=()), "lanes.yaml", "note", "names no lanes"),
        (at("configuration", is_trusted=False), "trust", "note", "not trusted"),
        (at("state", exists=False), "state folder", "ok", "will be"),
        (at("state", is_folder=False), "state folder", "problem", "not a folder"),
        (at("state", owner_is_us=False), "state folder", "problem", "another user"),
        (at("state", mode=0o755), "state folder", "warning", "0755"),
        (
            replace(
                at("state", exists=False),
                state_place=Place("/r", is_writable=False, free=1 << 40),
            ),
            "state folder",
            "problem",
            "can't be made",
        ),
        (at("trash", device=8), "trash", "problem", "another file system"),
        (at("trash", is_writable=False), "trash", "problem", "not yours to write"),
        (at("checkout", folds_case=True), "file names", "note", "A and a"),
        (at("checkout", kind="nfs4"), "network disk", "warning", "nfs4"),
        (replace(SOUND, git_configs=("/h/.gitconfig",)), "git configuration", "note", "trusted"),
        (at("lane", secrets=("API_KEY",)), "lane environment", "note", "API_KEY"),
        (at("lane", dropped=("X",)), "lane environment", "ok", "without X"),
        (replace(SOUND, agents=()), "agents", "note", "No agent"),
    ],
)
def test_one_thing_that_is_otherwise(facts: Facts, topic: str, level: str, seen: str) -> None:
    finding = one(list(judge.findings(facts)), topic)
    assert (finding.level, seen in finding.seen) == (level, True), finding


AGENT = SOUND.agents[0]


@pytest.mark.parametrize(
    ("agent", "level", "seen"),
    [
        (AGENT, "ok", "2.1 at /usr/bin/claude (alpha) answers"),
        (replace(AGENT, tool=Tool()), "problem", "(alpha) is not installed"),
        (replace(AGENT, tool=Tool("/x", failure="it hung")), "warning", "it hung"),
        (replace(AGENT, trouble="`checked` is missing."), "problem", "missing"),
        (replace(AGENT, is_probed=False, tool=Tool("/x")), "ok", "was not asked for"),
        (replace(AGENT, checked="2024-01-01"), "note", "2024-01-01, long ago"),
        (replace(AGENT, checked="nonsense"), "ok", "answers"),
    ],
)
def test_agents(agent: Agent, level: str, seen: str) -> None:
    (finding,) = tools.judge_agents(replace(SOUND, agents=(agent,)))
    assert (finding.level, seen in finding.seen) == (level, True), finding


@pytest.mark.parametrize(
    ("free", "level"),
    [(None, "note"), (1 << 20, "problem"), (500 << 20, "warning"), (5 << 30, "ok")],
)
def test_space_is_told_once_a_disk(free: int | None, level: str) -> None:
    disk = replace(DISK, free=free)
    facts = replace(SOUND, checkout=disk, worktrees=disk, trash=disk, state_place=disk)
    found = [f for f in places.judge_disks(facts) if f.topic == "free space"]
    assert [f.level for f in found] == [level]
    few = replace(facts, checkout=replace(disk, inodes=100))
    assert "100 more files" in " ".join(f.seen for f in places.judge_disks(few))


def test_a_windows_disk_is_warned_of_only_in_wsl() -> None:
    facts = replace(SOUND, checkout=Place("/mnt/c/src", kind="9p"), worktrees=None)
    assert not list(system.judge_wsl(facts))
    inside = replace(facts, system=replace(SOUND.system, release="x-microsoft-standard-WSL2"))
    assert [f.level for f in system.judge_wsl(inside)] == ["ok", "warning"]
    unknown = replace(inside, checkout=Place("/mnt/c/src"))
    assert [f.level for f in system.judge_wsl(unknown)] == ["ok", "warning"]
    linux = replace(inside, checkout=Place("/mnt/c/src", kind="ext4"))
    assert [f.level for f in system.judge_wsl(linux)] == ["ok"]


def test_each_finding_says_what_to_do_where_something_is_to_do() -> None:
    for facts in (SOUND, BARE, at("git", path=""), at("system", name="darwin")):
        for finding in judge.findings(facts):
            assert bool(finding.mend) == (finding.level is not Level.OK), finding
            assert re.search(r"\.$|/[\w.-]+$", finding.seen), finding.seen
    assert has_problem(judge.findings(BARE))
    assert not has_problem(judge.findings(SOUND))


def test_macs_are_told_of_brew() -> None:
    mac = replace(
        at("git", version="git version 2.30.1"), system=replace(SOUND.system, name="darwin")
    )
    (finding,) = tools.judge_git(mac)
    assert "brew install git" in finding.mend


def test_limits_that_are_not_known_are_not_judged() -> None:
    bare = replace(SOUND, system=System("darwin", now=NOW))
    assert not list(terminal.judge_limits(bare))
    assert not list(system.judge_login(bare))
