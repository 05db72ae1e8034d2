"""Versions: of git and tmux through their doors' ways of finding them, and of agents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from cockpit.adapters.agents import presets
from cockpit.adapters.agents.catalogue import placeholder
from cockpit.adapters.agents.presets import GENERIC, Preset
from cockpit.adapters.platform.ask import ask, find_program
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.checkup.facts import Agent, Server, Tool, Wanted
from cockpit.domain.text import safe
from cockpit.errors import CockpitError, UsageError

DEADLINE = 5.0
"""Seconds that a program gets to say its version; some agents start a whole runtime for it."""
_WIDTH = 60


def tool(name: str, option: str, *, path: str | None = None) -> Tool:
    """The program called `name` on this PATH, and the first line of what it says to `option`."""
    found = find_program(name, path)
    return Tool() if found is None else version_of(found, [option])


def version_of(program: str, options: Sequence[str]) -> Tool:
    """What the program at this absolute path says of itself."""
    reply = ask([program, *options], deadline=DEADLINE)
    if reply.failure:
        return Tool(program, failure=reply.failure)
    said = (reply.out.strip() or reply.err.strip()).split(b"\n")[0]
    if reply.code != 0:
        return Tool(program, failure=f"it ended with code {reply.code}")
    return Tool(program, safe(said, width=_WIDTH).text)


def server(socket_name: str) -> Server:
    """Our tmux server: whether anything listens, whether it answers, and which tmux it is."""
    try:
        door = TmuxDoor(socket_name)
        if not door.is_listening():
            return Server(is_up=False, answers=False)
        answer = door.attempt([["display-message", "-p", "#{version}"]], deadline=DEADLINE)
    except CockpitError:
        return Server(is_up=True, answers=False)
    return Server(is_up=True, answers=answer.code == 0, version=safe(answer.text.strip()).text)


def agents(wanted: Sequence[Wanted]) -> tuple[Agent, ...]:
    """Those that lanes.yaml names, then those of presets that are installed, each asked its
    version at the same time as the others."""
    named = {one.name for one in wanted}
    others = [
        Wanted(name, name, (), ()) for name in presets.names() if name not in {*named, GENERIC}
    ]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(_agent, [*wanted, *others]))
    return tuple(
        agent for agent in found if agent.name in named or (agent.is_probed and agent.tool.path)
    )


def _agent(wanted: Wanted) -> Agent:
    try:
        preset = presets.find(wanted.preset)
    except UsageError as error:
        return Agent(wanted.name, Tool(), wanted.lanes, trouble=error.detail or error.title)
    command = wanted.command or (preset.command if preset else ())
    checked = preset.checked if preset else ""
    program = _found(command)
    if preset is None or program is None:
        return Agent(wanted.name, Tool(program or ""), wanted.lanes, checked)
    if wanted.command or not preset.probe:
        return Agent(wanted.name, Tool(program), wanted.lanes, checked)
    return Agent(wanted.name, _probe(program, preset), wanted.lanes, checked, is_probed=True)


def _found(command: Sequence[str]) -> str | None:
    """Where the program lies; one that is the lane's own (`./agent`) as it is named."""
    if not command:
        return None
    program = os.path.expanduser(placeholder(command[0]))
    return program if "/" in program and not os.path.isabs(program) else find_program(program)


def _probe(program: str, preset: Preset) -> Tool:
    return version_of(program, preset.probe)
