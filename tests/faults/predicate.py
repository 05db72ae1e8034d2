"""What must hold after any fault and one recovery: nothing lost, nothing half, nothing left.

With B the contents of all regular files and C all commits before the operation: every
content is on disk, in the trash, or a blob that a ref reaches (in the repository or the
vault); every commit is reachable; the commander's own files are unchanged in place; the
target is at one of the two commits; no lock file stays; fsck is clean.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


def _git(root: Path, *argv: str, data: bytes | None = None) -> bytes:
    done = subprocess.run(
        ["git", "-C", str(root), *argv], capture_output=True, check=False, input=data, timeout=120
    )
    if done.returncode != 0:
        raise AssertionError(f"git {' '.join(argv)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _files(folder: Path) -> dict[Path, str]:
    """sha1 of every regular file below `folder`, git's own metadata of `folder` aside."""
    found = {}
    for root, dirs, names in os.walk(folder):
        if Path(root) == folder:
            dirs[:] = [name for name in dirs if name != ".git"]
        for name in names:
            path = Path(root, name)
            if path == folder / ".git" or path.is_symlink() or not path.is_file():
                continue
            found[path] = hashlib.sha1(path.read_bytes()).hexdigest()
    return found


def _commits(root: Path) -> set[str]:
    everything = _git(root, "rev-list", "--all").decode().split()
    heads = _git(root, "worktree", "list", "--porcelain").decode().splitlines()
    return {*everything, *(line[5:] for line in heads if line.startswith("HEAD "))}


def _reachable_contents(root: Path) -> set[str]:
    """sha1 of every blob's bytes that a ref of `root` reaches."""
    listed = _git(root, "rev-list", "--all", "--objects").decode(errors="replace")
    names = "".join(f"{line.split(' ')[0]}\n" for line in listed.splitlines())
    out = _git(root, "cat-file", "--batch", data=names.encode())
    found, at = set(), 0
    while at < len(out):
        end = out.index(b"\n", at)
        _, kind, size = out[at:end].split(b" ")
        body = out[end + 1 : end + 1 + int(size)]
        if kind == b"blob":
            found.add(hashlib.sha1(body).hexdigest())
        at = end + 2 + int(size)
    return found


@dataclass(frozen=True)
class Picture:
    """The state before the operation."""

    contents: frozenset[str]
    commits: frozenset[str]
    own: dict[Path, str]
    """The commander's own changed, untracked and ignored files, by path."""
    status: bytes
    targets: frozenset[str]

    @classmethod
    def take(cls, root: Path, lanes: list[Path]) -> Picture:
        contents = set(_files(root).values())
        for lane in lanes:
            contents |= set(_files(lane).values())
        status = _git(root, "status", "--porcelain", "-z", "-uall", "--ignored")
        names = [part[3:] for part in status.split(b"\0") if len(part) > 3]
        everything = _files(root)
        own = {
            path: digest
            for path, digest in everything.items()
            if os.fsencode(path.relative_to(root)) in names
        }
        target = _git(root, "rev-parse", "refs/heads/main").decode().strip()
        return cls(frozenset(contents), frozenset(_commits(root)), own, status, frozenset({target}))


def check(before: Picture, root: Path, state: Path) -> list[str]:
    """Every violation, as a sentence; empty when the promise holds."""
    found = []
    kept = _reachable_contents(root)
    if (state / "vault.git").is_dir():
        kept |= _reachable_contents(state / "vault.git")
    for folder in (root.parent, root / ".git" / "cockpit-trash"):
        if folder.is_dir():
            kept |= set(_files(folder).values())
    lost = before.contents - kept
    if lost:
        found.append(f"{len(lost)} content(s) lost")
    missing = before.commits - _commits(root)
    if missing:
        found.append(f"commits lost: {sorted(missing)}")
    for path, digest in before.own.items():
        if not path.is_file() or hashlib.sha1(path.read_bytes()).hexdigest() != digest:
            found.append(f"the commander's file changed: {path}")
    status = _git(root, "status", "--porcelain", "-z", "-uall", "--ignored")
    if status != before.status:
        found.append(f"status of the checkout: {status!r} was {before.status!r}")
    locks = [path for path in (root / ".git").rglob("*.lock") if path.is_file()]
    if locks:
        found.append(f"lock files stay: {locks}")
    fsck = subprocess.run(
        ["git", "-C", str(root), "fsck", "--no-dangling", "--no-progress"],
        capture_output=True,
        check=False,
        timeout=120,
    )
    if fsck.returncode != 0:
        found.append(f"fsck: {fsck.stderr.decode(errors='replace')}")
    return found
