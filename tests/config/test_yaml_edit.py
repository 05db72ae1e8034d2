"""A lane's name is changed in lanes.yaml, and nothing else in it."""

from __future__ import annotations

import pytest

from cockpit.config.yaml_edit import rename_lane

FILE = """\
# lanes.yaml, by hand
target: main   # alpha is not a lane here
agents: {alpha: {command: [sh], preset: shell}}
lanes:
  # the first
  alpha: {agent: alpha, title: "alpha"}   # alpha stays in comments
  "beta":
    agent: alpha
    env: {alpha: alpha}
zones: {append: [alpha]}
"""


def test_only_the_key_changes() -> None:
    made = rename_lane(FILE.encode(), "alpha", "gamma")
    assert made is not None
    assert made.decode() == FILE.replace("  alpha: {agent", "  gamma: {agent")


def test_quotes_stay_quotes() -> None:
    made = rename_lane(FILE.encode(), "beta", "b-2")
    assert made is not None and made.decode() == FILE.replace('"beta"', '"b-2"')


@pytest.mark.parametrize(
    ("text", "old"),
    [
        (FILE, "env"),
        (FILE, "main"),
        ("lanes: [alpha]\n", "alpha"),
        ("target: main\n", "alpha"),
        ("", "alpha"),
        ("lanes: {alpha: {", "alpha"),
        ("other: {lanes: {alpha: 1}}\n", "alpha"),
        ("? [lanes]\n: {alpha: 1}\n", "alpha"),
    ],
)
def test_what_is_no_lane_is_not_renamed(text: str, old: str) -> None:
    assert rename_lane(text.encode(), old, "gamma") is None


def test_bytes_around_it_stay() -> None:
    raw = "\ufefflanes:\r\n  alpha: {title: ä}\r\n".encode()
    assert rename_lane(raw, "alpha", "x") == raw.replace(b"alpha", b"x")
    assert rename_lane(b"lanes: {alpha: \xff}\n", "alpha", "x") is None


def test_a_section_of_another_name() -> None:
    raw = b"zones:\n  alpha: {files: [a]}\n"
    assert rename_lane(raw, "alpha", "x", section="zones") == raw.replace(b"alpha", b"x")
