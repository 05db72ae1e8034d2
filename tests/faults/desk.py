"""What the merge desk promises, after any fault and one recovery.

An approval is used once and never made up; the target's own line has landings of approved and
gated content only; a train that died was ended with each car told; nobody falls out of the
queue but by landing or by the commander's word; what is parked lies there, whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.looks import fact, git, journal, run_git
from tests.faults.picture import Picture

Op = dict[str, Any]

ENDS_OF_A_YES = frozenset(
    {"land", "pull-request", "teardown", "park", "approve", "undo", "start", "adopt"}
)
"""Kinds after which a lane's approval may be gone."""

ENDED = frozenset({"landed", "aside", "stopped"})
"""States of a car of a train that is over."""


def check_desk(before: Picture, root: Path, state: Path) -> Iterator[str]:
    """Every violation, as a sentence."""
    new = [op for op in journal(state) if op["seq"] > before.last]
    done = [op for op in new if op["state"] == "done"]
    yield from _approvals(before, state, done)
    yield from _line(before, root, state, done)
    yield from _trains(state, new)
    yield from _queue(before, state, done)
    yield from _parked(before, root, state)
    yield from _waiting(before, state, new)
    yield from _started(root, done)


def _stands(ops: list[Op], op: Op) -> bool:
    """Whether `op` was done and not undone, or its undoing was undone."""
    undoings = [each for each in ops if each["undoes"] == op["seq"] and each["state"] == "done"]
    return op["state"] == "done" and not any(_stands(ops, each) for each in undoings)


# ---------------------------------------------------------------- approvals


def _approvals(before: Picture, state: Path, done: list[Op]) -> Iterator[str]:
    every = journal(state)
    landings = [op for op in every if op["kind"] == "land" and _stands(every, op)]
    sources = [(op["lane"], op["intent"]["source"]) for op in landings]
    for lane, source in {one for one in sources if sources.count(one) > 1}:
        yield f"{lane} landed twice from {source[:10]}: one approval was used two times"
    for lane, then in before.approvals.items():
        gone = not fact(state, f"approval-{lane}")
        if gone and not any(op["lane"] == lane and op["kind"] in ENDS_OF_A_YES for op in done):
            yield f"the approval of {lane} at {then['commit'][:10]} is lost"
    known = {then["commit"] for then in before.approvals.values()} | set(before.tips.values())
    known |= {str((op["intent"].get("before") or {}).get("commit")) for op in every}
    for path in sorted((state / "facts").glob("approval-*.json")):
        record = fact(state, path.stem)
        if record["commit"] not in known:
            yield f"an approval of a commit that nobody was shown: {path.name}"
        for op in done:
            of = op["intent"].get("source" if op["kind"] == "land" else "new")
            used = op["kind"] in ("land", "pull-request") and op["lane"] == record["lane"]
            if used and of == record["commit"] and record["at"] <= op["at"]:
                yield f"the approval of {record['lane']} was used by {op['seq']} and stands still"


# ---------------------------------------------------------------- the target's own line


def _line(before: Picture, root: Path, state: Path, done: list[Op]) -> Iterator[str]:
    """Every commit that the target's first parents have more is one of ours that may be there,
    or somebody else's."""
    argv = ("rev-list", "--first-parent", f"{before.target}..refs/heads/main")
    came = git(root, *argv).decode().split()
    ours: dict[str, Op] = {}
    theirs = set(before.commits)
    for op in done:
        if op["kind"] == "land" or op["intent"].get("what") in ("land", "undo"):
            ours[op["intent"]["new"]] = op
        if "follow" in (op["kind"], op["intent"].get("what")):
            theirs.update(git(root, "rev-list", op["intent"]["new"]).decode().split())
    for commit in came:
        if commit in ours and ours[commit]["kind"] == "land":
            yield from _landing(before, root, state, ours[commit])
        elif commit not in ours and commit not in theirs:
            yield f"the target has a commit that no operation put there: {commit}"


def _landing(before: Picture, root: Path, state: Path, op: Op) -> Iterator[str]:
    plan = op["intent"]
    parents = git(root, "rev-parse", f"{plan['new']}^@").decode().split()
    if parents[:1] != [plan["old"]]:
        yield f"landing {op['seq']} is not built on where the target was"
    if plan["how"] == "merge" and plan["source"] not in parents[1:]:
        yield f"landing {op['seq']} does not hold what was approved"
    if plan["source"] != before.tips.get(plan["branch"]):
        yield f"landing {op['seq']} is of a commit that nobody was shown"
    if plan["gate"] == "none" or plan["red_reason"]:
        return
    tree = _tree(root, plan["new"])
    gates = (one for one in journal(state) if one["kind"] == "gate" and one["state"] == "done")
    if tree not in {_tree(root, one["intent"]["commit"]) for one in gates}:
        yield f"landing {op['seq']} is of content that never passed the gate"


def _tree(root: Path, commit: str) -> str:
    return run_git(root, "rev-parse", "--verify", f"{commit}^{{tree}}").stdout.decode().strip()


# ---------------------------------------------------------------- train and queue


def _trains(state: Path, new: list[Op]) -> Iterator[str]:
    waiting = fact(state, "train-queue")
    for op in new:
        if op["kind"] != "train":
            continue
        landed = {
            one["lane"]: one["seq"]
            for one in new
            if one["intent"].get("train") == op["id"] and one["state"] == "done"
        }
        cars = {car["lane"]: car for car in op["outcome"].get("cars", ())}
        missing = {car["lane"] for car in op["intent"]["cars"]} - set(cars)
        if missing:
            yield f"the train's end does not tell what became of {sorted(missing)}"
        for lane, car in cars.items():
            if car["state"] not in ENDED:
                yield f"the train is over, and its car {lane} is {car['state']}"
            if (car["state"] == "landed") != (lane in landed):
                yield f"the train says that {lane} is {car['state']}; landings: {landed}"
            if car["state"] == "aside" and not car["said"]:
                yield f"nobody is told why {lane} was put aside"
            told = waiting.get("last", {}).get(lane, {})
            if car["state"] == "aside" and lane in waiting.get("since", {}) and not told:
                yield f"the queue no longer tells why {lane} was put aside"


def _queue(before: Picture, state: Path, done: list[Op]) -> Iterator[str]:
    wanted, moves = dict(before.queue.get("since", {})), before.queue.get("moves", [])
    for op in done:
        if op["kind"] == "queue":
            wanted, moves = dict(op["intent"]["after"]["since"]), op["intent"]["after"]["moves"]
        if op["kind"] == "land":
            wanted.pop(op["lane"], None)
            moves = [move for move in moves if op["lane"] not in move]
    now = fact(state, "train-queue")
    lost = {lane for lane, since in wanted.items() if now.get("since", {}).get(lane) != since}
    if lost:
        yield f"who waited for the train waits no longer: {sorted(lost)}"
    if now.get("moves", []) != moves:
        yield f"the commander's order of the train is {now.get('moves')}, and was {moves}"
    for lane in now.get("since", {}):
        if any(op["kind"] == "land" and op["lane"] == lane for op in done):
            yield f"{lane} has landed and waits for the train"


# ---------------------------------------------------------------- what is parked


def _parked(before: Picture, root: Path, state: Path) -> Iterator[str]:
    """Every lane that is parked now has its branch and, unless the commander emptied the trash,
    its folder."""
    ops = journal(state)
    emptied = (root.parent / "home" / "trash-emptied").exists()
    emptied |= any(op["kind"] == "trash" for op in ops)
    for op in ops:
        later = [one for one in ops if one["seq"] > op["seq"] and one["lane"] == op["lane"]]
        back = any(one["kind"] in ("start", "adopt") and _stands(ops, one) for one in later)
        if op["kind"] != "park" or not _stands(ops, op) or back:
            continue
        plan = op["intent"]
        tip = run_git(root, "rev-parse", "--verify", "-q", plan["branch"]).stdout.decode().strip()
        if not tip or tip not in (plan["tip"], before.meddled[1]):
            yield f"{op['lane']} is parked, and its branch is at {tip or 'nothing'}"
        if not Path(plan["trash_folder"]).is_dir() and not emptied:
            yield f"{op['lane']} is parked, and its folder is not in the trash"
        if fact(state, f"parked-{op['lane']}").get("seq") != op["seq"]:
            yield f"nobody knows that {op['lane']} is parked"


def _waiting(before: Picture, state: Path, new: list[Op]) -> Iterator[str]:
    """A sync that waits goes on waiting until it was made, or refused."""
    for lane in before.waiting:
        ends = [op for op in new if op["kind"] == "sync" and op["lane"] == lane]
        made = any(op["state"] == "done" for op in ends)
        refused = any(
            not op["outcome"].get("error", "").startswith("it was interrupted") for op in ends
        )
        waits = bool(fact(state, f"sync-{lane}").get("waiting"))
        if (waits and made) or not (waits or made or refused):
            yield f"the sync of {lane} waits: {waits}, was made: {made}"


def _started(root: Path, done: list[Op]) -> Iterator[str]:
    """A lane that starts from a remote's branch has what lies there now."""
    if "base: origin/main" not in (root / "lanes.yaml").read_text():
        return
    there = git(root.parent / "home" / "origin.git", "rev-parse", "main").decode().strip()
    for op in done:
        if op["kind"] == "start" and op["intent"]["base"] != there:
            yield f"{op['lane']} was started from {op['intent']['base']}, and origin is at {there}"
