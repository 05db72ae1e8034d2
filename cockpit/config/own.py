"""The commander's own file, `config.yaml` in the config home: their keys and their theme.

It goes before what a repository's lanes.yaml says, and only it may give keys to actions that
change something: lanes.yaml comes with the repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from cockpit import paths
from cockpit.config import rules
from cockpit.config.keys import Keys
from cockpit.config.kinds import Text
from cockpit.config.load import parsed, read_file
from cockpit.config.problems import ConfigError, Problems
from cockpit.config.shapes import Key, MapOf, Struct, Values
from cockpit.config.yaml_events import Entries, Scalar
from cockpit.dataclass import dataclass
from cockpit.domain.keys import KeyWish
from cockpit.errors import UsageError

OWN = Struct(
    (
        Key(
            "theme",
            Text("theme", limit=100),
            '""',
            "the theme that you chose; cockpit writes it when you choose one in the palette",
            example="high-contrast",
        ),
        Key(
            "keys",
            MapOf(rules.action, Keys(own=True), "action"),
            "{}",
            "your keys for actions: instead of the usual ones, and before those of lanes.yaml",
            example="{diff: [f5, v], undo: ctrl+z, theme: T, park: none}",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class OwnConfig:
    path: Path
    theme: str = ""
    keys: Mapping[str, KeyWish] = field(default_factory=dict)


def own_path() -> Path:
    """Where the commander's own file lies, or would lie."""
    return paths.config_home() / "config.yaml"


def load_own() -> OwnConfig:
    """The commander's own file; empty where there is none. Raises `ConfigError` naming all
    that is wrong in it, `UsageError` if it can't be read."""
    path = own_path()
    if not path.exists():
        return OwnConfig(path)
    return parse_own(read_file(path), path)


def parse_own(raw: bytes | str, path: Path) -> OwnConfig:
    """What a file of this content says. Raises `ConfigError`."""
    problems = Problems(path.name)
    values: Values = OWN.read(parsed(raw, problems), (), problems)
    if problems:
        raise ConfigError(problems.found, path=path)
    return OwnConfig(path, values["theme"], dict(values["keys"]))


def with_theme(raw: bytes, path: Path, name: str) -> bytes:
    """The file's content with another theme and nothing else changed: its comments, order and
    line ends stay. Raises `ConfigError` where it is wrong as it is, `UsageError` where the
    theme stands in a way that can't be edited by line."""
    before = parse_own(raw, path)
    problems = Problems(path.name)
    node = parsed(raw, problems)
    text = raw.decode("utf-8")
    lines = text.splitlines(keepends=True)
    end = "\r\n" if "\r\n" in text else "\n"
    place = _theme_line(node) if isinstance(node, Entries) else None
    if place is None:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += end
        lines.append(f"theme: {name}{end}")
    else:
        comment = lines[place].partition(" #")[2].rstrip()
        lines[place] = f"theme: {name}{'  #' + comment if comment else ''}{end}"
    edited = "".join(lines).encode()
    try:
        right = parse_own(edited, path) == OwnConfig(path, name, before.keys)
    except ConfigError:
        right = False
    if not right:
        raise UsageError(
            f"The theme in {path} can't be changed for you.",
            hint=f"Write the line `theme: {name}` there yourself.",
        )
    return edited


def _theme_line(node: Entries) -> int | None:
    """From 0, the line that the theme stands on."""
    for key, value in node.entries:
        if key.text == "theme" and isinstance(value, Scalar):
            return key.at.line - 1
    return None
