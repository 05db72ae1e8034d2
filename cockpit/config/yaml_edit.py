"""Edits of lanes.yaml that leave everything else in it byte for byte as it was.

The place of a word is known exactly from YAML's own event stream, so only that word is
replaced: comments, order, quotes and layout stay, which a dump of the parsed document (a
round-tripping one too) does not promise.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from cockpit.config.problems import Problems
from cockpit.config.yaml_events import MAX_BYTES, read_yaml

_BOM = "\ufeff"


def rename_lane(raw: bytes, old: str, new: str, *, section: str = "lanes") -> bytes | None:
    """The file with the lane's key in `section` changed from `old` to `new`; None where no such
    key stands, or the file can't be read. `new` must be a lane's name."""
    whole = _readable(raw)
    if whole is None:
        return None
    bom = _BOM if whole.startswith(_BOM) else ""
    text = whole.removeprefix(_BOM)
    found = _key(text, section, old)
    if found is None:
        return None
    begin, end, quote = found
    return (bom + text[:begin] + quote + new + quote + text[end:]).encode("utf-8")


def is_readable(raw: bytes) -> bool:
    """Whether the file is YAML at all, so that what it doesn't name is truly not in it."""
    return _readable(raw) is not None


def _readable(raw: bytes) -> str | None:
    try:
        text = raw.decode("utf-8") if len(raw) <= MAX_BYTES else ""
    except UnicodeDecodeError:
        return None
    problems = Problems("")
    if read_yaml(text.removeprefix(_BOM), problems) is None or problems:
        return None
    return text


def _key(text: str, section: str, name: str) -> tuple[int, int, str] | None:
    """(begin, end, quote) of the key `name` in the mapping `section` of the document."""
    for path, event in _keys(text):
        if path == [section] and event.value == name:
            start, end = event.start_mark, event.end_mark
            if start is None or end is None or event.style not in (None, "'", '"'):
                return None
            return start.index, end.index, event.style or ""
    return None


def _keys(text: str) -> Iterator[tuple[list[str], yaml.ScalarEvent]]:
    """Every key of a mapping that is plain text, with the keys of the mappings around it."""
    levels: list[_Level] = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            levels.pop()
        elif isinstance(event, yaml.CollectionStartEvent):
            levels.append(_Level(isinstance(event, yaml.MappingStartEvent)))
            continue
        elif not isinstance(event, yaml.NodeEvent):
            continue
        here = levels[-1] if levels else _Level(False)
        if here.is_mapping and here.key is None:
            here.key = ""
            if isinstance(event, yaml.ScalarEvent):
                here.key = event.value
                yield [level.key or "" for level in levels[:-1]], event
        else:
            here.key = None


class _Level:
    """A collection that is open; of a mapping the key whose value comes, None before a key."""

    def __init__(self, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.key: str | None = None
