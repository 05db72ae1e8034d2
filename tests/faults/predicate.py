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

import hashlib
import json
import os
import pickle
import stat
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CACHES = {"node_modules"}
"""Kept in the trash copy alone, by design."""

Tree = dict[str, tuple[int, str]]
"""Relative path → (mode, sha1 of content or link target)."""


def _run(root: Path, *argv: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["git", "-c", "core.fsmonitor=false", "-C", str(root), *argv],
        capture_output=True,
        check=False,
        input=data,
        timeout=120,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
    )


def _git(root: Path, *argv: str, data: bytes | None = None) -> bytes:
    done = _run(root, *argv, data=data)
    if done.returncode != 0:
        raise AssertionError(f"git {' '.join(argv)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _walk(folder: Path) -> Iterator[Path]:
    """Files and links below `folder`, git's own metadata of `folder` aside."""
    for root, dirs, names in os.walk(folder):
        if Path(root) == folder:
            dirs[:] = [name for name in dirs if name != ".git"]
            names = [name for name in names if name != ".git"]
        yield from (Path(root, name) for name in names)
        yield from (Path(root, name) for name in dirs if Path(root, name).is_symlink())


def tree_of(folder: Path) -> Tree:
    found: Tree = {}
    for path in _walk(folder):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found[str(path.relative_to(folder))] = (mode, os.readlink(path))
        elif stat.S_ISREG(mode):
            digest = hashlib.sha1(path.read_bytes()).hexdigest()
            found[str(path.relative_to(folder))] = (mode, digest)
    return found


def _contents(tree: Tree) -> set[str]:
    return {digest for mode, digest in tree.values() if stat.S_ISREG(mode)}


def _heads(root: Path) -> list[str]:
    listed = _git(root, "worktree", "list", "--porcelain").decode().splitlines()
    return [line[5:] for line in listed if line.startswith("HEAD ")]


def _commits(root: Path, *more: str) -> set[str]:
    everything = _git(root, "rev-list", "--all", *more).decode().split()
    return {*everything, *_heads(root)}


def _index_blobs(root: Path, lane: Path) -> set[str]:
    """Contents that the lane's index holds."""
    if not (lane / ".git").exists():
        return set()
    listed = _git(lane, "ls-files", "-s", "-z").split(b"\0")
    return {line.split(b" ")[1].decode() for line in listed if line}


def _reachable(root: Path) -> tuple[set[str], set[str]]:
    """(sha1 of every blob's bytes, its ids) that a ref of `root` reaches."""
    listed = _git(root, "rev-list", "--all", "--objects").decode(errors="replace")
    names = "".join(f"{line.split(' ')[0]}\n" for line in listed.splitlines())
    out = _git(root, "cat-file", "--batch", data=names.encode())
    found, ids, at = set(), set(), 0
    while at < len(out):
        end = out.index(b"\n", at)
        name, kind, size = out[at:end].split(b" ")
        if kind == b"blob":
            found.add(hashlib.sha1(out[end + 1 : end + 1 + int(size)]).hexdigest())
            ids.add(name.decode())
        at = end + 2 + int(size)
    return found, ids


def _status(root: Path) -> bytes:
    return _git(root, "status", "--porcelain", "-z", "-uall", "--ignored")


def _note_file(root: Path) -> Path:
    return root.parent / "home" / "torn.pickle"


def note(root: Path, lane: Path) -> None:
    """Write down how a lane is that will be torn down before the picture is taken."""
    _note_file(root).write_bytes(pickle.dumps((lane, tree_of(lane), _status(lane))))


def note_work(root: Path, lane: Path) -> None:
    """Write down what is uncommitted in a lane before it is taken as a commit."""
    (root.parent / "home" / "uncommitted").write_bytes(_status(lane))


@dataclass(frozen=True)
class Picture:
    """The state before the operation."""

    contents: frozenset[str]
    commits: frozenset[str]
    index_blobs: frozenset[str]
    own: dict[str, tuple[int, str]]
    """The commander's own changed, untracked and ignored files, by path."""
    status: bytes
    target: str
    lanes: dict[Path, tuple[Tree, bytes]] = field(default_factory=dict)
    """Every lane's files and what status says of it."""
    torn: dict[Path, tuple[Tree, bytes]] = field(default_factory=dict)
    """Lanes that were torn down before, as they were: if one comes back, it is that."""
    later: str = ""
    """Where somebody else moved the target after the operation had."""
    last: int = 0
    """The last operation's number."""

    @classmethod
    def take(cls, root: Path, lanes: Sequence[Path], state: Path | None = None) -> Picture:
        main = tree_of(root)
        trees = {lane: (tree_of(lane), _status(lane)) for lane in lanes}
        contents = _contents(main).union(*(_contents(tree) for tree, _ in trees.values()))
        status = _status(root)
        named = {os.fsdecode(part[3:]) for part in status.split(b"\0") if len(part) > 3}
        return cls(
            contents=frozenset(contents),
            commits=frozenset(_commits(root, "--reflog")),
            index_blobs=frozenset().union(*(_index_blobs(root, lane) for lane in lanes)),
            own={path: facts for path, facts in main.items() if path in named},
            status=status,
            target=_git(root, "rev-parse", "refs/heads/main").decode().strip(),
            lanes=trees,
            torn=_torn(root),
            last=max((op["seq"] for op in journal(state)), default=0) if state else 0,
        )


def _torn(root: Path) -> dict[Path, tuple[Tree, bytes]]:
    path = _note_file(root)
    if not path.exists():
        return {}
    lane, tree, status = pickle.loads(path.read_bytes())
    return {lane: (tree, status)}


def journal(state: Path) -> list[dict[str, Any]]:
    """The entries, in order."""
    found = [json.loads(path.read_text()) for path in (state / "journal").glob("[0-9]*.json")]
    return sorted(found, key=lambda op: int(op["seq"]))


def check(before: Picture, root: Path, state: Path) -> list[str]:
    """Every violation, as a sentence; empty when the promise holds."""
    return [
        *_check_kept(before, root, state),
        *_check_own(before, root),
        *_check_target(before, root, state),
        *_check_lanes(before, root, state),
        *_check_vault(before, state),
        *_check_leavings(root, state),
    ]


def _check_kept(before: Picture, root: Path, state: Path) -> Iterator[str]:
    kept, ids = _reachable(root)
    vault = state / "vault.git"
    if vault.is_dir():
        kept |= _reachable(vault)[0]
    for folder in (*_beside(root), root / ".git" / "cockpit-trash"):
        if folder.is_dir():
            kept |= _contents(tree_of(folder))
    lost = before.contents - kept
    if lost:
        yield f"{len(lost)} content(s) lost: {sorted(lost)[:3]}"
    reachable = _commits(root, "--reflog")
    missing = before.commits - reachable
    if missing:
        yield f"commits lost: {sorted(missing)}"
    live = set[str]().union(*(_index_blobs(root, lane) for lane in before.lanes if lane.is_dir()))
    unheld = before.index_blobs - ids - live
    if unheld:
        yield f"staged contents lost: {sorted(unheld)}"


def _beside(root: Path) -> list[Path]:
    """The checkout, the lanes and the trash; our state and the home are no place of theirs."""
    return [path for path in root.parent.iterdir() if path.is_dir() and path.name != "home"]


def _check_own(before: Picture, root: Path) -> Iterator[str]:
    for name, facts in before.own.items():
        path = root / name
        now = tree_of(path.parent).get(path.name) if path.parent.is_dir() else None
        if now != facts:
            yield f"the commander's file changed: {path}"
    status = _status(root)
    if status != before.status:
        yield f"status of the checkout: {status!r} was {before.status!r}"


def _check_target(before: Picture, root: Path, state: Path) -> Iterator[str]:
    """Where the last operation that moves it says it is, in one step."""
    now = _git(root, "rev-parse", "refs/heads/main").decode().strip()
    wanted = before.target
    for op in journal(state):
        moves = op["kind"] == "land" or op["intent"].get("what") == "land"
        if op["seq"] > before.last and moves and op["state"] == "done":
            if op["intent"]["old"] != wanted:
                yield f"operation {op['seq']} moved the target from where it was not"
            wanted = op["intent"]["new"]
    if now != (before.later or wanted):
        yield f"the target is at {now}, and should be at {wanted}"


def _check_lanes(before: Picture, root: Path, state: Path) -> Iterator[str]:
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
            tree = _without_caches(tree)
            status = status.replace(b"!! node_modules/pkg/index.js\0", b"")
        if now != tree:
            differing = sorted(set(now.items()) ^ set(tree.items()))[:4]
            yield f"the lane's files changed in {lane}: {differing}"
        status = _taken(status, root, before, state)
        if now == tree and _status(lane) != status:
            yield f"status of the lane {lane}: {_status(lane)!r} was {status!r}"
    listed = _git(root, "worktree", "list", "--porcelain").decode().splitlines()
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
        fields = _git(root, *argv).split(b"\0")
        for facts, name in zip(fields[::2], fields[1::2], strict=False):
            mode, blob = facts.split(b" ")[1], facts.split(b" ")[3].decode()
            path = os.fsdecode(name)
            if mode == b"000000":
                wanted.pop(path, None)
                continue
            digest = hashlib.sha1(_git(root, "cat-file", "blob", blob)).hexdigest()
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
        sides = (b"M  " + path, b"MM " + path)
        status = status.replace(*(sides if undone else sides[::-1]))
    return status


def _check_vault(before: Picture, state: Path) -> Iterator[str]:
    """Every byte of a lane that was torn down is in the vault as well, caches aside."""
    for op in journal(state):
        intent = op["intent"]
        tree = before.lanes.get(Path(intent.get("worktree", "")))
        is_new = op["seq"] > before.last and op["state"] == "done" and "deed" not in intent
        if not is_new or tree is None or "vault_ref" not in intent or intent.get("keep_worktree"):
            continue
        vault = state / "vault.git"
        kept = _reachable(vault)[0] if vault.is_dir() else set()
        lost = _contents(_without_caches(tree[0])) - kept
        if lost:
            yield f"{len(lost)} content(s) of the lane are not in the vault"


def _without_caches(tree: Tree) -> Tree:
    return {path: facts for path, facts in tree.items() if not CACHES & set(Path(path).parts)}


def _whole_trash(root: Path) -> bool:
    """Whether the torn lane came out of the trash, and so with its caches."""
    return not (root.parent / "home" / "trash-emptied").exists()


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
    fsck = _run(root, "fsck", "--no-dangling", "--no-progress")
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
