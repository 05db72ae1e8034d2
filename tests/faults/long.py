"""The long fault runs: `make faults`, or `python -m tests.faults.long [--kind K] [--scene S]`.

Prints a table, operation × kind of fault × runs × violations, and ends with 1 if there was
any violation, whose every sentence stands above the table. What can't run here (no strace,
no mount) is said and counted as nothing, never as passed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, Queue

from tests.faults import disk, strace
from tests.faults.drive import Job
from tests.faults.harness import Trial, after, at_step, attempt, meddled_at, nothing, profile
from tests.faults.mutants import MUTANTS
from tests.faults.scenes import SCENES
from tests.faults.tmux import attempt_with_tmux, has_tmux
from tests.faults.world import Slot, scratch_parent

KINDS = ("step", "random", "git call", "cockpit call", "no space", "full disk", "tmux")
KILL, FULL = "signal=KILL", "error=ENOSPC"
TARGET_STEP, LANE_BRANCH = "move main", "alpha/work"
TMUX_SCENES = (
    "start",
    "start with a prompt",
    "adopt a branch",
    "teardown",
    "park",
    "resume",
    "send",
    "restart",
    "stop",
    "interrupt",
    "hand back",
    "sync",
    "undo start",
    "assign",
    "assign the next",
)
"""Scenes that ask or tell tmux anything; the others only by `--scene`."""
Work = Callable[[Slot], Iterator[Trial]]


@dataclass(frozen=True)
class Amount:
    """How much of each kind."""

    steps: int = 3
    random: int = 400
    git_calls: int = 20
    """System calls of each operation, drawn from all that there are."""
    cockpit_calls: int = 12
    no_space: int = 8
    full_disk: int = 60
    frozen: int = 2
    """Steps of each operation at which tmux is frozen (each call waits for its deadline)."""

    def scaled(self, by: float) -> Amount:
        """The same in another size; never less than one of each."""
        sizes = {name: max(1, round(size * by)) for name, size in asdict(self).items()}
        return Amount(**sizes)


@dataclass
class Tally:
    """What was run and what was found; filled by several threads."""

    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    """Runs, by kind, in which the operation did not go through."""
    sentences: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def add(self, trial: Trial) -> None:
        key = (trial.scene, trial.kind)
        with self.guard:
            self.runs[key] += 1
            self.hits[trial.kind] += trial.died or "error" in trial.ended
            if trial.violations:
                self.wrong[key] += 1
                self.sentences.append(f"{trial} [{trial.ended}]")
                print(self.sentences[-1], file=sys.stderr, flush=True)

    def table(self) -> str:
        kinds = list(dict.fromkeys(kind for _, kind in self.runs))
        width = max(24, *(len(scene) for scene, _ in self.runs)) + 2
        lines = ["".join([" " * width, *(f"{kind:>16}" for kind in kinds)])]
        for scene in dict.fromkeys(scene for scene, _ in self.runs):
            cells = []
            for kind in kinds:
                runs, wrong = self.runs[scene, kind], self.wrong[scene, kind]
                cells.append(f"{f'{runs} ({wrong})' if runs else '-':>16}")
            lines.append("".join([f"{scene:<{width}}", *cells]))
        lines.append(
            "".join(
                [
                    f"{'(it did not go through)':<{width}}",
                    *(f"{self.hits[kind]:>16}" for kind in kinds),
                ]
            )
        )
        total, bad = self.runs.total(), self.wrong.total()
        return "\n".join([*lines, f"{total} runs, {bad} with violations (in brackets)"])


# ---------------------------------------------------------------- what is run


def steps_of(scene: str, rounds: int) -> Work:
    def work(slot: Slot) -> Iterator[Trial]:
        steps, _ = profile(slot, scene)
        yield attempt(slot, scene, "none", "", nothing)
        for kind, ref in meddlers(steps):
            for number in range(1, len(steps) + 1):
                yield attempt(slot, scene, kind, f"step {number}", meddled_at(number, ref))
        for _ in range(rounds):
            for number, name in enumerate(steps, 1):
                yield attempt(slot, scene, "step", name, at_step(number))

    return work


def meddlers(steps: list[str]) -> Iterator[tuple[str, str]]:
    """Whose commits could come in between: on the target, on the lane's branch."""
    if any(step.endswith(TARGET_STEP) for step in steps):
        yield "meddler", "refs/heads/main"
    renames = any("rename the branch" in step for step in steps)  # then it has another name
    on_lane = any(f" {LANE_BRANCH}" in step or "land" in step for step in steps)
    if on_lane and not renames:
        yield "lane meddler", f"refs/heads/{LANE_BRANCH}"


def random_of(scene: str, count: int) -> Work:
    def work(slot: Slot) -> Iterator[Trial]:
        dice = random.Random(f"random {scene}")
        _, seconds = profile(slot, scene)
        for number in range(count):
            who = ("all", "driver", "git")[number % 3]
            instant = dice.uniform(0, 1.1 * seconds)
            detail = f"{who} after {instant * 1000:.0f} ms"
            yield attempt(slot, scene, f"random {who}", detail, after(instant, who))

    return work


def calls_of(scene: str, count: int, *, git: bool, harm: str, kind: str) -> Work:
    def work(slot: Slot) -> Iterator[Trial]:
        look = strace.points_of_git if git else strace.points_of_cockpit
        points = look(slot, scene)
        if harm.startswith("error"):
            points = [point for point in points if point.name not in strace.SHRINKING]
        dice = random.Random(f"{kind} {scene}")
        for number, point in enumerate(
            sorted(dice.sample(points, min(count, len(points))), key=str)
        ):
            both = git and number % 2 == 0

            def inflict(
                slot: Slot, job: Job, point: strace.Point = point, both: bool = both
            ) -> None:
                strace.hit(slot, job, point, harm, die_with_git=both)

            yield attempt(slot, scene, kind, f"{point}{', with cockpit' if both else ''}", inflict)

    return work


def disk_of(scene: str, sizes: int) -> Work:
    def work(slot: Slot) -> Iterator[Trial]:
        with disk.small(slot):
            most = disk.growth(slot, scene) + 8 * disk.PAGE
            for number in range(sizes):
                free = most * number // sizes // disk.PAGE * disk.PAGE
                yield attempt(
                    slot, scene, "full disk", f"{free >> 10} KB free", disk.with_free(free)
                )

    return work


def tmux_of(scene: str, frozen: int) -> Work:
    def work(slot: Slot) -> Iterator[Trial]:
        steps, _ = profile(slot, scene)
        for number in range(1, len(steps) + 1):
            yield attempt_with_tmux(slot, scene, number, signal.SIGKILL)
        for number in range(len(steps), max(0, len(steps) - frozen), -1):
            yield attempt_with_tmux(slot, scene, number, signal.SIGSTOP)

    return work


def plan(amount: Amount, kinds: list[str], chosen: list[str] | None, parent: Path) -> list[Work]:
    """All the work there is, or that of the scenes `chosen`; says what can't be done here."""
    scenes = chosen or list(SCENES)
    no_strace = strace.why_not_strace()
    no_mount = disk.why_not_mount(parent / "mount")
    found: list[Work] = []
    each = max(1, amount.random // len(SCENES) + 1)
    for kind in kinds:
        why = {"full disk": no_mount, "tmux": "" if has_tmux() else "there is no tmux"}.get(
            kind, no_strace if kind in ("git call", "cockpit call", "no space") else ""
        )
        if why:
            print(f"NOT RUN: {kind}: {why}", file=sys.stderr)
            continue
        for scene in scenes:
            match kind:
                case "step":
                    found.append(steps_of(scene, amount.steps))
                case "random":
                    found.append(random_of(scene, each))
                case "git call":
                    found.append(calls_of(scene, amount.git_calls, git=True, harm=KILL, kind=kind))
                case "cockpit call":
                    found.append(
                        calls_of(scene, amount.cockpit_calls, git=False, harm=KILL, kind=kind)
                    )
                case "no space":
                    found.append(calls_of(scene, amount.no_space, git=True, harm=FULL, kind=kind))
                case "full disk":
                    share = amount.full_disk if scene == "land" else amount.full_disk // 6
                    found.append(disk_of(scene, share))
                case "tmux" if chosen or scene in TMUX_SCENES:
                    found.append(tmux_of(scene, amount.frozen))
                case _:
                    pass
    return found


def run(work: list[Work], parent: Path, workers: int) -> Tally:
    """Do all of it, each worker in a slot of its own."""
    tally = Tally()
    queue: Queue[Work] = Queue()
    for piece in work:
        queue.put(piece)

    def labour(number: int) -> None:
        slot = Slot(parent / f"slot-{number}")
        try:
            while True:
                try:
                    piece = queue.get_nowait()
                except Empty:
                    return
                try:
                    for trial in piece(slot):
                        tally.add(trial)
                except Exception as error:  # the harness itself: never to be taken for a pass
                    tally.add(Trial("(the harness)", "failed", "", violations=[repr(error)]))
        finally:
            slot.close()

    threads = [threading.Thread(target=labour, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long", description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--scene", action="append", choices=list(SCENES))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--scale", type=float, default=1.0, help="of the amounts; default 1")
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ck-faults-", dir=scratch_parent()) as parent:
        amount = Amount().scaled(chosen.scale)
        work = plan(amount, chosen.kind or list(KINDS), chosen.scene, Path(parent))
        tally = run(work, Path(parent), chosen.workers)
    print(tally.table())
    print(f"{time.monotonic() - began:.0f} s; {len(MUTANTS)} mutants are caught by tests/faults")
    return 1 if tally.wrong.total() else 0


if __name__ == "__main__":
    sys.exit(main())
