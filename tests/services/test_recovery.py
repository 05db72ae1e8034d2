"""A death before every single step of every operation: one recovery, then nothing to do.

The death here is an exception that nothing catches, in this very process; `tests/faults`
does the same with SIGKILL, at random instants, and on a full disk.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    Adopt,
    Intent,
    Land,
    Park,
    Resume,
    Send,
    Start,
    Sync,
    Teardown,
    Undo,
)
from cockpit.domain.operation import OpState
from tests.conftest import git
from tests.faults.predicate import Picture, check
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


class Died(BaseException):
    """The process is gone."""


def die_at(number: int, seen: list[str]) -> Callable[[str], None]:
    def probe(where: str) -> None:
        seen.append(where)
        if len(seen) == number:
            raise Died(where)

    return probe


def prepare(desk: Desk) -> None:
    """Lane alpha with commits and uncommitted work of every kind; the commander's work."""
    folder = desk.start()
    desk.commit("alpha", "src/api.py", "def answer():\n    return 43\n")
    desk.commit("alpha", "src/more/deep.py", "deep = 1\n")
    (desk.root / "README.md").write_text("the commander's\n")
    (desk.root / "untracked.txt").write_text("the commander's\n")
    (folder / ".env").write_text("SECRET\n")


def dirty(desk: Desk) -> None:
    folder = desk.root.parent / "project-alpha"
    (folder / "src" / "auth.py").write_text("changed\n")
    (folder / "loose.txt").write_text("loose\n")


def landed(desk: Desk) -> None:
    desk.do(Land(ALPHA))


def torn(desk: Desk) -> None:
    dirty(desk)
    desk.do(Teardown(ALPHA))


def behind(desk: Desk) -> None:
    (desk.root / "src/theirs.py").write_text("theirs = 1\n")
    git(desk.root, "add", "src/theirs.py")
    git(desk.root, "commit", "-q", "-m", "theirs", "--", "src/theirs.py")


def synced(desk: Desk) -> None:
    behind(desk)
    desk.do(Sync(ALPHA))


def put_away(desk: Desk) -> None:
    dirty(desk)
    desk.do(Park(ALPHA))


def topic(desk: Desk) -> None:
    git(desk.root, "branch", "topic")


SCENES: dict[str, tuple[Callable[[Desk], None], Intent]] = {
    "start": (lambda _desk: None, Start(BETA)),
    "adopt": (topic, Adopt(BETA, "topic")),
    "land": (lambda _desk: None, Land(ALPHA)),
    "teardown": (dirty, Teardown(ALPHA)),
    "undo start": (dirty, Undo(2)),
    "undo land": (landed, Undo()),
    "undo teardown": (torn, Undo()),
    "send": (lambda _desk: None, Send(ALPHA, "hello")),
    "sync": (behind, Sync(ALPHA)),
    "sync by rebase": (behind, Sync(ALPHA, how="rebase")),
    "undo sync": (synced, Undo()),
    "park": (dirty, Park(ALPHA)),
    "undo park": (put_away, Undo()),
    "resume": (put_away, Resume(ALPHA)),
}


@pytest.fixture(params=list(SCENES))
def scene(request: pytest.FixtureRequest) -> tuple[Callable[[Desk], None], Intent]:
    return SCENES[request.param]


@pytest.mark.parametrize("number", range(1, 16))
def test_a_death_before_any_step_is_recovered_once(
    desk: Desk, scene: tuple[Callable[[Desk], None], Intent], number: int
) -> None:
    before_scene, intent = scene
    prepare(desk)
    before_scene(desk)
    folder = desk.root.parent / "project-alpha"
    lanes = [folder] if folder.is_dir() else []
    picture = Picture.take(desk.root, lanes, Path(desk.cockpit().state))
    seen: list[str] = []
    dying = desk.cockpit(die_at(number, seen))
    try:
        desk.do(intent, cockpit=dying)
    except Died:
        died = True
    else:
        died = False
    if not died:
        assert len(seen) < number
        return
    first = desk.cockpit().recover(desk.events.append)
    assert desk.cockpit().recover(desk.events.append) == []
    assert all(op.state is not OpState.PENDING for op in desk.cockpit().log()), first
    assert check(picture, desk.root, Path(desk.cockpit().state)) == []
    assert [fault for fault in desk.cockpit().faults() if fault.lane == BETA] == []
    desk.do(Start(LaneId("beta"))) if BETA not in desk.cockpit().work.registry.lanes() else None


def test_recovery_leaves_a_living_operation_alone(desk: Desk) -> None:
    prepare(desk)
    with pytest.raises(Died):
        desk.do(Land(ALPHA), cockpit=desk.cockpit(die_at(9, [])))
    pending = desk.cockpit().work.journal.pending()
    if not pending:
        pytest.fail("the ninth step of a landing is inside it")
    with desk.cockpit().work.locks.hold("lane-alpha", why="alive"):
        import threading

        said: list[str] = []
        thread = threading.Thread(
            target=lambda: said.extend(desk.cockpit().recover(desk.events.append))
        )
        thread.start()
        thread.join()
        assert said == []
    assert desk.cockpit().recover(desk.events.append) != []


def test_a_prompt_whose_delivery_is_unknown_is_never_sent_again(desk: Desk) -> None:
    desk.start()
    with pytest.raises(Died):
        desk.do(Send(ALPHA, "hello"), cockpit=desk.cockpit(die_at(3, [])))
    screen = [list(rows) for rows in desk.tmux.screens.values()]
    desk.cockpit().recover(desk.events.append)
    assert [list(rows) for rows in desk.tmux.screens.values()] == screen
    assert desk.cockpit().log()[-1].outcome["delivery"] == "unknown"


@pytest.mark.parametrize("intent", ["land", "undo land"])
def test_a_target_that_went_on_after_the_death_is_left_where_it_is(desk: Desk, intent: str) -> None:
    """Killed right after the compare-and-swap; then the commander commits on top."""
    prepare(desk)
    scene, wish = SCENES[intent]
    scene(desk)

    def die(where: str) -> None:
        if "checkout" in where:
            raise Died(where)

    with pytest.raises(Died):
        desk.do(wish, cockpit=desk.cockpit(die))
    tree = git(desk.root, "rev-parse", "main^{tree}").strip()
    on_top = git(desk.root, "commit-tree", "-p", "main", "-m", "on top", tree).strip()
    git(desk.root, "update-ref", "refs/heads/main", on_top)
    said = desk.cockpit().recover(desk.events.append)
    assert "went on since" in said[0]
    assert desk.main() == on_top
    assert desk.cockpit().log()[-1].state is OpState.DONE
    assert desk.cockpit().recover(desk.events.append) == []
