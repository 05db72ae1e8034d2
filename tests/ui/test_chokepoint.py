"""No foreign escape reaches the terminal: the filter itself, and raw bytes on a real pty."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cockpit.errors import Unavailable
from cockpit.ui import chokepoint

ROOT = Path(__file__).parents[2]


@pytest.fixture
def unpatched() -> Iterator[None]:
    """Strip as Textual has it, whatever an earlier test installed."""
    render, style = Strip.render, Strip.__dict__["render_style"]
    yield
    Strip.render = render  # type: ignore[method-assign]
    Strip.render_style = style  # type: ignore[method-assign]


def test_refuses_to_run_when_painting_goes_past_it(
    unpatched: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    chokepoint.install()
    chokepoint.self_test()
    monkeypatch.setattr(
        Strip, "render", lambda strip, console: "".join(part.text for part in strip._segments)
    )
    with pytest.raises(Unavailable, match="paints past"):
        chokepoint.self_test()


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_painted_text_holds_only_our_own_sgr(text: str) -> None:
    chokepoint.install()
    console = Console(force_terminal=True, color_system="truecolor", _environ={})
    link = Style(color="#010203", link="https://example.org/\x1b]0;x\x07")
    painted = Strip([Segment(text, link), Segment(text)]).render(console)
    rest = re.sub(r"\x1b\[[0-9;]*m", "", painted)
    assert not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", rest)
    assert "example.org" not in painted or "example.org" in text


@pytest.mark.parametrize("plain", ["", "abc", "漢字 é 👩‍💻", "a\u200cb"])
def test_ordinary_text_is_untouched(plain: str) -> None:
    assert chokepoint.clean(plain) == plain


OURS = re.compile(
    rb"\x1b\[[0-9;]*[mH]"  # colours, cursor positions
    rb"|\x1b\[\?(?:1049|1000|1003|1015|1006|1016|25|1004|7|2004|2048|2026)(?:[hl]|\$p)"
    rb"|\x1b\[[<>][0-9]*u"  # keyboard protocol
    rb"|\x1b\]22;(?:default|pointer|text)\x07"  # shape of the mouse pointer
    rb"|[\r\n]"
)
"""Everything that Textual itself writes to drive a terminal."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """All bytes that a pty got from the app while every widget showed hostile text."""
    master, slave = pty.openpty()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "120",
        "LINES": "40",
        "PYTHONPATH": str(ROOT),
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.hostile"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    os.close(slave)
    got = bytearray()
    deadline = time.monotonic() + 150
    try:
        while time.monotonic() < deadline:
            ready, _, _ = select.select([master], [], [], 0.2)
            if ready:
                try:
                    got += os.read(master, 65536)
                except OSError:
                    break
            elif child.poll() is not None:
                break
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        os.close(master)
    assert child.returncode == 0, bytes(got[-3000:]).decode("utf-8", "replace")
    return bytes(got)


def test_a_pty_gets_nothing_that_is_not_ours(written: bytes) -> None:
    rest = OURS.sub(b"", written)
    assert b"\x1b" not in rest, rest[max(0, rest.find(b"\x1b") - 60) : rest.find(b"\x1b") + 60]
    text = rest.decode("utf-8")
    foreign = re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert not foreign


def test_the_hostile_text_was_really_shown(written: bytes) -> None:
    """Each screen and widget is named beside its payload, so that a pass means something."""
    text = OURS.sub(b"", written).decode("utf-8")
    for place in (
        "lane-branch",
        "lane-title",
        "pane-row",
        "toast-text",
        "diff-path",
        "diff-body",
        "diff-heading",
        "diff-was",
        "diff-folder",
        "diff-comment",
        "diff-quote",
        "landing-check",
        "landing-commit",
        "message-text",
        "gate-line",
        "why-here",
        "car-message",
        "train-note",
        "note-path",
        "train-gate",
        "train-output",
        "train-stopped",
        "car-said",
        "gate-log",
        "task-title",
        "task-body",
        "ready-title",
        "task-zone",
        "task-failed",
        "task-asks",
        "task-agent",
        "task-role",
        "result-body",
        "bus-problem",
        "inbox-command",
        "inbox-choice",
        "inbox-row",
        "teardown-path",
        "log-summary",
        "explain-row",
        "trust-line",
        "undo-line",
        "prompt-draft",
        "filter-text",
        "fault-title",
        "last-words",
        "link-why",
    ):
        assert place in text, place


@pytest.mark.parametrize(
    ("style", "codes"),
    [
        ("red", ""),
        ("bold red", "1"),
        ("bold #0f1216 on #f5b83d", "1;7"),
        ("on color(5)", "7"),
        ("reverse red", "7"),
        ("reverse red on blue", ""),
        ("default on default", ""),
        ("dim italic underline strike", "3;4;9"),
    ],
)
def test_without_colours_only_shape_is_left(style: str, codes: str) -> None:
    """Text on a ground of its own is turned round; text that is turned round on one is not."""
    plain = chokepoint.colourless(Style.parse(style))
    assert Strip.render_ansi(plain, ColorSystem.TRUECOLOR) == codes


def test_no_colour_reaches_the_terminal_when_none_is_wanted() -> None:
    console = Console(force_terminal=True, color_system="truecolor", _environ={})
    styled = [Segment("a", Style.parse("bold red on blue")), Segment("b", Style.parse("green"))]
    chokepoint.install(colourless=True)
    try:
        assert Strip(styled).render(console) == "\x1b[1;7ma\x1b[0mb"
    finally:
        chokepoint.install()
    assert "38" in Strip(styled).render(console) or "31" in Strip(styled).render(console)
