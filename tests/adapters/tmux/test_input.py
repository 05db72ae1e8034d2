"""Quoting, escaping and cleaning, against the rules of tmux's parsers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.tmux.input import argument, cleaned, key, line, quote, script, shown_key
from cockpit.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        (";", "\\;"),
        ("foo;", "foo\\;"),
        ("foo\\;", "foo\\\\;"),
        ("a;b", "a;b"),
        ("foo;;", "foo;\\;"),
    ],
)
def test_a_final_semicolon_is_escaped(text: str, expected: str) -> None:
    assert argument(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ("$HOME", '"\\044HOME"'),
        ("~", '"\\176"'),
        ('"\\', '"\\042\\134"'),
        ("a\nb\x7f", '"a\\012b\\177"'),
        ("#{pid} #(id) é 🙂 'x' ;", "\"#{pid} #(id) é 🙂 'x' ;\""),
    ],
)
def test_quote(text: str, expected: str) -> None:
    assert quote(text) == expected


@given(st.text(alphabet=st.characters(exclude_characters="\0")))
def test_a_quoted_word_is_one_line_and_reads_back(text: str) -> None:
    quoted = quote(text)
    inner = quoted[1:-1]
    assert "\n" not in quoted
    assert not re.search(r'(?<!\\)["$~]', inner)
    back = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), inner)
    assert back == text


def test_a_nul_is_refused() -> None:
    with pytest.raises(UsageError):
        quote("a\0b")


def test_commands_become_one_line() -> None:
    assert line(["send-keys", "-l", "--", "x;"]) == '"send-keys" "-l" "--" "x;"'
    assert script([["a"], ["b", "c\n"]]) == '"a" ; "b" "c\\012"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[201~rm -rf /\n", "[201~rm -rf /\n"),
        ("\x9b201~x", "201~x"),
        ("a\x00\x03\x7f\x85b", "ab"),
        ("é🙂", "é🙂"),
        ("lone \udc80 half \ud83d", "lone \ufffd half \ufffd"),
    ],
)
def test_cleaned(text: str, expected: str) -> None:
    assert cleaned(text) == expected


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_can_end_no_paste_and_can_be_sent(text: str) -> None:
    clean = cleaned(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", clean)
    assert cleaned(clean) == clean
    clean.encode()


@pytest.mark.parametrize(
    "name", ["Enter", "Escape", "C-c", "M-Left", "C-M-x", "F12", "y", ";", "-", "BTab", "C-Space"]
)
def test_known_keys(name: str) -> None:
    assert key(name) == name


@pytest.mark.parametrize(
    "name", ["", "Entr", "F13", "X-c", "yes", "C-", " ", "é", "Enter\n", "-t", "#(id)", "C-c;"]
)
def test_unknown_keys_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        key(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("C-q", "Ctrl-Q"), ("M-Left", "Alt-Left"), ("C-M-x", "Ctrl-Alt-X"), ("F5", "F5"), ("q", "q")],
)
def test_keys_are_shown_for_people(name: str, shown: str) -> None:
    assert shown_key(name) == shown
