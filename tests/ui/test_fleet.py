"""The board as a whole: folded lanes, order, columns, marks, facts at the side, toasts."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region, Size
from textual.widgets import Input

from cockpit.domain.activity import Activity, State
from cockpit.domain.card import Card
from cockpit.domain.events import ActivityChanged, Notice
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Interrupt, Park, Start, Teardown
from cockpit.errors import Refused
from cockpit.services.cards import card
from cockpit.ui import present, strip_lines, tiling, toasts
from cockpit.ui.screens import fleet_view
from cockpit.ui.selection import Selection
from cockpit.ui.toasts import Corner
from tests.ui import boards
from tests.ui.drive import Session, opened
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, fleet_of_size, view

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")


def asked(lane: str, ago: float) -> ActivityChanged:
    return ActivityChanged(LaneId(lane), Activity(State.ASKING, "screen", "a rule", NOW - ago))


def lines(session: Session) -> list[str]:
    return session.text().split("\n")


# ------------------------------------------------------------------ folding


@given(st.integers(1, 60), st.integers(40, 300), st.integers(10, 100))
def test_panels_fold_exactly_where_they_could_not_be_read(
    count: int, width: int, height: int
) -> None:
    placed = tiling.regions(count, width, height)
    unreadable = len(placed) > 1 and any(
        place.height < tiling.MIN_HEIGHT or place.bottom > height for place in placed
    )
    assert tiling.folds(count, width, height) == unreadable


@given(st.integers(2, 60), st.integers(40, 300), st.integers(18, 100))
def test_folded_lanes_leave_a_panel_that_can_be_read(count: int, width: int, height: int) -> None:
    fold = tiling.fold(count, width, height)
    assert height - fold.height >= tiling.MIN_HEIGHT
    assert fold.columns == 1 or width // fold.columns >= tiling.MIN_STRIP
    assert fold.columns * fold.height >= count or height - fold.height == tiling.MIN_HEIGHT


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60), (300, 80)])
@pytest.mark.parametrize("count", [1, 4, 7, 15])
async def test_every_lane_and_its_state_stand_on_every_board(
    count: int, size: tuple[int, int]
) -> None:
    async with opened(fleet_of_size(count), size=size) as session:
        text = session.text()
        for each in session.app.fleet.lanes.values():
            assert f"{each.lane} " in text
        for state in (State.ASKING, State.WORKING, State.IDLE, State.EXITED, State.ERROR):
            said = sum(line.count(f" {state.value} ") for line in lines(session)[1:-1])
            folded = 1 if session.app.board.is_folded and state is State.ASKING else 0
            there = [one for one in session.app.fleet.lanes.values() if one.activity.state is state]
            assert said >= len(there) + folded
        assert all(len(line) <= size[0] for line in lines(session))


async def test_keys_and_clicks_choose_folded_lanes() -> None:
    async with opened(fleet_of_size(7), size=(80, 24)) as session:
        board = session.app.board
        assert board.is_folded and board.strips.columns == 1
        await session.press("j", "j")
        assert session.chosen() == "gamma"
        await session.press("k", "h", "h", "h")
        assert session.chosen() == "alpha"
        await session.pilot.click("#strips", offset=(10, 3))
        await session.settle()
        assert session.chosen() == "delta"
        await session.pilot.click("#strips", offset=(10, 3), times=2)
        await session.settle()
        assert session.supervisor.intents == []
        shown = [panel.view.lane for panel in board.grid.panels() if panel.display]
        assert shown == ["delta"]


async def test_two_columns_of_folded_lanes_are_walked_like_a_grid() -> None:
    async with opened(fleet_of_size(15), size=(80, 24)) as session:
        assert session.app.board.strips.columns == 2
        await session.press("j")
        assert session.chosen() == "gamma"
        await session.press("l")
        assert session.chosen() == "delta"
        await session.pilot.click("#strips", offset=(45, 0))
        await session.settle()
        assert session.chosen() == "beta"


async def test_a_click_on_the_first_and_last_cell_of_a_column_means_its_lane() -> None:
    async with opened(fleet_of_size(15), size=(131, 24)) as session:
        strips = session.app.board.strips
        assert strips.columns > 1 and strips.size.width % strips.columns
        for place in range(strips.columns):
            begin = place * strips.size.width // strips.columns
            end = (place + 1) * strips.size.width // strips.columns - 1
            for x in (begin, end):
                await session.pilot.click("#strips", offset=(x, 0))
                await session.settle()
                assert session.chosen() == strips._strips[place].view.lane, (place, x)


async def test_the_chosen_one_of_very_many_folded_lanes_is_in_view() -> None:
    many = fleet_of(*(view(f"lane-{at:02}", at + 1) for at in range(40)))
    async with opened(many, size=(60, 20)) as session:
        for _ in range(10):
            await session.press("j")
        strips = session.app.board.strips
        folded = lines(session)[1 : 1 + strips.size.height]
        chosen = session.chosen()
        assert any(f"▸  L  {chosen} " in line for line in folded)
        assert folded[0].endswith("▴") and folded[-1].endswith("▾")


async def test_only_the_panel_that_is_seen_is_captured() -> None:
    async with opened(fleet_of_size(15), size=(80, 24)) as session:
        await session.until(lambda: list(session.supervisor.fake_live.watched) == ["%1"])
        await session.press("l")
        await session.until(lambda: list(session.supervisor.fake_live.watched) == ["%2"])


def test_a_folded_lane_says_what_it_asks_or_what_it_works_on() -> None:
    asking = view("alpha", 1, State.ASKING, detail="Edit a.py\nDo you want to proceed?")
    exited = view("beta", 2, State.EXITED, detail="1")
    said = [strip_lines.strip(one, NOW) for one in (asking, exited)]
    rows = strip_lines.drawn(said, 100, 1, chosen=ALPHA, marked=frozenset({BETA}))
    assert "Do you want to proceed?" in rows[0].plain and rows[0].plain.startswith("▸  A ")
    assert rows[1].plain.startswith(" ✚ B ") and "exited 1 2m" in rows[1].plain
    assert {row.cell_length for row in rows} == {100}


@given(st.integers(20, 300), st.integers(1, 4))
def test_numbers_of_a_folded_lane_are_whole_or_left_out(width: int, columns: int) -> None:
    strips = [strip_lines.strip(one, NOW) for one in fleet_of_size(5).lanes.values()]
    rows = strip_lines.drawn(
        strips, max(width, 30 * columns), columns, chosen=None, marked=frozenset()
    )
    for row in rows:
        words = row.plain.split()
        assert all(word in ("+120", "−8", "✎2", "~4", "↑3", "↓1") or word[0] not in "+−✎~↑↓"
                   for word in words if word != "~")  # fmt: skip


@given(st.integers(0, 60))
def test_a_fact_is_never_cut(width: int) -> None:
    parts = present.panel_foot(view("alpha", 1))
    line = present.fit(parts, width).plain
    if width >= present.READABLE:
        assert "~4 +120 −8 ✎2" in line or "~4" not in line


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_header_counts_whole_states(width: int) -> None:
    said = present.summary(fleet_of_size(15), width - 2).plain
    assert len(said) <= width - 2
    for glyph, count in (("?", 3), ("✗", 2), ("■", 2), ("●", 5), ("○", 3)):
        assert f"{glyph} {count}" in said


# ------------------------------------------------------------------ order, columns, filter, back


async def test_who_waits_longest_stands_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_view, "HANDS_OFF", 0.0)
    async with opened(fleet_of(*(view(name, at) for at, name in enumerate("abcd", 1)))) as session:
        await session.press("v")
        session.supervisor.tell(asked("c", 5))
        session.supervisor.tell(asked("d", 50))
        await session.settle()
        board = session.app.board
        assert board.selection.order(board.fleet) == ["d", "c", "a", "b"]
        assert [panel.view.lane for panel in board.grid.panels()] == ["d", "c", "a", "b"]
        assert session.chosen() == "a"
        await session.press("1")
        assert session.chosen() == "d"
        await session.press("v")
        assert board.selection.order(board.fleet) == ["a", "b", "c", "d"]


async def test_lanes_stay_where_they_are_under_a_hand_at_the_keys() -> None:
    async with opened(fleet_of(view("alpha", 1), view("beta", 2))) as session:
        await session.press("v")
        session.supervisor.tell(asked("beta", 5))
        await session.settle()
        board = session.app.board
        assert board.selection.order(board.fleet) == ["alpha", "beta"]
        await session.until(lambda: board.selection.order(board.fleet) == ["beta", "alpha"])


async def test_lanes_yaml_says_how_lanes_stand() -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1), view("beta", 2, State.ASKING)), columns=1)
    fake.fake.config.order = "urgent"  # type: ignore[misc]
    async with opened(fake.fleet, supervisor=fake) as session:
        board = session.app.board
        assert board.selection.order(board.fleet) == ["beta", "alpha"]


async def test_columns_by_hand() -> None:
    async with opened(fleet_of_size(4), size=(200, 60)) as session:
        board = session.app.board

        def tops() -> int:
            return len({panel.region.y for panel in board.grid.panels()})

        assert tops() == 2
        await session.press("+")
        assert board.selection.columns == 3
        await session.until(lambda: tops() == 2)
        await session.press("-", "-")
        await session.until(lambda: tops() == 4)
        await session.press("-")
        assert board.selection.columns == 0
        await session.until(lambda: tops() == 2)


async def test_columns_by_hand_go_before_folding() -> None:
    async with opened(fleet_of_size(15), size=(80, 24)) as session:
        assert session.app.board.is_folded
        await session.press("+")
        assert not session.app.board.is_folded
        assert sum(panel.display for panel in session.app.board.grid.panels()) == 15


async def test_back_takes_away_one_narrowing_after_the_other() -> None:
    async with opened(fleet_of_size(4)) as session:
        await session.press("escape")
        assert "Everything is shown already" in session.toasts()[-1]
        await session.press("space", "slash", *"work", "enter", "z")
        board = session.app.board
        assert board.selection.zoomed and board.selection.wanted == "work"
        await session.press("escape")
        assert not board.selection.zoomed and board.selection.wanted
        await session.press("escape")
        assert not board.selection.wanted and board.selection.marked
        await session.press("escape")
        assert not board.selection.marked


async def test_the_filter_is_empty_again_once_it_was_taken_away() -> None:
    fleet = fleet_of(view("alpha", 1), view("beta", 2, State.ASKING))
    async with opened(fleet) as session:
        field = session.app.board.query_one("#filter", Input)
        await session.press("slash", *"alpha", "enter", "escape")
        assert field.value == ""
        await session.press("slash", *"alpha", "enter", "w")
        assert session.chosen() == "beta" and field.value == ""
        await session.press("slash", *"bet", "enter")
        assert session.app.board.selection.order(fleet) == ["beta"]


async def test_a_filter_that_nothing_passes_says_so_and_the_way_back() -> None:
    async with opened(fleet_of_size(4), size=(60, 20)) as session:
        await session.press("slash", *"[/x]", "enter")
        assert "No lane has “[/x]”." in session.text()
        assert "Esc shows all lanes again." in session.text()
        assert "0 of 4 shown" in session.text()
        await session.press("z", "escape")
        assert "alpha" in session.text()


async def test_the_filter_knows_tasks() -> None:
    fleet = boards.every_fleet()
    selection = Selection(wanted="keep SESSIONS")
    assert selection.order(fleet) == ["beta"]


async def test_a_board_without_lanes_says_what_to_do() -> None:
    async with opened(Fleet("project", "main"), size=(80, 24)) as session:
        assert "There is no lane yet." in session.text()


# ------------------------------------------------------------------ marks


async def test_actions_are_for_all_marked_lanes() -> None:
    fleet = fleet_of(view("alpha", 1), view("beta", 2), view("gamma", 3, started=False))
    async with opened(fleet) as session:
        await session.press("asterisk", "x")
        assert session.supervisor.intents == [Interrupt(ALPHA), Interrupt(BETA)]
        session.supervisor.intents.clear()
        await session.press("s")
        assert session.supervisor.intents == [Start(GAMMA)]
        session.supervisor.intents.clear()
        await session.press("asterisk", "3", "x")
        assert session.supervisor.intents == []
        assert "not started" in session.toasts()[-1]


async def test_marks_out_of_view_are_left_alone() -> None:
    fleet = fleet_of(view("alpha", 1), view("beta", 2), view("gamma", 3))
    async with opened(fleet) as session:
        await session.press("space", "slash", *"beta", "enter", "x")
        assert session.supervisor.intents == [Interrupt(BETA)], "only beta is seen"
        assert "1 marked, 1 out of view" in session.text()
        await session.press("O")
        assert "No lane in view is marked" in session.toasts()[-1]
        session.supervisor.intents.clear()
        await session.press("space", "escape", "3", "x")
        assert session.supervisor.intents == [Interrupt(ALPHA), Interrupt(BETA)]
        assert "2 marked" in session.text() and "out of view" not in session.text()
        session.supervisor.intents.clear()
        await session.press("z", "x")
        assert session.supervisor.intents == [Interrupt(GAMMA)], "only gamma is seen"


async def test_marked_lanes_that_all_can_not_say_why() -> None:
    fleet = fleet_of(view("alpha", 1), view("beta", 2))
    async with opened(fleet) as session:
        await session.press("asterisk", "s")
        assert session.supervisor.intents == []
        assert "None of the 2 marked lanes can: alpha is started already" in session.toasts()[-1]


async def test_a_question_about_marked_lanes_names_them_and_those_left_out() -> None:
    fleet = fleet_of(view("alpha", 1), view("beta", 2), view("gamma", 3, started=False))
    async with opened(fleet) as session:
        await session.press("asterisk", "r")
        assert "Restart alpha, beta?" in session.text()
        assert "Not gamma: gamma is not started" in session.text()


async def test_parking_and_tearing_down_many_asks_once_for_all() -> None:
    async with opened(fleet_of(view("alpha", 1), view("beta", 2))) as session:
        await session.press("asterisk", "p")
        assert "Park alpha, beta?" in session.text()
        await session.press("y")
        assert {type(one) for one in session.supervisor.intents} == {Park}
        session.supervisor.intents.clear()
        await session.press("D")
        assert "Tear down alpha, beta?" in session.text()
        await session.press("A", "enter")
        assert session.supervisor.intents == []
        assert "that is not 2" in session.text()
        await session.press("backspace", "2", "enter")
        assert [type(one) for one in session.supervisor.intents] == [Teardown, Teardown]


# ------------------------------------------------------------------ facts at the side


async def test_facts_stand_beside_a_zoomed_lane() -> None:
    async with opened(boards.every_fleet(), size=(140, 40)) as session:
        await session.press("1", "tab")
        assert "Facts stand beside a zoomed lane" in session.toasts()[-1]
        await session.press("z", "tab")
        await session.until(lambda: "Commits" in session.text())
        text = session.text()
        for said in ("alpha · claude", "Log who came in", "src/auth/**", "Evidence",
                     "M src/auth/session.py  +2 −1", "Steps"):  # fmt: skip
            assert said in text
        assert session.app.board.grid.size.width >= 80
        await session.press("tab")
        assert "Evidence" not in session.text()


async def test_the_facts_name_the_ports_that_its_pane_was_given() -> None:
    alpha = view("alpha", 1)
    assert alpha.record is not None
    record = replace(alpha.record, ports={"WEB_PORT": 9101})
    async with opened(fleet_of(replace(alpha, record=record)), size=(140, 40)) as session:
        await session.press("z", "tab")
        await session.until(lambda: "WEB_PORT 9101" in session.text())


async def test_facts_stand_in_the_place_of_a_pane_that_would_not_be_whole() -> None:
    async with opened(fleet_of_size(4), size=(80, 24)) as session:
        await session.press("z", "tab")
        await session.until(lambda: "Evidence" in session.text())
        assert not session.app.board.grid.display
        await session.press("escape")
        assert session.app.board.grid.display and "Evidence" not in session.text()


async def test_facts_that_do_not_fit_are_paged() -> None:
    async with opened(fleet_of_size(4), size=(60, 20)) as session:
        await session.press("z", "tab")
        await session.until(lambda: "Commits" in session.text())
        assert "Steps" not in session.text()
        await session.press("pagedown")
        await session.until(lambda: "Steps" in session.text())
        await session.press("pageup")
        await session.until(lambda: "Steps" not in session.text())


async def test_facts_that_come_late_are_not_shown_for_another_lane() -> None:
    fleet = fleet_of(view("alpha", 1), view("beta", 2))
    fake = FakeSupervisor(fleet)
    gates = {lane: asyncio.Event() for lane in (ALPHA, BETA)}

    async def slowly(query):  # type: ignore[no-untyped-def]
        found = query(fake.cockpit)
        if isinstance(found, Card):
            await gates[found.lane].wait()
        return found

    async with opened(fleet, supervisor=fake, size=(140, 40)) as session:
        await session.press("z")
        fake.ask = slowly  # type: ignore[method-assign]
        await session.press("tab", "j")
        gates[ALPHA].set()
        await session.settle()
        assert "beta · claude" in session.text() and "Commits" not in session.text()
        gates[BETA].set()
        await session.until(lambda: "Commits" in session.text())


async def test_facts_that_can_not_be_had_say_why() -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1)))
    fake.fake.answers["diff"] = Refused("The worktree is gone.", hint="Tear the lane down.")
    async with opened(fake.fleet, supervisor=fake, size=(140, 40)) as session:
        await session.press("z", "tab")
        await session.until(lambda: "The worktree is gone." in session.text())


def test_a_card_holds_the_lanes_own_last_steps() -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1), view("beta", 2)))
    assert [step.seq for step in card(fake.cockpit, ALPHA, shared=False).steps] == [4, 3, 2]
    assert card(fake.cockpit, BETA, shared=False).steps == ()
    assert card(fake.cockpit, ALPHA, shared=True).change is None


# ------------------------------------------------------------------ toasts


@pytest.mark.parametrize(
    ("subjects", "corner"),
    [
        ([], Corner.BOTTOM_RIGHT),
        ([Region(0, 1, 60, 19)], Corner.BOTTOM_RIGHT),
        ([Region(60, 20, 60, 19)], Corner.TOP_RIGHT),
        ([Region(60, 1, 60, 38)], Corner.BOTTOM_LEFT),
        ([Region(60, 1, 60, 38), Region(0, 20, 60, 19)], Corner.TOP_LEFT),
        ([Region(0, 1, 120, 38)], Corner.TOP_RIGHT),
        ([Region(0, 1, 60, 38), Region(60, 1, 60, 38)], Corner.BOTTOM_LEFT),
        ([Region(60, 1, 60, 38), Region(0, 1, 60, 38)], Corner.BOTTOM_RIGHT),
    ],
)
def test_toasts_cover_no_panel_that_they_talk_about(subjects: list[Region], corner: Corner) -> None:
    assert toasts.corner_for(subjects, Size(120, 40)) is corner


async def test_a_toast_goes_where_its_lane_is_not() -> None:
    async with opened(fleet_of_size(4)) as session:
        session.supervisor.tell(Notice("about delta", lane=LaneId("delta")))
        await session.until(lambda: "about delta" in session.text())
        rows = [at for at, line in enumerate(lines(session)) if "about delta" in line]
        panel = session.app.board.grid.panel(LaneId("delta"))
        assert panel is not None and rows and max(rows) < panel.region.y


async def test_toasts_about_two_lanes_side_by_side_leave_the_newest_free() -> None:
    async with opened(fleet_of(view("alpha", 1), view("beta", 2)), size=(80, 24)) as session:
        for lane in (ALPHA, BETA):
            session.supervisor.tell(Notice(f"about {lane}", lane=lane))
            await session.until(lambda: f"about {lane}" in session.text())  # noqa: B023 - asked at once
        panel = session.app.board.grid.panel(BETA)
        assert panel is not None and panel.region.x == 40
        places = [line.index("about beta") for line in lines(session) if "about beta" in line]
        assert places and max(places) + len("about beta") <= panel.region.x


def test_subjects_are_forgotten_when_their_toasts_are_gone() -> None:
    subjects = toasts.Subjects([])
    subjects.add(ALPHA, 0.0)
    subjects.add(BETA, 3.0)
    assert subjects.now(4.9) == [ALPHA, BETA]
    assert subjects.now(5.1) == [BETA]
    assert subjects.now(9.0) == []


def test_selection_after_the_last_lane_that_needs_somebody_goes_around() -> None:
    fleet = fleet_of(view("alpha", 1, State.ASKING), view("beta", 2), view("gamma", 3, State.ERROR))
    selection = Selection(chosen=GAMMA)
    assert selection.next_needing(fleet) == ALPHA
    assert replace(selection, chosen=ALPHA, wanted="beta").next_needing(fleet) == GAMMA
