"""Changing one field of a task or result file; every byte that is not the field's stays."""

from __future__ import annotations

import re
from collections.abc import Set

from cockpit.domain.header import BOM, Document, read
from cockpit.domain.header_lines import Entry, canonical, unquoted

_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")


def with_field(raw: bytes, key: str, value: str, known: Set[str]) -> bytes:
    """`raw` with `key` saying `value`: in its line where it has one (further lines of it go),
    else as a new line of the header, which is made if there is none.

    `value` becomes one line. Reading the outcome gives the value back. Raises `ValueError`
    for what can't be a key.
    """
    if _KEY.fullmatch(key) is None or canonical(key) != key:
        raise ValueError(f"{key!r} can't be a key of a header")
    document = read(raw, known)
    text = _written(value)
    entries = document.all(key)
    for edited in (
        _replaced(document, entries, key, text) if entries else None,
        _inserted(document, key, text),
        _headed(document, entries, key, text),
    ):
        if edited is not None and _says(edited, document, key, value, known):
            return edited
    return _headed(document, entries, key, text)


def _written(value: str) -> str:
    """`value` as it must stand to be read as it is."""
    line = " ".join(value.split())
    plain = line == unquoted(line) and line not in ("|", ">", "|-", ">-", "|+", ">+")
    quote = "'" if '"' in line else '"'
    return line if plain else f"{quote}{line}{quote}"


def _says(edited: bytes, before: Document, key: str, value: str, known: Set[str]) -> bool:
    """Whether the outcome reads as it should: this field, and all others as before."""
    after = read(edited, known)
    found = after.all(key)
    line = " ".join(value.split())
    others = [(one.key, one.value, one.items) for one in before.entries if one.key != key]
    kept = [(one.key, one.value, one.items) for one in after.entries if one.key != key]
    return len(found) == 1 and not found[0].items and found[0].value == line and kept == others


def _replaced(document: Document, entries: tuple[Entry, ...], key: str, text: str) -> bytes:
    lines = list(document.lines)
    first = entries[0].lines[0]
    gone = {index for entry in entries for index in entry.lines} - {first}
    old = lines[first]
    mark = BOM if first == 0 and old.startswith(BOM) else ""
    bare = old.removeprefix(mark)
    indent = bare[: len(bare) - len(bare.lstrip(" \t"))]
    lead = re.match(r"[-+*•][ \t]+", bare.lstrip(" \t"))
    prefix = f"{mark}{indent}{lead.group() if lead else ''}"
    lines[first] = f"{prefix}{_line(key, text)}{_end_of(old)}"
    return _joined([line for index, line in enumerate(lines) if index not in gone])


def _inserted(document: Document, key: str, text: str) -> bytes | None:
    """A line more at the header's end; None where there is no header."""
    if document.start is None and not document.entries:
        return None
    lines = list(document.lines)
    at = document.end
    end = _end_of(lines[0]) or "\n"
    indent = ""
    if document.entries:
        first = lines[document.entries[0].lines[0]].removeprefix(BOM)
        indent = first[: len(first) - len(first.lstrip(" \t"))]
    if at and not _end_of(lines[at - 1]):
        lines[at - 1] += end
    lines.insert(at, f"{indent}{_line(key, text)}{end}")
    return _joined(lines)


def _headed(document: Document, entries: tuple[Entry, ...], key: str, text: str) -> bytes:
    """A header of its own before everything."""
    gone = {index for entry in entries for index in entry.lines}
    lines = [line for index, line in enumerate(document.lines) if index not in gone]
    mark = BOM if lines and lines[0].startswith(BOM) else ""
    if mark:
        lines[0] = lines[0].removeprefix(BOM)
    end = (_end_of(lines[0]) if lines else "") or "\n"
    return _joined([f"{mark}---{end}", f"{_line(key, text)}{end}", f"---{end}", *lines])


def _line(key: str, text: str) -> str:
    return f"{key}: {text}".rstrip(" ")


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _joined(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "surrogateescape")
