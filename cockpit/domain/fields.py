"""The fields of a header as they are taken: what a field can't hold is kept as extra.

One `Fields` a file. Each value is taken once; a second one of a key that holds one, and a
text that can't be read as its field's kind, goes to `extra` with a sentence in `problems`,
so that no value is ever lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from cockpit.domain import values
from cockpit.domain.header import Document
from cockpit.domain.header_lines import Entry

T = TypeVar("T")


class Fields:
    """The entries of `document`, sorted by the field that `aliases` says their key means."""

    def __init__(self, document: Document, aliases: Mapping[str, str]) -> None:
        self._found: dict[str, list[Entry]] = {}
        self._extra: list[tuple[int, str, str]] = []
        self.problems: list[str] = list(document.problems)
        for entry in document.entries:
            field = aliases.get(entry.key)
            if field is None:
                self.keep(entry)
            else:
                self._found.setdefault(field, []).append(entry)

    @property
    def extra(self) -> tuple[tuple[str, str], ...]:
        """(key as written, text) of what no field holds, in the file's order."""
        return tuple((written, text) for _, written, text in sorted(self._extra))

    def keep(self, entry: Entry) -> None:
        """No field holds this entry."""
        self._extra.append((entry.lines[0], entry.written, values.whole(entry)))

    def all(self, field: str) -> list[Entry]:
        return self._found.get(field, [])

    def text(self, field: str) -> str:
        """One line of text: of the first entry that has any."""
        entry = self._one(field)
        return values.one_line(values.whole(entry)) if entry is not None else ""

    def block(self, field: str) -> str:
        """All text of the field, a line each."""
        return "\n".join(text for text in map(values.whole, self.all(field)) if text)

    def items(self, field: str) -> tuple[str, ...]:
        """The field's list; several entries of it are one list."""
        found = (item for entry in self.all(field) for item in values.listed(entry))
        return tuple(dict.fromkeys(found))

    def sentences(self, field: str) -> tuple[str, ...]:
        return tuple(text for entry in self.all(field) for text in values.sentences(entry))

    def read(self, field: str, kind: Callable[[str], T | None], wanted: str) -> T | None:
        """The field through `kind`; where that finds nothing, the text is kept as extra."""
        entry = self._one(field)
        if entry is None:
            return None
        text = values.one_line(values.whole(entry))
        found = kind(text)
        if found is None:
            self.keep(entry)
            self.problems.append(f"its {field} {text[:40]!r} is no {wanted}")
        return found

    def _one(self, field: str) -> Entry | None:
        given = [entry for entry in self.all(field) if values.whole(entry)]
        for entry in given[1:]:
            self.keep(entry)
            self.problems.append(f"it has {field!r} {len(given)} times; the first counts")
        return given[0] if given else None
