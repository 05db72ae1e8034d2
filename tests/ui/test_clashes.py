"""The sign on the panels and the matrix screen."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from cockpit.domain.clash import Clash, ClashPath, Hunk, Radar
from cockpit.domain.events import RadarChanged
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import CommitId, LaneId
from cockpit.errors import CockpitError
from cockpit.ui import clash_lines, clash_matrix
from cockpit.ui.screens.clashes import ClashesScreen
from tests.ui.drive import Session, opened
from tests.ui.fake import FakeSupervisor, fleet_of_size, frame

A, B, G = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
API = ClashPath("src/api.py")
HUNKS = replace(API, hunks=(Hunk(10, 1, 8, 2, ("alpha ten",), ("beta ten", "more")),))
TIP = CommitId("0" * 40)


def radar(lanes: list[LaneId], *clashes: Clash, **more: object) -> Radar:
    sides = {lane: CommitId(f"{number:x}" * 40) for number, lane in enumerate(lanes, 1)}
    return Radar(clashes, sides, TIP, **more)  # type: ignore[arg-type]


def fleet_with(count: int, *clashes: Clash, **more: object) -> Fleet:
    fleet = fleet_of_size(count)
    return replace(fleet, radar=radar(list(fleet.lanes), *clashes, **more))


THREE = fleet_with(3, Clash(A, None, (ClashPath("README.md"),)), Clash(A, B, (API, API)))


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (38, "⚔2"),
        (50, "⚔ main +1"),
        (59, "⚔ main README.md, 1 more"),
        (90, "⚔ main README.md, 1 more"),
    ],
)
def test_a_sign_fits_its_panel(width: int, shown: str) -> None:
    assert clash_matrix.sign(THREE, A, width).plain == shown


def test_signs_of_other_lanes() -> None:
    assert clash_matrix.sign(THREE, B, 90).plain == "⚔ alpha src/api.py +1"
    assert clash_matrix.sign(THREE, B, 59).plain == "⚔ alpha src/api.py"
    assert clash_matrix.sign(THREE, G, 90).plain == ""
    evil = fleet_with(2, Clash(A, B, (ClashPath("a\x1b[2Jb/" + "x" * 90 + "\n.py"),)))
    assert "\x1b" not in clash_matrix.sign(evil, A, 90).plain


async def test_the_board_shows_who_clashes() -> None:
    async with opened(fleet_of_size(2), size=(140, 24)) as session:
        assert "⚔" not in session.text()
        session.supervisor.tell(RadarChanged(THREE.radar))
        await session.settle()
        assert "⚔ main README.md, 1 more" in session.text()
        assert "⚔ alpha src/api.py +1" in session.text()


# ---------------------------------------------------------------- the matrix, pure


def every_pair(count: int) -> Fleet:
    lanes = list(fleet_of_size(count).lanes)
    pairs = [Clash(one, two, (API,) * 12) for one, two in combinations(lanes, 2)]
    return fleet_with(count, *pairs)


@pytest.mark.parametrize("width", [30, 60, 80, 120, 200])
@pytest.mark.parametrize("count", [1, 3, 15])
@pytest.mark.parametrize("height", [2, 8, 30])
def test_the_matrix_fits_and_shows_its_cursor(width: int, count: int, height: int) -> None:
    fleet = every_pair(count)
    matrix = clash_matrix.matrix_of(fleet, fleet.radar)
    for at in ((0, 0), (count - 1, count), (count // 2, count // 2)):
        lines, top = clash_matrix.matrix_lines(matrix, at, width, height)
        assert len(lines) <= height
        assert all(line.cell_length <= width for line in lines)
        assert "[" in lines[1 + at[0] - top].plain


def test_cells_say_what_is_known() -> None:
    fleet = fleet_with(
        4,
        Clash(A, B, (API,)),
        unseen={G: "its branch is gone"},
        idle=frozenset({LaneId("delta")}),
    )
    matrix = clash_matrix.matrix_of(fleet, fleet.radar)
    lines, _ = clash_matrix.matrix_lines(matrix, (0, 1), 60, 10)
    assert [line.plain.split()[2:] for line in lines[1:]] == [
        ["·", "[╲]", "1", "?", "–"],
        ["·", "1", "╲", "?", "–"],
        ["?", "?", "?", "╲", "?"],
        ["–", "–", "–", "?", "╲"],
    ]


def test_a_cell_in_words() -> None:
    fleet = fleet_with(
        3,
        Clash(A, B, (API,)),
        unseen={G: "its branch is gone"},
        partly={A: ("big.bin is too large to be read",)},
    )
    matrix = clash_matrix.matrix_of(fleet, fleet.radar)

    def words(row: LaneId, column: LaneId | None, clash: Clash | None = None) -> str:
        lines = clash_lines.cell_lines(matrix, row, column, clash)
        return "\n".join(line.plain for line in lines)

    assert "Not known: gamma: its branch is gone." in words(A, G)
    assert "They go together" in words(B, None)
    assert "left out: big.bin" in words(A, None)
    assert "⚔ beta  src/api.py" in words(A, A)
    assert "Not known" in words(G, G)
    read = words(A, B, Clash(A, B, (HUNKS,)))
    assert "◂ alpha line 10   ▸ beta lines 8-9" in read
    assert "    ▸ more" in read
    deleted = words(A, B, Clash(A, B, (ClashPath("x", "modify/delete"),)))
    assert "one side changed it, the other deleted it" in deleted


# ---------------------------------------------------------------- the screen


def supervisor_of(fleet: Fleet) -> FakeSupervisor:
    fake = FakeSupervisor(fleet)
    fake.fake.answers["clashes"] = fleet.radar
    fake.fake.answers["clash alpha beta"] = Clash(A, B, (HUNKS,))
    return fake


def screen_of(session: Session) -> ClashesScreen:
    screen = session.app.screen
    assert isinstance(screen, ClashesScreen)
    return screen


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_moving_shows_files_lines_and_the_order(size: tuple[int, int]) -> None:
    async with opened(THREE, size=size, supervisor=supervisor_of(THREE)) as session:
        await session.press("c")
        assert "README.md" in session.text()
        assert "alpha ⚔ main" in session.text()
        await session.press("l", "l")
        text = session.text()
        assert "alpha ⚔ beta" in text
        assert "◂ alpha line 10   ▸ beta lines 8-9" in text
        assert "[2]" in text
        await session.press("end")
        assert "conflicts with main already" in " ".join(session.text().split())
        await session.press("escape")
        assert session.app.screen is session.app.board


async def test_fifteen_lanes_on_a_small_terminal() -> None:
    fleet = every_pair(15)
    async with opened(fleet, size=(60, 20)) as session:
        await session.press("c")
        for _ in range(14):
            await session.press("j")
        for _ in range(15):
            await session.press("l")
        screen = screen_of(session)
        assert (screen.row, screen.column) == ("omicron", "omicron")
        assert "omicron" in session.text()
        assert "[╲]" in session.text()


async def test_tab_goes_from_clash_to_clash() -> None:
    async with opened(THREE, supervisor=supervisor_of(THREE)) as session:
        await session.press("c", "n")
        screen = screen_of(session)
        assert (screen.row, screen.column) == (B, A)
        await session.press("n")
        assert (screen.row, screen.column) == (A, None)


async def test_enter_reviews_a_conflict_with_the_target_only() -> None:
    async with opened(THREE, supervisor=supervisor_of(THREE)) as session:
        await session.press("c", "l", "l")
        assert "review conflict" not in session.text()
        await session.press("enter")
        assert "land one" in session.toasts()[-1]
        await session.press("j", "j", "enter")
        assert "no conflict in this cell" in session.toasts()[-1]


async def test_enter_opens_the_review(monkeypatch: pytest.MonkeyPatch) -> None:
    from cockpit.ui.screens import conflict

    opened_for: list[LaneId] = []

    class Stand(conflict.ConflictScreen):
        def __init__(self, lane: LaneId) -> None:
            opened_for.append(lane)
            raise CockpitError("enough for this test")

    monkeypatch.setattr(conflict, "ConflictScreen", Stand)
    async with opened(THREE, supervisor=supervisor_of(THREE)) as session:
        await session.press("c")
        assert "review conflict" in session.text()
        with pytest.raises(CockpitError, match="enough"):
            screen_of(session).do_clash_review()
    assert opened_for == [A]


async def test_news_keep_the_cursor_and_lanes_that_go_let_it_go() -> None:
    async with opened(THREE, supervisor=supervisor_of(THREE)) as session:
        await session.press("c", "l", "l")
        screen = screen_of(session)
        fresh = radar([A, B, G])
        session.supervisor.tell(RadarChanged(fresh))
        await session.settle()
        assert (screen.row, screen.column) == (A, B)
        assert "They go together" in session.text()
        session.supervisor.tell(RadarChanged(radar([A, G])))
        await session.settle()
        assert (screen.row, screen.column) == (A, None)
        session.supervisor.tell(RadarChanged(radar([])))
        await session.settle()
        assert "No lane is started" in session.text()
        await session.press("j", "l", "n", "enter")


async def test_before_the_first_look_it_looks_by_itself() -> None:
    fake = supervisor_of(THREE)
    async with opened(replace(THREE, radar=Radar()), supervisor=None) as session:
        session.supervisor.fake.answers.update(fake.fake.answers)
        await session.press("c")
        assert "alpha ⚔ main" in session.text()


async def test_lines_that_cant_be_read_are_an_error_and_the_rest_stays() -> None:
    fake = supervisor_of(THREE)
    fake.fake.answers["clash alpha beta"] = CockpitError("The disk is full.")
    async with opened(THREE, supervisor=fake) as session:
        await session.press("c", "l", "l")
        assert "The disk is full." in session.toasts()[-1]
        assert "src/api.py" in session.text()
        assert "reading" not in session.text()


async def test_hostile_paths_and_lines_stay_text() -> None:
    evil = "[/x]\x1b]52;c;x\x07\u202e"
    hunk = Hunk(1, 1, 1, 1, (evil,), (evil,))
    clash = Clash(A, B, (ClashPath(evil, "content", (hunk,), (evil,)),))
    fleet = fleet_with(2, clash, partly={A: (evil,)})
    fake = supervisor_of(fleet)
    fake.fake.answers["clash alpha beta"] = clash
    async with opened(fleet, supervisor=fake) as session:
        session.supervisor.fake_live.on_frame(frame(1, ["$"]))
        await session.press("c", "l", "l")
        assert "\x1b" not in session.text()
        assert "\u202e" not in session.text()
        assert "[/x]" in session.text()
