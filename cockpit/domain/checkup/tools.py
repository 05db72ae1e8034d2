"""git, tmux and the agents: installed, new enough, and what an older one lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from cockpit.domain.checkup.facts import Agent, Facts, Server, Tool
from cockpit.domain.checkup.finding import Finding, note, ok, problem, warning

OLDEST_GIT = (2, 39)
OLDEST_TMUX = (3, 2)
STALE_DAYS = 365
"""Age of a preset's check from which one wonders whether the agent still is like that."""

_INSTALL = "Install it (apt install {0}, dnf install {0}, brew install {0})."


def numbers(version: str) -> tuple[int, int] | None:
    """`git version 2.39.5 (Apple Git-154)` is (2, 39), `tmux next-3.6` (3, 6); None: no number."""
    found = re.search(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


def judge_git(facts: Facts) -> Iterator[Finding]:
    tool = facts.git
    unusable = _unusable("git", tool)
    if unusable is not None:
        yield unusable
        return
    seen = numbers(tool.version)
    where = f"{tool.version} at {tool.path}"
    if seen is None:
        yield warning("git", f"It is not known how new {where} is.", "Use git 2.39 or newer.")
    elif seen < OLDEST_GIT:
        yield problem(
            "git",
            f"{where} is too old; cockpit needs 2.39 or newer.",
            _upgrade("git", facts.system.name, "Debian 12, Ubuntu 23.04 and later have it"),
        )
    elif seen < (2, 40):
        yield ok(
            "git",
            f"{where} is new enough; 2.40 adds merges from a given base, for which cockpit makes "
            "helper commits with this one.",
        )
    else:
        yield ok("git", f"{where} has all that cockpit uses.")


def judge_tmux(facts: Facts) -> Iterator[Finding]:
    tool = facts.tmux
    unusable = _unusable("tmux", tool)
    if unusable is not None:
        yield unusable
        return
    seen = None if "openbsd" in tool.version else numbers(tool.version)
    where = f"{tool.version} at {tool.path}"
    if seen is not None and seen < OLDEST_TMUX:
        yield problem(
            "tmux",
            f"{where} is too old; cockpit needs 3.2 or newer.",
            _upgrade("tmux", facts.system.name, "Debian 12, Ubuntu 22.04 and later have it"),
        )
        return
    yield ok("tmux", f"{where} is new enough.")
    yield from _judge_server(facts.server, tool)


def _judge_server(server: Server, tool: Tool) -> Iterator[Finding]:
    if server.answers is None:
        return
    if not server.is_up:
        yield ok("tmux server", "cockpit's own server is not running; the first lane starts it.")
    elif not server.answers:
        yield problem(
            "tmux server",
            "cockpit's own tmux server is there and does not answer.",
            "It may be stopped (SIGSTOP) or overloaded: look at the process `tmux` with `top`.",
        )
    elif server.version and server.version != tool.version.rpartition(" ")[2]:
        yield warning(
            "tmux server",
            f"cockpit's own server still is tmux {server.version}, and {tool.version} is "
            "installed.",
            "Stop the lanes when it suits you (`cockpit stop --all`), then quit the app: the next "
            "start uses the new one.",
        )
    else:
        yield ok("tmux server", "cockpit's own server answers.")


def _unusable(name: str, tool: Tool) -> Finding | None:
    if not tool.path:
        return problem(name, f"{name} is not installed.", _INSTALL.format(name))
    if tool.failure:
        return problem(
            name,
            f"{tool.path} does not say its version: {tool.failure}.",
            f"Run `{name} {'-V' if name == 'tmux' else '--version'}` yourself to see why.",
        )
    return None


def _upgrade(name: str, system: str, have_it: str) -> str:
    if system == "darwin":
        return f"macOS brings an old one or none: `brew install {name}`, then open a new shell."
    return f"Upgrade the package `{name}` ({have_it})."


def judge_agents(facts: Facts) -> Iterator[Finding]:
    for agent in facts.agents:
        yield _judge_agent(agent, facts.system.now)
    if not facts.agents:
        yield note(
            "agents",
            "No agent that cockpit knows is installed, and lanes.yaml names none.",
            "Install one (`claude`, `codex`), or name any command under `agents:` in lanes.yaml.",
        )


def _judge_agent(agent: Agent, now: float) -> Finding:
    topic = f"agent {agent.name}"
    used = f" ({', '.join(agent.lanes)})" if agent.lanes else ""
    if agent.trouble:
        return problem(topic, agent.trouble, "Mend the preset's file, or remove it.")
    tool = agent.tool
    if not tool.path:
        return problem(
            topic,
            f"The program of {agent.name}{used} is not installed, or not on this PATH.",
            "Install it, or change the lane's `agent` in lanes.yaml.",
        )
    if tool.failure:
        return warning(
            topic,
            f"{tool.path} does not say its version: {tool.failure}.",
            "Run it yourself once; it may wait for a login or its first set-up.",
        )
    version = f"{tool.version} at {tool.path}" if tool.version else tool.path
    if not agent.is_probed:
        return ok(topic, f"{version}{used} is there; its version was not asked for.")
    if agent.checked and _age_days(agent.checked, now) > STALE_DAYS:
        return note(
            topic,
            f"{version}{used} answers; what cockpit knows of it was checked on {agent.checked}, "
            "long ago.",
            "If its state is shown wrongly, `cockpit explain LANE` says by which rule.",
        )
    since = f"; what cockpit knows of it was checked on {agent.checked}" if agent.checked else ""
    return ok(topic, f"{version}{used} answers{since}.")


def _age_days(day: str, now: float) -> float:
    try:
        checked = date.fromisoformat(day)
    except ValueError:
        return 0.0
    return (datetime.fromtimestamp(now).date() - checked).days
