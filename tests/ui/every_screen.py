"""Every screen and every dialog by a name, with texts as long as real ones: what is looked at in
all sizes and themes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.screen import Screen

from cockpit.domain.activity import State
from cockpit.domain.change import Layer
from cockpit.domain.configuration import Applies, ConfigChange
from cockpit.domain.digest import Digest, Line, News
from cockpit.domain.events import ConfigRead
from cockpit.domain.ids import LaneId
from cockpit.domain.operation import OpKind
from cockpit.domain.review import Comment, Side
from cockpit.domain.taskname import TaskId
from cockpit.services.api import TrustState, UndoPreview
from cockpit.ui.screens.comments import CommentScreen, CommentsScreen
from cockpit.ui.screens.conflict import ConflictScreen
from cockpit.ui.screens.conflict_edit import EditPlaceScreen
from cockpit.ui.screens.message import MessageScreen
from cockpit.ui.screens.paths import PathRow, PathsScreen
from cockpit.ui.screens.red import RedScreen
from cockpit.ui.screens.retrying import RetryScreen
from tests.ui import trains
from tests.ui.changes import CHANGE
from tests.ui.conflicts import usual
from tests.ui.drive import Session
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, fleet_of_size, landing, operation, view
from tests.ui.places import LEASHED, Open, Place, failed, over, pressing, tasks, train
from tests.ui.test_background import fleet as background_fleet
from tests.ui.test_background import tidy
from tests.ui.test_desk_screens import clashing, radar
from tests.ui.test_inbox import FIVE
from tests.ui.test_inbox import supervisor as asking
from tests.ui.test_tasks import waves

ALPHA = LaneId("alpha")
FILE = "packages/billing/src/invoices/rounding/half_a_cent.py"
WHY = (
    "The route still takes the old token here; take the one of the session, or every login "
    "from before the move is thrown out at once."
)
SAID = (
    "The gate is red: 2 of 148 tests failed in tests/billing/test_rounding.py. Read its log, or "
    "ask the lane to mend it."
)

ONE = over(fleet_of(view("alpha", 1, State.IDLE), view("beta", 2, State.ASKING)))
SEVEN = over(fleet_of_size(7))


def performing(action: str) -> Open:
    async def perform(session: Session) -> None:
        session.app.perform(action)
        await session.settle()

    return perform


def showing(make: Callable[[Session], Screen[Any]]) -> Open:
    """A screen that many keys lead to, opened at once."""

    async def show(session: Session) -> None:
        session.app.push_screen(make(session))
        await session.settle()
        await session.settle()

    return show


Fresh = Callable[[], FakeSupervisor]


def with_answers(fresh: Fresh, **answers: object) -> Fresh:
    def made() -> FakeSupervisor:
        fake = fresh()
        fake.fake.answers.update(answers)
        return fake

    return made


REMARK = Comment("1", FILE, Layer.COMMITTED, Side.NEW, 41, 44, ("+a", "+b"), "f" * 40, WHY, NOW)
SENT = replace(REMARK, id="2", sent=NOW - 300, text="Why not the session's?")


def comments(session: Session) -> CommentsScreen:
    return CommentsScreen([REMARK, SENT, replace(SENT, doubtful=True)], lambda at: "5m")


def comment(session: Session) -> CommentScreen:
    lines = [f"+    token = issue(user, scope, lifetime={at})  # session {at}" for at in range(6)]
    return CommentScreen(f"{FILE}:41-44", lines, WHY)


def files(session: Session) -> PathsScreen:
    rows = [
        PathRow(FILE, "new", True),
        PathRow("docs/guide.md", "outside the zone of alpha: packages/billing/**", False),
    ]
    title = "Take the uncommitted work of alpha as a commit on alpha/work?"
    note = "What is not marked stays as it is in the worktree, and can be taken later."
    return PathsScreen(title, rows, message="Round half a cent", yes="take", note=note)


def refused_files(session: Session) -> PathsScreen:
    why = "A rebase is under way in the worktree of alpha: finish it or give it up there first."
    return PathsScreen("Take it?", [PathRow(FILE, "", True)], message="x", yes="take", refusal=why)


def red(session: Session) -> RedScreen:
    return RedScreen(landing(ALPHA), SAID)


def conflict(session: Session) -> ConflictScreen:
    session.supervisor.fake.answers["conflict"] = usual()
    return ConflictScreen(ALPHA)


async def hand_back(session: Session) -> None:
    await showing(conflict)(session)
    await session.press("H")


async def digest(session: Session) -> None:
    lines = (
        Line(News.ASKS, ALPHA, f"asks: May I remove {FILE}?", NOW - 200),
        Line(News.LANDED, LaneId("beta"), "land beta on main", NOW - 900, "background"),
        Line(News.DONE, None, "gc", NOW),
    )
    session.supervisor.fake.answers["digest"] = Digest(NOW - 3600, lines)
    session.app.perform("digest")
    await session.settle()


async def configuration(session: Session) -> None:
    lanes = ConfigChange("lanes.alpha.zone.include", '["src/**"]', f'["{FILE}"]', Applies.NOW)
    agent = ConfigChange("lanes.beta.agent", '"claude"', '"codex"', Applies.START, trust=True)
    session.supervisor.tell(ConfigRead("lanes.yaml", "main", 0.0, (), (lanes, agent), True))
    await session.settle()
    session.app.clear_notifications()
    session.app.perform("configuration")
    await session.settle()


def untrusted() -> FakeSupervisor:
    fake = ONE()
    commands = ("gate: make lint test-billing test-api", "setup: pnpm install --frozen-lockfile")
    fake.fake.trusted = TrustState("d1", False, commands)
    return fake


def retrying(session: Session) -> RetryScreen:
    board = session.app.board.fleet.board
    task = board.named(TaskId("task-006"))
    assert task is not None
    return RetryScreen(task, None, None, ["claude", "codex"])


async def landed(session: Session) -> None:
    await session.press("m", "e")


def in_the_way() -> FakeSupervisor:
    preview = UndoPreview(
        operation(3, OpKind.LAND, summary="land alpha"),
        ("main gets a commit that takes the landing of alpha back",),
        (f"later landing of beta changed {FILE} at the same lines",),
    )
    return with_answers(ONE, undo=preview)()


SCREENS: dict[str, Place] = {
    "help": Place(ONE, pressing("question_mark")),
    "journal": Place(ONE, pressing("g")),
    "undo": Place(ONE, pressing("u")),
    "undo-not": Place(in_the_way, pressing("u")),
    "explain": Place(ONE, pressing("E")),
    "configuration": Place(ONE, configuration),
    "trust": Place(untrusted, performing("trust")),
    "landing": Place(ONE, pressing("m")),
    "landing-message": Place(ONE, landed),
    "diff": Place(with_answers(ONE, diff=CHANGE), pressing("d")),
    "teardown": Place(ONE, pressing("D")),
    "park": Place(ONE, pressing("p")),
    "sync": Place(ONE, pressing("b")),
    "restart": Place(ONE, pressing("r")),
    "palette": Place(ONE, pressing("colon")),
    "lane-menu": Place(ONE, performing("lane_menu")),
    "themes": Place(ONE, performing("theme")),
    "leaving": Place(SEVEN, pressing("q")),
    "prompt": Place(ONE, pressing("o")),
    "prompt-asking": Place(over(FIVE), pressing("o")),
    "templates": Place(ONE, pressing("o", "ctrl+t")),
    "rename": Place(over(fleet_of(view("alpha", 1, State.EXITED))), performing("rename")),
    "lock": Place(ONE, performing("lock")),
    "comment": Place(ONE, showing(comment)),
    "comments": Place(ONE, showing(comments)),
    "files": Place(ONE, showing(files)),
    "files-refused": Place(ONE, showing(refused_files)),
    "red": Place(ONE, showing(red)),
    "message": Place(ONE, showing(lambda _: MessageScreen(ALPHA, f"{SAID}\n\n{WHY}\n"))),
    "digest": Place(ONE, digest),
    "standing": Place(over(background_fleet(tidy())), pressing("A")),
    "background": Place(over(background_fleet(tidy())), pressing("P")),
    "prompts-queued": Place(over(LEASHED), performing("call_off_prompts")),
    "inbox": Place(asking, pressing("a")),
    "answer": Place(asking, pressing("4", "a", "enter")),
    "clashes": Place(lambda: clashing(radar()), pressing("c", "l", "l")),
    "conflict": Place(ONE, showing(conflict)),
    "edit-place": Place(ONE, showing(lambda _: EditPlaceScreen(FILE, 2, b"a\nb\n"))),
    "hand-back": Place(ONE, hand_back),
    "graph": Place(ONE, pressing("G", "j")),
    "commit": Place(ONE, pressing("G", "j", "enter")),
    "train": Place(train, pressing("M")),
    "train-empty": Place(with_answers(ONE, train=trains.train()), pressing("M")),
    "tasks": Place(tasks, pressing("t")),
    "tasks-waves": Place(tasks, pressing("t", "tab")),
    "tasks-timeline": Place(tasks, pressing("t", "tab", "tab")),
    "task": Place(tasks, pressing("t", "enter")),
    "task-text": Place(tasks, pressing("t", "n")),
    "trouble": Place(tasks, pressing("t", "E")),
    "call-off": Place(tasks, pressing("t", "X")),
    "plan": Place(tasks, pressing("t", "p")),
    "close-round": Place(tasks, pressing("t", "p", "C")),
    "go": Place(waves, pressing("t", "g")),
    "assign": Place(waves, pressing("t", "s")),
    "retry": Place(tasks, showing(retrying)),
    "retry-lane": Place(failed, pressing("t", "R")),
}
"""All but the board, which has goldens of its own (test_goldens.py), and the offer of a lanes.yaml,
which is an app of its own (test_proposal.py)."""
