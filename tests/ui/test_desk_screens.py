"""The merge desk's screens: recorded pictures of clashes and audit trail, and hostile text on
each at three sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.domain.change import CommitLine, FileDiff, LaneDiff, Layer
from cockpit.domain.clash import Clash, ClashPath, Hunk, Radar
from cockpit.domain.conflict import ConflictFile, Kind, Version
from cockpit.domain.conflict_text import Common, ConflictHunk
from cockpit.domain.conflict_view import ConflictGroup, Peek
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.review import Comment, Review, Side
from cockpit.errors import CockpitError
from tests.audits import sample
from tests.ui.conflicts import sides, view_of, wholes
from tests.ui.drive import Session, opened
from tests.ui.fake import BASE, HEAD, NOW, FakeSupervisor, fleet_of, fleet_of_size, view
from tests.ui.test_goldens import compare

SIZES = [(80, 24), (120, 40), (200, 60)]
A, B, G, D = map(LaneId, ("alpha", "beta", "gamma", "delta"))
EVIL = (
    "\x1b]52;c;aGk=\x07\x1b]0;owned\x07\x1b[2J\x9b2J\x9d0;t\x9c[/nope][@click=app.exit()]x[/]\n"
    "\r\u202edrow\u202c\u200b\x7f\x08\x00\udcff漢字テスト👩\u200d👧" + "e\u0301" * 20
)
LONG = EVIL + "x" * 10_000
CONTROLS = {*map(chr, range(32)), "\x7f", *map(chr, range(0x80, 0xA0)), "\u202e", "\u200b"} - {"\n"}


def calm(session: Session) -> str:
    """The screen's text; fails when something reached it that a terminal would obey."""
    text = session.text()
    assert not CONTROLS & set(text), sorted(CONTROLS & set(text))
    assert len(text.split("\n")) <= session.app.size[1]
    return text


# ---------------------------------------------------------------- clashes


def radar() -> Radar:
    lanes = list(fleet_of_size(5).lanes)
    shared = (
        ClashPath("src/api.py"),
        ClashPath("docs/guide.md"),
        ClashPath("vendor", "submodule"),
    )
    return Radar(
        (
            Clash(A, None, (ClashPath("docs/gone.md", "modify/delete"),)),
            Clash(A, B, shared),
            Clash(B, D, shared[:1]),
        ),
        sides={lane: CommitId(f"{at:x}" * 40) for at, lane in enumerate(lanes, 1)},
        target=CommitId("0" * 40),
        unseen={G: "its branch is gone"},
        idle=frozenset({lanes[4]}),
    )


def clashing(shown: Radar, count: int = 5) -> FakeSupervisor:
    fake = FakeSupervisor(replace(fleet_of_size(count), radar=shown))
    hunks = (
        Hunk(10, 1, 10, 1, ("    return ask()",), ("    return 43",)),
        Hunk(22, 2, 22, 0, ("    log()", "    flush()"), ()),
    )
    paths = shown.clashes[1].paths if len(shown.clashes) > 1 else shown.clashes[0].paths
    known = (replace(paths[0], hunks=hunks), *paths[1:])
    fake.fake.answers["clashes"] = shown
    fake.fake.answers["clash alpha beta"] = Clash(A, B, known)
    return fake


@pytest.mark.parametrize("size", SIZES)
async def test_golden_of_clashes(size: tuple[int, int]) -> None:
    fake = clashing(radar())
    async with opened(fake.fleet, size=size, supervisor=fake) as session:
        await session.press("c", "l", "l")
        compare(f"clashes-{size[0]}x{size[1]}", calm(session))


async def test_the_matrix_fills_its_room_after_every_resize() -> None:
    fake = clashing(radar())
    async with opened(fake.fleet, size=(80, 24), supervisor=fake) as session:
        await session.press("c", "l", "l")
        before = session.text()
        for size in ((200, 60), (60, 20), (120, 40), (80, 24)):
            await session.pilot.resize_terminal(*size)
            await session.settle()
            assert "[3]" in session.text() and "alpha ⚔ beta" in session.text()
        assert session.text() == before
        await session.pilot.resize_terminal(120, 40)
        await session.settle()
        heads = session.text().splitlines()[1].split()[:6]
        assert heads == ["main", "alpha", "beta", "gamma", "delta", "epsilon"]


async def test_a_look_that_fails_is_said_and_not_that_no_lane_is_there() -> None:
    fake = FakeSupervisor(fleet_of_size(3))
    fake.fake.answers["clashes"] = CockpitError("git can't be read.", detail=EVIL, hint="Look.")
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("c")
        text = calm(session)
        assert "could not be looked at" in text and "git can't be read." in text
        assert "No lane is started" not in text
        fake.fake.answers["clashes"] = radar()
        await session.press("r")
        assert "⚔ main" in session.text()


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_clashes(size: tuple[int, int]) -> None:
    path = ClashPath(LONG, EVIL, (Hunk(1, 30, 1, 1, (LONG,) * 30, (LONG,)),), (EVIL,))
    shown = Radar(
        (Clash(A, B, (path,)),),
        sides={A: CommitId("1" * 40), B: CommitId("2" * 40)},
        target=CommitId("0" * 40),
        unseen={G: LONG},
        partly={A: (LONG,)},
    )
    fake = clashing(shown, 3)
    fake.fake.answers["clash alpha beta"] = shown.clashes[0]
    async with opened(fake.fleet, size=size, supervisor=fake) as session:
        calm(session)  # the panels' signs
        await session.press("c")
        for key in ("l", "l", "end", "j", "j", "l", "end"):
            await session.press(key)
            calm(session)


# ---------------------------------------------------------------- the audit trail


@pytest.mark.parametrize("size", SIZES)
async def test_golden_of_the_graph(size: tuple[int, int]) -> None:
    async with opened(fleet_of(view("alpha", 1)), size=size) as session:
        await session.press("G", "j")
        compare(f"graph-{size[0]}x{size[1]}", calm(session))


async def test_the_graph_says_what_its_signs_mean() -> None:
    async with opened(fleet_of(view("alpha", 1)), size=(80, 24)) as session:
        await session.press("G")
        heading = session.text().splitlines()[0]
        for said in ("◆ 1 landing", "◇ 1 undone", "↶ 1 undo", "● main", "○ a lane"):
            assert said in heading
        await session.pilot.resize_terminal(45, 12)
        await session.settle()
        assert "Audit trail" in session.text() and "◆ 1 landing" in session.text()


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_graph(size: tuple[int, int]) -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1)))
    fake.fake.answers["audit"] = sample(LONG)
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        await session.press("G")
        assert "[/nope]" in calm(session) or size[0] < 200
        for _ in range(4):
            await session.press("enter")
            calm(session)
            await session.press("escape", "j")
        await session.press("slash", "x", "enter")
        calm(session)


# ---------------------------------------------------------------- review and conflict


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_review(size: tuple[int, int]) -> None:
    body = f"@@ -1,2 +1,2 @@ {EVIL}\n-{LONG}\n+{LONG}y\n \t{EVIL}\n".replace("\n\r", "\r")
    path = "src/" + EVIL
    files = (
        FileDiff(path, LONG, Layer.COMMITTED, "R", 1, 1, body, similarity=90),
        FileDiff(LONG, "", Layer.UNTRACKED, "A", 1, 0, body),
    )
    fake = FakeSupervisor(fleet_of(view("alpha", 1)))
    remark = Comment(*("c1", path, Layer.COMMITTED, Side.NEW, 1, 1, (LONG,)), *(HEAD, EVIL, NOW))
    commit = CommitLine(HEAD, LONG, EVIL, NOW)
    fake.fake.answers["diff"] = LaneDiff(BASE, HEAD, (commit,), files)
    fake.fake.answers["review"] = Review(comments=(remark,))
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        await session.press("d")
        for key in ("n", "v", "w", "j", "j", "l", "C"):
            await session.press(key)
            calm(session)
        await session.press("escape", "G", "x")
        calm(session)


@pytest.mark.parametrize("size", SIZES)
async def test_a_hostile_conflict(size: tuple[int, int]) -> None:
    text = LONG.encode("utf-8", "surrogateescape") + b"\n\xff\xfe\n"
    path = "src/" + EVIL
    hunks = ConflictFile(
        path,
        Kind.CONTENT,
        **sides(path),
        pieces=(Common(text), ConflictHunk(text, text + b"a\n", text + b"b\n")),
        wholes=wholes(path),
        said=LONG,
    )
    link = Version(LONG, "120000", "d" * 40)
    other = Version(EVIL, "100644", "e" * 40)
    gone = ConflictFile(
        path + "g", Kind.MODIFY_DELETE, link, None, other, wholes=wholes(LONG), said=LONG
    )
    peeks = {"d" * 40: Peek(len(text), text), "e" * 40: Peek(len(text), text)}
    shown = view_of(hunks, gone, peeks=peeks, note=LONG)
    shown = replace(shown, groups=(ConflictGroup((A,), LONG, (0, 1)),))
    fake = FakeSupervisor(fleet_of(view("alpha", 1)))
    fake.fake.answers["conflict"] = shown
    async with opened(fake.fleet, supervisor=fake, size=size) as session:
        from cockpit.ui.screens.conflict import ConflictScreen

        session.app.push_screen(ConflictScreen(A))
        await session.settle()
        for key in ("o", "N", "tab", "t", "u", "H"):
            await session.press(key)
            calm(session)
