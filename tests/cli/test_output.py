"""The writer: what it shows is only text, tables fit, and a closed pipe is no failure."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.cli.output import FRAME_BEGIN, FRAME_END, Output
from cockpit.cli.table import GAP, Column, cells, clip, cut, cut_path, fit, padded, widths

ANY = st.text(st.characters(), max_size=40)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@given(ANY, st.integers(0, 50))
def test_cut_fits(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width
    if cells(text) <= width:
        assert cut(text, width) == text


@given(ANY, st.integers(0, 50), st.booleans())
def test_padded_fills(text: str, width: int, right: bool) -> None:
    assert cells(padded(text, width, right=right)) == max(width, cells(text))


@given(
    st.lists(st.lists(ANY, min_size=3, max_size=3), max_size=8),
    st.integers(20, 120),
)
def test_a_table_fits_where_it_can(rows: list[list[str]], total: int) -> None:
    columns = (Column("ONE", least=4), Column("TWO", least=4, right=True), Column("THREE", least=5))
    sizes = widths(columns, rows, total)
    assert sum(sizes) + GAP * 2 <= total
    assert all(size >= 3 for size in sizes)


@given(
    st.lists(st.lists(ANY, min_size=4, max_size=4), max_size=8),
    st.integers(10, 120),
)
def test_the_least_important_column_goes_first(rows: list[list[str]], total: int) -> None:
    columns = (Column("A", rank=2), Column("B", rank=1), Column("C", least=3), Column("D", rank=3))
    shown, sizes = fit(columns, rows, total)
    assert shown in ([0, 1, 2, 3], [0, 2, 3], [2, 3], [2])
    assert sum(sizes) + GAP * (len(sizes) - 1) <= total
    assert fit(columns, rows, 0)[0] == [0, 1, 2, 3]


@given(st.lists(ANY, max_size=5), st.integers(0, 60))
def test_a_list_of_facts_loses_whole_ones(facts: list[str], width: int) -> None:
    shown = clip(", ".join(facts), width)
    assert cells(shown) <= width


def test_facts_stay_whole() -> None:
    assert clip("3 uncommitted, clash with beta", 20) == "3 uncommitted, …"
    assert clip("3 uncommitted, clash with beta", 30) == "3 uncommitted, clash with beta"
    assert clip("3 uncommitted, clash", 8) == "3 uncom…"
    assert clip("日本, 日本語", 9) == "日本, …"
    assert Column("TITLE", cut=cut).cut("Issue, seen twice", 12) == "Issue, seen…"
    assert cut_path("/home/me/project", 9) == "…/project"
    assert cut_path("/日本/語", 4) == "…/語"


def test_a_picture_takes_the_place_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "cockpit.cli.output.shutil.get_terminal_size", lambda: os.terminal_size((40, 5))
    )
    out, err = Terminal(), Terminal()
    output = Output(colour=False, stdout=out, stderr=err)
    with output.frame():
        output.line("one")
        output.say("two")
        assert out.getvalue() == ""
    assert out.getvalue() == f"{FRAME_BEGIN}\x1b[Kone\n\x1b[Ktwo\n{FRAME_END}"
    with output.frame():
        for number in range(9):
            output.line(str(number))
    last = out.getvalue().rpartition("\x1b[H")[2]
    assert last.replace("\x1b[K", "").split("\n")[:4] == ["0", "1", "2", "… 6 more lines"]
    assert last.count("\n") == 4
    pipe = io.StringIO()
    output = Output(stdout=pipe, stderr=err)
    with output.frame():
        output.line("plain")
    assert pipe.getvalue() == "plain\n"
    assert err.getvalue() == ""


def test_wide_and_combining_characters() -> None:
    assert [cells(text) for text in ("abc", "日本", "e\u0301", "")] == [3, 4, 1, 0]
    assert cut("日本語", 5) == "日本…"
    assert cut("日本語", 4) == "日…"


@given(ANY, ANY)
def test_nothing_that_comes_in_controls_the_terminal(one: str, two: str) -> None:
    out, err = Terminal(), Terminal()
    output = Output(colour=False, stdout=out, stderr=err)
    output.line(one, (two, "red"))
    output.table((Column("A"), Column("B")), [[one, two]])
    output.say(one)
    written = out.getvalue() + err.getvalue()
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in written.replace("\n", ""))


@given(ANY)
def test_json_is_ascii_and_round_trips(text: str) -> None:
    out = Terminal()
    Output(json=True, stdout=out, stderr=out).document({"text": text, "bytes": "\udcff"})
    written = out.getvalue()
    assert written.isascii()
    assert not any((ord(c) < 32 and c != "\n") or ord(c) == 127 for c in written)
    assert json.loads(written) == {"text": text, "bytes": "\udcff"}


@pytest.mark.parametrize(
    ("environment", "terminal", "asked", "coloured"),
    [
        ({"TERM": "xterm"}, True, None, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, None, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, None, True),
        ({"TERM": "dumb"}, True, None, False),
        ({}, True, None, False),
        ({"TERM": "xterm"}, False, None, False),
        ({"TERM": "xterm"}, True, False, False),
    ],
)
def test_colour(
    environment: dict[str, str],
    terminal: bool,
    asked: bool | None,
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Terminal() if terminal else io.StringIO()
    Output(colour=asked, stdout=stream, stderr=stream).line(("red", "red"))
    assert ("\x1b[31m" in stream.getvalue()) is coloured


def test_a_locale_without_utf8_shows_a_question_mark() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="latin-1")
    output = Output(stdout=stream, stderr=stream)
    output.line("● åäö")
    output.finish()
    assert raw.getvalue() == "? åäö\n".encode("latin-1")


def test_raw_path_keeps_every_byte_in_a_pipe_and_is_text_on_a_terminal() -> None:
    raw = io.BytesIO()
    path = Path(os.fsdecode(b"/a\xff\x1b[2J"))
    stream = io.TextIOWrapper(raw)
    Output(stdout=stream, stderr=io.StringIO()).raw_path(path)
    assert raw.getvalue() == b"/a\xff\x1b[2J\n"
    screen = Terminal()
    Output(colour=False, stdout=screen, stderr=screen).raw_path(path)
    assert "\x1b" not in screen.getvalue()


def cockpit(*words: str, stdout: int, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "cockpit", *words], stdout=stdout, stderr=stderr)


@pytest.mark.parametrize("words", [["--help"], ["start", "--help"], ["help", "log"]])
def test_a_reader_that_left_is_no_failure(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    child = cockpit(*words, stdout=writer)
    os.close(writer)
    _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (0, b"")


def test_a_closed_pipe_while_json_is_written(repo: Path) -> None:
    (repo / "lanes.yaml").write_text("lanes: {alpha: {agent: shell}}\n")
    reader, writer = os.pipe()
    os.close(reader)
    child = cockpit("-C", str(repo), "check", "--json", stdout=writer)
    os.close(writer)
    _, err = child.communicate(timeout=30)
    assert b"Traceback" not in err and b"BrokenPipe" not in err
    assert child.returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_stdout_is_said() -> None:
    with open("/dev/full", "wb") as full:
        child = cockpit("--help", stdout=full.fileno())
        _, err = child.communicate(timeout=30)
    assert child.returncode == 1
    assert b"The disk is full." in err
    assert b"Traceback" not in err and b"Exception ignored" not in err


def test_a_closed_stderr_stops_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    child = cockpit("nonsense", stdout=subprocess.DEVNULL, stderr=writer)
    os.close(writer)
    assert child.wait(timeout=30) == 2
