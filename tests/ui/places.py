"""A place for the keys of every scope, over a fake fleet: where an action can be tried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from cockpit.domain.activity import State
from cockpit.domain.background import Background, Trigger
from cockpit.domain.change import Layer
from cockpit.domain.digest import Digest, Line, News
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.prompt_queue import PromptQueue, Waiting
from cockpit.domain.review import Comment, Side
from cockpit.ui.actions import Scope
from cockpit.ui.screens.comments import CommentsScreen
from cockpit.ui.screens.conflict import ConflictScreen
from cockpit.ui.screens.paths import PathRow, PathsScreen
from tests.ui import boards, trains
from tests.ui.conflicts import usual
from tests.ui.drive import Session
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, view
from tests.ui.test_clashes import THREE, supervisor_of
from tests.ui.test_inbox import FIVE
from tests.ui.test_tasks import failed_with_lane, waves

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
        Place(over(RUNNING), hosted=True),
        Place(over(RUNNING), pressing("z", "tab")),
        Place(over(RUNNING), pressing("asterisk")),
        Place(over(FRESH)),
        Place(over(ENDED)),
        Place(over(LEASHED)),
    ),
    Scope.DIFF: (Place(over(RUNNING), pressing("d")),),
    Scope.COMMENTS: (Place(over(RUNNING), comments),),
    Scope.LANDING: (Place(over(RUNNING), pressing("m")),),
    Scope.INBOX: (Place(over(FIVE), pressing("a")),),
    Scope.CLASHES: (Place(clashing, pressing("c")),),
    Scope.CONFLICT: (Place(over(RUNNING), conflict),),
    Scope.LOG: (Place(over(RUNNING), pressing("g")),),
    Scope.GRAPH: (Place(over(RUNNING), pressing("G")),),
    Scope.TRAIN: (Place(train, pressing("M")),),
    Scope.TASKS: (Place(tasks, pressing("t")),),
    Scope.TASK: (Place(tasks, pressing("t", "enter")),),
    Scope.GOING: (Place(waves, pressing("t", "g")),),
    Scope.ASSIGNING: (Place(waves, pressing("t", "s")),),
    Scope.PLAN: (Place(tasks, pressing("t", "p")),),
    Scope.TASK_TEXT: (Place(tasks, pressing("t", "n")),),
    Scope.RETRYING: (Place(failed, pressing("t", "R")),),
    Scope.PROMPT: (Place(over(RUNNING), pressing("o")),),
    Scope.WRITING: (Place(over(RUNNING), pressing("o")),),
    Scope.READING: (Place(over(RUNNING), pressing("g")),),
    Scope.CONFIRM: (Place(over(RUNNING), pressing("r")),),
    Scope.CHOOSING: (Place(over(RUNNING), files),),
    Scope.PICKING: (Place(over(RUNNING), pressing("colon")),),
    Scope.LEAVING: (Place(over(RUNNING), pressing("q")),),
    Scope.DIGEST: (Place(over(RUNNING), digest),),
}
"""Every scope but the one of the screen that offers a lanes.yaml: it is an app of its own, and
tests/ui/test_proposal.py clicks its hints. The first place of several that allows it is taken."""
