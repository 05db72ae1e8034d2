"""What was seen of the machine. None (or an empty text) is "not known" everywhere: a look that
failed is never taken for a no.
"""

from __future__ import annotations

from dataclasses import field

from cockpit.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """A program. `path` is empty when it is not installed; `failure` is a clause when it is,
    but did not say its version."""

    path: str = ""
    version: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """Our tmux server. `answers` is None where there is nobody to ask (no tmux, no repository);
    `is_up` is whether anything listens."""

    is_up: bool = False
    answers: bool | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent and its program. `checked` is the day (YYYY-MM-DD) on which its preset was seen
    to be so. `is_probed` is whether it was asked its version at all: a command from lanes.yaml
    never is."""

    name: str
    tool: Tool
    lanes: tuple[str, ...] = ()
    checked: str = ""
    is_probed: bool = False
    trouble: str = ""
    """A sentence when its preset can't be used."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An agent that lanes.yaml names. `command` is its own there, else empty; `preset` the
    preset's name."""

    name: str
    preset: str
    command: tuple[str, ...]
    lanes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terminal:
    is_terminal: bool
    term: str
    has_entry: bool
    """Whether there is a terminfo entry for TERM (true where that can't be told)."""
    colours: str
    """COLORTERM"""
    columns: int
    rows: int
    is_utf8: bool
    inside: tuple[str, ...] = ()
    """Of `tmux`, `screen`, `ssh`, `mosh`."""


@dataclass(frozen=True, slots=True)
class Watches:
    """The kernel's limits of inotify for this user, and what stands against them."""

    watches: int | None = None
    instances: int | None = None
    instances_used: int | None = None
    wanted: int | None = None
    """Folders that the app would watch here."""


@dataclass(frozen=True, slots=True)
class Login:
    """What becomes of programs at logout. `has_systemd`: logind rules here."""

    has_systemd: bool
    user: str = ""
    lingers: bool | None = None
    kills: bool | None = None


@dataclass(frozen=True, slots=True)
class System:
    """The machine. `name` as in `sys.platform`; `release` as in `uname -r`."""

    name: str
    release: str = ""
    login: Login = Login(False)
    watches: Watches = Watches()
    open_files: int | None = None
    """The soft limit of open files; None: none, or not known."""
    now: float = 0.0
    python: str = ""
    is_utf8_locale: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that is used, or the nearest one above it that exists."""

    path: str
    device: int | None = None
    kind: str = ""
    """The file system's type (`ext4`, `9p`, `nfs4`); empty: not known."""
    free: int | None = None
    inodes: int | None = None
    is_writable: bool | None = None
    folds_case: bool | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The state folder as it lies there. `owner_is_us` and `mode` only if it exists."""

    path: str
    exists: bool
    is_folder: bool = True
    owner_is_us: bool = True
    mode: int = 0o700


@dataclass(frozen=True, slots=True)
class SshAgent:
    """`socket` is SSH_AUTH_SOCK; `answers` None: not set, so not asked."""

    socket: str = ""
    answers: bool | None = None
    link: str = ""
    """Where our link in the state folder is, or will be, whose path lanes get; empty where no
    program could use it: the path is too long."""
    link_answers: bool = False


@dataclass(frozen=True, slots=True)
class Repository:
    """`trouble` is a sentence when there is none here, or one that can't be used; `is_missing`
    tells the two apart. `newest` is the newest time in its git folder."""

    root: str = ""
    trouble: str = ""
    hint: str = ""
    is_missing: bool = False
    newest: float | None = None
    has_submodules: bool = False
    wants_lfs: bool = False
    has_lfs: bool = False


@dataclass(frozen=True, slots=True)
class Configuration:
    """lanes.yaml. `problems` are its own words, one a problem."""

    path: str = ""
    exists: bool = False
    problems: tuple[str, ...] = ()
    lanes: tuple[str, ...] = ()
    is_trusted: bool | None = None


@dataclass(frozen=True, slots=True)
class LaneEnvironment:
    """Names of variables (never values) that a lane's pane would get."""

    names: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. `trash` lies where the lanes' folders would go."""

    git: Tool
    tmux: Tool
    terminal: Terminal
    system: System
    state: State
    server: Server = Server()
    agents: tuple[Agent, ...] = ()
    repository: Repository = Repository()
    configuration: Configuration = Configuration()
    checkout: Place | None = None
    worktrees: Place | None = None
    trash: Place | None = None
    state_place: Place | None = None
    ssh: SshAgent = SshAgent()
    git_configs: tuple[str, ...] = ()
    lane: LaneEnvironment = field(default_factory=LaneEnvironment)
