"""What needs no screen: words, keys, tilings, selections, diffs as lines, where a view looks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from cockpit.domain.activity import Activity, State
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId, RefName
from cockpit.domain.lane import Disagreement, GitFacts, LaneFault
from cockpit.ui import board_notes, present
from cockpit.ui.actions import ACTIONS, BOARD_ACTIONS, Danger, Scope, keys_table_markdown
from cockpit.ui.deeds import DEEDS
from cockpit.ui.key_names import key_name, shown
from cockpit.ui.keyboard import BurstGate, Typed, Verdict, gathered, tmux_key
from cockpit.ui.keymap import Keymap
from cockpit.ui.selection import Selection
from cockpit.ui.tiling import MIN_HEIGHT, MIN_WIDTH, regions, tile
from cockpit.ui.widgets.pane_view import first_column, first_row
from tests.ui.fake import HEAD, NOW, fleet_of, fleet_of_size, frame, view

# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "now"),
        (9, "now"),
        (10, "10s"),
        (59, "50s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (47 * 3600, "47h"),
        (49 * 3600, "2d"),
    ],
)
def test_age(seconds: float, said: str) -> None:
    assert present.age(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (12_345, "12k"), (3_400_000, "3.4m")],
)
def test_number(value: int, said: str) -> None:
    assert present.number(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (5 << 30, "5.0 GB")]
)
def test_size(value: int, said: str) -> None:
    assert present.size(value) == said


@given(
    st.lists(st.tuples(st.integers(0, 5), st.text(alphabet="ab漢", max_size=20)), max_size=6),
    st.integers(0, 60),
)
def test_fit_never_exceeds_the_width(parts: list[tuple[int, str]], width: int) -> None:
    line = present.fit([(rank, Content(words)) for rank, words in parts], width)
    assert line.cell_length <= width


def test_fit_cuts_the_least_important_part_first() -> None:
    parts = [(0, Content("alpha")), (2, Content("feature/a-long-branch")), (1, Content("+3"))]
    assert present.fit(parts, 40).plain == "alpha  feature/a-long-branch  +3"
    assert present.fit(parts, 25).plain == "alpha  feature/a-lon…  +3"
    assert present.fit(parts, 15).plain == "alpha  +3"
    assert present.fit(parts, 4).plain == "alp…"


def words(parts: list[present.Part]) -> str:
    return present.fit(parts, 200, Content(" ")).plain


def test_a_panels_edges() -> None:
    asking = view("alpha", 1, State.ASKING)
    assert "? asking 2m" in words(present.panel_title(asking, NOW, marked=False, selected=True))
    assert words(present.panel_title(asking, NOW, marked=True, selected=False)).startswith("✚")
    assert words(present.panel_foot(asking)) == "alpha/work ↑3 ↓1 ~4 +120 −8 ✎2"
    assert present.panel_foot(view("beta", started=False)) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (GitFacts(HEAD, None), "HEAD detached"),
        (GitFacts(HEAD, RefName("refs/heads/x"), operation="rebase"), "rebase under way"),
        (GitFacts(HEAD, RefName("refs/heads/x"), outside=("a", "b")), "x ⚠ 2 files outside"),
        (GitFacts(None, None), ""),
    ],
)
def test_unusual_facts(facts: GitFacts, said: str) -> None:
    assert words(present.panel_foot(view("alpha", facts=facts))) == said


def test_what_is_under_way_and_a_fault_come_before_the_state() -> None:
    fault = LaneFault(LaneId("alpha"), Disagreement.OTHER_BRANCH, "title", "hint")
    faulty = replace(view("alpha"), fault=fault)
    assert "⚠ other-branch" in present.status(faulty, NOW).plain
    assert "◔ running setup" in present.status(replace(faulty, busy="running setup"), NOW).plain


@given(st.text(max_size=80))
def test_no_raw_text_comes_out(raw: str) -> None:
    evil = replace(view("alpha", agent=raw), title=raw, busy=raw, key=raw)
    for content in (
        present.text(raw),
        present.status(evil, NOW),
        present.panel_agent(evil),
        board_notes.header(Fleet(raw, raw), 80),
    ):
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in content.plain)


def test_counts_put_what_needs_the_commander_first() -> None:
    states = [state for state, _ in present.counts(fleet_of_size(6))]
    assert states == [State.ASKING, State.ERROR, State.EXITED, State.WORKING, State.IDLE]
    unknown = Activity(State.UNKNOWN, "none", "", 0)
    assert present.status(replace(view("a"), activity=unknown), NOW).plain == "~ unknown"


# ------------------------------------------------------------------ actions and keys


def test_every_action_has_a_deed_and_every_deed_an_action() -> None:
    assert {action.id for action in BOARD_ACTIONS} == set(DEEDS)
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))


def test_no_two_actions_of_a_scope_share_a_key() -> None:
    for scope in Scope:
        keys = [key for action in ACTIONS if action.scope is scope for key in action.keys]
        assert len(keys) == len(set(keys)), scope


def test_upper_case_is_stronger() -> None:
    """What ends or removes something by itself is not on a lower-case key."""
    for action in BOARD_ACTIONS:
        if action.id in {"teardown", "interrupt_all", "start_all"}:
            assert all(key.isupper() for key in action.keys)
        if action.id in {"restart", "stop"}:
            assert action.danger is Danger.ASKS


def test_the_readme_table_names_every_key_once() -> None:
    table = keys_table_markdown()
    assert "| `Enter` | Step into the lane's pane. Ctrl-Q comes back. |" in table
    assert "| `!` |" in table
    assert table.count("\n") == 2 + sum(1 for action in BOARD_ACTIONS if action.keys)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("D", "D"),
        ("?", "question_mark"),
        ("/", "slash"),
        ("-", "minus"),
        (" ", "space"),
        ("Ctrl-X", "ctrl+x"),
        ("alt+ctrl+z", "alt+ctrl+z"),
        ("F5", "f5"),
        ("Enter", "enter"),
        ("frob", None),
        ("hyper+x", None),
        ("\x1b", None),
        ("", None),
        ("ctrl+", None),
    ],
)
def test_key_names(written: str, name: str | None) -> None:
    assert key_name(written) == name


@pytest.mark.parametrize(
    ("key", "said"),
    [("question_mark", "?"), ("ctrl+q", "Ctrl-Q"), ("f5", "F5"), ("down", "↓"), ("D", "D")],
)
def test_shown(key: str, said: str) -> None:
    assert shown(key) == said


def test_swapped_keys_are_fine_and_stolen_ones_are_not() -> None:
    swapped = Keymap({"start": "z", "zoom": "s"})
    assert (swapped.key("start"), swapped.key("zoom"), swapped.problems) == ("z", "s", [])
    stolen = Keymap({"log": "q", "choose": "x", "diff": "\x1b[2J"})
    assert stolen.key("log") == "g"
    assert stolen.key("quit") == "q"
    assert len(stolen.problems) == 3
    assert not any("\x1b" in problem for problem in stolen.problems)


@given(st.dictionaries(st.sampled_from([a.id for a in BOARD_ACTIONS]), st.sampled_from("abqQ?x:")))
def test_quitting_is_always_on_a_key_and_no_key_has_two_meanings(wishes: dict[str, str]) -> None:
    keymap = Keymap(wishes)
    assert keymap.key("quit")
    taken = [key for action in BOARD_ACTIONS for key in keymap.keys(action)]
    assert len(taken) == len(set(taken))


# ------------------------------------------------------------------ bursts and typing


def feed(gate: BurstGate, keys: str, start: float, gap: float) -> list[Verdict]:
    return [
        gate.feed(key, start + place * gap, moves=key in "hjkl") for place, key in enumerate(keys)
    ]


def test_a_burst_is_caught_and_stays_caught_until_it_is_quiet() -> None:
    gate = BurstGate()
    verdicts = feed(gate, "Dxyzabc", 1.0, 0.0001)
    assert verdicts[3] is Verdict.BURST
    assert verdicts[4:] == [Verdict.DROP] * 3
    assert gate.feed("x", 1.05, moves=False) is Verdict.DROP
    assert gate.feed("x", 1.5, moves=False) is Verdict.HOLD


def test_a_fast_person_and_a_held_arrow_are_no_burst() -> None:
    assert Verdict.BURST not in feed(BurstGate(), "dmgxsoDx", 1.0, 0.02)
    assert feed(BurstGate(), "jjjjjjjj", 1.0, 0.0001) == [Verdict.NOW] * 8
    assert Verdict.BURST in feed(BurstGate(), "jkjkjkjk", 1.0, 0.0001)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("enter", "Enter"),
        ("shift+tab", "BTab"),
        ("ctrl+c", "C-c"),
        ("alt+ctrl+left", "M-C-Left"),
        ("ctrl+at", "C-Space"),
        ("f12", "F12"),
        ("ctrl+backslash", "C-\\"),
        ("hyper+x", None),
        ("super", None),
    ],
)
def test_tmux_names_of_keys(key: str, name: str | None) -> None:
    assert tmux_key(key) == name


def test_typed_pieces_are_joined_in_order() -> None:
    pieces = [Typed("a"), Typed("b"), Typed(press=("Enter",)), Typed(press=("Up",)), Typed("c")]
    assert gathered(pieces) == [Typed("ab"), Typed(press=("Enter", "Up")), Typed("c")]
    assert gathered([]) == []


# ------------------------------------------------------------------ tilings


@given(st.integers(1, 60), st.integers(40, 300), st.integers(10, 100), st.integers(0, 6))
def test_panels_tile_the_terminal_without_gap_or_overlap(
    count: int, width: int, height: int, columns: int
) -> None:
    placed = regions(count, width, height, columns)
    assert len(placed) == count
    tops = sorted({place.y for place in placed})
    for top in tops:
        row = [place for place in placed if place.y == top]
        assert row[0].x == 0
        assert sum(place.width for place in row) == width
        assert len({place.height for place in row}) == 1
    total = sum(next(p.height for p in placed if p.y == top) for top in tops)
    assert total >= height - len(tops) * MIN_HEIGHT
    if not columns:
        assert all(place.width >= min(MIN_WIDTH, width) for place in placed)
        assert all(place.height >= MIN_HEIGHT for place in placed) or len(tops) == 1


@pytest.mark.parametrize(
    ("count", "size", "columns"),
    [
        (1, (80, 22), 1),
        (4, (80, 22), 2),
        (15, (80, 22), 2),
        (4, (120, 38), 2),
        (2, (200, 58), 2),
        (15, (200, 58), 4),
        (3, (60, 58), 1),
    ],
)
def test_columns(count: int, size: tuple[int, int], columns: int) -> None:
    assert tile(count, *size).columns == columns


def test_nothing_to_tile_and_forced_columns() -> None:
    assert tile(0, 80, 24).columns == 1
    assert regions(0, 80, 24) == []
    assert tile(4, 200, 50, columns=1).columns == 1
    assert tile(2, 200, 50, columns=9).columns == 2


# ------------------------------------------------------------------ selection


def test_selection_keeps_to_what_is_there() -> None:
    fleet = fleet_of_size(3)
    chosen = Selection(LaneId("gone"), frozenset({LaneId("gone"), LaneId("beta")})).settled(fleet)
    assert chosen.chosen == "alpha"
    assert chosen.marked == {"beta"}
    assert Selection().settled(fleet_of()).chosen is None
    filtered = replace(chosen, wanted="IDLE").settled(fleet)
    assert filtered.shown(fleet) == ["gamma"]
    nothing = replace(chosen, wanted="no such lane").settled(fleet)
    assert nothing.shown(fleet) == [] and nothing.chosen is None
    assert nothing.marked == {"beta"}
    assert replace(chosen, zoomed=True).shown(fleet) == ["alpha"]


# ------------------------------------------------------------------ where a view looks


@pytest.mark.parametrize(
    ("rows", "cursor", "height", "top"),
    [
        ([], (0, 0), 10, 0),
        (["a"] * 5, (0, 4), 10, 0),
        (["a"] * 24, (0, 23), 10, 14),
        (["a"] * 24, (0, 3), 10, 3),
        (["a"] * 5, (0, 20), 10, 11),
        (["a", "\x1b[0m", "   "], (0, 0), 2, 0),
        (["a"] * 24, (0, 999), 10, 14),
    ],
)
def test_first_row_shows_the_bottom_and_follows_the_cursor(
    rows: list[str], cursor: tuple[int, int], height: int, top: int
) -> None:
    assert first_row(frame(1, rows, cursor=cursor), height) == top


def test_first_column_follows_the_cursor_while_typing() -> None:
    assert first_column(frame(1, [], cursor=(5, 0)), 38) == 0
    assert first_column(frame(1, [], cursor=(60, 0)), 38) == 24
