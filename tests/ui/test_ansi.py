"""The SGR parser: cell by cell as rich's own decoder has it, state across rows, hostile input."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.ansi import AnsiDecoder
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from cockpit.ui.ansi import (
    BOLD,
    DOUBLE,
    NONE,
    PLAIN,
    REVERSE,
    UNDERLINE,
    Pen,
    RowDecoder,
    apply_sgr,
    parse_row,
)

Cell = tuple[str, object, object, tuple[bool, ...]]
NO_STYLE = Style()


def look(style: Style | None) -> tuple[object, object, tuple[bool, ...]]:
    style = style or NO_STYLE
    names = ("bold", "dim", "italic", "underline", "blink", "reverse", "conceal", "strike")
    flags = tuple(bool(getattr(style, name)) for name in names)
    fg = None if style.color is None or style.color.is_default else style.color
    bg = None if style.bgcolor is None or style.bgcolor.is_default else style.bgcolor
    shown = tuple((c.type, c.number, c.triplet) if c else None for c in (fg, bg))
    return shown[0], shown[1], flags


def cells_of_ours(rows: list[str]) -> list[list[Cell]]:
    decoder = RowDecoder(NO_STYLE)
    return [
        [(char, *look(style)) for text, style, _ in strip for char in text]
        for strip in decoder.rows(rows)
    ]


def cells_of_rich(rows: list[str]) -> list[list[Cell]]:
    console, decoder = Console(), AnsiDecoder()
    found = []
    for row in rows:
        text: Text = decoder.decode_line(row)
        found.append(
            [
                (char, *look(text.get_style_at_offset(console, at)))
                for at, char in enumerate(text.plain)
            ]
        )
    return found


codes = st.one_of(
    st.sampled_from([0, 1, 2, 3, 4, 5, 7, 8, 9, 22, 23, 24, 25, 27, 28, 29, 39, 49]),
    st.integers(30, 37),
    st.integers(40, 47),
    st.integers(90, 97),
    st.integers(100, 107),
).map(str)
byte = st.integers(0, 255)
colours = st.one_of(
    st.tuples(st.sampled_from(["38;5", "48;5"]), byte).map(lambda t: f"{t[0]};{t[1]}"),
    st.tuples(st.sampled_from(["38;2", "48;2"]), byte, byte, byte).map(
        lambda t: ";".join(str(part) for part in t)
    ),
)
sgr = st.lists(st.one_of(codes, colours), max_size=3).map(lambda c: f"\x1b[{';'.join(c)}m")
words = st.text(alphabet="abc XYZ019/_-│─●漢字é", min_size=1, max_size=8)
rows_of_panes = st.lists(st.lists(st.one_of(sgr, words), max_size=8).map("".join), max_size=5)


@given(rows_of_panes)
@settings(max_examples=150, deadline=None)
def test_agrees_with_rich_cell_by_cell(rows: list[str]) -> None:
    assert cells_of_ours(rows) == cells_of_rich(rows)


@given(st.lists(st.text(max_size=60), max_size=4))
@settings(max_examples=150, deadline=None)
def test_nothing_that_a_terminal_obeys_comes_through(rows: list[str]) -> None:
    hostile = [row + "\x1b]52;c;eA==\x07\x1b[2J\x9b1;1H\x1bPx\x1b\\" for row in rows]
    for strip in RowDecoder(NO_STYLE).rows(hostile):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", strip.text)
        assert strip.cell_length == cell_len(strip.text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1b]52;c;never ends", "a"),
        ("a\x1b[2Jb\x1b[10;3Hc", "abc"),
        ("a\x1b[?25lb\x1b[>4mc", "abc"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("a\x9b31mb\x85c\x00d", "abcd"),
        ("a\x1b", "a"),
        ("a\x1b[", "a"),
        ("a\x1b[38;5", "a"),
        ("a\tb", "a       b"),
        ("漢\tb", "漢      b"),
        ("\x0elqk\x0flqk", "┌─┐lqk"),
        ("a\u202eb", "a�b"),
        ("a\udce9b", "a�b"),
    ],
)
def test_only_sgr_has_an_effect(raw: str, text: str) -> None:
    segments, _ = parse_row(raw, PLAIN, NO_STYLE)
    assert "".join(part.text for part in segments) == text


@pytest.mark.parametrize(
    ("params", "pen"),
    [
        ("1", Pen(flags=BOLD)),
        ("", Pen()),
        ("4:3", Pen(flags=UNDERLINE)),
        ("4:2", Pen(flags=DOUBLE)),
        ("4:0", Pen()),
        ("38:2::1:2:3", Pen(fg=1 << 24 | 0x010203)),
        ("38:2:1:2:3", Pen(fg=1 << 24 | 0x010203)),
        ("38:5:200", Pen(fg=200)),
        ("58;2;1;2;3;7", Pen(flags=REVERSE)),
        ("58:5:1;7", Pen(flags=REVERSE)),
        ("38;5", Pen()),
        ("38;2;1;2", Pen()),
        ("38;9;1", Pen(flags=BOLD)),
        ("48;5;999", Pen(bg=255)),
        ("99999999999999999999", Pen()),
        ("1;" * 400, Pen()),
    ],
)
def test_parameters(params: str, pen: Pen) -> None:
    assert apply_sgr(params, PLAIN) == pen


def test_the_pen_carries_over_from_row_to_row_and_ends_with_a_reset() -> None:
    first, second, third = cells_of_ours(["\x1b[31mred", "still", "\x1b[0mplain"])
    assert first[0][1] == second[0][1] is not None
    assert third[0][1] is None


def test_a_row_is_parsed_once_for_each_pen_and_the_cache_is_bounded() -> None:
    decoder = RowDecoder(NO_STYLE, cap=8)
    one, _ = decoder.row("same", PLAIN)
    two, _ = decoder.row("same", PLAIN)
    other, _ = decoder.row("same", Pen(fg=1))
    assert one is two
    assert other is not one
    for number in range(100):
        decoder.row(f"row {number}", PLAIN)
    assert len(decoder._cache) <= 8


def test_combining_and_wide_characters_keep_their_width() -> None:
    strip, _ = RowDecoder(NO_STYLE).row("e\u0301漢👍x", PLAIN)
    assert strip.cell_length == 1 + 2 + 2 + 1
    cropped = strip.crop(0, 3)
    assert cropped.cell_length == 3


def test_base_style_lies_under_every_cell() -> None:
    base = Style(color="#010203", bgcolor="#040506")
    segments, _ = parse_row("a\x1b[1mb\x1b[31mc", PLAIN, base)
    styles = [style for _, style, _ in segments if style is not None]
    assert all(style.bgcolor == base.bgcolor for style in styles)
    assert styles[0].color == styles[1].color == base.color
    assert [a == b for a, b in pairwise(styles)] == [False, False]
    assert Pen().fg == NONE
