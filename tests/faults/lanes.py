"""A lane that is there is byte for byte what it was, less what its own operations say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.looks import Tree, git, journal, run_git, status_of, tree_of, without_caches
from tests.faults.picture import Picture


def check_lanes(before: Picture, root: Path, state: Path) -> Iterator[str]:
    """A lane that is there is byte for byte what it was; one that is not was torn down."""
    torn = {
        op["intent"].get("worktree")
        for op in journal(state)
        if op["seq"] > before.last
        and (op["kind"] in ("teardown", "park") or op["intent"].get("what") in ("start", "adopt"))
        and op["state"] == "done"
    }
    for lane, (tree, status) in {**before.lanes, **before.torn}.items():
        if not lane.is_dir():
            if str(lane) not in torn and lane in before.lanes:
                yield f"the lane's folder is gone without a teardown: {lane}"
            continue
        now = tree_of(lane)
        tree = _edited(_followed(tree, lane, root, before, state), now, lane, before, state)
        if lane in before.torn and not _whole_trash(root):
            tree = without_caches(tree)
            status = status.replace(b"!! node_modules/pkg/index.js\0", b"")
        if now != tree:
            differing = sorted(set(now.items()) ^ set(tree.items()))[:4]
            yield f"the lane's files changed in {lane}: {differing}"
        status = _taken(status, root, before, state)
        if now == tree and status_of(lane) != status:
            yield f"status of the lane {lane}: {status_of(lane)!r} was {status!r}"
    yield from _check_branches(before, root, state)
    listed = git(root, "worktree", "list", "--porcelain").decode().splitlines()
    folders = [line[9:] for line in listed if line.startswith("worktree ")]
    for folder in {folder for folder in folders if folders.count(folder) > 1}:
        yield f"git lists the worktree twice: {folder}"
    for folder in folders:
        if not Path(folder).is_dir():
            yield f"git lists a worktree that is not there: {folder}"
    known = {Path(folder).resolve() for folder in folders}
    for path in root.parent.glob(f"{root.name}-*"):
        if path.resolve() not in known:
            yield f"a lane's folder that git does not list stays: {path}"


MOVED = ("sync", "resolve", "leave-out", "commit")
"""Kinds that move a lane's branch, as does undoing them."""


def _check_branches(before: Picture, root: Path, state: Path) -> Iterator[str]:
    """Every branch but the target is where the operations say, each of which moved it from
    where it was; or where somebody else put it meanwhile."""
    ops = [op for op in journal(state) if op["seq"] > before.last and op["state"] == "done"]
    meddled, commit, parent = before.meddled
    for branch, wanted in before.tips.items():
        if branch == "refs/heads/main":
            continue
        if branch == meddled and parent == wanted:
            wanted = commit
        for op in ops:
            if op["intent"].get("branch") != branch:
                continue
            old, wanted = wanted, _moved(wanted, op)
            if wanted != old and old not in (op["intent"].get("old"), op["intent"].get("tip"), ""):
                yield f"operation {op['seq']} moved {branch} from where it was not"
        if branch == meddled and parent == wanted:
            wanted = commit
        now = run_git(root, "rev-parse", "--verify", "-q", branch).stdout.decode().strip()
        if now != wanted:
            yield f"{branch} is at {now or 'nothing'}, and should be at {wanted or 'nothing'}"


def _moved(now: str, op: dict[str, Any]) -> str:
    """Where an operation of ours left its branch; empty where it is gone."""
    intent, kind = op["intent"], op["kind"]
    what = intent.get("what") if kind == "undo" else ""
    if kind in MOVED or what in MOVED:
        return str(intent["new"])
    if kind == "teardown" or what in ("start", "adopt"):
        return now if intent.get("keep_branch") else ""
    if what in ("teardown", "park"):
        return str(intent["tip"])
    return now


def _followed(tree: Tree, lane: Path, root: Path, before: Picture, state: Path) -> Tree:
    """The lane's files after the steps that moved its branch: what differs between the two
    commits is as the new one has it, all else as it was."""
    wanted = dict(tree)
    for op in journal(state):
        intent = op["intent"]
        kinds = ("sync", "resolve", "leave-out")
        moves = op["kind"] in kinds or intent.get("what") in kinds
        if op["seq"] <= before.last or not moves or op["state"] != "done":
            continue
        if intent.get("worktree") != str(lane):
            continue
        argv = ("diff-tree", "-r", "-z", "--no-renames", intent["old"], intent["new"])
        fields = git(root, *argv).split(b"\0")
        for facts, name in zip(fields[::2], fields[1::2], strict=False):
            mode, blob = facts.split(b" ")[1], facts.split(b" ")[3].decode()
            path = os.fsdecode(name)
            if mode == b"000000":
                wanted.pop(path, None)
                continue
            digest = hashlib.sha1(git(root, "cat-file", "blob", blob)).hexdigest()
            wanted[path] = (int(mode, 8), digest)
    return wanted


def _hunks_done(before: Picture, state: Path) -> Iterator[tuple[dict[str, Any], bool]]:
    """The intent of each hunk that was staged or discarded, and whether that was undone."""
    for op in journal(state):
        if op["seq"] > before.last and op["state"] == "done":
            undone = op["intent"].get("what") == "hunk"
            if undone or op["kind"] == "hunk":
                yield op["intent"], undone


def _edited(tree: Tree, now: Tree, lane: Path, before: Picture, state: Path) -> Tree:
    """The lane's files after a discard: the one file is what its step says it is, by the id
    of its bytes and its permissions."""
    wanted = dict(tree)
    for intent, _ in _hunks_done(before, state):
        facts, path = intent["new"], intent["path"]
        if not facts or intent["worktree"] != str(lane) or path not in now:
            continue
        content = (lane / path).read_bytes()
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        if (blob, now[path][0] & 0o7777) == (facts["blob"], facts["permissions"]):
            wanted[path] = now[path]
    return wanted


def _taken(status: bytes, root: Path, before: Picture, state: Path) -> bytes:
    """The lane's status after its work was taken as a commit: only what is ignored is left;
    and after that was undone: what `note_work` wrote down."""
    for op in journal(state):
        if op["seq"] <= before.last or op["state"] != "done":
            continue
        if op["kind"] == "commit":
            status = b"".join(p + b"\0" for p in status.split(b"\0") if p.startswith(b"!!"))
        elif op["intent"].get("what") == "commit":
            status = (root.parent / "home" / "uncommitted").read_bytes()
    for intent, undone in _hunks_done(before, state):
        path = os.fsencode(intent["path"])
        before_it, after_it = b"MM ", b" M " if intent["deed"] == "unstage" else b"M  "
        sides = (before_it + path, after_it + path)
        status = status.replace(*(sides[::-1] if undone else sides))
    return status


def _whole_trash(root: Path) -> bool:
    """Whether the torn lane came out of the trash, and so with its caches."""
    return not (root.parent / "home" / "trash-emptied").exists()
