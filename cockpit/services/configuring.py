"""Reading lanes.yaml again: one place where the configuration of a running cockpit is replaced.

A configuration is a frozen value inside a frozen `Workplace`. An operation takes the workplace
that there is when it begins and goes on with that one; what begins later has the new one.
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.config.difference import difference
from cockpit.config.load import FILE, config_path, load_config
from cockpit.config.model import Config
from cockpit.config.problems import ConfigError
from cockpit.domain.configuration import ListedLane
from cockpit.domain.events import ConfigRead, ConfigRefused
from cockpit.errors import CockpitError
from cockpit.services import trust
from cockpit.services.workplace import Workplace


def read(work: Workplace) -> Config:
    """lanes.yaml as it lies there now. Raises `UsageError` if it can't be used.

    A lanes.yaml that is away (some editors rename it first) is missing, and no coordination.yaml
    beside it counts in its place; of a coordination.yaml, which names no target, the target stays
    what it was when the cockpit began."""
    known = work.config.path
    path = known if known.name == FILE else config_path(work.root)
    return load_config(path, preset_names=work.agents.preset_names(), target=work.config.target)


def with_config(work: Workplace, config: Config) -> Workplace:
    """The workplace with another configuration; the ports that hold a part of it have it too."""
    tmux = config.tmux
    if tmux != work.config.tmux:
        work.tmux.configure(
            history=tmux.history, return_key=tmux.return_key, user_config=tmux.config == "user"
        )
    return replace(work, config=config, agents=work.agents.knowing(config.agents))


def told(old: Config, work: Workplace) -> ConfigRead:
    """What the board is to know of the configuration that counts now, beside the one before."""
    config = work.config
    lanes = tuple(
        ListedLane(lane.lane, lane.key, lane.title, lane.agent) for lane in config.lanes.values()
    )
    return ConfigRead(
        config.path.name,
        config.target,
        config.merge.cadence,
        lanes,
        difference(old, config),
        trusted=trust.state_of(work).trusted,
    )


def refused(work: Workplace, error: CockpitError) -> ConfigRefused:
    """What is wrong, a sentence each."""
    if isinstance(error, ConfigError):
        problems = tuple(str(problem) for problem in error.problems)
        return ConfigRefused(error.path.name, problems, error.hint)
    said = f"{error.title} {error.detail}".strip()
    return ConfigRefused(work.config.path.name, (said,), error.hint)
