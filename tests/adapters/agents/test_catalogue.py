"""Argument lists for agents, and what a catalogue remembers while it reads their panes."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from cockpit.adapters.agents.arguments import ARGUMENT_CAP
from cockpit.adapters.agents.catalogue import AgentCatalogue
from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId, PaneId, SessionId, WindowId
from cockpit.domain.lane import PaneRef
from cockpit.domain.launch import Launch
from cockpit.domain.pane import PaneInfo
from cockpit.errors import Unavailable, UsageError

LANE = LaneId("alpha")


@dataclass(frozen=True)
class Config:
    name: str
    preset: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


def here(program: str, path: str | None = None) -> str | None:
    """Everything but `missing` is installed."""
    if program == "missing":
        return None
    return program if program.startswith("/") else f"{path or '/opt/bin'}/{program}"


def catalogue(*agents: Config) -> AgentCatalogue:
    return AgentCatalogue({agent.name: agent for agent in agents}, which=here)


def launch(agent: str, *agents: Config, **wishes: Any) -> Launch:
    wish: dict[str, Any] = {
        "model": "",
        "prompt": "",
        "session": "",
        "resume": False,
        "permission": "",
    } | wishes
    return catalogue(*agents).launch(agent, lane=LANE, **wish)


def test_claude_with_everything() -> None:
    found = launch(
        "claude",
        Config("claude", args=("--add-dir", "/srv/docs")),
        model="opus",
        prompt="do it",
        session="alpha",
        permission="acceptEdits",
    )
    assert found.argv == (
        "/opt/bin/claude",
        *("--model", "opus"),
        *("--permission-mode", "acceptEdits"),
        *("-n", "alpha"),
        *("--add-dir", "/srv/docs"),
        *("--", "do it"),
    )
    assert found.prompt_given
    assert found.session_name == "alpha"
    assert found.interrupt == ("Escape",)


@pytest.mark.parametrize(
    ("agent", "session", "argv"),
    [
        ("claude", "alpha", ("-r", "alpha")),
        ("claude", "", ("-c",)),
        ("codex", "", ("resume", "--last")),
        ("codex", "my thread", ("resume", "my thread")),
        ("shell", "", ()),
        # the lane's own name is no session's where the program can't be told it
        ("codex", LANE, ("resume", "--last")),
        ("gemini", LANE, ("-r", "latest")),
        ("gemini", "7d3f", ("-r", "7d3f")),
        ("opencode", LANE, ("-c",)),
        ("opencode", "ses_1", ("-s", "ses_1")),
        ("aider", LANE, ("--restore-chat-history",)),
        ("pi", LANE, ("-c",)),
        ("pi", "0f3a", ("--session", "0f3a")),
        ("goose", LANE, ("session", "-r", "-n", LANE)),
        ("amp", LANE, ()),
        ("amp", "T-1", ("threads", "continue", "T-1")),
        ("agy", "c1", ("--conversation=c1",)),
        ("copilot", LANE, ("--continue",)),
        ("cursor", "c1", ("--resume", "c1")),
    ],
)
def test_resuming(agent: str, session: str, argv: tuple[str, ...]) -> None:
    assert launch(agent, resume=True, session=session).argv[1:] == argv


EVERYTHING = {"model": "m1", "prompt": "do it", "session": LANE, "args": ("--own", "a b")}


@pytest.mark.parametrize(
    ("agent", "permission", "add_dirs", "argv"),
    [
        (
            "claude",
            "plan",
            ("/srv/a", "/srv/b c"),
            "--model m1 --permission-mode plan --add-dir /srv/a --add-dir|/srv/b c|-n alpha "
            "--own|a b|-- |do it",
        ),
        (
            "codex",
            "never",
            ("/srv/a",),
            "-m m1 -a never --add-dir /srv/a --own|a b|-- |do it",
        ),
        (
            "gemini",
            "auto_edit",
            ("/srv/a",),
            "-m m1 --approval-mode auto_edit --include-directories /srv/a --own|a b|"
            "--prompt-interactive=do it",
        ),
        ("opencode", "auto", (), "-m m1 --auto --own|a b|--prompt=do it"),
        ("aider", "yes-always", (), "--model m1 --yes-always --own|a b"),
        ("pi", "", (), "--model m1 --own|a b|do it"),
        (
            "copilot",
            "allow-all-tools",
            ("/srv/a",),
            "--model m1 --allow-all-tools --add-dir /srv/a --own|a b|-i |do it",
        ),
        (
            "agy",
            "dangerously-skip-permissions",
            (),
            "--model m1 --dangerously-skip-permissions --own|a b|-i |do it",
        ),
        ("amp", "", (), "-m m1 --own|a b"),
    ],
)
def test_exact_arguments(agent: str, permission: str, add_dirs: tuple[str, ...], argv: str) -> None:
    found = launch(agent, permission=permission, add_dirs=add_dirs, **EVERYTHING)
    words: list[str] = []
    for part in argv.split("|"):  # a part with a blank that is one argument holds no option
        is_one = (" " in part and not part.startswith("-")) or part.startswith("--prompt")
        words += [part] if is_one else part.split()
    assert found.argv == (f"/opt/bin/{agent}", *words)
    assert found.prompt_given is (agent not in ("aider", "amp"))


@pytest.mark.parametrize(
    ("agent", "wish", "told"),
    [
        ("pi", {"permission": "yolo"}, "permission"),
        ("pi", {"add_dirs": ("/srv",)}, "folder in add_dirs"),
        ("aider", {"add_dirs": ("/srv",)}, "folder in add_dirs"),
        ("opencode", {"permission": "atuo"}, "doesn't know: 'atuo'"),
        ("shell", {"permission": "plan"}, "permission"),
        ("generic-bot", {"model": "x"}, "model"),
    ],
)
def test_a_wish_without_an_option_is_refused(agent: str, wish: dict[str, Any], told: str) -> None:
    bot = Config("generic-bot", command=("bot",))
    with pytest.raises(UsageError, match=told):
        launch(agent, bot, **wish)
    asked = {"model": "", "permission": "", "add_dirs": ()} | wish
    found = catalogue(bot).objections(agent, lane=LANE, **asked)
    assert [key for key, _ in found] == list(wish)


@pytest.mark.parametrize("folder", ["--evil", "-x", "a\nb", "a\x1b[2J"])
def test_no_folder_is_an_option(folder: str) -> None:
    with pytest.raises(UsageError, match="add_dirs"):
        launch("claude", add_dirs=(folder,))


@pytest.mark.parametrize("prompt", ["--yolo", "-p", "@/etc/passwd"])
def test_a_prompt_without_a_way_to_end_options_is_pasted(prompt: str) -> None:
    found = launch("pi", prompt=prompt)
    assert (found.argv, found.prompt_given) == (("/opt/bin/pi",), False)
    assert launch("gemini", prompt=prompt).argv[1:] == (f"--prompt-interactive={prompt}",)


def test_codex_names_its_subcommand_first() -> None:
    found = launch("codex", resume=True, model="gpt-5", prompt="go on")
    assert found.argv[1:] == ("resume", "--last", "-m", "gpt-5", "--", "go on")
    assert found.session_name == "", "codex can't be given a name when it starts"


@pytest.mark.parametrize("prompt", ["--dangerously-skip-permissions", "-p", "resume", "; rm -rf /"])
def test_a_prompt_is_never_an_option(prompt: str) -> None:
    for agent in ("claude", "codex"):
        assert launch(agent, prompt=prompt).argv[-2:] == ("--", prompt)


@pytest.mark.parametrize(
    "prompt", ["", "x" * (ARGUMENT_CAP + 1), "a\x1bb", "a\0b", "\u202e", "é" * 4_001]
)
def test_a_prompt_that_is_no_argument_is_left_to_be_pasted(prompt: str) -> None:
    found = launch("claude", prompt=prompt)
    assert not found.prompt_given
    assert found.argv == ("/opt/bin/claude",)
    assert found.ready


def test_a_flag_takes_a_prompt_in_its_own_word(isolated: Path) -> None:
    folder = isolated / "config" / "cockpit" / "agents"
    folder.mkdir(parents=True)
    head = 'checked = "2026-08-28"\ncommand = ["oc"]\nprompt = "flag"\n'
    (folder / "long.toml").write_text(head + 'prompt_flag = "--prompt"\n')
    (folder / "short.toml").write_text(head + 'prompt_flag = "-i"\n')
    assert launch("long", prompt="-x").argv == ("/opt/bin/oc", "--prompt=-x")
    assert launch("short", prompt="go").argv == ("/opt/bin/oc", "-i", "go")
    assert not launch("short", prompt="-x").prompt_given


def test_the_shell_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/sh")
    assert launch("shell", prompt="ls").argv == ("/bin/sh",)
    assert not launch("shell", prompt="ls").prompt_given
    for broken in ("", "relative", "/nope/sh"):
        monkeypatch.setenv("SHELL", broken)
        assert launch("shell").argv == ("/opt/bin/sh",)


def test_any_command() -> None:
    found = launch("mybot", Config("mybot", command=("bot", "--fast"), args=("x",), env={"A": "b"}))
    assert found.argv == ("/opt/bin/bot", "--fast", "x")
    assert found.env == {"A": "b"}
    assert re.search(found.ready, "anything")
    shell = catalogue(Config("mybot", preset="shell", command=("bash", "--norc")))
    assert shell.rules("mybot").foreground


def test_the_agents_own_path_counts() -> None:
    agent = Config("mybot", command=("bot",), env={"PATH": "/own"})
    assert launch("mybot", agent).argv == ("/own/bot",)


def test_a_path_in_the_lane_is_looked_up_there() -> None:
    assert launch("mybot", Config("mybot", command=("./bot",))).argv == ("./bot",)


def test_the_demo_runs_in_our_own_python() -> None:
    found = launch("d", Config("d", preset="demo", args=("alpha",)), prompt="-x")
    assert found.argv == (
        *(sys.executable, "-P", "-m", "cockpit.demo.agent"),
        *("alpha", "--", "-x"),
    )


@pytest.mark.parametrize(
    ("agent", "config", "told"),
    [
        ("cluade", (), "Did you mean claude?"),
        ("mybot", (Config("mybot", preset="cluade", command=("x",)),), "Did you mean claude?"),
        ("mybot", (Config("mybot", preset="generic"),), "Give it one in lanes.yaml"),
        ("../claude", (), "Change lanes.yaml"),
    ],
)
def test_an_unknown_agent(agent: str, config: tuple[Config, ...], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        launch(agent, *config)
    assert told in caught.value.hint


def test_an_agent_that_is_not_installed() -> None:
    with pytest.raises(Unavailable) as caught:
        launch("mybot", Config("mybot", command=("missing",)))
    assert "not installed" in caught.value.title
    assert "lanes.yaml" in caught.value.hint


@pytest.mark.parametrize("what", ["model", "session", "permission"])
@pytest.mark.parametrize("value", ["--evil", "-x", "a\nb", "a\x1b[2J"])
def test_no_value_is_an_option(what: str, value: str) -> None:
    with pytest.raises(UsageError, match=what):
        launch("claude", **{what: value})


def test_a_wish_that_the_agent_has_no_option_for() -> None:
    with pytest.raises(UsageError, match="no option"):
        launch("shell", model="opus")


# ---------------------------------------------------------------- reading panes

PANE = PaneInfo(
    ref=PaneRef(SessionId("$1"), WindowId("@1"), PaneId("%1"), 1),
    lane=LANE,
    op="",
    dead=False,
    exit_code=None,
    title="✳ x",
    command="claude",
    in_mode=False,
    width=80,
    height=24,
)
BOX = ("─" * 80, "❯ ", "─" * 80, "  ? for shortcuts")


def test_working_is_left_after_a_second_whatever_the_caller_keeps() -> None:
    agents = catalogue()
    spinning = replace(PANE, title="⠂ x")
    first = agents.judge("claude", pane=spinning, rows=BOX, previous=None, now=10.0)
    later = agents.judge("claude", pane=spinning, rows=BOX, previous=first, now=20.0)
    assert (later.state, later.since) == (State.WORKING, 10.0)
    held = agents.judge("claude", pane=PANE, rows=BOX, previous=later, now=20.5)
    assert held == later
    other = agents.judge(
        "claude", pane=replace(PANE, lane=LaneId("beta")), rows=BOX, previous=later, now=20.5
    )
    assert other.state is State.IDLE, "another lane's work holds nothing"
    left = agents.judge("claude", pane=PANE, rows=BOX, previous=held, now=21.1)
    assert (left.state, left.since) == (State.IDLE, 21.1)


def test_no_pane_and_an_agent_that_is_gone_are_unknown() -> None:
    agents = catalogue()
    assert agents.judge("claude", pane=None, rows=(), previous=None, now=1.0).state is State.UNKNOWN
    assert agents.judge("gone", pane=PANE, rows=BOX, previous=None, now=1.0).state is State.UNKNOWN


def test_a_shell_of_any_name_is_at_its_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    agents = catalogue(Config("nu", preset="shell", command=("/opt/nu",)))
    at_prompt = replace(PANE, command="nu", title="")
    assert agents.judge("nu", pane=at_prompt, rows=(), previous=None, now=1.0).state is State.IDLE
    runs = replace(PANE, command="make")
    assert agents.judge("nu", pane=runs, rows=(), previous=None, now=1.0).state is State.WORKING


def test_explaining_tells_every_sign() -> None:
    lines = catalogue().explain("claude", pane=PANE, rows=BOX)
    assert lines == (
        ("process", "claude runs"),
        ("title", "idle or asking or error: star"),
        ("screen", "idle: prompt box"),
    )


def test_the_hosts_name_is_no_title_of_the_agents_own() -> None:
    """Codex shows the same screen idle and working: without its title that is unknown."""
    agents = catalogue()
    rows = ("› Ask Codex to do anything", "", "  gpt-5 default · /srv/x", "  ? for shortcuts")
    seen = {
        title: agents.judge(
            "codex", pane=replace(PANE, title=title), rows=rows, previous=None, now=1.0
        ).state
        for title in ("x", "", socket.gethostname())
    }
    assert list(seen.values()) == [State.IDLE, State.UNKNOWN, State.UNKNOWN]
