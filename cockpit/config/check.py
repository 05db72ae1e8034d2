"""What can only be seen with several keys at once: clashes between lanes, unknown agents.

Works on values that were read, and finds each value's place in the file again by its path.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from cockpit.config import rules
from cockpit.config.build import at_home, preset_of
from cockpit.config.problems import START, KeyPath, Mark, Problems, nearest, quoted
from cockpit.config.schema import MAX_LANES
from cockpit.config.shapes import Values
from cockpit.config.yaml_events import Entries, Items, Node
from cockpit.domain.names import NameValues, expand_branch, expand_worktree, refs_clash
from cockpit.domain.ports import MAX_PORT, PortPlan, overlaps
from cockpit.errors import UsageError

MAX_PORTS_CHECKED = 200_000
"""Ports compared at most (variables times slots)."""


def check_values(
    values: Values, node: Node, problems: Problems, path: Path, preset_names: Collection[str]
) -> None:
    """Add to `problems` what contradicts something else in the file."""
    check = _Check(values, node, problems)
    if len(values["lanes"]) > MAX_LANES:
        check.add(("lanes",), f"has more than {MAX_LANES} lanes")
        return
    check.agents(preset_names)
    check.keys()
    check.modes()
    check.later()
    check.backgrounds()
    check.places(path.parent)
    check.ports()


class _Check:
    def __init__(self, values: Values, node: Node, problems: Problems) -> None:
        self.values = values
        self.lanes: Mapping[str, Values] = values["lanes"]
        self._node = node
        self._problems = problems

    def add(self, path: KeyPath, message: str, *, near: str = "") -> None:
        """A problem at `path`, unless the value there is already known to be wrong."""
        if not self._problems.has(path):
            self._problems.add(place_of(self._node, path), path, message, nearest=near)

    def agents(self, preset_names: Collection[str]) -> None:
        """Only with the shipped presets' names at hand can a name be unknown."""
        if not preset_names:
            return
        own: Mapping[str, Values] = self.values["agents"]
        for name, agent in own.items():
            preset = preset_of(name, agent, preset_names)
            if agent["preset"] and preset not in preset_names:
                near = nearest(preset, preset_names)
                why = f"there is no preset {quoted(preset)}"
                self.add(("agents", name, "preset"), why, near=near)
            elif not agent["preset"] and not agent["command"] and name not in preset_names:
                why = "is not a shipped preset, so it needs a command (or a preset)"
                self.add(("agents", name), why, near=nearest(name, preset_names))
        known = [*own, *preset_names]
        for name, lane in self.lanes.items():
            if lane["agent"] not in known:
                near = nearest(lane["agent"], known)
                why = f"there is no agent {quoted(lane['agent'])}"
                self.add(("lanes", name, "agent"), why, near=near)

    def keys(self) -> None:
        seen: dict[str, str] = {}
        for name, lane in self.lanes.items():
            key = lane["key"].upper()
            if key and key in seen:
                self.add(("lanes", name, "key"), f"{key} is already the key of {seen[key]}")
            elif key:
                seen[key] = name

    def modes(self) -> None:
        for name, lane in self.lanes.items():
            at: KeyPath = ("lanes", name)
            mode = lane["mode"]
            if mode == "remote" and not lane["ref"]:
                self.add((*at, "mode"), "a remote lane needs ref: (the branch that it follows)")
            if mode != "remote" and lane["ref"]:
                self.add((*at, "ref"), "is only for lanes with mode: remote")
            if mode != "worktree" and lane["isolation"] != "worktree":
                self.add((*at, "isolation"), f"is only for lanes with mode: worktree, not {mode}")
            if mode == "shared":
                for key in ("worktree", "branch", "base"):
                    if lane[key]:
                        self.add(
                            (*at, key), "a shared lane works in the main checkout and has none"
                        )

    def later(self) -> None:
        """Keys whose value would do nothing."""
        for name, lane in self.lanes.items():
            if lane["account"]:
                why = "does nothing yet; set the agent's own variable in env (CLAUDE_CONFIG_DIR, …)"
                self.add(("lanes", name, "account"), why)
            if lane["run"] == "headless":
                why = "headless does nothing yet; an agent runs in its pane (interactive)"
                self.add(("lanes", name, "run"), why)

    def backgrounds(self) -> None:
        """What a standing approval names must be there: a zone and a gate."""
        for name, lane in self.lanes.items():
            wish = lane["background"]
            at: KeyPath = ("lanes", name, "background")
            if not wish["on"]:
                for key in ("prompt", "template"):
                    if wish[key]:
                        self.add((*at, key), "needs on: (idle, interval or landing)")
                continue
            told = bool(wish["prompt"].strip()) + bool(wish["template"])
            if told != 1:
                both = "either prompt: or template:"
                self.add(at, f"needs {both}" if not told else f"takes {both}, not both")
            if wish["template"] and not self.values["templates"]:
                why = "needs templates: at the top (the folder that it lies in)"
                self.add((*at, "template"), why)
            if lane["mode"] != "worktree":
                self.add((*at, "on"), f"is only for lanes with mode: worktree, not {lane['mode']}")
            if not lane["zone"]["include"]:
                why = "needs zone: (it lands by itself what lies inside, and nothing else)"
                self.add((*at, "on"), why)
            if not self.values["gate"]["run"]:
                self.add((*at, "on"), "needs gate.run (it lands by itself only what passes)")

    def places(self, root: Path) -> None:
        """Branches and folders that two lanes (or a lane and the target) can't both have."""
        root = root.absolute()
        branches: dict[str, str] = {}
        folders: dict[str, Path] = {}
        for name, lane in self.lanes.items():
            if lane["mode"] == "shared":
                continue
            names = _sample(name, lane, root)
            branch_at = ("lanes", name, "branch") if lane["branch"] else ("branch",)
            folder_at = ("lanes", name, "worktree") if lane["worktree"] else ("worktrees",)
            branch = self._branch(branch_at, lane["branch"] or self.values["branch"], names)
            if branch:
                self._compare_branch(branch_at, name, branch, branches)
            folder = self._folder(
                folder_at, lane["worktree"] or self.values["worktrees"], names, root
            )
            if folder:
                self._compare_folder(folder_at, name, folder, folders)

    def _branch(self, at: KeyPath, template: str, names: NameValues) -> str:
        try:
            return expand_branch(template, names)
        except UsageError as error:
            self.add(at, error.title)
            return ""

    def _folder(self, at: KeyPath, template: str, names: NameValues, root: Path) -> Path | None:
        try:
            return expand_worktree(at_home(template), names, root)
        except UsageError as error:
            self.add(at, error.title)
            return None

    def _compare_branch(self, at: KeyPath, name: str, branch: str, seen: dict[str, str]) -> None:
        target = self.values["target"]
        if branch == target:
            self.add(at, f"lane {name} would have the branch {quoted(branch)}, which is the target")
        elif refs_clash(branch, target):
            self.add(
                at,
                f"lane {name} would have the branch {quoted(branch)}, "
                f"which git can't hold beside the target {quoted(target)}",
            )
        for other, taken in seen.items():
            if refs_clash(branch, taken):
                both = "the same branch" if branch == taken else "branches that git can't both hold"
                shown = quoted(branch) if branch == taken else f"{quoted(taken)}, {quoted(branch)}"
                self.add(at, f"lanes {other} and {name} would have {both}: {shown}")
                break
        seen[name] = branch

    def _compare_folder(self, at: KeyPath, name: str, folder: Path, seen: dict[str, Path]) -> None:
        for other, taken in seen.items():
            if folder == taken:
                self.add(at, f"lanes {other} and {name} would have the same folder {folder}")
                break
            if folder in taken.parents or taken in folder.parents:
                self.add(at, f"the folders of lanes {other} and {name} would lie in one another")
                break
        seen[name] = folder

    def ports(self) -> None:
        ports = self.values["ports"]
        plan = PortPlan(**ports)
        variables = ports["vars"]
        if len(variables) * plan.slots > MAX_PORTS_CHECKED:
            self.add(("ports", "vars"), "has too many variables for so many slots")
            return
        last = plan.gate_slot * plan.stride
        for name, base in variables.items():
            if base + last > MAX_PORT:
                port = base + last
                why = f"the gate's port, a slot after the last, would be {port}, beyond {MAX_PORT}"
                self.add(("ports", "vars", name), why)
        for one, two, port in overlaps(plan):
            self.add(("ports", "vars", two), f"would meet {one} at port {port} in some slot")
        for name, template in ports["derived"].items():
            why = rules.derived_template(template, variables)
            if name in variables:
                why = "is among vars already"
            if why:
                self.add(("ports", "derived", name), why)


def _sample(name: str, lane: Values, root: Path) -> NameValues:
    """Values that are the same for all lanes but for what lanes differ in."""
    return NameValues(
        repo=root.name or "repository",
        lane=name,
        agent=lane["agent"],
        role=lane["role"],
        user="user",
        date="2000-01-01",
    )


def place_of(node: Node, path: KeyPath) -> Mark:
    """Where the value at `path` begins: the key's own place for a mapping's entry, the
    nearest thing above it for what the file doesn't have."""
    at = node.at if node.at else START
    for part in path:
        if isinstance(node, Entries) and isinstance(part, str):
            found = next(((key, value) for key, value in node.entries if key.text == part), None)
            if found is None:
                return at
            key, node = found
            at = key.at
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            at = node.at
        else:
            return at
    return at
