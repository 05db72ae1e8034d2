"""The train screen's pure parts: the draft, what the app remembers, rows and lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content

from cockpit.domain.clash import Clash, ClashPath, Radar
from cockpit.domain.events import GateOutput, OperationEnded, TrainChanged
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.intents import Queue
from cockpit.domain.lane import GitFacts
from cockpit.domain.merge import Check
from cockpit.domain.operation import OpKind
from cockpit.domain.train import Aside, CarState, Train
from cockpit.ui import board_notes, train_rows
from cockpit.ui.car_lines import CarLook, car_lines
from cockpit.ui.reasons import looks_landable
from cockpit.ui.train_draft import Draft, build
from cockpit.ui.train_memory import KEPT, TrainMemory
from cockpit.ui.widgets.lines_view import LinesView
from tests.ui import trains
from tests.ui.fake import BASE, GREEK, HEAD

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")


def lanes(draft: Draft) -> list[str]:
    return [car.lane for car in draft.cars]


# ------------------------------------------------------------------ the draft

STEPS = st.lists(st.tuples(st.sampled_from("udxr"), st.integers(0, 5)), max_size=12)


@given(STEPS)
def test_whatever_is_moved_and_dropped_only_what_is_shown_as_ready_rides(
    steps: list[tuple[str, int]],
) -> None:
    full = trains.four_asides()
    preview = trains.answering(full)
    draft = Draft().rebuilt(build(preview, Draft()))
    for what, at in steps:
        lane = draft.cars[at].lane
        if what in "ud":
            draft = draft.moved(lane, -1 if what == "u" else 1) or draft
        elif draft.is_dropped(lane):
            draft = draft.put_in(lane)
        else:
            draft = draft.taken_out(lane)
        draft = draft.rebuilt(build(preview, draft))
        assert sorted(lanes(draft)) == sorted(car.lane for car in full.cars), "none is lost"
        shown = [car.lane for car in draft.cars if car.state is CarState.READY]
        wish = draft.go()
        assert list(wish.lanes if wish else ()) == shown
        assert all(not draft.is_dropped(lane) for lane in shown)


def test_a_move_is_the_same_wish_for_the_queue() -> None:
    draft = Draft(trains.riders(3))
    assert draft.queue_move(ALPHA, 1) == Queue(BETA, before=ALPHA)
    assert draft.queue_move(GAMMA, -1) == Queue(GAMMA, before=BETA)
    assert draft.queue_move(ALPHA, -1) is None and draft.queue_move(GAMMA, 1) is None
    dropped = draft.taken_out(BETA)
    assert dropped.queue_move(ALPHA, 1) == Queue(GAMMA, before=ALPHA)
    assert dropped.moved(BETA, 1) is None
    assert dropped.queue_return(BETA) == Queue(BETA, before=GAMMA)
    assert draft.taken_out(GAMMA).queue_return(GAMMA) == Queue(GAMMA)


def test_a_note_that_stops_the_train_leaves_no_rider() -> None:
    stopped = trains.train(*trains.riders(2).cars, notes=(Check("upstream", False, "apart"),))
    assert Draft(stopped).go() is None


def test_messages_that_say_what_was_built_are_no_edits() -> None:
    draft = Draft(trains.riders(2))
    built = draft.cars[0].preview
    assert built is not None
    assert draft.with_message(ALPHA, built.message + "\n").messages == {}
    edited = draft.with_message(ALPHA, "mine")
    assert edited.messages == {ALPHA: "mine"}
    assert edited.with_message(ALPHA, "  ").messages == {}


@pytest.mark.parametrize(
    ("facts", "stale"),
    [(GitFacts(HEAD, None), False), (GitFacts(None, None), False), (GitFacts(BASE, None), True)],
)
def test_a_rider_is_stale_when_its_lane_is_elsewhere(facts: GitFacts, stale: bool) -> None:
    fleet = trains.idle_fleet(2)
    alpha = replace(fleet.lanes[ALPHA], facts=facts)
    moved = replace(fleet, lanes={**fleet.lanes, ALPHA: alpha})
    assert Draft(trains.riders(2)).stale(moved) == ({ALPHA} if stale else set())
    gone = replace(fleet, lanes={BETA: fleet.lanes[BETA]})
    assert Draft(trains.riders(2)).stale(gone) == {ALPHA}


# ------------------------------------------------------------------ the memory


def heard(memory: TrainMemory, *trains_told: Train | None) -> TrainMemory:
    for told in trains_told:
        memory.hear(TrainChanged(told))
    return memory


def test_the_last_state_is_kept_whatever_queue_is_told_after_it() -> None:
    left = replace(
        trains.ended(), cars=tuple(replace(c, preview=None) for c in trains.ended().cars)
    )
    memory = heard(TrainMemory(), trains.running())
    memory = heard(memory, replace(trains.ended(), running=True), trains.ended(), left, None)
    assert memory.ended == trains.ended()
    assert memory.running is None


def test_a_train_of_which_no_end_was_told_is_not_called_landed() -> None:
    memory = heard(TrainMemory(), trains.running(), None)
    assert memory.ended is not None
    states = [car.state for car in memory.ended.cars]
    assert states[:2] == [CarState.LANDED, CarState.ASIDE]
    assert set(states[2:]) == {CarState.STOPPED}


def test_an_approved_train_waits_for_its_own_end() -> None:
    memory = TrainMemory(approved=trains.riders(6))
    heard(memory, trains.ended(), None)
    assert memory.under_way is not None, "an old train's state is not its end"
    memory.hear(OperationEnded(OpId(""), OpKind.TRAIN, None, "", "refused"))
    assert memory.under_way is None and memory.ended is None
    memory = TrainMemory(approved=trains.riders(2))
    memory.hear(OperationEnded(OpId("9-train-0"), OpKind.TRAIN, None, "landed 2"))
    assert memory.ended is not None and not memory.ended.running


def test_gate_output_is_kept_by_lane_until_its_gate_runs_again() -> None:
    memory = TrainMemory()
    memory.hear(GateOutput(BETA, tuple(f"{number}" for number in range(KEPT + 5))))
    assert memory.output(BETA)[0] == "5" and len(memory.output(BETA)) == KEPT
    memory.hear(GateOutput(None, ("on the target",)))
    memory.hear(OperationEnded(OpId("4-gate-0"), OpKind.GATE, BETA, "", "red"))
    assert memory.output(BETA)[-1] == f"{KEPT + 4}", "the log of a red gate stays"
    memory.hear(GateOutput(BETA, ("again",)))
    assert memory.output(BETA) == ("again",)
    heard(memory, trains.running())
    assert memory.output(None) == ()


# ------------------------------------------------------------------ rows and lines


@given(st.integers(10, 200), st.integers(0, 15))
def test_rows_never_pass_the_width(width: int, count: int) -> None:
    look = train_rows.RowLook(trains.idle_fleet(15), chosen=BETA)
    rows = train_rows.car_rows(trains.riders(count).cars, look, width)
    assert len(rows) == count
    assert all(row.cell_length <= width for row in rows)


@pytest.mark.parametrize("why", list(Aside))
@pytest.mark.parametrize("width", [60, 80, 140])
def test_every_reason_has_a_shape_and_a_word(why: Aside, width: int) -> None:
    car = trains.aside("alpha", why, "because of something")
    row = train_rows.car_rows([car], train_rows.RowLook(trains.idle_fleet(1)), width)[0].plain
    glyph, word, _ = train_rows.ASIDES[why]
    assert f"{glyph} {word}" in row and "because" in row
    full = "\n".join(line.plain for line in car_lines(car, CarLook({"mend_car": "o"})))
    assert "because of something" in full


def test_shapes_differ_where_words_do() -> None:
    looks = [*train_rows.STATES.values(), train_rows.WAITING]
    assert len({glyph for glyph, _, _ in looks}) == len(looks)
    words = [word for _, word, _ in (*looks, *train_rows.ASIDES.values())]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_the_go_names_how_many_and_which(width: int) -> None:
    cars = trains.riders(15).cars
    line = train_rows.go_line(cars, 17, "Enter", width).plain
    assert "lands 15: alpha" in line and "2 stay behind" in line
    if width >= 80:
        assert len(line) <= width
    if width >= 60:
        named = sum(name in line.replace(",", " ").replace(";", " ").split() for name in GREEK)
        found = re.search(r"and (\d+) more", line)
        more = int(found[1]) if found else 0
        assert named + more == 15


def hostile(text: str) -> Sequence[str]:
    car = trains.aside(
        "alpha",
        Aside.RED,
        text,
        log=text,
        preview={"message": text, "checks": (Check("x", False, text, (text,), text),)},
    )
    full = trains.train(car, notes=(Check("n", False, text, (text,), text),), gate=(text,))
    look = train_rows.RowLook(trains.idle_fleet(1))
    lines = [
        *train_rows.car_rows(full.cars, look, 120),
        *train_rows.note_lines(full),
        train_rows.heading(full, 0),
        train_rows.go_line(full.cars, 1, "Enter", 80),
        *car_lines(car, CarLook({}, message=text, output=(text,), on_target=(text,))),
    ]
    return [line.plain for line in lines]


@given(st.text(max_size=60))
def test_outside_text_stays_one_harmless_line(text: str) -> None:
    for line in hostile(text + "\x1b]52;c;x\x07\u202e[/nope]\n"):
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in line)
        assert "\u202e" not in line


# ------------------------------------------------------------------ the board


def test_marks_and_counts_on_the_board() -> None:
    fleet = trains.idle_fleet(7)
    assert not board_notes.train_mark(fleet, ALPHA)
    queued = replace(fleet, train=trains.riders(2))
    assert board_notes.train_mark(queued, BETA).plain == "queued 2"
    moving = replace(fleet, train=trains.running())
    marks = [board_notes.train_mark(moving, LaneId(lane)).plain for lane in GREEK[:4]]
    assert marks == ["✓ landed", "✗ aside: red gate", "◔ gating", "queued 1"]
    assert board_notes.train_note(moving) == "train 3/7 gating gamma"
    assert board_notes.train_note(queued) == ""
    said = [part.plain for part in board_notes.tallies(queued)]
    assert said == ["7 may land", "2 queued"]


@pytest.mark.parametrize("width", [30, 60, 80, 120, 200])
def test_the_header_keeps_what_is_needed_most(width: int) -> None:
    fleet = replace(trains.idle_fleet(15), train=trains.running())
    line = board_notes.header(fleet, width).plain
    assert len(line) <= width
    assert "15 idle" in line
    if width >= 60:
        assert "train 3/7 gating gamma" in line
    if width >= 120:
        assert "project → main" in line and "15 may land" in line


def test_a_lane_that_clashes_or_works_does_not_look_landable() -> None:
    fleet = trains.idle_fleet(2)
    alpha = fleet.lanes[ALPHA]
    assert alpha.facts is not None
    assert looks_landable(fleet, alpha)
    for facts in (
        replace(alpha.facts, dirty=1),
        replace(alpha.facts, ahead=0),
        replace(alpha.facts, outside=("x",)),
        replace(alpha.facts, operation="rebase"),
    ):
        assert not looks_landable(fleet, replace(alpha, facts=facts))
    clash = Clash(ALPHA, None, (ClashPath("src/a.py"),))
    assert not looks_landable(replace(fleet, radar=Radar((clash,))), alpha)
    assert not looks_landable(fleet, replace(alpha, busy="landing"))


# ------------------------------------------------------------------ lines that are wrapped


class Wrapped(App[None]):
    def compose(self) -> ComposeResult:
        yield LinesView(wrap=True, id="body")


@pytest.mark.parametrize("at_once", [True, False])
async def test_nothing_is_hidden_under_the_scroll_bar(at_once: bool) -> None:
    lines = [Content(f"  {'word ' * (number % 30)}end{number}") for number in range(60)]
    app = Wrapped()
    async with app.run_test(size=(41, 12)) as pilot:
        view = app.query_one(LinesView)
        if at_once:
            view.set_lines(lines)
        else:
            for line in lines:
                view.add_lines([line])
        await pilot.pause()
        assert max(len(line.plain.rstrip()) for line in view.lines) <= 40
        text = " ".join(line.plain for line in view.lines).split()
        assert text == " ".join(line.plain for line in lines).split()
        view.add_lines(lines, cap=50)
        assert view.lines[-1].plain.endswith("end59")
        view.set_lines(lines[:3])
        await pilot.pause()
        assert len(view.lines) == 3
