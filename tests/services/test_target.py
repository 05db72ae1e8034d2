"""How the target moves while the commander works in the checkout that follows it, and what a
death leaves there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cockpit.domain.events import Notice
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Approve, Follow, Intent, Land, Sync, Undo
from cockpit.domain.operation import OpState
from cockpit.domain.upstream import Standing
from cockpit.errors import CockpitError, Refused, Unavailable
from cockpit.services import upstream
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_recovery import Died
from tests.services.test_upstream import Origin

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
BRING = "bring the checkout after it"
CODE = Path(__file__).parents[2]


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Lane alpha with one good commit."""
    desk.start()
    desk.commit("alpha", "src/api.py", "def answer():\n    return 43\n")
    return desk


def landing(_desk: Desk, _tmp: Path) -> Intent:
    return Land(ALPHA)


def undoing(desk: Desk, _tmp: Path) -> Intent:
    desk.do(Land(ALPHA))
    return Undo()


def following(desk: Desk, tmp: Path) -> Intent:
    Origin(desk, tmp).push("src/theirs.py")
    return Follow()


Scene = Callable[[Desk, Path], Intent]
scenes = pytest.mark.parametrize("scene", [landing, undoing, following])


def at(step: str, act: Callable[[], object]) -> Callable[[str], None]:
    def probe(where: str) -> None:
        if where.endswith(f": {step}"):
            act()

    return probe


def die() -> None:
    raise Died


def killed(desk: Desk, intent: Intent, step: str = BRING) -> None:
    with pytest.raises(Died):
        desk.do(intent, cockpit=desk.cockpit(at(step, die)))


def status(folder: Path) -> str:
    return git(folder, "status", "--porcelain")


def on_top(desk: Desk) -> str:
    """A commit on the target, from elsewhere than its checkout."""
    commit = git(desk.root, "commit-tree", "-p", "main", "-m", "on top", "main^{tree}").strip()
    git(desk.root, "update-ref", "refs/heads/main", commit)
    return commit


# ---------------------------------------------------------------- the lock of the index


@scenes
@pytest.mark.parametrize("step", ["move main", BRING])
def test_no_commit_is_made_of_an_index_that_is_left_behind(
    ready: Desk, tmp_path: Path, scene: Scene, step: str
) -> None:
    """Between the move and the new index a commit would take back what just came."""
    intent = scene(ready, tmp_path)
    tried: list[int] = []

    def commit() -> None:
        command = ["git", "commit", "-q", "--allow-empty", "-m", "too early"]
        tried.append(subprocess.run(command, cwd=ready.root, capture_output=True).returncode)

    ready.do(intent, cockpit=ready.cockpit(at(step, commit)))
    assert tried and tried[0] != 0
    assert status(ready.root) == ""
    moved = git(ready.root, "rev-parse", "main^{tree}")
    git(ready.root, "commit", "-q", "--allow-empty", "-m", "now it goes")
    assert git(ready.root, "rev-parse", "main^{tree}") == moved


def test_another_git_that_stays_in_the_index(ready: Desk) -> None:
    before, lock = ready.main(), ready.root / ".git" / "index.lock"
    lock.touch()
    with pytest.raises(Unavailable, match="Another git is working"):
        ready.do(Land(ALPHA))
    assert lock.exists() and ready.main() == before
    lock.unlink()
    assert status(ready.root) == ""
    assert ready.cockpit().log(last=1)[0].state is OpState.ABANDONED


def test_work_that_comes_in_the_way_after_the_look(ready: Desk) -> None:
    before, path = ready.main(), ready.root / "src" / "api.py"
    write = at("move main", lambda: path.write_text("the commander's\n"))
    with pytest.raises(Refused, match="in the way"):
        ready.do(Land(ALPHA), cockpit=ready.cockpit(write))
    assert ready.main() == before and path.read_text() == "the commander's\n"
    assert not (ready.root / ".git" / "index.lock").exists()


def test_a_lock_that_a_kill_left_is_taken_away(ready: Desk) -> None:
    killed(ready, Land(ALPHA))
    lock = ready.root / ".git" / "index.lock"
    assert not lock.exists(), "nothing but a kill leaves it"
    lock.touch()
    os.utime(lock, (1, 1))
    assert any("was finished" in said for said in ready.cockpit().recover(ready.events.append))
    assert status(ready.root) == "" and not lock.exists()


def test_a_lock_that_is_held_is_not_taken_for_a_dead_one_s(ready: Desk) -> None:
    """Neither by this process, which is none of those it looks at, nor by another."""
    lock = ready.root / ".git" / "index.lock"
    kept: list[bool] = []
    clear = "from pathlib import Path; from cockpit.services.wiring import build_cockpit; "
    clear += "build_cockpit(Path.cwd(), by='test').work.git.clear_leavings(patience=0.0)"

    def others_start() -> None:
        os.utime(lock, (1, 1))
        ready.cockpit().work.git.clear_leavings(patience=0.0)
        kept.append(lock.exists())
        env = {**os.environ, "PYTHONPATH": str(CODE)}
        subprocess.run([sys.executable, "-c", clear], cwd=ready.root, check=True, env=env)
        kept.append(lock.exists())

    ready.do(Land(ALPHA), cockpit=ready.cockpit(at(BRING, others_start)))
    assert kept == [True, True]
    assert status(ready.root) == "" and not lock.exists()


# ---------------------------------------------------------------- a move that was cut off


@scenes
def test_a_checkout_follows_to_what_came_on_top(ready: Desk, tmp_path: Path, scene: Scene) -> None:
    killed(ready, scene(ready, tmp_path))
    tip = on_top(ready)
    assert status(ready.root) != ""
    assert "went on since" in ready.cockpit().recover(ready.events.append)[-1]
    assert ready.main() == tip and status(ready.root) == ""
    assert ready.cockpit().recover(ready.events.append) == []


def test_the_commanders_own_stays_when_it_follows_to_what_came_on_top(ready: Desk) -> None:
    ready.commit("alpha", "src/more.py", "more = 1\n")
    killed(ready, Land(ALPHA))
    on_top(ready)
    (ready.root / "src" / "api.py").write_text("the commander's\n")
    ready.cockpit().recover(ready.events.append)
    assert (ready.root / "src" / "api.py").read_text() == "the commander's\n"
    assert (ready.root / "src" / "more.py").read_text() == "more = 1\n"
    assert ready.cockpit().log(last=1)[0].outcome["left"] == ["src/api.py"]


@pytest.fixture
def cut_off(ready: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Alpha's landing met a full disk in the app, which stays open; beta is ready to land."""
    ready.start("beta")
    ready.commit("beta", "src/other.py", "other = 1\n")
    app = ready.usual()

    def full(_plan: object) -> list[str]:
        raise CockpitError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(app.work.git.follower, "finish", full)
        with pytest.raises(CockpitError, match="disk is full"):
            ready.do(Land(ALPHA), cockpit=app)
    assert status(ready.root) != ""
    return ready


def test_a_move_that_was_cut_off_is_finished_before_the_next(cut_off: Desk) -> None:
    cut_off.do(Land(BETA), cockpit=cut_off.usual())
    assert status(cut_off.root) == ""
    assert "43" in (cut_off.root / "src" / "api.py").read_text()
    said = [event.text for event in cut_off.events if isinstance(event, Notice)]
    assert any("was finished" in text for text in said)
    assert [op.state for op in cut_off.cockpit().log(last=9) if op.kind == "land"] == [
        OpState.DONE,
        OpState.DONE,
    ]


def test_no_move_begins_before_one_that_can_not_be_finished(cut_off: Desk) -> None:
    before, app = cut_off.main(), cut_off.usual()
    held = cut_off.cockpit().work.locks.hold("lane-alpha", why="busy")
    with ThreadPoolExecutor(1) as elsewhere, held:
        attempt = elsewhere.submit(cut_off.do, Land(BETA), cockpit=app)
        with pytest.raises(Refused, match="cut off before its checkout followed"):
            attempt.result()
    assert cut_off.main() == before
    assert cut_off.cockpit().log(last=1)[0].state is OpState.ABANDONED
    cut_off.do(Land(BETA), cockpit=app)
    assert status(cut_off.root) == ""


# ---------------------------------------------------------------- a checkout that left


@scenes
@pytest.mark.parametrize("further", [False, True])
def test_a_checkout_that_left_the_branch_is_left_alone(
    ready: Desk, tmp_path: Path, scene: Scene, further: bool
) -> None:
    intent = scene(ready, tmp_path)
    git(ready.root, "branch", "feature", "main")
    killed(ready, intent)
    git(ready.root, "checkout", "-q", "feature")
    if further:
        on_top(ready)
    assert status(ready.root) == ""
    ready.cockpit().recover(ready.events.append)
    assert status(ready.root) == ""
    assert ready.cockpit().work.journal.pending() == []
    git(ready.root, "checkout", "-q", "main")
    assert status(ready.root) == ""


def test_a_checkout_in_which_something_is_under_way_is_waited_for(ready: Desk) -> None:
    killed(ready, Land(ALPHA))
    git(ready.root, "bisect", "start")
    said = ready.cockpit().recover(ready.events.append)
    assert "can't be finished yet" in said[-1] and "a bisect is under way" in said[-1]
    git(ready.root, "bisect", "reset")
    assert "was finished" in ready.cockpit().recover(ready.events.append)[-1]
    assert status(ready.root) == ""


@scenes
@pytest.mark.parametrize("command", [["checkout", "-q", "-b", "feature"], ["bisect", "start"]])
def test_a_checkout_that_leaves_before_the_move(
    ready: Desk, tmp_path: Path, scene: Scene, command: list[str]
) -> None:
    intent, before = scene(ready, tmp_path), ready.main()
    leave = at("lay out the new files", lambda: git(ready.root, *command))
    with pytest.raises(Refused, match=r"Another checkout has|can.t be followed"):
        ready.do(intent, cockpit=ready.cockpit(leave))
    assert ready.main() == before and status(ready.root) == ""
    assert ready.cockpit().log(last=1)[0].state is OpState.ABANDONED


def behind(desk: Desk) -> Path:
    """Main has what alpha lacks; returns alpha's folder."""
    (desk.root / "src" / "theirs.py").write_text("theirs = 1\n")
    git(desk.root, "add", "src/theirs.py")
    git(desk.root, "commit", "-q", "-m", "theirs")
    return desk.root.parent / "project-alpha"


def test_a_lane_that_left_its_branch_is_left_alone(ready: Desk) -> None:
    folder = behind(ready)
    git(folder, "branch", "feature")
    killed(ready, Sync(ALPHA), "bring the lane's files after it")
    git(folder, "checkout", "-q", "feature")
    ready.cockpit().recover(ready.events.append)
    assert status(folder) == "" and not (folder / "src" / "theirs.py").exists()
    git(folder, "checkout", "-q", "alpha/work")
    assert status(folder) == "" and (folder / "src" / "theirs.py").exists()


def test_a_lane_that_leaves_its_branch_before_the_move(ready: Desk) -> None:
    folder = behind(ready)
    before = git(folder, "rev-parse", "alpha/work")
    leave = at("lay out the new files", lambda: git(folder, "checkout", "-q", "-b", "feature"))
    with pytest.raises(Refused, match="not on alpha/work any more"):
        ready.do(Sync(ALPHA), cockpit=ready.cockpit(leave))
    assert git(folder, "rev-parse", "alpha/work") == before and status(folder) == ""


# ---------------------------------------------------------------- what came in between


def test_a_commit_between_the_look_at_the_upstream_and_the_move(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Origin(desk, tmp_path).push()
    looked = upstream.standing

    def meddled(*args: object) -> Standing:
        seen = looked(*args)  # type: ignore[arg-type]
        on_top(desk)
        return seen

    monkeypatch.setattr(upstream, "standing", meddled)
    with pytest.raises(Refused, match="main moved meanwhile"):
        desk.do(Follow())
    assert git(desk.root, "log", "-1", "--format=%s", "main") == "on top\n"
    assert status(desk.root) == ""


@pytest.mark.parametrize("again", [False, True])
def test_recovery_uses_up_the_approval_that_landed_alone(ready: Desk, again: bool) -> None:
    killed(ready, Land(ALPHA))
    if again:
        ready.commit("alpha", "src/api.py", "def answer():\n    return 44\n")
        ready.do(Approve(ALPHA))
    ready.cockpit().recover(ready.events.append)
    given = ready.cockpit().work.approvals.get(ALPHA)
    tip = git(ready.root, "rev-parse", "alpha/work").strip()
    assert (given.commit if given else None) == (tip if again else None)
