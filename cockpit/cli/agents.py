"""What is wrong with lanes' agents that lanes.yaml alone does not show: presets that can't be
used, and wishes that an agent has no option for.
"""

from __future__ import annotations

from cockpit.config.check import place_of
from cockpit.config.model import Config
from cockpit.config.problems import START, KeyPath, Mark, Problem, Problems
from cockpit.config.yaml_events import Node, read_yaml
from cockpit.errors import UsageError


def problems(config: Config) -> list[Problem]:
    """One for each broken preset, and for each wish of a lane that its start would refuse."""
    from cockpit.services.wiring import build_agents

    agents = build_agents(config.agents)
    found = [Problem("", 0, 0, "", error.detail or error.title) for error in agents.broken()]
    tree = _tree(config)
    for name, lane in config.lanes.items():
        try:
            refused = agents.objections(
                lane.agent,
                lane=name,
                model=lane.model,
                permission=lane.permission,
                add_dirs=lane.add_dirs,
            )
        except UsageError:
            continue  # its preset is broken (named above) or unknown (lanes.yaml was refused)
        for key, error in refused:
            at = _place(tree, ("lanes", str(name), key))
            message = " ".join((error.title.rstrip("."), error.detail)).strip()
            where = f"lanes.{name}.{key}"
            found.append(Problem(config.path.name, at.line, at.column, where, message))
    return found


def _tree(config: Config) -> Node | None:
    """The file once more, for its line numbers; None if it went since it was read."""
    try:
        text = config.path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return read_yaml(text, Problems(config.path.name))


def _place(tree: Node | None, key: KeyPath) -> Mark:
    return START if tree is None else place_of(tree, key)
