"""One trial: a fault, one recovery in a fresh process, the predicate, a second recovery."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.faults.drive import Job
from tests.faults.paper_tmux import read_paper
from tests.faults.predicate import Picture, check, journal
from tests.faults.repository import ALPHA, BETA, PROMPT
from tests.faults.scenes import SCENES
from tests.faults.world import Slot, make_old, patched_environment

Inflict = Callable[[Slot, Job], Any]
"""Runs the job and does it harm; whatever it returns is not looked at."""


@dataclass
class Trial:
    """What was done to which operation, and what was found wrong afterwards."""

    scene: str
    kind: str
    detail: str
    died: bool = False
    ended: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.scene} · {self.kind} · {self.detail}: " + "; ".join(self.violations)


def attempt(
    slot: Slot, scene: str, kind: str, detail: str, inflict: Inflict, *, mutant: str = ""
) -> Trial:
    """Restore the scene, let `inflict` run its operation, recover, look."""
    before = slot.restore(scene)
    trial = Trial(scene, kind, detail)
    inflict(slot, replace(slot.job("carry", scene), mutant=mutant))
    before = _with_meddling(slot, before)
    answer = slot.answer()
    trial.died = answer is None
    trial.ended = answer or {}
    if "crash" in trial.ended:
        trial.violations.append(f"a traceback: {trial.ended['crash']}")
    aftermath(slot, trial, before, mutant)
    return trial


def _with_meddling(slot: Slot, before: Picture) -> Picture:
    """The picture as it is if somebody else committed meanwhile."""
    meddled = slot.side / "meddled"
    if not meddled.exists():
        return before
    ref, commit, parent = meddled.read_text().split()
    before = replace(before, commits=before.commits | {commit}, meddled=(ref, commit, parent))
    if ref != "refs/heads/main":
        return before
    if parent == before.target:
        return replace(before, target=commit)
    return replace(before, later=commit)


def aftermath(
    slot: Slot, trial: Trial, before: Picture, mutant: str, *, real_tmux: bool = False
) -> None:
    """One recovery, the predicate, a second recovery; what is wrong goes into `trial`."""
    make_old(slot.root / ".git")
    recover = replace(slot.job("recover", real_tmux=real_tmux), mutant=mutant)
    first = slot.run(recover) or {"crash": "it died"}
    for name in ("crash", "error"):
        if name in first:
            trial.violations.append(f"recovery: {first[name]} {first.get('detail', '')}")
    with patched_environment(slot.env):
        try:
            trial.violations.extend(check(before, slot.root, slot.state))
            trial.violations.extend(_faults(slot, trial, real_tmux))
        except AssertionError as error:
            trial.violations.append(f"the look failed: {error}")
    second = slot.run(recover) or {"crash": "it died"}
    if second.get("said") != []:
        trial.violations.append(f"a second recovery found something: {second}")
    if not trial.violations and not real_tmux and not mutant:
        trial.violations.extend(_again(slot, trial, before))
    if trial.violations:
        trial.ended = {**trial.ended, "recovery": first.get("said")}


def _faults(slot: Slot, trial: Trial, real_tmux: bool) -> Iterable[str]:
    """Registry, git and disk agree; agents were launched and prompts pasted once at most."""
    answer = slot.run(slot.job("faults", real_tmux=real_tmux)) or {}
    found = answer.get("faults", [answer])
    assert isinstance(found, list)
    yield from (f"disagreement: {fault}" for fault in found)
    if real_tmux:
        return
    paper = read_paper(slot.paper)
    for lane, op in {launch for launch in paper.launches if paper.launches.count(launch) > 1}:
        again = trial.scene in ("restart", "resume")
        if journal_kind(slot.state, op) in ("start", "adopt") and not again:
            yield f"the agent of {lane} was launched twice by {op}"
    if paper.pastes.count(PROMPT) > 1:
        yield "the prompt was sent twice"
    folders = {ALPHA: ["project-alpha"], BETA: ["project-beta", "elsewhere"]}
    for lane, names in folders.items():
        if lane in paper.infos and not any((slot.world / name).is_dir() for name in names):
            yield f"a pane runs for {lane}, which has no folder"


def _again(slot: Slot, trial: Trial, before: Picture) -> Iterable[str]:
    """What did not happen can be done now, as if it had never been begun."""
    new = [op for op in journal(slot.state) if op["seq"] > before.last and op["state"] == "done"]
    if trial.kind.endswith("meddler") or SCENES[trial.scene].is_over(new, slot.state):
        return
    answer = slot.run(slot.job("carry", trial.scene)) or {"crash": "it died"}
    if "summary" not in answer:
        yield f"it can't be done afterwards: {answer}"


def journal_kind(state: Path, op: str) -> str:
    return next((entry["kind"] for entry in journal(state) if entry["id"] == op), "")


# ---------------------------------------------------------------- faults


def nothing(slot: Slot, job: Job) -> None:
    """No fault: the operation as it should go."""
    slot.run(job)


def unharmed(_name: str) -> Inflict:
    """No fault, where one has to be named."""
    return nothing


def at_step(number: int) -> Inflict:
    """SIGKILL at the `number`-th step."""
    return lambda slot, job: slot.run(replace(job, die_at=number))


def before_step(name: str) -> Inflict:
    """SIGKILL before the step of that name (`#2`: its second time)."""
    return lambda slot, job: slot.run(replace(job, die_before=name))


def meddled_before(name: str, ref: str = "refs/heads/main") -> Inflict:
    """No death, but somebody else commits on a branch before the step of that name."""
    return lambda slot, job: slot.run(replace(job, meddle_before=name, meddle_ref=ref))


def meddled_at(number: int, ref: str = "refs/heads/main") -> Inflict:
    """No death, but somebody else commits on a branch before the `number`-th step."""
    return lambda slot, job: slot.run(replace(job, meddle_at=number, meddle_ref=ref))


def with_locks_left(name: str) -> Inflict:
    """SIGKILL before a step, and the lock files that a git killed with it would leave."""

    def inflict(slot: Slot, job: Job) -> None:
        slot.run(replace(job, die_before=name))
        for left in ("index.lock", "packed-refs.lock", "refs/heads/main.lock", "HEAD.lock"):
            (slot.root / ".git" / left).touch()

    return inflict


def after(seconds: float, who: str) -> Inflict:
    """SIGKILL after so many seconds: `all` of the driver's processes, the `driver` alone
    (its git goes on), or only a `git` child (the driver goes on)."""

    def inflict(slot: Slot, job: Job) -> None:
        pid = slot.begin(job)
        try:
            time.sleep(seconds)
            for victim in _victims(pid, who):
                with suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
        finally:
            slot.end()

    return inflict


def _victims(pid: int, who: str) -> list[int]:
    if who == "all":
        return [pid, *descendants(pid)]
    if who == "driver":
        return [pid]
    deadline = time.monotonic() + 0.5
    while not (found := _children(pid)) and time.monotonic() < deadline and _alive(pid):
        pass  # a git lives for some milliseconds only
    return found


def _children(pid: int) -> list[int]:
    """Direct children, found faster than by a walk through /proc."""
    found: list[int] = []
    with suppress(OSError):  # it ended while we look
        for thread in os.listdir(f"/proc/{pid}/task"):
            content = Path(f"/proc/{pid}/task/{thread}/children").read_text()
            found.extend(map(int, content.split()))
    return found


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def descendants(pid: int) -> list[int]:
    """Every process below `pid`, whatever session it made for itself."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with suppress(OSError, IndexError, ValueError):
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(name))
    found, queue = [], [pid]
    while queue:
        for child in parents.get(queue.pop(), []):
            found.append(child)
            queue.append(child)
    return found


def profile(slot: Slot, scene: str) -> tuple[list[str], float]:
    """The steps of a scene's operation when nothing happens to it, and its seconds."""
    before = slot.restore(scene)
    began = time.monotonic()
    answer = slot.run(slot.job("carry", scene))
    took = time.monotonic() - began
    if answer is None or "summary" not in answer:
        raise AssertionError(f"{scene}: the operation fails without any fault: {answer}")
    new = [op for op in journal(slot.state) if op["seq"] > before.last]
    known = SCENES[scene]
    kinds = {op["kind"] for op in new}
    if not known.is_over(new, slot.state) or kinds != {known.kind, *known.also}:
        raise AssertionError(f"{scene}: the journal has {kinds}, or not to its end")
    steps = answer["steps"]
    assert isinstance(steps, list)
    return steps, took
