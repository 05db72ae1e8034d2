"""The composition root: the only place that knows which adapter fulfils which port.

What only the app needs is imported when the app is built, so that commands start fast.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit import paths
from cockpit.adapters import ssh_agent
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
from cockpit.adapters.known import remember
from cockpit.adapters.lanefiles import SafeLaneFiles
from cockpit.adapters.locks import FileLocks
from cockpit.adapters.procs import ProcProcesses
from cockpit.adapters.registry import FileRegistry
from cockpit.adapters.runner import ProcessRunner
from cockpit.adapters.statefiles import FileState
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.trash import FolderTrash
from cockpit.adapters.vault import GitVault
from cockpit.config.load import COORDINATION_FILE, FILE, config_path, load_config, read_file
from cockpit.config.model import AgentConfig, Config
from cockpit.config.problems import NoConfig
from cockpit.domain.ids import RefName, branch_ref
from cockpit.errors import CockpitError, Refused
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.first_target import first_target
from cockpit.services.hosting import host_app as host_app
from cockpit.services.looks import Looks
from cockpit.services.workplace import Probe, Workplace, no_probe

if TYPE_CHECKING:
    from cockpit.domain.checkup.facts import Facts
    from cockpit.domain.known import Known
    from cockpit.services.founding import Founding
    from cockpit.services.known import Look
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
    path = config_path(root)
    # a coordination.yaml names no target
    target = first_target(git, root)[0] if path.name == COORDINATION_FILE else ""
    config = load_config(path, preset_names=presets.names(), target=target)
    return _workplace_on(git, root, config, env, probe)


def _workplace_on(
    git: GitRepository, root: Path, config: Config, env: Mapping[str, str], probe: Probe
) -> Workplace:
    state = paths.state_dir(git.common_dir)
    make_private_dir(state)
    clock = SystemClock()
    facts = FileState(state)
    remember(facts, root, git.common_dir)
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
        ssh_link=_ssh_link(state / "run", env),
    )


def _ssh_link(run: Path, env: Mapping[str, str]) -> Path | None:
    """Our link to the ssh agent, brought after this login's."""
    ssh_agent.point(run, env)
    link = ssh_agent.link_in(run)
    return link if ssh_agent.fits(link) else None


def _tmux(git: GitRepository, config: Config, state: Path) -> TmuxServer:
    return TmuxServer(
        f"cockpit-{paths.repository_id(git.common_dir)}",
        state / "run",
        history=config.tmux.history,
        return_key=config.tmux.return_key,
        user_config=config.tmux.config == "user",
    )


def root_of(git: GitRepository) -> Path:
    """Where lanes.yaml lies: the main checkout, or in a bare repository the target's worktree,
    else another one that holds a lanes.yaml. Never a lane, which has a copy of its own."""
    if git.main_checkout is not None:
        return git.main_checkout
    lanes = FileRegistry(paths.state_dir(git.common_dir) / "lanes").lanes().values()
    ours = {record.admin for record in lanes}
    found = [
        info
        for info in git.worktrees()
        if info.exists
        and info.admin not in ours
        and not (info.locked or "").startswith("cockpit:")
        and config_path(info.path).exists()
    ]
    targets: dict[tuple[str, bytes], RefName | None] = {}
    for info in found:
        if info.head.ref is not None and info.head.ref == _target_in(
            config_path(info.path), targets
        ):
            return info.path
    if found:
        return found[0].path
    raise NoConfig(
        f"This bare repository has no worktree with a lanes.yaml: {git.common_dir}",
        hint="`cockpit init` writes one into the worktree of the target branch.",
    )


def _target_in(path: Path, known: dict[tuple[str, bytes], RefName | None]) -> RefName | None:
    """The branch that this configuration calls the target; None for a wrong one, whose mistakes
    are told once it is chosen. `known` by content: worktrees mostly hold the same file."""
    try:
        content = path.name, read_file(path)
        if content not in known:
            known[content] = None
            known[content] = branch_ref(load_config(path, preset_names=presets.names()).target)
    except CockpitError:
        return None
    return known[content]


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


def build_founding(start: Path, *, environment: Mapping[str, str] | None = None) -> Founding:
    """What sets the repository around `start` up. Raises as `build_cockpit`, but for what is
    about lanes.yaml, and `Refused` where that is there already."""
    from cockpit.adapters.surroundings import LocalSurroundings
    from cockpit.services.founding import Founding, place_of

    env = dict(os.environ if environment is None else environment)
    git = open_repository(start)
    try:
        root = place_of(git)
        if os.path.lexists(root / FILE):
            raise Refused(
                f"{root / FILE} exists already, and init never overwrites a file.",
                hint="`cockpit check` says what is wrong in it.",
            )
        return Founding(
            git,
            root,
            repository=paths.repository_name(git.common_dir),
            user=env.get("USER", ""),
            agents=AgentCatalogue({}),
            presets=presets.names(),
            surroundings=LocalSurroundings(),
            workplace=lambda config: _workplace_on(git, root, config, env, no_probe),
        )
    except BaseException:
        git.close()
        raise


def clone_bare(url: str, folder: Path, tell: Callable[[str], None]) -> Path:
    """A bare clone in `folder` and the target's worktree beside it; returns that worktree.
    `tell` hears each step. Raises `Refused`, and `CockpitError` with what git says."""
    from cockpit.adapters.git import cloning
    from cockpit.adapters.git.run import GitDoor
    from cockpit.services import bare

    door = GitDoor()
    door.check_version()

    class Clone:
        def clone(self, address: str) -> str:
            return cloning.clone_bare(door, address, folder, tell)

        def open(self) -> GitRepository:
            return open_repository(folder)

        def finished(self) -> None:
            cloning.finished(folder)

    return bare.make(Clone(), url, folder)


def examine(start: Path) -> Facts:
    """What `cockpit doctor` judges: the machine, and the repository around `start`."""
    from cockpit.adapters.checkup.machine import LocalMachine
    from cockpit.services.doctor import Doctor

    environment = dict(os.environ)
    doctor = Doctor(
        LocalMachine(environment),
        environment,
        preset_names=presets.names(),
        trusted=_trusted_digest,
        folders=_tracked_folders,
    )
    return doctor.examine(start)


def _trusted_digest(state: Path) -> str:
    try:
        known = FileState(state).read("trust") or {}
    except CockpitError:
        return ""  # a damaged file is no trust
    return str(known.get("digest", ""))


def _tracked_folders(start: Path) -> int:
    git = open_repository(start)
    try:
        return len(git.tracked_folders(root_of(git)))
    finally:
        git.close()


def known_repositories() -> list[Known]:
    """What `cockpit ls` shows: every repository with a state folder."""
    from cockpit.adapters import known as folders
    from cockpit.services import known

    return known.known(
        folders.state_folders(paths.state_home()), stands=_why_not_there, look=_look_at_known
    )


def _why_not_there(root: Path, common: Path) -> str:
    """Why the repository is not there any more; empty if it is."""
    from cockpit.adapters.git.discover import discover

    try:
        found = discover(root)
    except CockpitError:
        there = os.path.lexists(root)
        return "there is no repository there any more" if there else "nothing is there any more"
    same = os.path.realpath(found.common_dir) == os.path.realpath(common)
    return "" if same else "another repository is there now"


def _look_at_known(root: Path) -> Look:
    from cockpit.adapters.known import size_below
    from cockpit.services.known import APP, Look, look_at

    try:
        cockpit = build_cockpit(root)
    except CockpitError as error:
        return Look(why=error.title.rstrip("."))
    try:
        server = cockpit.work.tmux
        is_open = server.has_session(APP) if isinstance(server, TmuxServer) else None
        return look_at(cockpit, app_is_open=is_open, vault=size_below(cockpit.state / "vault.git"))
    except CockpitError as error:
        return Look(
            target=cockpit.config.target,
            lanes=tuple(cockpit.config.lanes),
            why=error.title.rstrip("."),
        )
    finally:
        cockpit.close()
