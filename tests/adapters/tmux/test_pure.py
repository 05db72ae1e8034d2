"""Configuration text, listings, environment, guard: what needs no tmux to be checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.tmux import conf, failures, guard, listing, sessions
from cockpit.adapters.tmux.environment import (
    attach_environment,
    clean_environment,
    has_terminfo,
    outer_term,
)
from cockpit.domain.ids import LaneId, OpId, PaneId
from cockpit.errors import CockpitError, Refused, UsageError

ROW = "$3|@7|%12|4711|alpha|3-start-0|0|||0|80|24|1700000000|vim|my | title"


def test_a_pane_reads() -> None:
    info = listing.parse_panes([ROW])[LaneId("alpha")]
    assert (info.ref.session, info.ref.window, info.ref.pane, info.ref.pid) == (
        "$3",
        "@7",
        "%12",
        4711,
    )
    assert (info.op, info.dead, info.exit_code, info.in_mode) == ("3-start-0", False, None, False)
    assert (info.width, info.height, info.command, info.title) == (80, 24, "vim", "my | title")


@pytest.mark.parametrize(
    "row",
    [
        "",
        "x",
        ROW.replace("$3", "3"),
        ROW.replace("alpha", "../x"),
        ROW.replace("alpha", ""),
        ROW.replace("|80|", "||"),
        "|".join(ROW.split("|")[:12]),
    ],
)
def test_a_row_that_does_not_read_is_left_out(row: str) -> None:
    assert listing.parse_panes([row]) == {}


@given(st.lists(st.text()))
def test_listings_never_raise(rows: list[str]) -> None:
    listing.parse_panes(rows)
    listing.parse_clients(rows)
    for row in rows:
        listing.parse_geometry(row, PaneId("%1"))


@pytest.mark.parametrize(
    ("status", "signal", "code"), [("0", "", 0), ("3", "", 3), ("", "9", 137), ("", "", None)]
)
def test_exit_codes_are_those_of_a_shell(status: str, signal: str, code: int | None) -> None:
    assert listing.exit_code(status, signal) == code


def test_the_tail_of_a_capture_is_about_its_pane() -> None:
    text = "%5|3|4|80|24|1||9|a | title"
    geometry = listing.parse_geometry(text, PaneId("%5"))
    assert geometry is not None
    assert (geometry.cursor, geometry.width, geometry.height) == ((3, 4), 80, 24)
    assert (geometry.dead, geometry.exit_code, geometry.title) == (True, 137, "a | title")
    assert listing.parse_geometry(text, PaneId("%6")) is None
    assert listing.parse_geometry("|||||||||", PaneId("%5")) is None


def test_the_last_used_terminal_comes_first_and_control_clients_are_none() -> None:
    rows = [
        "1|900|1|$0|hub|client-1",
        "0|100|2|$1|lane-a|/dev/pts/1",
        "0|200|3|$2|lane-b|/dev/pts/2",
        "0|200|4|$3|cockpit|/dev/pts/3",
    ]
    names = [client.name for client in listing.parse_clients(rows)]
    assert names == ["/dev/pts/3", "/dev/pts/2", "/dev/pts/1"]


def test_configuration_never_sets_a_global_manual_size() -> None:
    text = conf.render(history=1234, return_key="C-q")
    assert "window-size manual" not in text
    assert "history-limit 1234" in text
    assert text.endswith(f"set -s {conf.MARK_OPTION} {conf.mark(text)}\n")
    assert conf.mark(text) != conf.mark(conf.render(history=1235, return_key="C-q"))


@pytest.mark.parametrize("key", ["", "C-q; run-shell id", "Ctrl-Q", 'q" ; kill-server', "C-q\n"])
def test_a_return_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(UsageError):
        conf.render(history=1, return_key=key)


@pytest.mark.parametrize("name", ["", "A", "a b", "a;b", "#(id)", "../x", "-a", "a" * 41, "a\n"])
def test_names_that_tmux_would_read_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        sessions.lane_session(LaneId(name))
    with pytest.raises(UsageError):
        sessions.require_session(f"lane-{name}")
    with pytest.raises(UsageError):
        sessions.require_session(name)


@pytest.mark.parametrize("name", ["", "A=B", "A\0"])
def test_variables_that_can_not_be_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        sessions.open_lane(LaneId("a"), OpId("1"), "/", ["x"], {name: "1"})


def test_a_program_is_always_more_than_one_word() -> None:
    """tmux gives a single word to a shell."""
    assert len(sessions.lane_argv(["claude"], "/usr/bin/env")) > 1
    assert len(sessions.host_argv(["cockpit"], "/usr/bin/env")) > 1
    for empty in ([], [""]):
        with pytest.raises(UsageError):
            sessions.lane_argv(empty, "/usr/bin/env")


def test_the_environment_is_minimal() -> None:
    source = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "SHELL": "/bin/zsh",
        "LANG": "de_DE.UTF-8",
        "API_KEY": "secret",
        "TMUX": "/tmp/x,1,0",
        "TMUX_PANE": "%1",
        "TERMINFO": "/x",
    }
    env = clean_environment(source, tmpdir="/run/me")
    assert env["LANG"] == "de_DE.UTF-8"
    assert env["TMUX_TMPDIR"] == "/run/me"
    assert "LC_ALL" not in env
    assert not {"API_KEY", "TMUX", "TMUX_PANE", "TERMINFO"} & env.keys()


@pytest.mark.parametrize(
    ("source", "forced"),
    [
        ({}, True),
        ({"LANG": "C"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, True),
        ({"LANG": "en_US.utf8"}, False),
        ({"LC_CTYPE": "C.UTF-8"}, False),
    ],
)
def test_the_locale_is_always_utf8(source: dict[str, str], forced: bool) -> None:
    assert (clean_environment(source).get("LC_ALL") == "C.UTF-8") is forced
    assert attach_environment(source).get("LC_ALL", "C.UTF-8").lower().count("utf") == 1


def test_terminals_without_an_entry_fall_back(tmp_path: Path) -> None:
    assert has_terminfo("xterm-256color")
    assert outer_term("xterm-256color") == "xterm-256color"
    for unknown in ("xterm-ghostty-x", "", "dumb", "../../etc/passwd", ".", "a\0b"):
        assert outer_term(unknown) == "xterm-256color"
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "xterm-ghostty-x").touch()
    assert outer_term("xterm-ghostty-x", {"TERMINFO": str(tmp_path)}) == "xterm-ghostty-x"


def test_attaching_keeps_the_environment_but_not_the_users_tmux() -> None:
    env = attach_environment({"TMUX": "a", "TMUX_PANE": "%1", "TERM": "no-such-term", "X": "1"})
    assert env["X"] == "1"
    assert env["TERM"] == "xterm-256color"
    assert not {"TMUX", "TMUX_PANE"} & env.keys()


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("no server running on /tmp/tmux-0/x", "not running"),
        ("error connecting to /tmp/tmux-0/x (No such file or directory)", "not running"),
        ("error connecting to /tmp/tmux-0/x (Permission denied)", "may not be used"),
        ("directory /tmp/tmux-0 has unsafe permissions", "may not be used"),
        ("open terminal failed: protocol version mismatch (client 8, server 7)", "version"),
        ("can't find pane: %9", "gone"),
        ("duplicate session: lane-a", "exists"),
        ("something new", "refused"),
    ],
)
def test_what_tmux_says_is_said_for_people(said: str, title: str) -> None:
    error = failures.failure(said)
    assert isinstance(error, CockpitError)
    assert title in error.title
    assert error.detail == said


def test_why_typing_was_not_done() -> None:
    pane = PaneId("%5")
    assert isinstance(guard.why_not(pane, "%5|1\n"), Refused)
    assert "another program" in guard.why_not(pane, "%5|0").title
    assert isinstance(guard.why_not(pane, "|"), failures.PaneGone)
    assert "4711" in guard.meant(pane, 4711)
