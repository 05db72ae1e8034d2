"""Hunks: read, taken one by one, taken back; what does not fit is refused, never guessed."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.hunks import (
    Endings,
    apply_hunk,
    endings_of,
    file_identity,
    find_hunk,
    hunk_identity,
    on_disk,
    parse_hunks,
    revert_hunk,
    split_lines,
)
from cockpit.errors import Refused
from tests.domain.hunking import apply_hunks

LINES = st.lists(
    st.sampled_from(["a", "b", "c", "", "@@ -1 +1 @@", "-x", "+y", "\\ z", "\r", "é\udcff"])
)


def as_bytes(lines: list[str], ended: bool) -> bytes:
    text = "\n".join(lines) + ("\n" if ended and lines else "")
    return text.encode("utf-8", "surrogateescape")


def body_of(old: bytes, new: bytes, context: int) -> str:
    """A unified diff as git writes it."""
    one, other = split_lines(old), split_lines(new)
    rows: list[bytes] = []

    def put(sign: bytes, line: bytes) -> None:
        rows.append(sign + line.removesuffix(b"\n"))
        if not line.endswith(b"\n"):
            rows.append(b"\\ No newline at end of file")

    for group in SequenceMatcher(None, one, other, autojunk=False).get_grouped_opcodes(context):
        a, b, c, d = group[0][1], group[-1][2], group[0][3], group[-1][4]
        starts = (a + (b > a), b - a, c + (d > c), d - c)
        rows.append(b"@@ -%d,%d +%d,%d @@ heading" % starts)
        for tag, i, j, k, m in group:
            for line in one[i:j]:
                put(b" " if tag == "equal" else b"-", line)
            for line in other[k:m] if tag != "equal" else ():
                put(b"+", line)
    return b"".join(row + b"\n" for row in rows).decode("utf-8", "surrogateescape")


SIDES = st.tuples(LINES, st.booleans()).map(lambda side: as_bytes(*side))


@given(SIDES, SIDES, st.integers(0, 3))
def test_all_hunks_one_by_one_make_the_new_file(old: bytes, new: bytes, context: int) -> None:
    """Each is found again in the diff that is left, as on the screen."""
    content = old
    for _ in range(100):
        hunks = parse_hunks(body_of(content, new, context))
        if not hunks:
            break
        content = apply_hunk(content, hunks[0])
    assert content == new


@given(SIDES, SIDES, st.integers(0, 3))
def test_all_hunks_together_and_all_taken_back(old: bytes, new: bytes, context: int) -> None:
    hunks = parse_hunks(body_of(old, new, context))
    assert apply_hunks(old, hunks) == new
    content = new
    for hunk in reversed(hunks):
        content = revert_hunk(content, hunk)
    assert content == old


@given(SIDES, SIDES, SIDES)
def test_what_a_hunk_was_not_cut_from_is_refused_or_left_whole(
    old: bytes, new: bytes, other: bytes
) -> None:
    for hunk in parse_hunks(body_of(old, new, 3)):
        try:
            content = apply_hunk(other, hunk)
        except Refused:
            continue
        assert revert_hunk(content, hunk) == other


@given(st.text(max_size=200))
def test_any_text_is_some_hunks(body: str) -> None:
    for hunk in parse_hunks(body) + parse_hunks("@@ -1,2 +1,2 @@\n" + body):
        assert parse_hunks(hunk.text)[0].lines == hunk.lines or not hunk.complete


def test_numbers_and_headings() -> None:
    body = "@@ -10,2 +20,2 @@ def f\n context\n-old\n+new\n\\ No newline at end of file\n"
    (hunk,) = parse_hunks(body)
    assert hunk.heading == "def f"
    assert [(line.kind, line.old, line.new, line.ended) for line in hunk.lines] == [
        (" ", 10, 20, True),
        ("-", 11, None, True),
        ("+", None, 21, False),
    ]
    (created,) = parse_hunks("@@ -0,0 +1 @@\n+x\n")
    assert [(line.old, line.new) for line in created.lines] == [(None, 1)]


@pytest.mark.parametrize(
    "body",
    [
        "@@ -1,3 +1,3 @@\n a\n-b\n",
        "@@ -1,2 +1,2 @@\n a\n-b\n+",
        "@@ -1 +1 @@\n-b\n",
        "@@ -1,2 +1,2 @@\nx\n",
    ],
)
def test_a_cut_hunk_can_be_read_but_nothing_is_done_with_it(body: str) -> None:
    (hunk,) = parse_hunks(body)
    assert not hunk.complete
    with pytest.raises(Refused):
        apply_hunk(b"a\nb\nc\n", hunk)


def test_an_identity_names_content_mode_and_layer() -> None:
    body = "@@ -1 +1 @@\n-a\n+b\n"
    file = FileDiff("f", "f", Layer.UNSTAGED, "M", 1, 1, body, old_blob="1", new_blob="2")
    hunk = parse_hunks(body)[0]
    assert find_hunk(file, hunk_identity(file, hunk)) == hunk
    others = [
        FileDiff("f", "f", Layer.STAGED, "M", 1, 1, body, old_blob="1", new_blob="2"),
        FileDiff("f", "f", Layer.UNSTAGED, "M", 1, 1, body, old_blob="1", new_blob="3"),
        FileDiff("g", "f", Layer.UNSTAGED, "M", 1, 1, body, old_blob="1", new_blob="2"),
    ]
    for other in others:
        assert file_identity(other) != file_identity(file)
        assert find_hunk(other, hunk_identity(file, hunk)) is None


@pytest.mark.parametrize(
    ("raw", "kept", "endings"),
    [
        (b"a\nb\n", b"a\nb\n", Endings.SAME),
        (b"a\r\nb", b"a\nb", Endings.CRLF),
        (b"a\r\nb\r\n", b"a\r\nb\r\n", Endings.SAME),
        (b"a\r\nb\n", b"a\nb\n", None),
        (b"smudged", b"clean", None),
        (b"", b"", Endings.SAME),
    ],
)
def test_line_ends(raw: bytes, kept: bytes, endings: Endings | None) -> None:
    assert endings_of(raw, kept) is endings
    if endings is not None:
        assert on_disk(kept, endings) == raw
