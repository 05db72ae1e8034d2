"""What a shell offers at Tab, by kind: a second, tiny composition root beside `wiring`, which
would take ten times as long to import.
"""

from __future__ import annotations

import os

from cockpit.adapters import quick

STATES = {
    "lane-states": "planned parked setup starting working asking idle error exited stalled "
    "limited unknown",
    "task-states": "draft waiting ready claimed running blocked review approved queued merging "
    "merged failed cancelled",
}


def names(kind: str, start: str) -> list[str]:
    """Suggestions of one kind for the repository around `start`; nothing where there is none
    or it can't be read."""
    if kind in STATES:
        return STATES[kind].split()
    if kind in ("presets", "themes"):
        return _shipped(kind)
    common = quick.common_dir(start)
    if common is None:
        return []
    root = quick.root_of(common)
    if kind == "lanes":
        return _lanes(root)
    if kind == "agents":
        return _shipped("presets")
    if kind == "tasks":
        return _tasks(root)
    return {"steps": quick.steps, "trash": quick.trash}[kind](_state(common))


def _lanes(root: str) -> list[str]:
    found = quick.lane_names(root)
    if found is not None:
        return found
    from pathlib import Path

    from cockpit.config.load import config_path, load_config
    from cockpit.errors import CockpitError

    try:
        return list(load_config(config_path(Path(root))).lanes)
    except CockpitError:
        return []


def _tasks(root: str) -> list[str]:
    """Ids where a file's name has one, else the name."""
    from cockpit.domain.taskname import id_of_name, is_file_of_tasks

    files = [name for name in quick.task_files(root) if is_file_of_tasks(name)]
    return list(dict.fromkeys(id_of_name(name) or name for name in files))


def _state(common: str) -> str:
    from pathlib import Path

    from cockpit.paths import state_dir

    return str(state_dir(Path(common)))


def _shipped(kind: str) -> list[str]:
    from cockpit.paths import config_home, shipped

    if kind == "themes":
        return quick.stems([str(config_home() / "themes"), str(shipped("themes"))], ".yaml")
    here = os.path.dirname(os.path.dirname(__file__))
    presets = os.path.join(here, "adapters", "agents", "presets")
    return quick.stems([str(config_home() / "agents"), presets], ".toml")
