"""The short form of the fault runs; `make faults` is the long one.

Every step of every operation once; a few of each other kind; and every deliberately wrong
variant of the product must be caught by at least one run.
"""

from __future__ import annotations

import os
import random
import signal

import pytest

from tests.faults import disk, strace
from tests.faults.harness import (
    Inflict,
    Trial,
    after,
    at_step,
    attempt,
    meddled_at,
    nothing,
    profile,
    with_locks_left,
)
from tests.faults.mutants import MUTANTS
from tests.faults.scenes import SCENES
from tests.faults.tmux import attempt_with_tmux
from tests.faults.world import Slot

CAUGHT_BY: dict[str, tuple[str, str, object]] = {
    "journal without the intent": ("land", "bring the checkout after it", at_step),
    "swap without the expected value": ("land", "move main", meddled_at),
    "checkout before the target": ("land", "move main", at_step),
    "deleted instead of moved": ("teardown", "", None),
    "no snapshot": ("teardown", "", None),
    "no pin": ("teardown", "", None),
    "hard reset of the checkout": ("land", "", None),
    "branch taken without a backup": ("teardown", "", None),
    "prompt sent again": ("send", "press Enter", at_step),
    "staging stays": ("land", "", None),
    "lock files stay": ("land", "lay out the new files", with_locks_left),
    "git folder forgotten": ("teardown", "", None),
    "second agent": ("start", "remember the lane", at_step),
    "end not written": ("land", "lay out the new files", at_step),
}
"""Mutant → operation, step, fault that must show it (no fault: the operation alone does)."""

WHOLE = (
    "start",
    "adopt a branch",
    "land",
    "teardown",
    "undo start",
    "undo adopt",
    "undo land",
    "undo teardown",
    "sync",
    "park",
    "send",
    "stop",
    "restart",
    "resolve",
    "undo resolve",
    "commit",
    "leave-out",
    "undo commit",
    "undo leave-out",
    "stage a hunk",
    "discard a hunk",
    "undo discard",
)
"""Operations of which every step is killed here; their variants are in the long form."""

needs_strace = pytest.mark.skipif(bool(strace.why_not_strace()), reason=strace.why_not_strace())


def _number(slot: Slot, scene: str, step: str) -> int:
    steps, _ = profile(slot, scene)
    return next(number for number, name in enumerate(steps, 1) if name.endswith(step))


def _inflict(slot: Slot, scene: str, step: str, fault: object) -> Inflict:
    if fault is None:
        return nothing
    assert callable(fault)
    made: Inflict = fault(_number(slot, scene, step))
    return made


def _wrong(trials: list[Trial]) -> list[str]:
    return [f"{trial} {trial.ended}" for trial in trials if trial.violations]


@pytest.mark.parametrize("scene", WHOLE)
def test_a_kill_at_any_step_is_recovered_once(slot: Slot, scene: str) -> None:
    steps, _ = profile(slot, scene)
    trials = [
        attempt(slot, scene, "step", name, at_step(number)) for number, name in enumerate(steps, 1)
    ]
    assert _wrong(trials) == []
    assert all(trial.died for trial in trials)


@pytest.mark.parametrize("who", ["all", "driver", "git"])
def test_a_kill_at_random_instants(slot: Slot, who: str) -> None:
    dice = random.Random(who)
    trials = []
    for scene in dice.sample(sorted(SCENES), 4):
        _, seconds = profile(slot, scene)
        instant = dice.uniform(0.1, 0.9) * seconds
        trials.append(
            attempt(slot, scene, f"random {who}", f"{instant:.3f} s", after(instant, who))
        )
    assert _wrong(trials) == []


@pytest.mark.parametrize("scene", ["land", "undo land"])
def test_a_target_that_somebody_else_moves(slot: Slot, scene: str) -> None:
    number = _number(slot, scene, "move main")
    trial = attempt(slot, scene, "meddler", "", meddled_at(number))
    assert _wrong([trial]) == []
    assert "error" in trial.ended


@needs_strace
@pytest.mark.parametrize(
    ("scene", "harm"),
    [("start", "signal=KILL"), ("land", "signal=KILL"), ("teardown", "error=ENOSPC")],
)
def test_a_git_hit_at_a_system_call(slot: Slot, scene: str, harm: str) -> None:
    points = strace.points_of_git(slot, scene)
    assert len(points) > 30
    trials = []
    for point in random.Random(scene).sample(points, 3):

        def inflict(slot: Slot, job: strace.Job, point: strace.Point = point) -> None:
            strace.hit(slot, job, point, harm, die_with_git=True)

        trials.append(attempt(slot, scene, harm, str(point), inflict))
    assert _wrong(trials) == []


@needs_strace
def test_cockpit_killed_at_a_system_call(slot: Slot) -> None:
    points = strace.points_of_cockpit(slot, "land")
    trials = []
    for point in random.Random("cockpit").sample(points, 3):

        def inflict(slot: Slot, job: strace.Job, point: strace.Point = point) -> None:
            strace.hit(slot, job, point, "signal=KILL")

        trials.append(attempt(slot, "land", "cockpit call", str(point), inflict))
    assert _wrong(trials) == []
    assert all(trial.died for trial in trials)


def test_a_full_disk(slot: Slot) -> None:
    why = disk.why_not_mount(slot.folder / "mount")
    if why:
        pytest.skip(why)
    trials = []
    with disk.small(slot):
        for free in (0, 3, 9, 20):
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


def test_every_mutant_has_its_run() -> None:
    assert set(CAUGHT_BY) == set(MUTANTS)
    assert len(MUTANTS) >= 10


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_mutant_is_caught(slot: Slot, mutant: str) -> None:
    scene, step, fault = CAUGHT_BY[mutant]
    inflict = _inflict(slot, scene, step, fault)
    sound = attempt(slot, scene, "mutant", "none", inflict)
    assert _wrong([sound]) == []
    assert attempt(slot, scene, "mutant", mutant, inflict, mutant=mutant).violations


def test_nothing_of_the_runs_reaches_the_test_s_own_home(slot: Slot) -> None:
    slot.restore("start")
    assert slot.env["HOME"] != os.environ["HOME"]
    assert str(slot.state).startswith(str(slot.world))
