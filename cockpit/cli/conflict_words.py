"""A conflict as JSON and as lines for people, its places numbered as `--take` names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cockpit.cli.words import SHOWN, Line, count
from cockpit.domain.conflict import Option, Version
from cockpit.domain.conflict_text import ConflictHunk
from cockpit.domain.conflict_view import ConflictView, Suggestion
from cockpit.domain.resolution import WHOLE, Point, Resolution


def numbered(state: Resolution) -> dict[int, Point]:
    """Every place by its number, from 1 through all files."""
    return dict(enumerate(state.all_points(), 1))


def place_name(state: Resolution, point: Point) -> str:
    """`PATH:N`, N from 1 in its file; a file that is decided as a whole is its path."""
    path = state.conflict.files[point.file].path
    return path if point.at == WHOLE else f"{path}:{point.at + 1}"


def conflict_document(view: ConflictView, state: Resolution) -> dict[str, Any]:
    conflict = state.conflict
    done, places = state.progress
    numbers = {point: number for number, point in numbered(state).items()}
    return {
        "lane": conflict.lane,
        "target": conflict.target_name,
        "source": conflict.source,
        "target_old": conflict.target,
        "decided": done,
        "places": places,
        "open": places - done,
        "may_finish": bool(conflict.files) and state.may_finish,
        "why_not": view.why_not,
        "note": view.note,
        "groups": [
            {
                "owners": list(group.owners),
                "title": group.title,
                "paths": [conflict.files[file].path for file in group.files],
            }
            for group in view.groups
        ],
        "files": [
            _file_document(view, state, file, numbers) for file in range(len(conflict.files))
        ],
    }


def _file_document(
    view: ConflictView, state: Resolution, file: int, numbers: dict[Point, int]
) -> dict[str, Any]:
    here = state.conflict.files[file]
    whole = state.at(Point(file, WHOLE))
    return {
        "path": here.path,
        "kind": here.kind.value,
        "decided": state.is_done(file),
        "markers_left": file in state.marked(),
        "whole": whole.take.value if whole is not None else None,
        "wholes": [_option_document(option) for option in here.wholes],
        "versions": {
            "base": _version_document(view, here.base),
            "ours": _version_document(view, here.ours),
            "theirs": _version_document(view, here.theirs),
        },
        "says": here.said,
        "places": [
            _place_document(view, state, point, numbers[point]) for point in state.points(file)
        ],
    }


def _version_document(view: ConflictView, side: Version | None) -> dict[str, Any] | None:
    """`size` in bytes; None of what is no blob, or is decided hunk by hunk."""
    if side is None:
        return None
    peek = view.peeks.get(side.blob)
    size = peek.size if peek is not None else None
    return {"path": side.path, "mode": side.mode, "object": side.blob, "size": size}


def _place_document(
    view: ConflictView, state: Resolution, point: Point, number: int
) -> dict[str, Any]:
    choice, hunk = state.at(point), state.hunk(point)
    question, text = state.question(point), state.text_at(point)
    options = question.options if question is not None else ()
    document: dict[str, Any] = {
        "number": number,
        "place": place_name(state, point),
        "what": "hunk" if hunk else question.asks.value if question else "whole",
        "open": state.is_open(point),
        "take": choice.take.value if choice is not None else None,
        "options": [_option_document(option) for option in options],
        "suggestions": [_suggestion(one) for one in view.suggestions.get(point, ())],
    }
    if hunk is not None:
        document |= {
            "base": _text(hunk.base),
            "ours": _text(hunk.ours),
            "theirs": _text(hunk.theirs),
            "result": _text(text),
        }
    return document


def _option_document(option: Option) -> dict[str, Any]:
    return {
        "take": option.take.value,
        "title": option.title,
        "paths": [entry.path for entry in option.entries],
    }


def _suggestion(one: Suggestion) -> dict[str, Any]:
    return {"text": _text(one.text), "source": one.source, "lane": one.lane}


def _text(text: bytes | None) -> str | None:
    return None if text is None else text.decode("utf-8", "surrogateescape")


# ------------------------------------------------------------------ for people


def conflict_lines(view: ConflictView, state: Resolution) -> Iterator[Line]:
    conflict = state.conflict
    numbers = {point: number for number, point in numbered(state).items()}
    done, places = state.progress
    yield (
        (f"{conflict.lane} ⇄ {conflict.target_name}", "bold"),
        f"  {done} of {count(places, 'place')} decided",
    )
    if view.note:
        yield ((f"note: {view.note}", "yellow"),)
    if view.why_not:
        yield ((f"It can't be finished while {view.why_not}.", "yellow"),)
    for group in view.groups:
        yield ((f"{group.title}", "dim"),)
        for file in group.files:
            yield from _file_lines(view, state, file, numbers)


def _file_lines(
    view: ConflictView, state: Resolution, file: int, numbers: dict[Point, int]
) -> Iterator[Line]:
    here = state.conflict.files[file]
    mark = ("✓ ", "green") if state.is_done(file) else ("✗ ", "red")
    yield (mark, (here.path, "bold"), (f"  {here.kind.value}", "dim"))
    whole = state.at(Point(file, WHOLE))
    if whole is not None and here.pieces:
        yield (f"    the whole file: {whole.take.value}",)
    for point in state.points(file):
        choice, hunk, question = state.at(point), state.hunk(point), state.question(point)
        said = ("open", "red") if state.is_open(point) else ("decided", "green")
        if choice is not None:
            said = (choice.take.value, "green")
        yield ((f"  {numbers[point]:>3}  ", "cyan"), said)
        if hunk is not None:
            yield from _hunk_lines(state, hunk)
        options = question.options if question else () if here.pieces else here.wholes
        for option in options:
            yield (f"       {option.take.value:<12} {option.title}",)
        for one in view.suggestions.get(point, ()):
            yield (("       suggested ", "cyan"), one.source, ":")
            yield from _side("?", one.text, "cyan")


def _hunk_lines(state: Resolution, hunk: ConflictHunk) -> Iterator[Line]:
    if hunk.base is not None:
        yield from _side("|", hunk.base, "dim")
    yield from _side(f"< {state.conflict.lane}:", hunk.ours, "green")
    yield from _side(f"> {state.conflict.target_name}:", hunk.theirs, "yellow")


def _side(sign: str, text: bytes, style: str) -> Iterator[Line]:
    rows: Sequence[bytes] = text.split(b"\n")
    rows = rows[:-1] if rows and not rows[-1] else rows
    for row in rows[:SHOWN]:
        yield (
            (f"       {sign} ", "dim"),
            (row[:1000].decode("utf-8", "surrogateescape"), style),
        )
    if len(rows) > SHOWN:
        yield ((f"       {sign} … and {len(rows) - SHOWN} more", "dim"),)
    if not rows:
        yield ((f"       {sign} (nothing)", "dim"),)
