"""The control-mode parser, by recorded and hostile streams, cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.tmux.protocol import (
    ClientSessionChanged,
    Continue,
    Event,
    Exit,
    ExtendedOutput,
    LayoutChange,
    Notice,
    Output,
    Parser,
    Pause,
    Reply,
    SessionChanged,
    WindowClose,
    unescaped_size,
)
from cockpit.domain.ids import PaneId, SessionId, WindowId


def events(*chunks: bytes) -> list[Event]:
    parser = Parser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (b"%output %1 hello\\015\\012", Output(PaneId("%1"), 7)),
        (b"%output %12 ", Output(PaneId("%12"), 0)),
        (b"%output %1 back\\134slash \xff\xfe", Output(PaneId("%1"), 13)),
        (b"%extended-output %3 1250 : a : b", ExtendedOutput(PaneId("%3"), 1250, 5)),
        (b"%extended-output %3 0 more fields : x", ExtendedOutput(PaneId("%3"), 0, 1)),
        (b"%pause %4", Pause(PaneId("%4"))),
        (b"%continue %4", Continue(PaneId("%4"))),
        (b"%window-close @7", WindowClose(WindowId("@7"))),
        (b"%unlinked-window-close @7", WindowClose(WindowId("@7"))),
        (
            b"%layout-change @1 b09e,90x33,0,0,1 b09e,90x33,0,0,1 ",
            LayoutChange(WindowId("@1"), 90, 33),
        ),
        (b"%session-changed $0 hub", SessionChanged(SessionId("$0"), "hub")),
        (
            b"%client-session-changed /dev/pts/3 $2 lane-a",
            ClientSessionChanged("/dev/pts/3", SessionId("$2"), "lane-a"),
        ),
        (b"%exit", Exit("")),
        (b"%exit server exited", Exit("server exited")),
        (b"%sessions-changed", Notice("%sessions-changed")),
        (b"%output nonsense", Notice("%output nonsense")),
        (b"%output %\xd9\xa1 x", Notice("%output %\u0661 x")),
        (b"%extended-output %3 x : y", Notice("%extended-output %3 x : y")),
        (b"%pause", Notice("%pause")),
        (b"%layout-change @1 broken", Notice("%layout-change @1 broken")),
        (b"\xff\xfe", Notice("\ufffd\ufffd")),
        (b"", Notice("")),
        (b"%end 1 2 1", Notice("%end 1 2 1")),
        (b"%begin x y z", Notice("%begin x y z")),
    ],
)
def test_lines_outside_of_blocks(line: bytes, event: Event) -> None:
    assert events(line + b"\n") == [event]


def test_a_reply_ends_only_at_its_own_end() -> None:
    """Captured text may look like the protocol; time, number and flags must match exactly."""
    stream = (
        b"%begin 1700000000 314 1\n"
        b"%end 1700000000 313 1\n%end 1700000000 314 0\n%error 1700000000 315 1\n"
        b"%begin 1700000000 315 1\n%output %1 x\n%end 1700000000 314 1 \n\xff raw\n"
        b"%end 1700000000 314 1\n%output %1 y\n"
    )
    reply, after = events(stream)
    assert isinstance(reply, Reply)
    assert (reply.number, reply.error, reply.ours, len(reply.lines)) == (314, False, True, 7)
    assert reply.lines[-1] == b"\xff raw"
    assert after == Output(PaneId("%1"), 1)


def test_errors_and_blocks_that_answer_nobody() -> None:
    stream = (
        b"%begin 5 309 0\n%end 5 309 0\n"
        b"%begin 5 310 1\ncan't find pane: %99\n%error 5 310 1\n"
        b"%begin 5 311 1\n%end 5 311 1\n"
    )
    assert events(stream) == [
        Reply(309, (), ours=False),
        Reply(310, (b"can't find pane: %99",), error=True),
        Reply(311, ()),
    ]


def test_what_is_not_complete_is_kept() -> None:
    assert events(b"%begin 1 2 1\nhalf") == []
    assert events(b"%begin 1 2 1\nha", b"lf\n%en", b"d 1 2 1\n") == [Reply(2, (b"half",))]


def test_sizes_of_escaped_output() -> None:
    assert unescaped_size(b"") == 0
    assert unescaped_size(b"a\\033[0m\\134") == 6


RECORDED = (
    b"%begin 1 1 0\n%end 1 1 0\n%session-changed $0 hub\n"
    b"%begin 1 2 1\n\x1b[31mr\xc3\xa9d\x1b[0m\n%end 9 9 9\n\n%end 1 2 1\n"
    b"%extended-output %5 0 : a\\012\xf0\x9f\x99\x82\n%pause %5\n%exit bye\n"
)


@given(st.lists(st.integers(0, len(RECORDED)), max_size=12))
def test_any_cut_gives_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(RECORDED)]
    chunks = [RECORDED[a:b] for a, b in pairwise(edges)]
    assert events(*chunks) == events(RECORDED)


_LINES = st.lists(
    st.one_of(
        st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"")),
        st.sampled_from([b"%begin 1 2 1", b"%end 1 2 1", b"%error 1 2 1", b"%output %1 x"]),
    ),
    max_size=20,
)


@given(_LINES, st.integers(1, 7))
def test_nothing_raises_and_chunks_do_not_matter(lines: list[bytes], step: int) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    assert events(*pieces) == events(stream)
