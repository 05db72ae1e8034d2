"""Gathering what `cockpit doctor` judges, as far as each thing is there: without a repository,
without (or with a broken) lanes.yaml, without git or tmux the rest is looked at all the same.

Nothing is made or changed, and no command that lanes.yaml names is run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cockpit import paths
from cockpit.config.load import config_path, load_config
from cockpit.config.model import Config
from cockpit.config.problems import ConfigError
from cockpit.domain import names
from cockpit.domain.checkup.facts import (
    Agent,
    Configuration,
    Facts,
    LaneEnvironment,
    Place,
    Repository,
    Server,
    SshAgent,
    State,
    System,
    Terminal,
    Tool,
    Wanted,
)
from cockpit.domain.scrub import sounds_secret
from cockpit.errors import CockpitError, UsageError
from cockpit.services.panes import DROPPED


class Machine(Protocol):
    """The looks. None raises, and none changes anything."""

    def git(self) -> Tool: ...
    def tmux(self) -> Tool: ...
    def server(self, socket_name: str) -> Server: ...
    def agents(self, wanted: Sequence[Wanted]) -> tuple[Agent, ...]: ...
    def terminal(self) -> Terminal: ...
    def system(self, wanted_watches: int | None) -> System: ...
    def place(self, path: Path) -> Place: ...
    def trash(self, common: Path, state: Path, checkout: Path | None, worktree: Path) -> Place: ...
    def state(self, path: Path) -> State: ...
    def repository(self, start: Path) -> tuple[Repository, Path | None]: ...
    def ssh_agent(self, state: Path) -> SshAgent: ...
    def git_configs(self) -> tuple[str, ...]: ...


WatchedCount = Callable[[Path], int]
"""How many folders with tracked files the repository around a folder has. Raises
`CockpitError`."""


class Doctor:
    """One examination of the machine and of the repository around `start`."""

    def __init__(
        self,
        machine: Machine,
        environment: Mapping[str, str],
        *,
        preset_names: Sequence[str],
        trusted: Callable[[Path], str],
        folders: WatchedCount,
    ) -> None:
        """`trusted` gives the digest that the state folder holds ("" for none), `folders` how
        many folders one lane of the repository has."""
        self._machine = machine
        self._environment = environment
        self._preset_names = preset_names
        self._trusted = trusted
        self._folders = folders

    def examine(self, start: Path) -> Facts:
        """All facts; raises nothing for what is missing, broken or too old."""
        machine = self._machine
        repository, common = machine.repository(start)
        state = paths.state_dir(common) if common is not None else paths.state_home()
        config, read = self._configuration(repository, state)
        git, tmux = machine.git(), machine.tmux()
        root = Path(repository.root) if repository.root else None
        lanes = self._lanes_folder(config, root, common)
        bare = common is not None and root == common
        return Facts(
            git=git,
            tmux=tmux,
            terminal=machine.terminal(),
            system=machine.system(self._wanted(start, config, state, git)),
            state=machine.state(state),
            server=self._server(tmux, common),
            agents=machine.agents(_wanted_agents(config)),
            repository=repository,
            configuration=read,
            checkout=machine.place(root) if root is not None else None,
            worktrees=machine.place(lanes.parent) if lanes is not None else None,
            trash=machine.trash(common, state, None if bare else root, lanes)
            if lanes is not None and common is not None
            else None,
            state_place=machine.place(state),
            ssh=machine.ssh_agent(state),
            git_configs=machine.git_configs(),
            lane=self._lane_environment(config),
        )

    def _configuration(
        self, repository: Repository, state: Path
    ) -> tuple[Config | None, Configuration]:
        if not repository.root:
            return None, Configuration()
        path = config_path(Path(repository.root))
        if not os.path.lexists(path):
            return None, Configuration(str(path))
        try:
            config = load_config(path, preset_names=self._preset_names)
        except ConfigError as wrong:
            said = tuple(str(problem) for problem in wrong.problems)
            return None, Configuration(str(path), True, said or (wrong.title,))
        except CockpitError as error:
            return None, Configuration(str(path), True, (error.title,))
        trusted = not config.trust_lines or self._trusted(state) == config.trust_digest
        return config, Configuration(str(path), True, (), tuple(config.lanes), trusted)

    def _server(self, tmux: Tool, common: Path | None) -> Server:
        if common is None or not tmux.path:
            return Server()
        return self._machine.server(f"cockpit-{paths.repository_id(common)}")

    def _wanted(self, start: Path, config: Config | None, state: Path, git: Tool) -> int | None:
        """Folders that the app would watch with all lanes started; None when it can't be told
        without making a state folder first."""
        if config is None or not config.lanes or not git.path or not state.is_dir():
            return None
        try:
            return self._folders(start) * len(config.lanes)
        except CockpitError:
            return None

    def _lanes_folder(
        self, config: Config | None, root: Path | None, common: Path | None
    ) -> Path | None:
        """Where the first lane's folder would be; that of a lane called `lane` without
        lanes.yaml."""
        if root is None or common is None:
            return None
        lane = next(iter(config.lanes.values()), None) if config is not None else None
        values = names.NameValues(
            repo=paths.repository_name(common),
            lane=lane.lane if lane is not None else "lane",
            agent=lane.agent if lane is not None else "",
            user=self._environment.get("USER", ""),
            date="2026-01-01",
        )
        template = lane.worktree if lane is not None else "../{repo}-{lane}"
        try:
            return names.expand_worktree(template, values, root=root)
        except UsageError:
            return None

    def _lane_environment(self, config: Config | None) -> LaneEnvironment:
        drop = set(config.env_drop) if config is not None else set()
        mine = {name for name in self._environment if not DROPPED.match(name)}
        kept = sorted(mine - drop)
        secrets = tuple(name for name in kept if sounds_secret(name))
        return LaneEnvironment(tuple(kept), secrets, tuple(sorted(mine & drop)))


def _wanted_agents(config: Config | None) -> list[Wanted]:
    if config is None:
        return []
    lanes: dict[str, list[str]] = {}
    for lane in config.lanes.values():
        lanes.setdefault(lane.agent, []).append(lane.lane)
    found = []
    for name, used in lanes.items():
        agent = config.agents.get(name)
        preset = agent.preset if agent is not None and agent.preset else name
        command = tuple(agent.command) if agent is not None else ()
        found.append(Wanted(name, preset, command, tuple(used)))
    return found
