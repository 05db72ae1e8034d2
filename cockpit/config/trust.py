"""What in lanes.yaml can execute something or reach out, as readable lines and a digest.

Only values that differ from the default count, in a fixed order and form, so that comments,
formatting, the order of keys and harmless keys change nothing. Which keys count stands in
the schema, beside each key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cockpit.config.kinds import Kind
from cockpit.config.shapes import MapOf, Struct, default_of

FORM = "cockpit-trust-1"
"""Part of every digest; changes when the form of the lines does, so that all ask again."""


def trust_of(struct: Struct, values: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """The lines, sorted, and their sha256 (hex). No lines: nothing needs trust."""
    lines = tuple(sorted(_lines(struct, values, "")))
    text = "\n".join((FORM, *lines))
    return lines, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _lines(struct: Struct, values: Mapping[str, Any], before: str) -> Iterator[str]:
    for key in struct.keys:
        value = values[key.name]
        if value != default_of(key):
            yield from _of_value(key.kind, value, before + key.name, trusted=key.trust)


def _of_value(kind: Kind, value: Any, name: str, *, trusted: bool) -> Iterator[str]:
    if isinstance(kind, Struct):
        yield from _lines(kind, value, name + ".")
    elif isinstance(kind, MapOf):
        for entry, inner in value.items():
            yield from _of_value(kind.value, inner, f"{name}.{entry}", trusted=trusted)
    elif trusted:
        yield f"{name}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}"
