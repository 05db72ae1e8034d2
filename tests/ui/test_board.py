"""The board by keys: what each key wishes, what is refused and why, and where keys end up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.events import Key, Paste

from cockpit.domain.activity import Activity, State
from cockpit.domain.events import (
    ActivityChanged,
    FaultsChanged,
    LaneChanged,
    Link,
    Notice,
    OperationBegan,
    OperationEnded,
)
from cockpit.domain.ids import LaneId, OpId, PaneId, WindowId
from cockpit.domain.intents import (
    Gate,
    Intent,
    Interrupt,
    Restart,
    Send,
    Start,
    Stop,
    Undo,
)
from cockpit.domain.lane import Disagreement, LaneFault
from cockpit.domain.operation import OpKind
from cockpit.errors import TimedOut, Unavailable
from cockpit.services.api import TrustState
from tests.ui.drive import opened
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, fleet_of_size, frame, record, view

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
TWO = fleet_of(view("alpha", 1), view("beta", 2, started=False))


WISHES: list[tuple[tuple[str, ...], list[Intent]]] = [
    (("x",), [Interrupt(ALPHA)]),
    (("X",), [Interrupt(ALPHA)]),
    (("r", "y"), [Restart(ALPHA)]),
    (("r", "n"), []),
    (("r", "enter"), []),
    (("l", "s"), [Start(BETA)]),
    (("S",), [Start(BETA)]),
    (("u", "y"), [Undo(3)]),
    (("u", "escape"), []),
    (("o", "h", "i", "ctrl+s"), [Send(ALPHA, "hi")]),
    (("o", "h", "i", "escape"), []),
    (("o", "ctrl+s", "escape"), []),
    (("space", "O", "y", "o", "ctrl+s"), [Send(ALPHA, "yo")]),
    (("j", "k", "h", "w", "z", "z", "slash", "escape"), []),
]


async def test_keys_become_intents() -> None:
    async with opened(TWO) as session:
        for keys, intents in WISHES:
            session.supervisor.intents.clear()
            session.app.drafts.clear()
            await session.press("1", *keys)
            if session.app.screen is not session.app.board:
                await session.press("escape")
            assert session.supervisor.intents == intents, keys


@pytest.mark.parametrize(("action", "intent"), [("stop", Stop(ALPHA)), ("gate", Gate(ALPHA))])
async def test_actions_without_a_key(action: str, intent: Intent) -> None:
    async with opened(TWO) as session:
        session.app.perform(action)
        await session.settle()
        if action == "stop":
            assert session.supervisor.intents == []
            await session.press("y")
        assert session.supervisor.intents == [intent]


REFUSALS = [
    (("s",), "alpha is started already; r runs its agent again."),
    (("l", "d"), "beta is not started; s starts it."),
    (("l", "m"), "beta is not started"),
    (("l", "D"), "beta is not started"),
    (("l", "enter"), "beta is not started"),
    (("l", "o"), "beta is not started"),
    (("l", "x"), "beta is not started"),
    (("l", "i"), "beta is not started"),
    (("l", "r"), "beta is not started"),
    (("O",), "No lane is marked; Space marks one."),
    (("w",), "No lane needs you."),
    (("Q",), "cockpit runs in this terminal itself; q closes it"),
    (("e",), "can not be handed to another program"),
    (("exclamation_mark",), "can not be handed to another program"),
    (("enter",), "can not be handed over"),
]


async def test_a_disabled_key_says_why() -> None:
    async with opened(TWO) as session:
        for keys, words in REFUSALS:
            session.app.clear_notifications()
            await session.press("1", *keys)
            assert session.supervisor.intents == []
            assert any(words in toast for toast in session.toasts()), (keys, session.toasts())


async def test_a_busy_lane_and_an_ended_program_refuse() -> None:
    fleet = fleet_of(view("alpha", 1, State.EXITED, detail="1"), view("beta", 2))
    async with opened(fleet) as session:
        await session.press("x")
        assert any("has ended; r runs it again" in toast for toast in session.toasts())
        session.supervisor.tell(OperationBegan(OpId("1"), OpKind.LAND, BETA, "land beta"))
        await session.settle()
        await session.press("l", "D")
        assert any("beta is busy: land beta" in toast for toast in session.toasts())


async def test_choosing_by_move_number_letter_and_need() -> None:
    async with opened(fleet_of_size(4)) as session:
        walked = []
        for key in ("l", "j", "h", "k", "3", "9"):
            await session.press(key)
            walked.append(session.chosen())
        assert walked == ["beta", "delta", "gamma", "alpha", "gamma", "gamma"]
        await session.press("f", "d")
        assert session.chosen() == "delta"
        await session.press("f", "escape")
        assert session.chosen() == "delta"
        await session.press("w")
        assert session.chosen() == "alpha"


async def test_zoom_shows_one_lane_and_moves_from_lane_to_lane() -> None:
    async with opened(fleet_of_size(4)) as session:
        await session.press("z")
        assert [panel.view.lane for panel in session.app.board.grid.in_view()] == ["alpha"]
        await session.press("l")
        assert [panel.view.lane for panel in session.app.board.grid.in_view()] == ["beta"]
        await session.press("z")
        assert len(session.app.board.grid.in_view()) == 4


async def test_filter_narrows_by_state_and_escape_clears_it() -> None:
    async with opened(fleet_of_size(4)) as session:
        await session.press("slash", *"idle", "enter")
        assert session.app.board.selection.shown(session.app.board.fleet) == ["gamma"]
        assert session.chosen() == "gamma"
        await session.press("slash", "escape")
        assert len(session.app.board.selection.shown(session.app.board.fleet)) == 4


async def test_typing_goes_to_the_pane_in_order_until_ctrl_q() -> None:
    async with opened(TWO) as session:
        live = session.supervisor.fake_live
        await session.press("i", "q", "D", "enter", "escape", "ctrl+c", "up", "ctrl+q", "j")
        sent = "".join(text for _, text in live.typed)
        assert sent == "qD<Enter><Escape><C-c><Up>"
        assert {pane for pane, _ in live.typed} == {"%1"}
        assert session.supervisor.intents == []


async def test_typing_that_fails_is_told() -> None:
    async with opened(TWO) as session:
        session.supervisor.fake_live.broken = TimedOut("tmux did not answer.")
        await session.press("i", "a")
        assert any("tmux did not answer" in toast for toast in session.toasts())


async def test_hosted_attach_switches_and_coming_back_is_noticed() -> None:
    async with opened(TWO, hosted=True) as session:
        live = session.supervisor.fake_live
        await session.press("enter")
        assert live.stepped == ["lane-alpha"]
        assert live.paused[-1] is True
        await session.press("k")
        assert live.paused[-1] is False
        live.client = False
        await session.press("enter")
        assert live.paused[-1] is False
        assert any("No terminal is attached" in toast for toast in session.toasts())
        await session.press("Q")
        assert live.detached == 1


async def test_quit_and_ctrl_c_twice() -> None:
    async with opened(TWO) as session:
        await session.press("ctrl+q")
        assert session.app.is_running
        await session.press("ctrl+c")
        assert any("closes cockpit; lanes run on" in toast for toast in session.toasts())
        assert not session.app._exit
        await session.pilot.press("ctrl+c")
        assert session.app._exit
    async with opened(TWO) as session:
        await session.press("q", "enter")
        assert session.app._exit


async def test_the_commanders_keys_and_their_clashes() -> None:
    keys = {"diff": "f5", "quit": "d", "start": "z", "zoom": "s", "nope": "x", "log": "Ctrl-L"}
    async with opened(TWO, keys=keys) as session:
        keymap = session.app.keymap
        assert (keymap.key("diff"), keymap.key("quit")) == ("F5", "d")
        assert (keymap.key("start"), keymap.key("zoom")) == ("z", "s")
        assert keymap.key("log") == "Ctrl-L"
        assert any("keys.nope: there is no such action" in toast for toast in session.toasts())


# ------------------------------------------------------------------ pasted text


async def test_a_burst_of_keys_does_nothing_and_says_so() -> None:
    async with opened(TWO) as session:
        for key in "xXrSxq":
            session.app.post_message(Key(key, key))
        await session.settle()
        assert session.supervisor.intents == []
        assert not session.app._exit
        assert session.app.screen is session.app.board
        assert any("looked like pasted text" in toast for toast in session.toasts())


async def test_pasted_text_belongs_to_the_pane_or_to_nobody() -> None:
    async with opened(TWO) as session:
        session.app.post_message(Paste("X\nq\n"))
        await session.settle()
        assert session.supervisor.intents == []
        assert any("looked like pasted text" in toast for toast in session.toasts())
        await session.press("i")
        session.app.post_message(Paste("two\nlines"))
        await session.settle()
        assert session.supervisor.fake_live.typed == [("%1", "two\nlines")]


# ------------------------------------------------------------------ events


async def test_events_reach_panels_header_and_toasts() -> None:
    async with opened(TWO) as session:
        tell = session.supervisor.tell
        tell(ActivityChanged(ALPHA, Activity(State.ASKING, "screen", "r", NOW - 20, "Sure?")))
        tell(LaneChanged(BETA, record("beta", 2)))
        tell(Notice("Mind [/nope] the [@click=app.exit]gap[/]", "warning"))
        tell(OperationEnded(OpId("1"), OpKind.LAND, ALPHA, "landed alpha as 1234567"))
        tell(OperationEnded(OpId("2"), OpKind.SEND, ALPHA, "", "It was not taken.", "Send again."))
        await session.settle()
        text = session.text()
        assert "? asking 20s" in text
        assert "? 1 asking" in text.splitlines()[0]
        assert "[/nope]" in "".join(session.toasts())
        assert "landed alpha as 1234567" in session.toasts()
        assert "It was not taken. Send again." in session.toasts()


async def test_a_lost_link_and_a_fault_are_shown() -> None:
    async with opened(TWO) as session:
        session.supervisor.tell(Link(False, "the tmux server is gone"))
        fault = LaneFault(ALPHA, Disagreement.FOLDER_MISSING, "Its folder is gone.", "Undo it.")
        session.supervisor.tell(FaultsChanged((fault,)))
        await session.settle()
        assert "the tmux server is gone" in session.text().splitlines()[0]
        assert "⚠ folder-missing" in session.text()
        await session.press("w")
        assert session.chosen() == "alpha"


async def test_lanes_come_and_go() -> None:
    async with opened(fleet_of()) as session:
        assert "no lanes" in session.text()
        session.supervisor.tell(LaneChanged(ALPHA, record("alpha")))
        await session.settle()
        assert session.chosen() == "alpha"
        session.supervisor.tell(LaneChanged(ALPHA, None))
        await session.settle()
        assert "starts this lane" in session.text()


async def test_a_supervisor_that_ends_is_shown_and_the_app_stays() -> None:
    supervisor = FakeSupervisor(TWO)
    supervisor.failure = Unavailable("git is too old.", hint="Install 2.39.")
    async with opened(TWO, supervisor=supervisor) as session:
        assert any("git is too old. Install 2.39." in toast for toast in session.toasts())
        assert "git is too old." in session.text().splitlines()[0]


async def test_trust_is_asked_at_the_start_and_bound_to_the_digest() -> None:
    from cockpit.domain.intents import Trust

    supervisor = FakeSupervisor(TWO)
    supervisor.fake.trusted = TrustState("digest-7", False, ("setup: make [/x]", "gate: make test"))
    async with opened(TWO, supervisor=supervisor) as session:
        assert "setup: make [/x]" in session.text()
        await session.press("enter")
        assert supervisor.intents == []
        await session.press("y")
        assert supervisor.intents == [Trust("digest-7")]


# ------------------------------------------------------------------ panes


async def test_panes_are_watched_and_sized_but_never_below_80_by_24() -> None:
    async with opened(TWO, size=(200, 60)) as session:
        await session.until_panes_sized()
        live = session.supervisor.fake_live
        assert live.watched == {PaneId("%1"): 1001}
        assert live.focused == "%1"
        assert live.sizes == {WindowId("@1"): (98, 56)}
    async with opened(fleet_of_size(4), size=(80, 24)) as session:
        await session.until_panes_sized()
        assert set(session.supervisor.fake_live.sizes.values()) == {(80, 24)}


async def test_no_pane_is_watched_behind_a_full_screen_and_none_resized_while_inside() -> None:
    async with opened(TWO, hosted=True) as session:
        live = session.supervisor.fake_live
        await session.until_panes_sized()
        await session.press("g")
        assert live.watched == {}
        await session.press("escape")
        assert live.watched == {PaneId("%1"): 1001}
        await session.press("enter")
        live.sizes.clear()
        await session.pilot.resize_terminal(100, 30)
        await session.pilot.pause(0.3)
        assert session.app.board.desk is not None
        inside = session.app.board.desk.inside
        assert live.sizes == {} or inside == ""


async def test_frames_are_painted_and_only_for_their_lane() -> None:
    async with opened(fleet_of(view("alpha", 1), view("beta", 2)), columns=2) as session:
        session.supervisor.fake_live.on_frame(frame(2, ["\x1b[31mhello from beta\x1b[0m"]))
        session.supervisor.fake_live.on_frame(frame(9, ["nobody's pane"]))
        await session.settle()
        row = next(row for row in session.text().splitlines() if "hello from beta" in row)
        assert row.index("hello") > 60
        assert "nobody's" not in session.text()


async def test_a_dead_pane_keeps_its_last_words_above_how_it_ended() -> None:
    fleet = fleet_of(view("alpha", 1, State.EXITED, detail="127"))
    async with opened(fleet, size=(80, 24)) as session:
        rows = [f"line {number}" for number in range(23)] + ["bash: frob: not found"]
        session.supervisor.fake_live.on_frame(frame(1, rows, dead=True, exit_code=127))
        await session.settle()
        lines = session.text().splitlines()
        assert "■ exited 127  r runs it again" in lines[-3]
        assert "bash: frob: not found" in lines[-4]


async def test_a_hostile_lane_is_shown_as_text() -> None:
    evil = "[/nope][@click=app.exit]\x1b]0;t\x07\u202e"
    alpha = replace(view("alpha", 1, agent=evil), title=evil)
    async with opened(fleet_of(alpha)) as session:
        session.supervisor.fake_live.on_frame(frame(1, [evil]))
        await session.settle()
        assert "[/nope]" in session.text()
        assert "\x1b" not in session.text()
        await session.pilot.click("LanePanel", offset=(20, 0))
        await session.settle()
        assert not session.app._exit


@pytest.mark.parametrize("size", [(39, 20), (80, 9), (12, 4)])
async def test_a_terminal_too_small_gets_one_sentence(size: tuple[int, int]) -> None:
    async with opened(TWO, size=size) as session:
        if size[0] > 20:
            assert "too small" in session.text()
        await session.press("x")
        assert session.supervisor.intents == []
        await session.pilot.resize_terminal(80, 24)
        await session.settle()
        assert session.app.screen is session.app.board
        await session.pilot.resize_terminal(*size)
        await session.settle()
        await session.press("q")
        assert session.app._exit


async def test_a_number_without_a_lane_says_so() -> None:
    async with opened(TWO) as session:
        await session.press("2", "9")
        assert session.toasts() == ["No lane stands at place 9; 2 lanes here."]
        assert session.app.board.selection.chosen == LaneId("beta")


async def test_double_click_steps_in_and_one_click_chooses() -> None:
    async with opened(fleet_of_size(4), hosted=True) as session:
        await session.pilot.click(session.app.board.grid.panel(LaneId("delta")) or "LanePanel")
        await session.settle()
        assert session.chosen() == "delta"
        assert session.supervisor.fake_live.stepped == []
        await session.pilot.click(
            session.app.board.grid.panel(LaneId("delta")) or "LanePanel", times=2
        )
        await session.settle()
        assert session.supervisor.fake_live.stepped == ["lane-delta"]


async def test_a_prompt_to_an_asking_agent_needs_the_key_twice_and_drafts_survive() -> None:
    fleet = fleet_of(view("alpha", 1, State.ASKING))
    async with opened(fleet) as session:
        await session.press("o", "h", "i", "escape", "o")
        assert "hi" in session.text()
        await session.press("ctrl+s")
        assert session.supervisor.intents == []
        assert "again sends it" in session.text()
        await session.press("ctrl+s")
        assert session.supervisor.intents == [Send(ALPHA, "hi", force=True)]
        session.supervisor.tell(OperationEnded(OpId("1"), OpKind.SEND, ALPHA, "", "lost"))
        await session.settle()
        assert session.app.drafts == {(ALPHA,): "hi"}
        await session.press("o", "ctrl+s", "ctrl+s")
        session.supervisor.tell(OperationEnded(OpId("1"), OpKind.SEND, ALPHA, "sent"))
        await session.settle()
        assert session.app.drafts == {}
