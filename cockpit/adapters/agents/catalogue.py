"""The agents that lanes can run: presets completed by lanes.yaml.

Turns a lane's wishes (a prompt, a model, a session to resume) into an argument list, and
what its pane shows into a state. Argument lists are never shell text, and no value of the
commander's or of a task can pass for an option.
"""

from __future__ import annotations

import difflib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from cockpit.adapters.agents import arguments, presets
from cockpit.adapters.agents.arguments import Wishes
from cockpit.adapters.agents.presets import GENERIC, Preset
from cockpit.dataclass import dataclass
from cockpit.domain.activity import Activity
from cockpit.domain.evidence import Evidence, Rules, Sign
from cockpit.domain.ids import LaneId
from cockpit.domain.judgement import judge, shows_work, signs
from cockpit.domain.launch import Launch
from cockpit.domain.pane import PaneInfo
from cockpit.errors import Unavailable, UsageError


class AgentLike(Protocol):
    """What lanes.yaml says of an agent."""

    @property
    def name(self) -> str: ...
    @property
    def preset(self) -> str: ...
    @property
    def command(self) -> Sequence[str]: ...
    @property
    def args(self) -> Sequence[str]: ...
    @property
    def env(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent, preset and lanes.yaml put together."""

    name: str
    preset: Preset
    command: tuple[str, ...]
    args: tuple[str, ...]
    env: Mapping[str, str]


class AgentCatalogue:
    """Fulfils `services.ports.Agents`. Presets are read once, when first used."""

    def __init__(
        self,
        config_agents: Mapping[str, AgentLike],
        which: Callable[..., str | None] = shutil.which,
    ):
        self._config = config_agents
        self._which = which
        self._agents: dict[str, Agent] = {}
        self._worked: dict[LaneId, float] = {}
        self._host = socket.gethostname()

    def knowing(self, config_agents: Mapping[str, AgentLike]) -> AgentCatalogue:
        """One for another reading of lanes.yaml; what was seen of lanes' work is shared."""
        made = AgentCatalogue(config_agents, self._which)
        made._worked = self._worked
        return made

    def preset_names(self) -> tuple[str, ...]:
        return tuple(presets.names())

    def broken(self) -> tuple[UsageError, ...]:
        """What is wrong with the presets that can't be used, the user's own among them."""
        found: list[UsageError] = []
        for name in presets.names():
            try:
                presets.find(name)
            except UsageError as error:
                found.append(error)
        return tuple(found)

    # ------------------------------------------------------------ what an agent is

    def agent(self, name: str) -> Agent:
        """Raises `UsageError` for an agent that neither lanes.yaml nor a preset names."""
        known = self._agents.get(name)
        if known is None:
            known = self._agents[name] = self._put_together(name)
        return known

    def _put_together(self, name: str) -> Agent:
        config = self._config.get(name)
        preset = presets.find((config.preset if config else "") or name)
        if preset is None and config is not None and config.command:
            if config.preset not in ("", name):
                raise self._unknown(config.preset, f"The agent {name} names an unknown preset")
            preset = presets.find(GENERIC)
        if preset is None:
            raise self._unknown(name, "Nobody knows an agent")
        if config is None:
            return Agent(name, preset, preset.command, preset.args, {})
        command = tuple(config.command) or preset.command
        return Agent(name, preset, command, (*preset.args, *config.args), config.env)

    def _unknown(self, name: str, said: str) -> UsageError:
        known = sorted({*presets.names(), *self._config} - {GENERIC})
        near = difflib.get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        return UsageError(
            f"{said} {name!r}.",
            detail=f"Known agents: {', '.join(known)}",
            hint=f"{hint}Change lanes.yaml, or give the agent a `command` there.",
        )

    def takes_model(self, agent: str) -> bool:
        """Whether it can be told which model to use; False for an unknown agent."""
        try:
            return bool(self.agent(agent).preset.model)
        except UsageError:
            return False

    def takes_prompts(self, agent: str) -> bool:
        """Whether it reads what is typed as a wish, not as commands (a shell); True for an
        unknown agent, which says so itself when it is started."""
        try:
            return not self.agent(agent).preset.rules.foreground
        except UsageError:
            return True

    def installed(self) -> list[str]:
        """Agents of the presets whose own program is installed, by name: no shell, nothing of
        cockpit's. A preset that can't be used is not one of them."""
        found = []
        for name in presets.names():
            try:
                preset = presets.find(name)
            except UsageError:
                continue  # told when a lane names it
            program = preset.command[0] if preset is not None and preset.command else "{"
            if preset is None or preset.rules.foreground or "{" in program:
                continue
            if self._which(os.path.expanduser(program)) is not None:
                found.append(name)
        return found

    def objections(
        self, agent: str, *, lane: LaneId, model: str, permission: str, add_dirs: Sequence[str]
    ) -> tuple[tuple[str, UsageError], ...]:
        """(key of the lane, why its agent can't have it) for each wish that starting it would
        refuse. Raises `UsageError` for an agent whose preset can't be used."""
        preset = self.agent(agent).preset
        wishes = Wishes(lane, agent, model, permission, add_dirs=tuple(add_dirs))
        found: list[tuple[str, UsageError]] = []
        for key, build in (
            ("model", arguments.model),
            ("permission", arguments.permission),
            ("add_dirs", arguments.folders),
        ):
            try:
                build(preset, wishes)
            except UsageError as error:
                found.append((key, error))
        return tuple(found)

    # ------------------------------------------------------------ starting it

    def launch(
        self,
        agent: str,
        *,
        lane: LaneId,
        model: str,
        prompt: str,
        session: str,
        resume: bool,
        permission: str,
        add_dirs: Sequence[str] = (),
        args: Sequence[str] = (),
    ) -> Launch:
        """The argument list for `lane`'s agent, its program as an absolute path. `args` are
        the lane's own, after the agent's.

        Raises `UsageError` for an unknown agent or a wish that it has no option for,
        `Unavailable` when its program isn't installed.
        """
        known = self.agent(agent)
        preset = known.preset
        wishes = Wishes(lane, agent, model, permission, session, resume, tuple(add_dirs))
        given = arguments.prompt(preset, prompt)
        options = arguments.options(preset, wishes)
        return Launch(
            argv=(*self._program(known), *options, *known.args, *args, *given),
            env=dict(known.env),
            prompt_given=bool(given),
            ready=preset.ready,
            interrupt=preset.interrupt,
            session_name=session if preset.session else "",
            takes_prompts=not preset.rules.foreground,
            answers=preset.answer,
        )

    def _program(self, agent: Agent) -> tuple[str, ...]:
        """The command with its program resolved. A path with a slash that isn't absolute is
        the lane's own and is looked up there when the pane starts."""
        if not agent.command:
            raise UsageError(
                f"The agent {agent.name} has no command.",
                hint=f"Give it one in lanes.yaml: agents: {{{agent.name}: {{command: [...]}}}}",
            )
        program, *rest = (placeholder(word) for word in agent.command)
        if program.startswith("~"):
            program = str(Path(program).expanduser())
        if "/" in program and not program.startswith("/"):
            return (program, *rest)
        path = agent.env.get("PATH")
        found = self._which(program) if path is None else self._which(program, path=path)
        if found is None:
            raise Unavailable(
                f"The agent {agent.name} can't be run: {program!r} is not installed.",
                detail=f"No program {program!r} on the PATH.",
                hint=f"Install {program}, or change the lane's agent in lanes.yaml.",
            )
        return (os.path.abspath(found), *rest)

    # ------------------------------------------------------------ reading it

    def judge(
        self,
        agent: str,
        *,
        pane: PaneInfo | None,
        rows: Sequence[str],
        previous: Activity | None,
        now: float,
    ) -> Activity:
        """What the agent does. Never raises for an agent that lanes.yaml no longer names."""
        rules = self.rules(agent)
        evidence = self._evidence(pane, rows, previous, now)
        if pane is not None and shows_work(evidence, rules):
            self._worked[pane.lane] = now
        return judge(evidence, rules)

    def explain(
        self,
        agent: str,
        *,
        pane: PaneInfo | None,
        rows: Sequence[str],
        previous: Activity | None = None,
        now: float = 0.0,
    ) -> tuple[tuple[str, str], ...]:
        """(source, sentence) of every sign, strongest first, recognised or not."""
        evidence = self._evidence(pane, rows, previous, now)
        return tuple((sign.source, _sentence(sign)) for sign in signs(evidence, self.rules(agent)))

    def read(
        self, agent: str, *, rows: Sequence[str], title: str
    ) -> tuple[Activity, tuple[tuple[str, str], ...]]:
        """What a screen that was kept says of this agent, and every sign, as `explain` has
        them. Raises `UsageError` for an unknown agent or a preset that can't be used."""
        known = self.agent(agent)
        evidence = Evidence(
            found=True,
            now=0.0,
            title=title,
            own_title=title not in ("", self._host),
            command=Path(known.command[0]).name if known.command else "",
            rows=rows,
        )
        rules = self.rules(agent)
        seen = tuple((sign.source, _sentence(sign)) for sign in signs(evidence, rules))
        return judge(evidence, rules), seen

    def rules(self, agent: str) -> Rules:
        """The agent's signs; none for an agent that nobody knows. A shell that no preset names
        is one all the same when it is what the lane runs."""
        try:
            known = self.agent(agent)
        except UsageError:
            return Rules()
        rules = known.preset.rules
        if not rules.foreground or not known.command:
            return rules
        own = Path(placeholder(known.command[0])).name
        return replace(rules, shells=rules.shells | {own})

    def _evidence(
        self, pane: PaneInfo | None, rows: Sequence[str], previous: Activity | None, now: float
    ) -> Evidence:
        if pane is None:
            return Evidence(found=False, now=now, previous=previous)
        return Evidence(
            found=True,
            now=now,
            dead=pane.dead,
            exit_code=pane.exit_code,
            title=pane.title,
            own_title=pane.title not in ("", self._host),
            command=pane.command,
            rows=rows,
            previous=previous,
            worked_at=self._worked.get(pane.lane),
            spoke=pane.spoke,
        )


def placeholder(word: str) -> str:
    if word == "{python}":
        return sys.executable or "python3"
    if word == "{shell}":
        shell = os.environ.get("SHELL", "")
        usable = shell.startswith("/") and os.access(shell, os.X_OK)
        return shell if usable else "sh"
    return word


def _sentence(sign: Sign) -> str:
    states = " or ".join(state.value for state in sign.states)
    return f"{states}: {sign.rule}" if states else sign.rule
