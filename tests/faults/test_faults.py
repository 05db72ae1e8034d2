"""The short form of the fault runs; `make faults` is the long one.

The worst step of every kind of operation; a few of each other kind of fault; and every
deliberately wrong variant of the product must be caught by at least one run.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable

import pytest

from cockpit.domain.operation import UNDOABLE, OpKind
from tests.faults import disk, strace
from tests.faults.harness import (
    Inflict,
    Trial,
    after,
    attempt,
    before_step,
    meddled_before,
    profile,
    unharmed,
    with_locks_left,
)
from tests.faults.mutants import MUTANTS
from tests.faults.scenes import NO_SCENE, SCENES
from tests.faults.tmux import attempt_with_tmux
from tests.faults.world import Slot

KILLS: tuple[tuple[str, str], ...] = (
    ("start", "start: open the pane"),
    ("start", "start: end"),
    ("start with changes", "copy and link what setup names"),
    ("start with a prompt", "press Enter"),
    ("start from a remote base", "note when the base was fetched"),
    ("keep a prompt", "put the prompt into the line"),
    ("deliver a prompt", "press Enter"),
    ("deliver a prompt", "prompt sent"),
    ("call prompts off", "take them out of the line"),
    ("adopt a branch", "add the worktree"),
    ("teardown", "move git's folder of the worktree to the trash"),
    ("teardown, all merged", "end the agent#2"),
    ("park", "remember that it is parked"),
    ("rename", "rename the branch to gamma/work"),
    ("rename, queued", "remember the lane"),
    ("move", "write git's links anew"),
    ("lock", "lock: end"),
    ("resume", "link folder and repository"),
    ("answer", "answer: end"),
    ("answer a result", "send: end"),
    ("stop", "stop: end"),
    ("restart", "restart: end"),
    ("interrupt", "interrupt: end"),
    ("trust", "trust: end"),
    ("empty trash", "trash: end"),
    ("land", "move main"),
    ("land", "bring the checkout after it"),
    ("land and push", "push to origin"),
    ("pull request", "run true"),
    ("follow", "bring the checkout after it"),
    ("train", "move main#2"),
    ("train, one conflicts", "train: end"),
    ("queue before", "queue: end"),
    ("approve, revoked", "approve: end"),
    ("standing", "standing: end"),
    ("dispatch", "dispatch: end"),
    ("background run", "start: end"),
    ("background landing", "land: end"),
    ("assign", "start: end"),
    ("assign the next", "send: end"),
    ("plan go", "plan: end"),
    ("write tasks", "task: end"),
    ("collect", "collect: end"),
    ("close the round", "round: end"),
    ("sync that waited", "pin the commits"),
    ("sync by rebase", "bring the lane's files after it"),
    ("resolve", "remember how it was resolved"),
    ("hand back", "send: begin"),
    ("commit", "commit: end"),
    ("leave-out", "bring the lane's files after it"),
    ("unstage a hunk", "hunk: end"),
    ("discard a hunk", "write the file"),
    ("undo start", "take the branch away"),
    ("undo adopt", "forget the lane"),
    ("undo land", "bring the checkout after it"),
    ("undo undo", "bring the checkout after it"),
    ("undo follow", "bring the checkout after it"),
    ("undo teardown", "move the folder back"),
    ("undo keep a prompt", "write the line of before"),
    ("undo call prompts off", "undo: end"),
    ("undo park", "remember the lane"),
    ("undo rename", "bring what is remembered of the lane to the new name"),
    ("undo move", "write git's links anew"),
    ("undo lock", "undo: end"),
    ("undo sync", "bring the lane's files after it"),
    ("undo resolve", "bring the lane's files after it"),
    ("undo commit", "undo: end"),
    ("undo leave-out", "bring the lane's files after it"),
    ("undo discard", "undo: end"),
    ("undo revoke", "undo: end"),
    ("undo standing", "undo: end"),
)
"""Scene, and the step before which a death leaves most: `make faults` kills at every step of
every scene."""

CAUGHT_BY: dict[str, tuple[str, str, Callable[[str], Inflict]]] = {
    "journal without the intent": ("land", "bring the checkout after it", before_step),
    "swap without the expected value": ("land", "move main", meddled_before),
    "checkout before the target": ("land", "move main", before_step),
    "deleted instead of moved": ("teardown", "", unharmed),
    "no snapshot": ("teardown", "", unharmed),
    "no pin": ("teardown", "", unharmed),
    "hard reset of the checkout": ("land", "", unharmed),
    "branch taken without a backup": ("teardown", "", unharmed),
    "prompt typed from the line": ("deliver a prompt", "press Enter", before_step),
    "prompt kept without a step": ("keep a prompt", "prompt: begin", before_step),
    "called off in words alone": ("call prompts off", "", unharmed),
    "prompt sent again": ("send", "press Enter", before_step),
    "staging stays": ("land", "", unharmed),
    "lock files stay": ("land", "lay out the new files", with_locks_left),
    "git folder forgotten": ("teardown", "", unharmed),
    "second agent": ("start", "remember the lane", before_step),
    "end not written": ("land", "lay out the new files", before_step),
    "approval not used": ("land", "", unharmed),
    "approval kept by a request": ("pull request", "run true", before_step),
    "content that was not gated": ("land", "", unharmed),
    "cars forgotten": ("train, one conflicts", "train: end", before_step),
    "queue emptied by a landing": ("train, one conflicts", "train: end", before_step),
    "branch not parked": ("park", "", unharmed),
    "index changed without a pin": ("unstage a hunk", "", unharmed),
    "discarded without a copy": ("discard a hunk", "", unharmed),
    "hard reset of the lane": ("sync", "", unharmed),
    "waiting sync forgotten": ("sync that waited", "pin the commits", before_step),
}
"""Mutant → operation, step, fault that must show it (`unharmed`: the operation alone does)."""

_sound: dict[tuple[str, str, str], list[str]] = {}
"""What was found wrong without any mutant."""

needs_strace = pytest.mark.skipif(bool(strace.why_not_strace()), reason=strace.why_not_strace())


def _wrong(trials: list[Trial]) -> list[str]:
    return [f"{trial} {trial.ended}" for trial in trials if trial.violations]


@pytest.mark.parametrize(("scene", "step"), KILLS)
def test_a_kill_at_any_step_is_recovered_once(slot: Slot, scene: str, step: str) -> None:
    trial = attempt(slot, scene, "step", step, before_step(step))
    assert _wrong([trial]) == []
    assert trial.died


@pytest.mark.parametrize("who", ["all", "driver", "git"])
def test_a_kill_at_random_instants(slot: Slot, who: str) -> None:
    dice = random.Random(who)
    trials = []
    for scene in dice.sample(sorted(SCENES), 2):
        _, seconds = profile(slot, scene)
        instant = dice.uniform(0.1, 0.9) * seconds
        trials.append(
            attempt(slot, scene, f"random {who}", f"{instant:.3f} s", after(instant, who))
        )
    assert _wrong(trials) == []


@pytest.mark.parametrize("scene", ["land", "undo land", "follow"])
def test_a_target_that_somebody_else_moves(slot: Slot, scene: str) -> None:
    trial = attempt(slot, scene, "meddler", "", meddled_before("move main"))
    assert _wrong([trial]) == []
    assert "error" in trial.ended


@pytest.mark.parametrize(
    ("scene", "step"),
    [
        ("land", "gate: end"),
        ("sync", "move alpha/work"),
        ("commit", "move alpha/work and the index"),
    ],
)
def test_a_lane_in_which_somebody_else_commits(slot: Slot, scene: str, step: str) -> None:
    trial = attempt(
        slot, scene, "lane meddler", step, meddled_before(step, "refs/heads/alpha/work")
    )
    assert _wrong([trial]) == []
    assert "error" in trial.ended


@needs_strace
@pytest.mark.parametrize(
    ("scene", "harm"),
    [("commit", "signal=KILL"), ("sync", "error=ENOSPC")],
)
def test_a_git_hit_at_a_system_call(slot: Slot, scene: str, harm: str) -> None:
    points = strace.points_of_git(slot, scene)
    assert len(points) > 20
    trials = []
    for point in random.Random(scene).sample(points, 2):

        def inflict(slot: Slot, job: strace.Job, point: strace.Point = point) -> None:
            strace.hit(slot, job, point, harm, die_with_git=True)

        trials.append(attempt(slot, scene, harm, str(point), inflict))
    assert _wrong(trials) == []


@needs_strace
def test_cockpit_killed_at_a_system_call(slot: Slot) -> None:
    points = strace.points_of_cockpit(slot, "sync")
    trials = []
    for point in random.Random("cockpit").sample(points, 2):

        def inflict(slot: Slot, job: strace.Job, point: strace.Point = point) -> None:
            strace.hit(slot, job, point, "signal=KILL")

        trials.append(attempt(slot, "sync", "cockpit call", str(point), inflict))
    assert _wrong(trials) == []
    assert all(trial.died for trial in trials)


def test_a_full_disk(slot: Slot) -> None:
    why = disk.why_not_mount(slot.folder / "mount")
    if why:
        pytest.skip(why)
    trials = []
    with disk.small(slot):
        for free in (0, 9):
            trials.append(
                attempt(
                    slot, "land", "full disk", f"{free} pages", disk.with_free(free * disk.PAGE)
                )
            )
    assert _wrong(trials) == []
    assert "error" in trials[0].ended


@pytest.mark.tmux
@pytest.mark.parametrize(
    ("scene", "step", "how"),
    [
        ("start", 7, signal.SIGKILL),
        ("teardown", 2, signal.SIGKILL),
        ("send", 4, signal.SIGKILL),
        ("send", 3, signal.SIGSTOP),
    ],
)
def test_a_tmux_server_that_dies_or_hangs(
    slot: Slot, scene: str, step: int, how: signal.Signals
) -> None:
    assert _wrong([attempt_with_tmux(slot, scene, step, how)]) == []


def test_every_kind_of_operation_has_a_scene_or_a_reason() -> None:
    shown = {kind for scene in SCENES.values() for kind in (scene.kind, *scene.also)}
    assert shown | set(NO_SCENE) == set(OpKind)
    assert not shown & set(NO_SCENE)
    assert {scene.undoes for scene in SCENES.values()} - {None} == UNDOABLE


def test_every_kind_of_operation_has_its_kill() -> None:
    killed = [SCENES[name] for name, _ in KILLS]
    assert {kind for scene in killed for kind in (scene.kind, *scene.also)} | set(NO_SCENE) == set(
        OpKind
    )
    assert {scene.undoes for scene in killed} - {None} == UNDOABLE


def test_every_mutant_has_its_run() -> None:
    assert set(CAUGHT_BY) == set(MUTANTS)
    assert len(MUTANTS) >= 20


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_mutant_is_caught(slot: Slot, mutant: str) -> None:
    scene, step, fault = CAUGHT_BY[mutant]
    key = (scene, step, fault.__name__)
    if key not in _sound:
        _sound[key] = _wrong([attempt(slot, scene, "mutant", "none", fault(step))])
    assert _sound[key] == []
    assert attempt(slot, scene, "mutant", mutant, fault(step), mutant=mutant).violations


def test_nothing_of_the_runs_reaches_the_test_s_own_home(slot: Slot) -> None:
    slot.restore("start")
    assert slot.env["HOME"] != os.environ["HOME"]
    assert str(slot.state).startswith(str(slot.world))
