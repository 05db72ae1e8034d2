"""The composition root: the only place that knows which adapter fulfils which port.

What only the app needs is imported when the app is built, so that commands start fast.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit import paths
from cockpit.adapters.agents import presets
from cockpit.adapters.agents.catalogue import AgentCatalogue
from cockpit.adapters.approvals import FileApprovals
from cockpit.adapters.bus.papers import FolderPapers
from cockpit.adapters.bus.store import FolderBus
from cockpit.adapters.clock import SystemClock
from cockpit.adapters.disk import LocalDisk
from cockpit.adapters.files import make_private_dir
from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.adapters.journal import FileJournal
from cockpit.adapters.lanefiles import SafeLaneFiles
from cockpit.adapters.locks import FileLocks
from cockpit.adapters.procs import ProcProcesses
from cockpit.adapters.registry import FileRegistry
from cockpit.adapters.runner import ProcessRunner
from cockpit.adapters.statefiles import FileState
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.trash import FolderTrash
from cockpit.adapters.vault import GitVault
from cockpit.config.load import config_path, load_config
from cockpit.config.model import AgentConfig, Config
from cockpit.domain.ids import branch_name
from cockpit.errors import UsageError
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.hosting import host_app as host_app
from cockpit.services.looks import Looks
from cockpit.services.workplace import Probe, Workplace, no_probe

if TYPE_CHECKING:
    from cockpit.services.supervisor import FleetSupervisor


def build_cockpit(
    start: Path,
    *,
    by: str = "cli",
    environment: Mapping[str, str] | None = None,
    probe: Probe = no_probe,
) -> LocalCockpit:
    """The services of the repository around `start`. `by` is who acts, for the journal.

    Raises `CockpitError` with what to do: no git, no repository, no or a wrong lanes.yaml.
    """
    env = dict(os.environ if environment is None else environment)
    git = open_repository(start)
    try:
        return LocalCockpit(_workplace(git, env, probe))
    except BaseException:
        git.close()
        raise


def _workplace(git: GitRepository, env: Mapping[str, str], probe: Probe) -> Workplace:
    root = root_of(git)
    config = load_config(config_path(root), preset_names=presets.names())
    state = paths.state_dir(git.common_dir)
    make_private_dir(state)
    clock = SystemClock()
    facts = FileState(state)
    return Workplace(
        config=config,
        repository=paths.repository_name(git.common_dir),
        root=root,
        state_dir=state,
        clock=clock,
        disk=LocalDisk(),
        locks=FileLocks(state / "locks"),
        journal=FileJournal(state / "journal", clock),
        registry=FileRegistry(state / "lanes"),
        shared=FileRegistry(state / "shared"),
        state=facts,
        git=git,
        vault=GitVault(state),
        trash=FolderTrash(git.common_dir, state, git.main_checkout, clock),
        processes=ProcProcesses(),
        runner=ProcessRunner(),
        files=SafeLaneFiles(),
        tmux=_tmux(git, config, state),
        agents=AgentCatalogue(config.agents),
        approvals=FileApprovals(facts),
        bus_files=FolderBus(),
        papers=FolderPapers(),
        probe=probe,
        environment=env,
    )


def _tmux(git: GitRepository, config: Config, state: Path) -> TmuxServer:
    return TmuxServer(
        f"cockpit-{paths.repository_id(git.common_dir)}",
        state / "run",
        history=config.tmux.history,
        return_key=config.tmux.return_key,
        user_config=config.tmux.config == "user",
    )


def root_of(git: GitRepository) -> Path:
    """Where lanes.yaml lies: the main checkout, or in a bare repository the worktree that
    holds one."""
    if git.main_checkout is not None:
        return git.main_checkout
    for info in git.worktrees():
        if info.exists and config_path(info.path).exists():
            return info.path
    raise UsageError(
        f"This bare repository has no worktree with a lanes.yaml: {git.common_dir}",
        hint="Add a worktree of the target branch and put lanes.yaml there.",
    )


def build_supervisor(cockpit: LocalCockpit) -> FleetSupervisor:
    """The app's side of `cockpit`; call it on the event loop's thread."""
    from cockpit.adapters.tmux.control import ControlClient
    from cockpit.adapters.watch import FileWatcher
    from cockpit.services.supervisor import FleetSupervisor

    server = cockpit.work.tmux
    live = None
    if isinstance(server, TmuxServer):
        live = ControlClient(server.door, cockpit.state / "run")
    return FleetSupervisor(cockpit, live, FileWatcher())


def build_agents(agents: Mapping[str, AgentConfig]) -> AgentCatalogue:
    """The presets with what lanes.yaml says of them, for looking without a repository."""
    return AgentCatalogue(agents)


def build_looks() -> Looks:
    """The commander's own themes and keys."""
    from cockpit.adapters.files import write_atomic

    return Looks(lambda path, content, mode: write_atomic(path, content, mode=mode))


def locate(start: Path) -> tuple[Path, str]:
    """Where lanes.yaml of the repository around `start` belongs, and the branch checked out
    there (`main` when HEAD is detached); for `cockpit init`, before there is a lanes.yaml."""
    git = open_repository(start)
    try:
        root = root_of(git)
        ref = git.head(root).ref
        return root, branch_name(ref) if ref is not None else "main"
    finally:
        git.close()
