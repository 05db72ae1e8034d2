"""From values that were read to the frozen model; what one key leaves open another fills."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from cockpit.config.model import (
    AfterLanding,
    AgentConfig,
    BackgroundConfig,
    BackgroundOn,
    Config,
    GateConfig,
    How,
    Isolation,
    LaneConfig,
    LaneMode,
    LaunchConfig,
    MergeConfig,
    Outside,
    PortsConfig,
    RunAs,
    SetupConfig,
    SyncConfig,
    TmuxConfig,
    TrashConfig,
    ZoneConfig,
    ZonesConfig,
)
from cockpit.config.schema import TOP
from cockpit.config.shapes import Values
from cockpit.config.trust import trust_of
from cockpit.domain.ids import LaneId

FALLBACK_PRESET = "shell"
"""What an agent with a command of its own is treated as when it names no preset."""


def build_config(values: Values, path: Path, preset_names: Collection[str]) -> Config:
    """The model of valid values."""
    lines, digest = trust_of(TOP, values)
    return Config(
        path=path,
        target=values["target"],
        base=values["base"],
        worktrees=at_home(values["worktrees"]),
        branch=values["branch"],
        bus=at_home(values["bus"]),
        columns=values["layout"]["columns"],
        order=values["layout"]["order"],
        theme=values["theme"],
        keys=dict(values["keys"]),
        agents={name: _agent(name, one, preset_names) for name, one in values["agents"].items()},
        lanes=_lanes(values),
        zones=_zones(values["zones"]),
        ports=_ports(values["ports"]),
        setup=SetupConfig(**values["setup"]),
        teardown_run=values["teardown"]["run"],
        pool_size=values["pool"]["size"],
        launch=LaunchConfig(**values["launch"]),
        gate=GateConfig(**values["gate"]),
        merge=MergeConfig(**{**values["merge"], "how": How(values["merge"]["how"])}),
        sync=SyncConfig(**values["sync"]),
        tmux=TmuxConfig(**values["tmux"]),
        trash=TrashConfig(**values["trash"]),
        env_drop=values["env_drop"],
        container=_texts(values["container"]),
        notify=_texts(values["notify"]),
        budget=_texts(values["budget"]),
        templates=at_home(values["templates"]),
        trust_digest=digest,
        trust_lines=lines,
    )


def preset_of(name: str, agent: Values, preset_names: Collection[str]) -> str:
    """The preset that an entry of `agents:` builds on: the one it names, the shipped one of
    its name, or the shell for a command of its own."""
    if agent["preset"]:
        return str(agent["preset"])
    known = name in preset_names if preset_names else not agent["command"]
    return name if known else FALLBACK_PRESET


def at_home(folder: str) -> str:
    """`~/…` with the home written out; other folders as they are."""
    return str(Path.home() / folder[2:]) if folder.startswith("~/") else folder


def lane_keys(lanes: Mapping[str, Values]) -> dict[str, str]:
    """Each lane's letter on the board: its own, else a free one from its name, else any free
    letter or digit, else empty. Letters are upper case; of two equal ones the first keeps it."""
    keys: dict[str, str] = {}
    for name, lane in lanes.items():
        own = lane["key"].upper()
        if own and own not in keys.values():
            keys[name] = own
    for name in lanes:
        if name not in keys:
            keys[name] = _free_key(name, keys.values())
    return {name: keys[name] for name in lanes}


def _free_key(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    letters = [char for char in name.upper() if char in string.ascii_uppercase]
    wanted = [*letters, *string.ascii_uppercase, *"1234567890"]
    return next((char for char in wanted if char not in used), "")


def _agent(name: str, values: Values, preset_names: Collection[str]) -> AgentConfig:
    return AgentConfig(
        name=name,
        preset=preset_of(name, values, preset_names),
        command=values["command"],
        args=values["args"],
        env=dict(values["env"]),
    )


def _lanes(values: Values) -> dict[LaneId, LaneConfig]:
    keys = lane_keys(values["lanes"])
    return {
        LaneId(name): _lane(name, keys[name], lane, values)
        for name, lane in values["lanes"].items()
    }


def _lane(name: str, key: str, lane: Values, top: Values) -> LaneConfig:
    return LaneConfig(
        lane=LaneId(name),
        key=key,
        title=lane["title"],
        role=lane["role"],
        agent=lane["agent"],
        model=lane["model"],
        args=lane["args"],
        zone=ZoneConfig(**lane["zone"]),
        ledger=lane["ledger"],
        mode=LaneMode(lane["mode"]),
        env=dict(lane["env"]),
        session=lane["session"] or name,
        worktree=at_home(lane["worktree"] or top["worktrees"]),
        branch=lane["branch"] or top["branch"],
        base=lane["base"] or top["base"],
        isolation=Isolation(lane["isolation"]),
        permission=lane["permission"],
        owner=lane["owner"],
        add_dirs=tuple(map(at_home, lane["add_dirs"])),
        account=lane["account"],
        run=RunAs(lane["run"]),
        env_drop=lane["env_drop"],
        ref=lane["ref"],
        merge=How(lane["merge"]) if lane["merge"] else None,
        after_landing=AfterLanding(lane["after_landing"]),
        background=BackgroundConfig(
            **{**lane["background"], "on": BackgroundOn(lane["background"]["on"])}
        ),
    )


def _zones(values: Values) -> ZonesConfig:
    return ZonesConfig(**{**values, "outside": Outside(values["outside"])})


def _ports(values: Values) -> PortsConfig:
    return PortsConfig(
        slots=values["slots"],
        vars=dict(values["vars"]),
        derived=dict(values["derived"]),
        stride=values["stride"],
        by=values["by"],
    )


def _texts(values: Values) -> Mapping[str, str]:
    """A mapping of the model that is all text: true and false as words."""
    words = {True: "true", False: "false"}
    return {key: str(words.get(value, value)) for key, value in values.items()}
