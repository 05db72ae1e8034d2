"""Reading lanes.yaml (or coordination.yaml): bytes from disk to the model, or all problems."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from cockpit.config import rules
from cockpit.config.build import build_config
from cockpit.config.check import check_values
from cockpit.config.model import Config
from cockpit.config.problems import START, ConfigError, Mark, NoConfig, Problems, quoted
from cockpit.config.schema import COORDINATION, TOP
from cockpit.config.schema_lane import LANE
from cockpit.config.shapes import Values, default_of
from cockpit.config.yaml_events import MAX_BYTES, Entries, Node, read_yaml
from cockpit.errors import UsageError

FILE = "lanes.yaml"
COORDINATION_FILE = "coordination.yaml"


def config_path(root: Path) -> Path:
    """The configuration of the repository whose main checkout is `root`: lanes.yaml, or a
    coordination.yaml where there is only that."""
    lanes, other = root / FILE, root / COORDINATION_FILE
    return other if not os.path.lexists(lanes) and os.path.lexists(other) else lanes


def load_config(path: Path, *, preset_names: Collection[str] = (), target: str = "main") -> Config:
    """The configuration in `path`; a file named coordination.yaml is read in its own form, with
    `target`, which that form does not have.

    `preset_names` are the shipped agents; without them unknown agents can't be told. Raises
    `UsageError` if the file is missing or can't be read, `ConfigError` if it is wrong.
    """
    if path.name == COORDINATION_FILE:
        return load_coordination(path, target=target)
    return parse_config(read_file(path), path, preset_names=preset_names)


def parse_config(text: str | bytes, path: Path, *, preset_names: Collection[str] = ()) -> Config:
    """The model of a lanes.yaml with this content. Raises only `ConfigError`, whatever `text`."""
    problems = Problems(path.name)
    node = parsed(text, problems)
    values: Values = TOP.read(node, (), problems)
    check_values(values, node, problems, path, preset_names)
    if problems:
        raise ConfigError(problems.found, path=path)
    return build_config(values, path, preset_names)


def default_config(path: Path, target: str) -> Config:
    """The configuration of a repository without lanes.yaml: defaults, no lanes, and `target`.

    `path` is where lanes.yaml would be. Raises `ConfigError` if `target` can't be a branch.
    """
    problems = Problems(path.name)
    values = dict(TOP.read(Entries((), START), (), problems))
    complaint = _why_not_target(target)
    if complaint:
        problems.add(START, ("target",), complaint)
        raise ConfigError(problems.found, path=path)
    return build_config({**values, "target": target}, path, ())


def load_coordination(path: Path, *, target: str = "main") -> Config:
    """The lanes of a coordination.yaml: zones, ledgers and titles; its `agent` is a title, so
    the lanes have the default agent. Raises as `load_config`."""
    problems = Problems(path.name)
    node = parsed(read_file(path), problems)
    read: Values = COORDINATION.read(node, (), problems)
    values = dict(TOP.read(Entries((), START), (), problems))
    plain = {key.name: default_of(key) for key in LANE.keys}
    values["lanes"] = {
        name: {**plain, "title": zone["agent"], "zone": zone["files"], "ledger": zone["ledger"]}
        for name, zone in read["zones"].items()
    }
    complaint = _why_not_target(target)
    if complaint:
        problems.add(START, ("target",), complaint)
    values["target"] = target
    check_values(values, node, problems, path, ())
    if problems:
        raise ConfigError(problems.found, path=path)
    return build_config(values, path, ())


def _why_not_target(target: str) -> str:
    complaint = rules.branch(target)
    return f"{quoted(target)} {complaint}" if complaint else ""


def parsed(text: str | bytes, problems: Problems) -> Node:
    """The document, an empty mapping where there is none; what is wrong goes to `problems`."""
    decoded = _decoded(text, problems)
    node = None if decoded is None else read_yaml(decoded, problems)
    return node if node is not None else Entries((), START)


def _decoded(raw: str | bytes, problems: Problems) -> str | None:
    """Text without its byte order mark; None with a problem if it isn't UTF-8."""
    if isinstance(raw, str):
        return raw.removeprefix("\ufeff")
    if len(raw) > MAX_BYTES:
        problems.add(START, (), f"the file is larger than {MAX_BYTES // 1024} KB")
        return None
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        at = Mark(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        problems.add(at, (), f"the byte 0x{raw[error.start]:02x} is not UTF-8 text")
        return None


def read_file(path: Path) -> bytes:
    """A configuration file: at most one byte more than may be in it. Raises `UsageError`."""
    try:
        # O_NONBLOCK: a FIFO in the file's place must not hang the program
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NoConfig(
            f"There is no {path.name} in {path.parent}",
            hint="`cockpit init` proposes one from what is here and writes it.",
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        raw = b""
        if regular:
            with open(descriptor, "rb", closefd=False) as file:
                raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)
    if not regular:
        raise UsageError(
            f"{path} is not a regular file",
            hint="Put a plain text file there; `cockpit init` writes one.",
        )
    return raw


def _unreadable(path: Path, error: Exception) -> UsageError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return UsageError(
        f"{path} can't be read: {reason}", hint="Make the file readable for your user."
    )
