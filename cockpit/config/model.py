"""lanes.yaml as a frozen typed model: what the rest of the program reads.

Defaults stand in `schema.py`, beside each key's type and explanation; nothing here repeats
them. Durations are seconds, sizes bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.domain.keys import KeyWish


class LaneMode(StrEnum):
    WORKTREE = "worktree"
    SHARED = "shared"
    REMOTE = "remote"


class Isolation(StrEnum):
    WORKTREE = "worktree"
    CLONE = "clone"
    CONTAINER = "container"


class Outside(StrEnum):
    """What happens to a lane's edit outside its zone."""

    BLOCK = "block"
    ASK = "ask"
    ALLOW = "allow"


class How(StrEnum):
    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"


class AfterLanding(StrEnum):
    KEEP = "keep"
    PARK = "park"
    POOL = "pool"
    TEARDOWN = "teardown"


class RunAs(StrEnum):
    INTERACTIVE = "interactive"
    HEADLESS = "headless"


@dataclass(frozen=True, slots=True)
class ZoneConfig:
    include: tuple[str, ...] = ()
    """Empty: the whole repository."""
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """One entry of `agents:`. `command` empty means the preset's own."""

    name: str
    preset: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


class BackgroundOn(StrEnum):
    """What starts a background lane; empty for a lane of the commander's own."""

    NEVER = ""
    IDLE = "idle"
    INTERVAL = "interval"
    LANDING = "landing"


@dataclass(frozen=True, slots=True)
class BackgroundConfig:
    """A lane that is started by itself; `prompt` or the file `template` says what it does."""

    on: BackgroundOn = BackgroundOn.NEVER
    after: float = 600.0
    prompt: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class LaneConfig:
    lane: LaneId
    key: str
    title: str
    role: str
    agent: str
    model: str
    args: tuple[str, ...]
    zone: ZoneConfig
    ledger: str
    mode: LaneMode
    env: Mapping[str, str]
    session: str
    worktree: str
    """Template; the top-level one unless the lane overrides it."""
    branch: str
    base: str
    isolation: Isolation
    permission: str
    owner: str
    add_dirs: tuple[str, ...]
    account: str
    run: RunAs
    env_drop: tuple[str, ...]
    ref: str
    merge: How | None
    after_landing: AfterLanding
    background: BackgroundConfig = BackgroundConfig()


@dataclass(frozen=True, slots=True)
class ZonesConfig:
    protected: tuple[str, ...]
    append: tuple[str, ...]
    outside: Outside
    commit_check: bool


@dataclass(frozen=True, slots=True)
class PortsConfig:
    slots: int
    vars: Mapping[str, int]
    derived: Mapping[str, str]
    stride: int
    by: str


@dataclass(frozen=True, slots=True)
class SetupConfig:
    copy: tuple[str, ...]
    link: tuple[str, ...]
    rewrite: tuple[str, ...]
    run: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GateConfig:
    run: tuple[str, ...]
    timeout: float
    retry: int


@dataclass(frozen=True, slots=True)
class MergeConfig:
    how: How
    message: str
    push: str
    pull_request: str
    """Command that makes a pull request of a branch that was pushed; empty = none."""
    cadence: float
    """Seconds a branch may live before the commander is reminded; 0 never."""
    sign: bool
    sign_off: bool


@dataclass(frozen=True, slots=True)
class SyncConfig:
    how: str
    """`merge` or `rebase`."""


@dataclass(frozen=True, slots=True)
class LaunchConfig:
    stagger: float
    max_running: int


@dataclass(frozen=True, slots=True)
class TmuxConfig:
    config: str
    """`own` or `user`."""
    history: int
    return_key: str


@dataclass(frozen=True, slots=True)
class TrashConfig:
    keep: float | None
    """Seconds; None keeps for ever."""
    warn: int


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of lanes.yaml. `path` is the file it came from."""

    path: Path
    target: str
    base: str
    worktrees: str
    branch: str
    bus: str
    columns: int
    """0 = auto."""
    order: str
    """`fixed` or `urgent`: how lanes stand on the board."""
    theme: str
    keys: Mapping[str, KeyWish]
    agents: Mapping[str, AgentConfig]
    lanes: Mapping[LaneId, LaneConfig]
    zones: ZonesConfig
    ports: PortsConfig
    setup: SetupConfig
    teardown_run: tuple[str, ...]
    pool_size: int
    launch: LaunchConfig
    gate: GateConfig
    merge: MergeConfig
    sync: SyncConfig
    tmux: TmuxConfig
    trash: TrashConfig
    env_drop: tuple[str, ...]
    container: Mapping[str, str]
    notify: Mapping[str, str]
    budget: Mapping[str, str]
    templates: str
    trust_digest: str
    """sha256 of the normalised part that can execute or reach out."""
    trust_lines: tuple[str, ...]
    """That part, a readable line each: what the commander is asked to trust."""
