"""The review screen: what it shows, how one moves in it, and what its keys wish."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from cockpit.domain.activity import State
from cockpit.domain.change import FileDiff, LaneDiff, Layer
from cockpit.domain.clash import Clash, ClashPath, Radar
from cockpit.domain.editor import editor_argv
from cockpit.domain.events import GitFactsChanged, OperationEnded, RadarChanged
from cockpit.domain.filetree import tree_order, tree_rows
from cockpit.domain.hunks import HunkDeed, file_identity, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.intents import ApplyHunk, Send
from cockpit.domain.lane import GitFacts
from cockpit.domain.operation import OpKind
from cockpit.domain.review import Review, Viewed, seen
from cockpit.errors import Refused
from cockpit.ui.diff_lines import numbers
from cockpit.ui.diff_rows import file_rows
from cockpit.ui.screens.comments import CommentScreen, CommentsScreen
from cockpit.ui.screens.diff import DiffScreen
from cockpit.ui.screens.review.hunks import why_not_edit
from cockpit.ui.widgets.rows_view import RowsView
from tests.ui.changes import CHANGE, FILES, PYTHON, file, large
from tests.ui.drive import Session, opened
from tests.ui.fake import BASE, HEAD, FakeSupervisor, fleet_of, view

ALPHA = LaneId("alpha")
IDLE = fleet_of(view("alpha", 1, State.IDLE))


def supervisor(diff: object = CHANGE, **answers: object) -> FakeSupervisor:
    fake = FakeSupervisor(IDLE)
    fake.fake.answers.update({"diff": diff, **answers})
    return fake


def screen(session: Session) -> DiffScreen:
    found = session.app.screen
    assert isinstance(found, DiffScreen)
    return found


def here(session: Session) -> tuple[str, str]:
    """The layer and path of the file that the cursor is in."""
    target = screen(session).target
    assert target is not None
    return target.file.layer.value, target.file.path


def line(session: Session) -> str:
    """The row under the cursor as it is drawn."""
    body = screen(session).body_rows
    cells = screen(session)._cells(body.cursor, body.size.width)
    return "".join(cell.gutter.plain + cell.text.plain for cell in cells)


def review_of(session: Session) -> Review:
    found = session.supervisor.fake.answers["review"]
    assert isinstance(found, Review)
    return found


async def go_to(session: Session, text: str) -> None:
    """The cursor to the first row that holds `text`."""
    body, page = screen(session).body_rows, screen(session)
    for row in range(body.count):
        cells = page._cells(row, 80)
        if any(text in cell.gutter.plain + cell.text.plain for cell in cells):
            body.go_to(row)
            await session.settle()
            return
    raise AssertionError(f"no row holds {text!r}")


# ------------------------------------------------------------------ what is shown


async def test_layers_stand_apart_and_each_kind_says_what_it_is() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(120, 100)) as session:
        await session.press("d")
        text = session.text()
        for heading in ("committed 5", "staged, not committed 1", "changed, not staged 4"):
            assert heading in text
        for said in (
            "was docs/deep/guide.md",
            "the same content",
            "file → executable file (100644 → 100755)",
            "its commit: 1111111111 → 2222222222",
            "binary: its content is not shown",
            "1.2 KB → 3.2 MB",
            "symbolic link → file",
            "in the middle of a merge: not decided yet",
            "no newline at the end",
            "-b␍",
            "+remember [/x]",
            "viewed 0/11",
        ):
            assert said in text, said
        assert "+12 −7" in text.splitlines()[0]


async def test_a_diff_that_fails_or_is_empty() -> None:
    refused = Refused("The folder is gone.", hint="Undo the teardown.")
    keys = ("n", "p", "J", "K", "space", "c", "s", "x", "v", "enter", "o", "C", "S", "V", "G", "e")
    for diff in (refused, LaneDiff(BASE, HEAD, (), ())):
        async with opened(IDLE, supervisor=supervisor(diff)) as session:
            await session.press("d", *keys)
            if diff is refused:
                assert any("The folder is gone." in toast for toast in session.toasts())
            else:
                assert "Nothing differs" in session.text()
            assert session.supervisor.intents == []


async def test_marks_of_zone_and_radar() -> None:
    facts = GitFacts(HEAD, None, outside=("letters.txt",))
    async with opened(IDLE, supervisor=supervisor(), size=(140, 100)) as session:
        await session.press("d")
        session.supervisor.tell(GitFactsChanged(ALPHA, facts))
        clash = Clash(ALPHA, LaneId("beta"), (ClashPath("src/auth/session.py"),))
        session.supervisor.tell(RadarChanged(Radar((clash,))))
        await session.settle()
        assert "letters.txt ⚠" in session.text()
        assert "⚠ outside the zone" in session.text()
        assert "session.py ⚔" in session.text()
        assert "⚔ beta" in session.text()


async def test_word_and_syntax_colours_are_on_the_words_they_are_for() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(120, 60)) as session:
        await session.press("d")
        await session.until(lambda: bool(screen(session).page.colours))
        await go_to(session, "+def login")
        body = screen(session).body_rows
        (cell,) = screen(session)._cells(body.cursor, 80)
        named = {
            (cell.text.plain[span.start : span.end], str(span.style)) for span in cell.text.spans
        }
        assert ("def", "$syntax-keyword") in named
        assert ("login", "$syntax-name") in named
        assert (": str", "bold $foreground on $diff-added-word") in named
        assert cell.ground == "on $diff-added"


async def test_the_lane_changing_is_said_and_r_looks_again() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d", "n")
        facts = GitFacts(HEAD, None, added=99)
        session.supervisor.tell(GitFactsChanged(ALPHA, facts))
        await session.settle()
        assert "changed since; r looks again" in session.text()
        before = here(session)
        session.supervisor.fake.answers["diff"] = replace(CHANGE, files=FILES[:3])
        await session.press("r")
        assert "changed since" not in session.text()
        assert here(session) == before


# ------------------------------------------------------------------ moving


async def test_walking_files_and_hunks() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d")
        walked = [here(session)[1]]
        for key in ("n", "tab", "n", "p", "shift+tab"):
            await session.press(key)
            walked.append(here(session)[1])
        assert [path.rpartition("/")[2] for path in walked] == [
            *("manual.md", "new.py", "session.py", "lib", "session.py", "new.py")
        ]
        await session.press("J")
        assert line(session).startswith("@@ -0,0 +1,2 @@")
        await session.press("right_square_bracket", "J", "K")
        assert line(session).startswith("@@ -1,6 +1,7 @@")
        await session.press("home", "G", "ctrl+u", "j", "k")
        files = screen(session).query_one("#files", RowsView)
        assert files.cursor > 0


async def test_a_file_is_found_by_typing_part_of_its_name() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d")
        before = here(session)
        await session.press("g", *"logo")
        assert here(session)[1] == "logo.png"
        await session.press("escape")
        assert here(session) == before
        await session.press("g", *"auth/S", "enter")
        assert here(session)[1] == "src/auth/session.py"
        await session.press("j", "g", *"zzz[", "enter")
        assert any("No file of this change" in toast for toast in session.toasts())
        assert here(session)[1] == "src/auth/session.py"


async def test_long_lines_move_sideways_and_tabs_are_stops() -> None:
    body = "@@ -1 +1 @@\n-\tx\n+\t" + "y" * 300 + "END\n"
    diff = LaneDiff(BASE, HEAD, (), (file("long.txt", Layer.COMMITTED, body),))
    async with opened(IDLE, supervisor=supervisor(diff)) as session:
        await session.press("d")
        assert "-    x" in session.text()
        assert "END" not in session.text()
        await session.press(*["l"] * 40)
        assert "END" in session.text()
        assert "   1 " in session.text()  # numbers stay where they are
        await session.press(*["h"] * 40)
        assert "-    x" in session.text()


async def test_the_mouse_chooses_files_and_closes_folders() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(120, 60)) as session:
        await session.press("d")
        rows = session.text().splitlines()
        at = next(number for number, row in enumerate(rows) if "logo.png" in row[:38])
        await session.pilot.click("#files", offset=(8, at - 1))
        await session.settle()
        assert here(session) == ("unstaged", "logo.png")
        at = next(number for number, row in enumerate(rows) if "auth/" in row[:38])
        await session.pilot.click("#files", offset=(8, at - 1))
        await session.settle()
        assert not any("session.py" in row[:38] for row in session.text().splitlines())
        assert any("▸ src/auth/ 0/2" in row for row in session.text().splitlines())


# ------------------------------------------------------------------ how it is shown


async def test_side_by_side_needs_room() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(110, 40)) as session:
        await session.press("d", "v")
        assert any("needs 100 columns" in toast for toast in session.toasts())
        await session.press("t", "v")
        await go_to(session, "def login")
        row = line(session)
        assert "-def login(user, password):" in row and "+def login(user: str" in row
        await session.pilot.resize_terminal(80, 24)
        await session.settle()
        assert not screen(session).page.sides
        assert "│" not in line(session)


async def test_layers_one_by_one() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d")
        shown = []
        for _ in range(5):
            await session.press("f")
            shown.append(len(screen(session).page.files))
        assert shown == [5, 1, 4, 1, 11]
        assert "only" not in session.text().splitlines()[0]


async def test_folding_files_and_folders() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(120, 60)) as session:
        await session.press("d", "n", "n")
        assert "LIFETIME" in session.text()
        await session.press("enter")
        assert "LIFETIME" not in session.text()
        assert here(session)[1] == "src/auth/session.py"
        await session.press("enter", "o")
        assert "▸ src/auth/" in session.text()
        await session.press("o", "t")
        assert not any(row.startswith("  ▾ src/auth/") for row in session.text().splitlines())


async def test_blanks_are_asked_for_again() -> None:
    asked: list[bool] = []
    fake = supervisor()
    diff = fake.fake.diff

    def noting(lane: LaneId, *, bodies: bool = True, ignore_space: bool = False) -> LaneDiff:
        asked.append(ignore_space)
        return diff(lane)

    fake.fake.diff = noting  # type: ignore[method-assign]
    async with opened(IDLE, supervisor=fake) as session:
        await session.press("d", "w")
        assert "no blanks" in session.text()
        await go_to(session, "+H")
        await session.press("s")
        assert any("Blanks are left out" in toast for toast in session.toasts())
        await session.press("w")
        assert asked == [False, True, False]


# ------------------------------------------------------------------ viewed


async def test_space_marks_goes_on_and_is_kept() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d", "space")
        assert seen(review_of(session), FILES[2]) is Viewed.YES
        assert here(session)[1] == "src/auth/new.py"
        assert "viewed 1/11" in session.text()
        await session.press("p")
        assert "▸ ✓ docs/manual.md" in session.text()
        await session.press("space")
        assert "viewed 0/11" in session.text()


async def test_a_file_that_changed_since_is_said() -> None:
    fake = supervisor()
    async with opened(IDLE, supervisor=fake, size=(140, 40)) as session:
        await session.press("d", "space", "r")
        changed = replace(FILES[2], new_blob="9" * 40)
        fake.fake.answers["diff"] = replace(CHANGE, files=(*FILES[:2], changed, *FILES[3:]))
        await session.press("r", "home")
        assert "◐" in session.text()
        assert "changed since you viewed it" in session.text()


# ------------------------------------------------------------------ comments


async def write(session: Session, text: str) -> None:
    area = session.app.screen.query_one(TextArea)
    area.text = text
    await session.press("ctrl+s")


async def test_comments_on_a_line_a_range_a_hunk_and_a_file_go_as_one_prompt() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(120, 60)) as session:
        await session.press("d")
        await go_to(session, "-def login")
        await session.press("c")
        assert isinstance(session.app.screen, CommentScreen)
        assert "src/auth/session.py:4" in session.text()
        await write(session, "Why?\nReally.")
        await go_to(session, "+LIFETIME")
        await session.press("V", "k", "c")
        await write(session, "Too long.")
        await go_to(session, "@@ -20,3")
        await session.press("c")
        await write(session, "A hunk.")
        await go_to(session, "▾ src/auth/session.py")
        await session.press("c")
        await write(session, "A file.")
        assert "✎ 4" in session.text()
        assert "✎ Too long." in session.text() and "✎ Really." in session.text()
        drafts = {one.text: one for one in review_of(session).drafts}
        assert (drafts["Too long."].first, drafts["Too long."].last) == (2, 3)
        assert drafts["Why?\nReally."].quoted == ("-def login(user, password):",)
        assert drafts["A hunk."].first == 21 and len(drafts["A hunk."].quoted) == 4
        assert drafts["A file."].first == 0
        assert {one.commit for one in drafts.values()} == {HEAD}
        await session.press("S")
        text = session.app.screen.query_one(TextArea).text
        assert "4 comments" in text and "src/auth/session.py:2-3" in text
        await session.press("ctrl+s")
        (sent,) = session.supervisor.intents
        assert isinstance(sent, Send)
        assert set(sent.comments) == {one.id for one in drafts.values()}


async def test_comments_are_listed_changed_and_deleted() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(120, 60)) as session:
        await session.press("d")
        await go_to(session, "+LIFETIME")
        await session.press("c")
        await write(session, "First.")
        await session.press("c")
        await session.press("escape", "C")
        assert isinstance(session.app.screen, CommentsScreen)
        await session.press("e")
        assert session.app.screen.query_one(TextArea).text == "First."
        await write(session, "Second.")
        await session.press("home", "C", "enter")
        assert "Second." in line(session)
        await session.press("c")
        assert session.app.screen.query_one(TextArea).text == "Second."
        await session.press("escape", "C", "x", "n", "C", "x", "y")
        assert review_of(session).comments == ()
        await session.press("C")
        assert any("no comments yet" in toast for toast in session.toasts())


async def test_a_half_written_comment_is_kept_and_the_own_draft_too() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(120, 60)) as session:
        await session.press("d")
        await go_to(session, "+LIFETIME")
        await session.press("c")
        session.app.screen.query_one(TextArea).text = "half"
        await session.press("escape", "c")
        assert session.app.screen.query_one(TextArea).text == "half"
        await write(session, "whole")
        session.app.drafts[(ALPHA,)] = "My own words."
        await session.press("S")
        text = session.app.screen.query_one(TextArea).text
        assert text.startswith("My own words.\n\nReview comments")
        await session.press("escape", "S")
        assert session.app.screen.query_one(TextArea).text == text


# ------------------------------------------------------------------ hunks


def wish(deed: HunkDeed, place: FileDiff, hunk: int | None, **more: Any) -> ApplyHunk:
    what = file_identity(place)
    if hunk is not None:
        what = hunk_identity(place, parse_hunks(place.body)[hunk])
    return ApplyHunk(ALPHA, deed, place.layer, place.path, what, **more)


async def test_hunks_and_files_are_staged_and_unstaged() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d")
        await go_to(session, "@@ -1,3 +1,3 @@")
        await session.press("U", "k", "U")
        await go_to(session, "+H")
        await session.press("s")
        await go_to(session, "▾ notes.txt")
        await session.press("s")
        staged, unstaged, notes = FILES[5], FILES[6], FILES[10]
        assert session.supervisor.intents == [
            wish(HunkDeed.UNSTAGE, staged, 0),
            wish(HunkDeed.UNSTAGE, staged, None),
            wish(HunkDeed.STAGE, unstaged, 0),
            wish(HunkDeed.STAGE, notes, None),
        ]


async def test_a_discard_asks_and_shows_what_would_go() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d")
        await go_to(session, "+H")
        await session.press("x")
        assert "Discard this hunk of letters.txt?" in session.text()
        assert "-h" in session.text() and "kept in the vault" in session.text()
        await session.press("enter", "n", "x", "y")
        assert session.supervisor.intents == [wish(HunkDeed.DISCARD, FILES[6], 0)]


@pytest.mark.parametrize("state", [State.WORKING, State.UNKNOWN])
async def test_while_the_agent_works_each_deed_asks(state: State) -> None:
    fake = FakeSupervisor(fleet_of(view("alpha", 1, state)))
    fake.fake.answers["diff"] = CHANGE
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("d")
        await go_to(session, "+H")
        await session.press("s")
        assert "may be at work" in session.text()
        await session.press("n", "s", "y")
        assert fake.intents == [wish(HunkDeed.STAGE, FILES[6], 0, force=True)]


@pytest.mark.parametrize(
    ("row", "key", "said"),
    [
        ("+LIFETIME", "s", "committed already"),
        ("+LIFETIME", "x", "only uncommitted work"),
        ("@@ -1,3 +1,3 @@", "s", "staged already"),
        ("@@ -1,3 +1,3 @@", "x", "unstage it first"),
        ("+H", "U", "not staged"),
    ],
)
async def test_a_deed_in_the_wrong_layer_says_why(row: str, key: str, said: str) -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d")
        await go_to(session, row)
        await session.press(key)
        assert any(said in toast for toast in session.toasts())
        assert session.supervisor.intents == []


async def test_after_a_step_the_diff_is_read_again_in_place() -> None:
    fake = supervisor()
    async with opened(IDLE, supervisor=fake) as session:
        await session.press("d")
        await go_to(session, "+H")
        fake.fake.answers["diff"] = replace(CHANGE, files=(*FILES[:6], *FILES[7:]))
        fake.tell(OperationEnded(OpId("9"), OpKind.HUNK, ALPHA, "staged a hunk"))
        fake.tell(GitFactsChanged(ALPHA, GitFacts(HEAD, None, dirty=3)))
        await session.settle()
        assert "changed since" not in session.text()
        assert here(session) == ("staged", "letters.txt")


async def test_undo_from_here_shows_what_comes_back() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d", "u")
        assert "Undo step 3" in session.text()


# ------------------------------------------------------------------ search


async def test_search_goes_from_match_to_match_and_ends() -> None:
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d", "slash")
        session.app.screen.query_one("#search", Input).value = "lifetime"
        await session.press("enter")
        found = [line(session)]
        for key in ("n", "n", "N"):
            await session.press(key)
            found.append(line(session))
        assert "LIFETIME = 3600" in found[0] and "< LIFETIME" in found[1]
        assert (found[0], found[1]) == (found[2], found[3])
        assert "match 2/2" in session.text()
        await session.press("escape", "n")
        assert "match" not in session.text().splitlines()[0]
        await session.press("slash")
        session.app.screen.query_one("#search", Input).value = "LIFEtime"
        await session.press("enter")
        assert "no match" in session.text()
        await session.press("escape", "escape")
        assert session.app.screen is session.app.board


async def test_search_finds_paths_folded_files_and_files_not_read_yet() -> None:
    fake = supervisor(large(400), bodies={"src/part07/f00307.py": "@@ -0,0 +1 @@\n+needle\n"})
    async with opened(IDLE, supervisor=fake) as session:
        await session.press("d", "enter", "slash")
        session.app.screen.query_one("#search", Input).value = "needle"
        await session.press("enter")
        await session.settle()
        assert "+needle" in line(session)
        await session.press("slash")
        session.app.screen.query_one("#search", Input).value = "f00399"
        await session.press("enter")
        assert here(session)[1] == "src/part49/f00399.py"


# ------------------------------------------------------------------ huge changes


async def test_of_ten_thousand_files_only_those_in_view_are_read() -> None:
    fake = supervisor(large(10_000))
    read: list[str] = []
    file_diffs = fake.fake.file_diffs

    def noting(
        lane: LaneId, diff: LaneDiff, files: Sequence[FileDiff], *, ignore_space: bool = False
    ) -> list[FileDiff]:
        read.extend(file.path for file in files)
        body = "@@ -1 +1,2 @@\n a\n+b\n"
        return [replace(one, body=body) for one in file_diffs(lane, diff, files)]

    fake.fake.file_diffs = noting  # type: ignore[method-assign]
    async with opened(IDLE, supervisor=fake) as session:
        await session.press("d")
        assert "10k files" in session.text() or "10000 files" in session.text()
        assert 10 < len(read) < 200
        assert "+b" in session.text()
        await session.press("G")
        await session.settle()
        assert len(read) < 400
        assert here(session)[1] == "src/part49/f09999.py"


async def test_a_large_file_scrolls_and_is_cut_with_a_word() -> None:
    body = "@@ -0,0 +1,30000 @@\n" + "".join(f"+line {number}\n" for number in range(30_000))
    one = file("big.txt", Layer.COMMITTED, body, truncated=True)
    async with opened(IDLE, supervisor=supervisor(LaneDiff(BASE, HEAD, (), (one,)))) as session:
        await session.press("d", "j", "j", "ctrl+d", "G")
        assert "more lines" in session.text()
        assert "too long to show" in session.text()


async def test_an_older_answer_does_not_replace_a_newer_one() -> None:
    fake = supervisor(replace(CHANGE, files=tuple(replace(one, loaded=False) for one in FILES)))
    async with opened(IDLE, supervisor=fake) as session:
        await session.press("d")
        old = screen(session).asked
        fake.fake.answers["diff"] = replace(CHANGE, files=FILES[:1])
        await session.press("r")
        assert screen(session).asked == old + 1
        assert len(screen(session).page.files) == 1
        assert PYTHON.splitlines()[2][1:] in session.text()


# ------------------------------------------------------------------ elsewhere


def test_what_is_no_file_of_the_lane_is_not_opened(tmp_path: Path) -> None:
    text = file("a.txt", Layer.COMMITTED, "@@ -0,0 +1 @@\n+x\n")
    (tmp_path / "a.txt").write_text("x\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "out").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    binary = replace(text, added=None, removed=None)
    assert why_not_edit(text, tmp_path / "a.txt") == ""
    assert "binary" in why_not_edit(binary, tmp_path / "a.txt")
    assert "no such file" in why_not_edit(text, tmp_path / "gone")
    assert "no such file" in why_not_edit(text, tmp_path / "a\0b")
    assert "symbolic link" in why_not_edit(text, tmp_path / "out")
    assert "folder" in why_not_edit(text, tmp_path / "folder")
    assert "neither" in why_not_edit(text, tmp_path / "pipe")


@pytest.mark.parametrize(
    ("editor", "said"),
    [
        ("vim.basic", ["+7", "/l/a"]),
        ("/usr/bin/emacs-nox", ["+7", "/l/a"]),
        ("emacs29", ["+7", "/l/a"]),
        ("hx", ["/l/a:7"]),
        ("code", ["--goto", "/l/a:7"]),
        ("kate", ["--line", "7", "/l/a"]),
        ("ed", ["/l/a"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_way(editor: str, said: list[str]) -> None:
    assert editor_argv({"EDITOR": editor}, Path("/l/a"), line=7) == [editor, *said]


def test_a_repository_of_its_own_has_a_name_in_the_tree() -> None:
    rows = tree_rows(tree_order(["b.txt", "sub/", "x/inner/"]))
    assert [row.name for row in rows] == ["x", "inner/", "b.txt", "sub/"]


def test_a_file_that_was_cut_says_its_size_and_not_a_count_of_what_was_read() -> None:
    cut = file("big", Layer.UNTRACKED, "@@ -0,0 +1 @@\n+x\n", truncated=True, new_size=5 << 20)
    assert "+1" not in numbers(cut).plain and "MB" in numbers(cut).plain
    assert any("in all" in row.text for row in file_rows(cut).rows)
    assert numbers(file("run.sh", Layer.COMMITTED, new_mode="100755")).plain == "mode"


async def test_the_heading_names_the_file_whose_own_heading_is_out_of_view() -> None:
    body = "@@ -0,0 +1,90 @@\n" + "".join(f"+line {number}\n" for number in range(90))
    one = file("deep/long.txt", Layer.COMMITTED, body)
    fake = supervisor(LaneDiff(BASE, HEAD, (), (one,)))
    async with opened(IDLE, supervisor=fake, size=(60, 20)) as session:
        await session.press("d")
        assert "long.txt" not in session.text().splitlines()[0]
        await session.press("G")
        assert "deep/long.txt" in session.text().splitlines()[0]


async def test_the_editor_opens_the_file_at_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    async def hand_over(app: object, argv: Sequence[str], *, cwd: object = None) -> int:
        ran.append(tuple(argv))
        return 0

    monkeypatch.setattr("cockpit.ui.attach.hand_over", hand_over)
    monkeypatch.setattr("cockpit.ui.attach.can_hand_over", lambda app: True)
    monkeypatch.setattr("cockpit.ui.screens.review.hunks.why_not_edit", lambda file, path: "")
    monkeypatch.setenv("VISUAL", "vim -u NONE")
    async with opened(IDLE, supervisor=supervisor()) as session:
        await session.press("d")
        await go_to(session, "-def login")
        await session.press("e")
        await go_to(session, "+LIFETIME")
        await session.press("e")
        path = "/tmp/project-alpha/src/auth/session.py"
        assert ran == [("vim", "-u", "NONE", "+6", path), ("vim", "-u", "NONE", "+3", path)]


async def test_hints_name_what_can_be_done_here() -> None:
    async with opened(IDLE, supervisor=supervisor(), size=(250, 40)) as session:
        await session.press("d")
        hints = session.text().splitlines()[-1]
        assert "stage" not in hints and "discard" not in hints
        await go_to(session, "+H")
        hints = session.text().splitlines()[-1]
        assert all(word in hints for word in ("s stage", "x discard", "u undo"))
        assert "U unstage" not in hints
