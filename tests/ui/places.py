"""A place for the keys of every scope, over a fake fleet: where an action can be tried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cockpit.domain.activity import State
from cockpit.domain.background import Background, Trigger
from cockpit.domain.change import CommitLine, FileDiff, LaneDiff, Layer
from cockpit.domain.digest import Digest, Line, News
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.merge import UPSTREAM, Check
from cockpit.domain.prompt_queue import PromptQueue, Waiting
from cockpit.domain.review import Comment, Side
from cockpit.ui.actions import Scope
from cockpit.ui.screens.comments import CommentsScreen
from cockpit.ui.screens.conflict import ConflictScreen
from cockpit.ui.screens.paths import PathRow, PathsScreen
from tests.ui import boards, trains
from tests.ui.conflicts import usual
from tests.ui.drive import Session
from tests.ui.fake import (
    BASE,
    HEAD,
    NOW,
    FakeSupervisor,
    fleet_of,
    landing,
    operation,
    view,
)
from tests.ui.test_clashes import THREE, supervisor_of
from tests.ui.test_inbox import FIVE
from tests.ui.test_landing import RED
from tests.ui.test_tasks import failed_with_lane, waves
from tests.ui.test_train import finished

SIDE = frozenset({"side_down", "side_up"})
ALPHA = LaneId("alpha")
Open = Callable[[Session], Awaitable[None]]


def pressing(*keys: str) -> Open:
    async def press(session: Session) -> None:
        await session.press(*keys)

    return press


async def stay(session: Session) -> None:
    """The board is there already."""


async def comments(session: Session) -> None:
    remark = Comment(
        "1", "src/api.py", Layer.COMMITTED, Side.NEW, 1, 2, ("+a", "+b"), "f" * 40, "Why?", NOW
    )
    session.app.push_screen(CommentsScreen([remark, remark], lambda at: "1m"))
    await session.settle()


async def conflict(session: Session) -> None:
    session.supervisor.fake.answers["conflict"] = usual()
    session.app.push_screen(ConflictScreen(ALPHA))
    await session.settle()
    await session.settle()


async def red_landing(session: Session) -> None:
    await session.press("m", "enter")
    session.supervisor.tell(RED)
    await session.settle()


async def files(session: Session) -> None:
    rows = [PathRow(path, "new", True) for path in ("a.py", "b.py")]
    session.app.push_screen(PathsScreen("Which files?", rows, message="The rest", yes="take"))
    await session.settle()


async def digest(session: Session) -> None:
    lines = (Line(News.LANDED, ALPHA, "land alpha", NOW), Line(News.DONE, None, "gc", NOW))
    session.supervisor.fake.answers["digest"] = Digest(NOW - 60, lines)
    session.app.perform("digest")
    await session.settle()


@dataclass(frozen=True)
class Place:
    """How to get to a screen. `fresh` makes the fleet behind it."""

    fresh: Callable[[], FakeSupervisor]
    open: Open = stay
    hosted: bool = False
    size: tuple[int, int] | None = None
    only: frozenset[str] = frozenset()
    """The actions that it is made for; all of its scope if none is named."""


def over(fleet: Fleet, **answers: object) -> Callable[[], FakeSupervisor]:
    def fresh() -> FakeSupervisor:
        fake = FakeSupervisor(fleet)
        fake.fake.answers.update(answers)
        return fake

    return fresh


def tasks() -> FakeSupervisor:
    return boards.supervisor(boards.every_fleet())


def failed() -> FakeSupervisor:
    return boards.supervisor(failed_with_lane())


def clashing() -> FakeSupervisor:
    return supervisor_of(THREE)


def train() -> FakeSupervisor:
    fake = FakeSupervisor(trains.idle_fleet(7))
    fake.fake.answers["train"] = trains.answering(trains.riders(7))
    return fake


def four_asides() -> FakeSupervisor:
    fake = FakeSupervisor(trains.idle_fleet(7))
    fake.fake.answers["train"] = trains.answering(trains.four_asides())
    return fake


def short_train() -> FakeSupervisor:
    """Seven lanes could ride, and five do."""
    fake = FakeSupervisor(trains.idle_fleet(7))
    fake.fake.answers["train"] = trains.answering(trains.riders(5))
    return fake


def requesting() -> FakeSupervisor:
    """Landings go as pull requests, and the target follows a branch that is as far."""
    fake = FakeSupervisor(RUNNING)
    fake.cockpit.config.merge.pull_request = "gh pr create"  # type: ignore[misc]  # a namespace here
    checks = (Check(UPSTREAM, True, "main is where origin/main is"),)
    fake.fake.answers["landing"] = landing(ALPHA, checks=checks)
    return fake


def in_the_way() -> FakeSupervisor:
    """The landing conflicts, and something is not committed."""
    fake = FakeSupervisor(RUNNING)
    checks = (Check("tree", False, "1 uncommitted path", ("x",), key="o"),)
    fake.fake.answers["landing"] = landing(
        ALPHA, checks=checks, result=None, conflicts=("src/a.py",)
    )
    fake.fake.answers["conflict"] = usual()
    return fake


def changed() -> FakeSupervisor:
    """A lane with a change in each layer, one of its lines longer than any screen."""
    fake = FakeSupervisor(RUNNING)
    long = "x" * 300
    body = f"@@ -1,2 +1,3 @@\n def login():\n-    a = {long}\n+    b = {long} token\n+    c\n"
    known: dict[str, Any] = {"old_blob": "a" * 40, "new_blob": "b" * 40, "old_mode": "100644"}
    files = (
        FileDiff("src/a.py", "", Layer.COMMITTED, "M", 2, 1, body, **known),
        FileDiff("src/b.py", "", Layer.STAGED, "M", 2, 1, body, **known),
        FileDiff("src/c.py", "", Layer.UNSTAGED, "M", 2, 1, body, **known),
    )
    commits = (CommitLine(HEAD, "Issue and verify tokens", "Alpha", NOW - 60),)
    fake.fake.answers["diff"] = LaneDiff(BASE, HEAD, commits, files)
    return fake


def long_log() -> FakeSupervisor:
    fake = FakeSupervisor(RUNNING)
    fake.fake.answers["log"] = [
        operation(number, summary=f"start alpha {'very ' * 60}{number}") for number in range(1, 90)
    ]
    return fake


def prompting() -> FakeSupervisor:
    fake = FakeSupervisor(RUNNING)
    fake.fake.answers["draft_file"] = Path(mkdtemp()) / "draft.md"
    return fake


def going() -> FakeSupervisor:
    return waves(going=True)


FOUR = fleet_of(
    view("alpha", 1, State.IDLE),
    view("beta", 2, State.ASKING),
    view("gamma", 3),
    view("delta", 4),
)
RUNNING = fleet_of(view("alpha", 1, State.IDLE), view("beta", 2, State.ASKING))
ENDED = fleet_of(view("alpha", 1, State.EXITED), view("beta", 2, started=False))
FRESH = fleet_of(view("alpha", 1, started=False), view("beta", 2))
LEASHED = fleet_of(
    replace(
        view("alpha", 1, State.IDLE),
        background=Background(Trigger.INTERVAL, 3600.0),
        prompts=PromptQueue((Waiting("1", "Go on", NOW),)),
    ),
    view("beta", 2),
)

PLACES: dict[Scope, tuple[Place, ...]] = {
    Scope.ANYWHERE: (Place(over(RUNNING)),),
    Scope.BOARD: (
        Place(over(FOUR), hosted=True),
        Place(over(RUNNING), pressing("z", "tab"), size=(110, 16), only=SIDE),
        Place(over(RUNNING), pressing("z", "tab")),
        Place(over(RUNNING), pressing("asterisk")),
        Place(over(FRESH)),
        Place(over(ENDED)),
        Place(over(LEASHED)),
    ),
    Scope.DIFF: (Place(changed, pressing("d"), size=(160, 32)),),
    Scope.COMMENTS: (Place(over(RUNNING), comments),),
    Scope.LANDING: (
        Place(in_the_way, pressing("m"), only=frozenset({"mend", "resolve_this", "take_rest"})),
        Place(over(RUNNING), red_landing, only=frozenset({"land_red"})),
        Place(requesting, pressing("m"), only=frozenset({"request", "follow_first"})),
        Place(over(RUNNING), pressing("m")),
    ),
    Scope.INBOX: (Place(over(FIVE), pressing("a")),),
    Scope.CLASHES: (Place(clashing, pressing("c")),),
    Scope.CONFLICT: (Place(over(RUNNING), conflict),),
    Scope.LOG: (Place(over(RUNNING), pressing("g")),),
    Scope.GRAPH: (Place(over(RUNNING), pressing("G")),),
    Scope.TRAIN: (
        Place(
            four_asides,
            pressing("M"),
            only=frozenset({"mend_car", "resolve_car", "take_rest_of_car"}),
        ),
        Place(train, finished, only=frozenset({"land_car_red", "undo_car"})),
        Place(short_train, pressing("M"), only=frozenset({"add_ready"})),
        Place(train, pressing("M")),
    ),
    Scope.TASKS: (
        Place(going, pressing("t"), only=frozenset({"stop_plan", "assign_task"})),
        Place(tasks, pressing("t")),
    ),
    Scope.TASK: (Place(tasks, pressing("t", "enter")),),
    Scope.GOING: (Place(waves, pressing("t", "g")),),
    Scope.ASSIGNING: (Place(waves, pressing("t", "s")),),
    Scope.PLAN: (Place(tasks, pressing("t", "p")),),
    Scope.TASK_TEXT: (Place(tasks, pressing("t", "n")),),
    Scope.RETRYING: (Place(failed, pressing("t", "R")),),
    Scope.PROMPT: (Place(over(RUNNING), pressing("o")),),
    Scope.WRITING: (Place(prompting, pressing("o")),),
    Scope.READING: (Place(long_log, pressing("g", "pagedown", "l")),),
    Scope.CONFIRM: (Place(over(RUNNING), pressing("r")),),
    Scope.CHOOSING: (Place(over(RUNNING), files),),
    Scope.PICKING: (Place(over(RUNNING), pressing("colon")),),
    Scope.LEAVING: (Place(over(RUNNING), pressing("q")),),
    Scope.DIGEST: (Place(over(RUNNING), digest),),
}
"""Every scope but that of the screen that offers a lanes.yaml, which is an app of its own. The
first place of several that allows an action is taken."""


FIRST: dict[str, tuple[str, ...]] = {
    "left": ("2",),
    "up": ("3",),
    "side_up": ("pagedown",),
    "clash_left": ("l",),
    "clash_up": ("j",),
    "undo_this": ("j",),
    "next_found": ("slash", "e", "enter"),
    "previous_found": ("slash", "e", "enter"),
    "previous_file": ("n",),
    "previous_hunk": ("J", "J"),
    "viewed": ("n",),
    "send_comments": ("c", "w", "ctrl+s"),
    "comments": ("c", "w", "ctrl+s"),
    "stage": ("n", "n"),
    "unstage": ("n",),
    "discard": ("n", "n"),
    "previous_match": ("slash", *"token", "enter"),
    "next_word": ("J", "j", "j"),
    "line_start": ("J", "j", "j", "l", "l"),
    "mend_car": ("j", "j"),
    "take_rest_of_car": ("j", "j"),
    "resolve_car": ("j", "j", "j"),
    "car_up": ("j",),
    "undo_car": ("home",),
    "undo_choice": ("o",),
    "redo_choice": ("o", "u"),
    "finish_resolution": ("o", "o", "o"),
    "take_delete": ("tab",),
    "pick_up": ("down",),
    "pick_page_up": ("pagedown",),
    "inbox_up": ("down",),
    "submit": ("w",),
    "send_later": ("w",),
    "write_each": ("v", "enter", "w"),
    "toggle_paths": ("a",),
}
"""Keys after which an action has something to do."""
