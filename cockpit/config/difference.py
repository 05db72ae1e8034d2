"""What differs between two readings of lanes.yaml, key by key, and when each change counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from cockpit.config.model import Config, LaneConfig
from cockpit.domain.configuration import Applies, ConfigChange
from cockpit.domain.keys import KeyWish

_NAMES = {"columns": "layout.columns", "teardown_run": "teardown.run", "pool_size": "pool.size"}
"""Keys of the file whose name in the model is another."""

_OURS = frozenset({"path", "trust_digest", "trust_lines", "lanes"})
"""What the model holds beside plain keys."""

_AT_START = ("agents", "base", "worktrees", "branch", "setup.copy", "setup.link",
             "setup.rewrite", "ports", "env_drop", "pool", "container", "tmux.history")  # fmt: skip

_LANE_AT_START = frozenset(
    {"agent", "model", "args", "env", "session", "worktree", "branch", "base", "isolation",
     "permission", "add_dirs", "account", "run", "env_drop", "mode", "ref"}
)  # fmt: skip

_INHERITED = {"worktree": "worktrees", "branch": "branch"}
"""Keys of a lane that hold the top-level template where the lane has none of its own."""


def difference(old: Config, new: Config) -> tuple[ConfigChange, ...]:
    """All keys that differ: lanes that came and went first, then the keys of lanes, then the
    others. Empty for files that differ in form only."""
    asked = _asked(old, new)
    found = [*_lanes(old, new), *_keys(old, new)]
    return tuple(
        ConfigChange(key, before, after, applies, _is_asked(key, asked))
        for key, before, after, applies in found
    )


Row = tuple[str, str, str, Applies]


def _lanes(old: Config, new: Config) -> Iterator[Row]:
    for lane in new.lanes:
        if lane not in old.lanes:
            yield f"lanes.{lane}", "", _lane_line(new.lanes[lane]), Applies.NOW
    for lane in old.lanes:
        if lane not in new.lanes:
            yield f"lanes.{lane}", _lane_line(old.lanes[lane]), "", Applies.NOW
    both = [lane for lane in new.lanes if lane in old.lanes]
    if both != [lane for lane in old.lanes if lane in new.lanes]:
        yield "lanes (their order)", ", ".join(old.lanes), ", ".join(new.lanes), Applies.NOW
    for lane in both:
        yield from _lane(old, new, old.lanes[lane], new.lanes[lane])


def _lane_line(lane: LaneConfig) -> str:
    zone = ", ".join(lane.zone.include) or "the whole repository"
    return f"{lane.agent} in {zone}"


def _lane(old: Config, new: Config, before: LaneConfig, after: LaneConfig) -> Iterator[Row]:
    one, two = dict(_flat(before, "")), dict(_flat(after, ""))
    for key in _differing(one, two):
        top = _INHERITED.get(key)
        if top is not None and (getattr(before, key), getattr(after, key)) == (
            getattr(old, top),
            getattr(new, top),
        ):
            continue
        applies = Applies.START if key.split(".")[0] in _LANE_AT_START else Applies.NOW
        yield f"lanes.{after.lane}.{key}", one.get(key, ""), two.get(key, ""), applies


def _keys(old: Config, new: Config) -> Iterator[Row]:
    one, two = dict(_flat(old, "", _OURS)), dict(_flat(new, "", _OURS))
    for key in _differing(one, two):
        yield key, one.get(key, ""), two.get(key, ""), _applies(key)


def _differing(one: Mapping[str, str], two: Mapping[str, str]) -> list[str]:
    return [key for key in {**one, **two} if one.get(key) != two.get(key)]


def _applies(key: str) -> Applies:
    if key == "tmux.config":
        return Applies.SERVER
    is_later = any(key == each or key.startswith(each + ".") for each in _AT_START)
    return Applies.START if is_later else Applies.NOW


def _flat(
    value: object, name: str, left_out: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Every plain value below `value` by its key in the file, as JSON."""
    if isinstance(value, KeyWish):
        yield name, json.dumps(", ".join(value.keys) or "none", ensure_ascii=False)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in left_out:
                own = _NAMES.get(field.name, field.name)
                yield from _flat(getattr(value, field.name), f"{name}.{own}" if name else own)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}")
    else:
        yield name, json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> Any:
    return str(value) if isinstance(value, Path) else value


def _asked(old: Config, new: Config) -> frozenset[str]:
    """Keys of what can execute something and is another now. Empty when nothing does: what is
    only taken out need not be trusted, but then the rest must be trusted as it is."""
    if old.trust_digest == new.trust_digest:
        return frozenset()
    lines = frozenset(old.trust_lines) ^ frozenset(new.trust_lines)
    return frozenset(line.split(": ", 1)[0] for line in lines)


def _is_asked(key: str, asked: frozenset[str]) -> bool:
    return any(
        one == key or one.startswith(key + ".") or key.startswith(one + ".") for one in asked
    )
