"""Conflict review: what is drawn, what keys choose, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.activity import State
from cockpit.domain.conflict import ConflictFile, Kind, Take, Version
from cockpit.domain.conflict_text import Common, ConflictHunk
from cockpit.domain.conflict_view import ConflictView, Peek
from cockpit.domain.events import OperationEnded, OperationStep
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.intents import HandBack, Land, Resolve
from cockpit.domain.operation import OpKind
from cockpit.domain.resolution import WHOLE, Choice, Point, Resolution
from cockpit.domain.resolution_draft import picked
from cockpit.errors import Refused
from cockpit.ui.screens.conflict import ConflictScreen
from cockpit.ui.screens.conflict_edit import EditPlaceScreen, editable
from cockpit.ui.screens.landing import LandingScreen
from tests.ui.conflicts import api, no_conflict, renamed, sides, usual, view_of, wholes
from tests.ui.drive import Session, opened
from tests.ui.fake import BASE, HEAD, FakeSupervisor, fleet_of, landing, view
from tests.ui.hostile import PAYLOAD
from tests.ui.test_goldens import compare

ALPHA = LaneId("alpha")
FLEET = fleet_of(view("alpha", 1, State.IDLE), view("beta", 2))


async def open_conflict(session: Session, shown: ConflictView) -> ConflictScreen:
    session.supervisor.fake.answers["conflict"] = shown
    screen = ConflictScreen(ALPHA)
    session.app.push_screen(screen)
    await session.settle()
    await session.settle()
    return screen


def state(screen: ConflictScreen) -> Resolution:
    assert screen.state is not None
    return screen.state


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_goldens(size: tuple[int, int]) -> None:
    async with opened(FLEET, size=size) as session:
        await open_conflict(session, usual())
        compare(f"conflict-{size[0]}x{size[1]}", session.text())


async def test_golden_of_a_whole_file_and_of_the_end() -> None:
    async with opened(FLEET, size=(80, 24)) as session:
        await open_conflict(session, usual())
        await session.press("o", "t")
        compare("conflict-binary-80x24", session.text())
        await session.press("t")
        compare("conflict-decided-80x24", session.text())


async def test_choices_jump_on_and_the_end_goes_to_the_landing() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, view_of(api()))
        assert screen.here == Point(0, 0)
        await session.press("o")
        assert screen.here == Point(0, 1)
        await session.press("t")
        assert state(screen).may_finish
        await session.press("enter")
        [intent] = session.supervisor.intents
        assert intent == Resolve(ALPHA, HEAD, BASE, picked(state(screen)))
        op = OpId("7-resolve-00000000")
        session.supervisor.tell(OperationStep(op, OpKind.RESOLVE, ALPHA, "move alpha/work"))
        await session.settle()
        assert "move alpha/work" in session.text()
        session.supervisor.tell(OperationEnded(op, OpKind.RESOLVE, ALPHA, "resolved alpha"))
        await session.settle()
        assert isinstance(session.app.screen, LandingScreen)


async def test_from_the_landing_and_back_to_it_with_six_keys() -> None:
    fake = FakeSupervisor(FLEET)
    fake.fake.answers["landing"] = landing(ALPHA, result=None, conflicts=("src/api.py",))
    fake.fake.answers["conflict"] = view_of(api())
    async with opened(FLEET, supervisor=fake) as session:
        await session.press("m", "c", "o", "t")
        fake.fake.answers["landing"] = landing(ALPHA)
        await session.press("enter")
        op = OpId("7-resolve-00000000")
        fake.tell(OperationEnded(op, OpKind.RESOLVE, ALPHA, "resolved alpha"))
        await session.settle()
        await session.settle()
        assert len(session.app.screen_stack) == 2, "the landing that was below, not another"
        await session.press("enter")
        assert [type(intent) for intent in fake.intents] == [Resolve, Land]


async def test_a_refusal_is_said_and_the_choices_stay() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, view_of(api()))
        await session.press("o", "o", "enter")
        op = OpId("7-resolve-00000000")
        session.supervisor.tell(
            OperationEnded(op, OpKind.RESOLVE, ALPHA, "", "Lane alpha moved.", "Look again.")
        )
        await session.settle()
        assert "✗ Lane alpha moved. Look again." in session.text()
        assert len(state(screen).choices) == 2
        assert session.app.screen is screen


async def test_nothing_is_finished_while_something_is_open() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("o", "enter")
        assert session.supervisor.intents == []
        assert "2 places still to decide" in session.text()
        assert screen.here == Point(0, 1)


async def test_undo_and_redo_of_each_choice() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("o", "B", "x")
        assert [state(screen).at(p).take for p in state(screen).all_points()] == [  # type: ignore[union-attr]
            Take.OURS,
            Take.BOTH_OTHER,
            Take.DELETE,
        ]
        await session.press("u", "u")
        assert screen.here == Point(0, 1)
        assert state(screen).open_points() == (Point(0, 1), Point(1, WHOLE))
        await session.press("r")
        assert state(screen).at(Point(0, 1)) == Choice(Take.BOTH_OTHER)
        await session.press("u", "u", "u")
        assert "There is no choice to take back" in session.text()


async def test_every_choice_is_kept_in_order() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("o", "t", "u")
        kept = session.supervisor.fake.answers["kept"]
        assert kept[-1] == state(screen)
        await session.press("escape")
        assert session.app.screen is session.app.board


async def test_the_draft_is_shown_when_it_is_opened_again() -> None:
    shown = usual()
    draft = shown.resolution.choose(Point(0, 0), Choice(Take.THEIRS))
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual(resolution=draft))
        assert screen.here == Point(0, 1)
        assert "1 of 3 decided" in session.text()


async def test_a_suggestion_is_shown_and_taken_only_by_its_key() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        assert "as you resolved it in gamma" in session.text()
        assert not state(screen).choices
        await session.press("s")
        choice = state(screen).at(Point(0, 0))
        assert choice == Choice(Take.EDIT, b"    return ask() or 43\n", "yours")
        await session.press("s")
        assert "Nothing is suggested here" in session.text()


async def test_editing_a_place() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("e")
        assert isinstance(session.app.screen, EditPlaceScreen)
        await session.press("X", "ctrl+s")
        assert state(screen).at(Point(0, 0)) == Choice(
            Take.EDIT, b"X    return ask()\n    return 43\n"
        )
        await session.press("e", "Y", "escape")
        assert state(screen).at(Point(0, 1)) is None
        await session.press("n", "e")
        assert "no text to edit" in session.text()


async def test_a_text_that_is_saved_as_it_was_offered_is_chosen() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("e", "ctrl+s")
        assert state(screen).at(Point(0, 0)) == Choice(
            Take.EDIT, b"    return ask()\n    return 43\n"
        )


async def test_an_editor_that_is_just_closed_chooses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[str] = []

    async def leave(app: object, argv: list[str], **_: object) -> int:
        called.append(argv[-1])
        return 0

    monkeypatch.setattr("cockpit.ui.attach.hand_over", leave)
    monkeypatch.setattr("cockpit.ui.screens.conflict.editable", lambda text: False)
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("e")
        await session.until(lambda: bool(called))
        await session.settle()
        assert state(screen).at(Point(0, 0)) is None


@pytest.mark.parametrize(
    ("text", "goes"),
    [
        (b"plain\n", True),
        (b"", True),
        (b"no end", True),
        (b"\ttab\n", True),
        ("ünï ✓ 漢字\n".encode(), True),
        (b"crlf\r\nall\r\n", True),
        (b"crlf\r\nmixed\n", False),
        (b"\xff\n", False),
        (b"\x1b[2J\n", False),
        (b"a\x0bb\n", False),
        ("\u202e".encode(), False),
        ("x\u2028y".encode(), False),
        (b"a\rb\n", False),
        (b"x" * 300_000, False),
    ],
)
async def test_only_text_that_a_field_gives_back_is_edited_in_one(text: bytes, goes: bool) -> None:
    assert editable(text) is goes
    if not goes:
        return
    async with opened(FLEET) as session:
        found: list[bytes | None] = []
        session.app.push_screen(EditPlaceScreen("x", 1, text), found.append)
        await session.settle()
        await session.press("ctrl+s")
        assert found == [text]


async def test_answers_that_a_place_does_not_offer_are_refused() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("x")
        assert "not among the answers" in session.text()
        assert not state(screen).choices


async def test_a_question_about_the_name() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, view_of(renamed()))
        assert "under which name" in session.text() and "as src/theirs.py" in session.text()
        await session.press("t")
        assert state(screen).may_finish


async def test_walking_through_places_and_files() -> None:
    async with opened(FLEET) as session:
        screen = await open_conflict(session, usual())
        await session.press("n")
        assert screen.here == Point(0, 1)
        await session.press("n")
        assert screen.here == Point(1, WHOLE)
        await session.press("n")
        assert screen.here == Point(0, 0), "around"
        await session.press("p")
        assert screen.here == Point(1, WHOLE)
        await session.press("tab")
        assert screen.here == Point(0, 0)
        await session.press("o", "P")
        assert screen.here == Point(0, 0), "a decided place, to change it"
        await session.press("t")
        assert state(screen).at(Point(0, 0)) == Choice(Take.THEIRS)


async def test_no_conflict_goes_straight_on() -> None:
    async with opened(FLEET) as session:
        await open_conflict(session, no_conflict(ALPHA))
        assert "goes together with main" in session.text()
        await session.press("enter")
        assert isinstance(session.app.screen, LandingScreen)


async def test_a_look_that_fails_says_why() -> None:
    async with opened(FLEET) as session:
        session.supervisor.fake.answers["conflict"] = Refused("The branch is gone.")
        session.app.push_screen(ConflictScreen(ALPHA))
        await session.settle()
        assert "The branch is gone." in session.text()
        await session.press("o", "t", "n", "u", "enter", "escape")
        assert session.app.screen is session.app.board


async def test_why_it_cannot_be_finished_now_is_said() -> None:
    async with opened(FLEET) as session:
        await open_conflict(session, usual(why_not="its agent is working"))
        assert "can't be finished while its agent is working" in session.text()


async def test_handing_back() -> None:
    async with opened(FLEET) as session:
        await open_conflict(session, usual())
        await session.press("H")
        assert "Hand back the conflict of alpha" in session.text()
        await session.press("n", "o", "ctrl+s")
        assert "There is no lane no" in session.text()
        await session.press("backspace", "backspace", *"beta", "tab", *"both", "ctrl+s")
        assert session.supervisor.intents == [HandBack(ALPHA, "beta", "both", HEAD, BASE)]
        assert session.app.screen is session.app.board


async def test_whole_files_show_what_each_side_changed() -> None:
    old, new = Version("a.md", "100644", "1" * 40), Version("a.md", "100755", "2" * 40)
    gone = ConflictFile("a.md", Kind.MODIFY_DELETE, old, None, new, wholes=wholes("a.md"))
    peeks = {"1" * 40: Peek(9, b"one\ntwo\n"), "2" * 40: Peek(9, b"one\n2 \x1b[2J\xff\n")}
    place = ConflictFile("d", Kind.FILE_DIRECTORY, None, None, new, wholes=wholes("d"))
    ours, theirs = (Version("sub", "160000", blob * 40) for blob in ("3", "4"))
    moved = ConflictFile("sub", Kind.SUBMODULE, None, ours, theirs, wholes=wholes("sub"))
    large = replace(gone, path="b", base=replace(old, blob="5" * 40))
    peeks["5" * 40] = Peek(900_000, None)
    async with opened(FLEET, size=(80, 24)) as session:
        await open_conflict(session, view_of(gone, place, moved, large, peeks=peeks))
        text = session.text()
        assert "base   a file of 9 B" in text
        assert "alpha   nothing: it was deleted" in text
        assert "main   an executable file of 9 B" in text
        assert "- two" in text and "+ 2 ␛[2J�" in text
        assert "nobody's zone" in text.splitlines()[2]
        await session.press("tab")
        assert "a folder of this name" in session.text() and "+ one" in session.text()
        await session.press("tab")
        assert "a submodule at commit 333333333333" in session.text()
        await session.press("tab")
        assert "a file of 878.9 KB" in session.text() and "+ one" not in session.text()


async def test_hostile_names_and_contents_are_drawn_as_text() -> None:
    path = "src/\x1b]0;t\x07[red]\n\udcff.py"
    text = PAYLOAD.encode("utf-8", "surrogateescape") + b"\n\xff\xfe" + b"x" * 5000 + b"\n"
    here = ConflictFile(
        path,
        Kind.CONTENT,
        **sides(path),
        pieces=(Common(text), ConflictHunk(text, text + b"a", text + b"b\n")),
        wholes=wholes(path),
        said=PAYLOAD,
    )
    odd = Version(path, "120000", "d" * 40)
    link = ConflictFile(path + "l", Kind.SYMLINK, ours=odd, theirs=odd, wholes=wholes(path))
    for size in ((80, 24), (200, 60)):
        async with opened(FLEET, size=size) as session:
            await open_conflict(session, view_of(here, link, peeks={"d" * 40: Peek(9, text)}))
            await session.press("o")
            shown = session.text()
            assert "\x1b" not in shown and "\x07" not in shown and "[red]" in shown
