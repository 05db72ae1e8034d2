"""How conflicts were resolved before: our own record, and that of `git rerere`.

Ours is kept in the state folder, one fact a hunk, by a hash of its base and both sides (either
way round: the lane of today may be the target of tomorrow). Git's lies where agents can write.
Both are shown as suggestions with their source; nothing takes one by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cockpit.domain.conflict import Conflict
from cockpit.domain.conflict_text import ConflictHunk, texts_of_hunks
from cockpit.domain.conflict_view import Suggestion
from cockpit.domain.resolution import WHOLE, Point, Resolution
from cockpit.services.workplace import Workplace

KEPT = 256 << 10
"""Bytes of a hunk's sides and text together that are remembered."""

LOOKED_UP = 2_000
"""Hunks of one conflict that are looked up."""


def key_of(hunk: ConflictHunk) -> str:
    """The hash of what was in question; the same with the sides exchanged."""
    digest = hashlib.sha256()
    for part in (hunk.base or b"", *sorted((hunk.ours, hunk.theirs))):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:40]


def _fact(key: str) -> str:
    return f"resolved-{key}"


def texts_of(state: Resolution) -> dict[str, str]:
    """The text of every decided hunk, by its key (bytes as Latin-1)."""
    found: dict[str, str] = {}
    for point in state.all_points():
        hunk, text = state.hunk(point), state.text_at(point)
        if hunk is not None and text is not None and _is_small(hunk, text):
            found[key_of(hunk)] = text.decode("latin-1")
    return found


def _is_small(hunk: ConflictHunk, text: bytes) -> bool:
    return len(hunk.base or b"") + len(hunk.ours) + len(hunk.theirs) + len(text) <= KEPT


def remember(work: Workplace, state: Resolution) -> None:
    """Record how each hunk was resolved, for the next time."""
    for key, text in texts_of(state).items():
        work.state.write(
            _fact(key), {"text": text, "lane": state.conflict.lane, "at": work.clock.now()}
        )


def suggestions(
    work: Workplace, conflict: Conflict, drafted: Mapping[str, str]
) -> dict[Point, tuple[Suggestion, ...]]:
    """What is known for each hunk (at `WHOLE` for a whole file), our own record first, then
    what an older draft chose (`drafted`, by key), then git's."""
    found: dict[Point, list[Suggestion]] = {}
    left = LOOKED_UP
    for file, here in enumerate(conflict.files):
        for at, hunk in enumerate(here.hunks):
            if left <= 0:
                break
            left -= 1
            key = key_of(hunk)
            mine = _of_fact(work.state.read(_fact(key)))
            draft = drafted.get(key)
            if mine is not None:
                _add(found, Point(file, at), mine)
            if draft is not None:
                text = draft.encode("latin-1", "replace")
                _add(found, Point(file, at), Suggestion(text, "draft", conflict.lane))
    for file, text in work.git.conflicts.recorded(conflict).items():
        texts = texts_of_hunks(conflict.files[file].pieces, text)
        if texts is None:
            _add(found, Point(file, WHOLE), Suggestion(text, "rerere"))
            continue
        for at, part in enumerate(texts):
            _add(found, Point(file, at), Suggestion(part, "rerere"))
    return {point: tuple(known) for point, known in found.items()}


def _add(found: dict[Point, list[Suggestion]], point: Point, new: Suggestion) -> None:
    """One suggestion for each text."""
    known = found.setdefault(point, [])
    if all(old.text != new.text for old in known):
        known.append(new)


def _of_fact(fact: Mapping[str, Any] | None) -> Suggestion | None:
    if fact is None:
        return None
    at = fact.get("at", 0.0)
    return Suggestion(
        str(fact.get("text", "")).encode("latin-1", "replace"),
        "yours",
        str(fact.get("lane", "")),
        float(at) if isinstance(at, int | float) else 0.0,
    )
