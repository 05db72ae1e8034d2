"""What must hold after any fault and one recovery: nothing lost, nothing half, nothing left.

With B the contents of all regular files of the checkout and the lanes and C all commits
(those that only a reflog names included) before the operation: every content is in the
checkout, a lane, the trash, or a blob that a ref reaches (in the repository or the vault);
every commit is reachable; the commander's own files are unchanged in place; a lane that is
there is byte for byte what it was; the target is where the journal says, and its checkout
shows only the commander's changes; no lock file, staging or half-made worktree stays; fsck
is clean (`facts/security.md` §5).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tests.faults.desk import check_desk
from tests.faults.lanes import check_lanes
from tests.faults.looks import (
    commits_of,
    contents_of,
    git,
    index_blobs,
    journal,
    reached_from,
    run_git,
    status_of,
    tree_of,
    without_caches,
)
from tests.faults.picture import Picture, note, note_work
from tests.faults.prompts import check_prompts
from tests.faults.relocated import relocated, relocations, without_config

__all__ = ["Picture", "check", "journal", "note", "note_work"]


def check(before: Picture, root: Path, state: Path) -> list[str]:
    """Every violation, as a sentence; empty when the promise holds."""
    before = relocated(before, root, state)
    return [
        *_check_kept(before, root, state),
        *_check_own(before, root, state),
        *_check_target(before, root, state),
        *check_lanes(before, root, state),
        *_check_vault(before, state),
        *_check_leavings(root, state),
        *check_desk(before, root, state),
        *check_prompts(state),
    ]


def _check_kept(before: Picture, root: Path, state: Path) -> Iterator[str]:
    kept, ids = reached_from(root)
    vault = state / "vault.git"
    if vault.is_dir():
        kept |= reached_from(vault)[0]
    for folder in (*_beside(root), root / ".git" / "cockpit-trash"):
        if folder.is_dir():
            kept |= contents_of(tree_of(folder))
    lost = before.contents - kept
    if lost:
        yield f"{len(lost)} content(s) lost: {sorted(lost)[:3]}"
    reachable = commits_of(root, "--reflog")
    missing = before.commits - reachable
    if missing:
        yield f"commits lost: {sorted(missing)}"
    live = set[str]().union(*(index_blobs(root, lane) for lane in before.lanes if lane.is_dir()))
    unheld = before.index_blobs - ids - live
    if unheld:
        yield f"staged contents lost: {sorted(unheld)}"


def _beside(root: Path) -> list[Path]:
    """The checkout, the lanes and the trash; our state and the home are no place of theirs."""
    return [path for path in root.parent.iterdir() if path.is_dir() and path.name != "home"]


def _check_own(before: Picture, root: Path, state: Path) -> Iterator[str]:
    for name, facts in before.own.items():
        path = root / name
        now = tree_of(path.parent).get(path.name) if path.parent.is_dir() else None
        if now != facts:
            yield f"the commander's file changed: {path}"
    status = status_of(root)
    if any(plan["config"] for plan in relocations(before, state)):
        status = without_config(status)
    for name in _on_the_bus(before, state):
        status = status.replace(b"!! %s\0" % os.fsencode(name), b"")
    if status != before.status:
        yield f"status of the checkout: {status!r} was {before.status!r}"


def _on_the_bus(before: Picture, state: Path) -> Iterator[str]:
    """Task files that were written and results that were collected: never in anyone's way."""
    for op in journal(state):
        intent = op["intent"]
        if op["seq"] <= before.last:
            continue
        if op["kind"] == "hand-back":
            yield f"tasks/{intent['task']}"
        elif op["kind"] == "task":
            yield from (f"tasks/{name}" for name in intent["names"])
        elif op["kind"] == "collect":
            yield f"results/{intent['name']}"


def _check_target(before: Picture, root: Path, state: Path) -> Iterator[str]:
    """Where the last operation that moves it says it is, in one step."""
    now = git(root, "rev-parse", "refs/heads/main").decode().strip()
    wanted = before.target
    for op in journal(state):
        moves = {op["kind"], op["intent"].get("what")} & {"land", "follow", "undo"}
        moves = moves and op["intent"].get("ref") == "refs/heads/main"
        if op["seq"] > before.last and moves and op["state"] == "done":
            if op["intent"]["old"] != wanted:
                yield f"operation {op['seq']} moved the target from where it was not"
            wanted = op["intent"]["new"]
    if now != (before.later or wanted):
        yield f"the target is at {now}, and should be at {wanted}"


def _check_vault(before: Picture, state: Path) -> Iterator[str]:
    """Every byte of a lane that was torn down is in the vault as well, caches aside."""
    for op in journal(state):
        intent = op["intent"]
        tree = before.lanes.get(Path(intent.get("worktree", "")))
        is_new = op["seq"] > before.last and op["state"] == "done" and "deed" not in intent
        if not is_new or tree is None or "vault_ref" not in intent or intent.get("keep_worktree"):
            continue
        vault = state / "vault.git"
        kept = reached_from(vault)[0] if vault.is_dir() else set()
        lost = contents_of(without_caches(tree[0])) - kept
        if lost:
            yield f"{len(lost)} content(s) of the lane are not in the vault"


def _check_leavings(root: Path, state: Path) -> Iterator[str]:
    common = root / ".git"
    stale = {
        path
        for pattern in ("*.lock", "packed-refs.new", "index.cockpit-*")
        for path in common.rglob(pattern)
        if path.is_file() and "cockpit-trash" not in path.parts
    }
    if stale:
        yield f"lock files stay: {sorted(stale)}"
    staging = common / "cockpit-staging"
    if staging.exists():
        yield f"staging stays: {list(staging.rglob('*'))}"
    for admin in (common / "worktrees").glob("*"):
        if not (admin / "gitdir").is_file() or not (admin / "HEAD").is_file():
            yield f"half a worktree stays in git's list: {admin}"
    fsck = run_git(root, "fsck", "--no-dangling", "--no-progress")
    if fsck.returncode != 0:
        yield f"fsck: {fsck.stderr.decode(errors='replace')}"
    pending = [op["id"] for op in journal(state) if op["state"] == "pending"]
    if pending:
        yield f"operations are pending still: {pending}"
    scratch = [
        path
        for path in (state / "shadow").rglob("scratch-*")
        if not Path("/proc", path.name.split("-")[1]).exists()
    ]
    if scratch:
        yield f"scratch objects stay: {scratch}"
