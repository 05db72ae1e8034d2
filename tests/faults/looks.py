"""Looking at what a run left, with plain git and plain reads: nothing of cockpit's is believed."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CACHES = {"node_modules"}
"""Kept in the trash copy alone, by design."""

Tree = dict[str, tuple[int, str]]
"""Relative path → (mode, sha1 of content or link target)."""


def run_git(
    root: Path, *argv: str, data: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["git", "-c", "core.fsmonitor=false", "-C", str(root), *argv],
        capture_output=True,
        check=False,
        input=data,
        timeout=120,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
    )


def git(root: Path, *argv: str, data: bytes | None = None) -> bytes:
    done = run_git(root, *argv, data=data)
    if done.returncode != 0:
        raise AssertionError(f"git {' '.join(argv)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def walk(folder: Path) -> Iterator[Path]:
    """Files and links below `folder`, git's own metadata of `folder` aside."""
    for root, dirs, names in os.walk(folder):
        if Path(root) == folder:
            dirs[:] = [name for name in dirs if name != ".git"]
            names = [name for name in names if name != ".git"]
        yield from (Path(root, name) for name in names)
        yield from (Path(root, name) for name in dirs if Path(root, name).is_symlink())


def tree_of(folder: Path) -> Tree:
    found: Tree = {}
    for path in walk(folder):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found[str(path.relative_to(folder))] = (mode, os.readlink(path))
        elif stat.S_ISREG(mode):
            digest = hashlib.sha1(path.read_bytes()).hexdigest()
            found[str(path.relative_to(folder))] = (mode, digest)
    return found


def contents_of(tree: Tree) -> set[str]:
    return {digest for mode, digest in tree.values() if stat.S_ISREG(mode)}


def heads(root: Path) -> list[str]:
    listed = git(root, "worktree", "list", "--porcelain").decode().splitlines()
    return [line[5:] for line in listed if line.startswith("HEAD ")]


def commits_of(root: Path, *more: str) -> set[str]:
    everything = git(root, "rev-list", "--all", *more).decode().split()
    return {*everything, *heads(root)}


def index_blobs(root: Path, lane: Path) -> set[str]:
    """Contents that the lane's index holds."""
    if not (lane / ".git").exists():
        return set()
    listed = git(lane, "ls-files", "-s", "-z").split(b"\0")
    return {line.split(b" ")[1].decode() for line in listed if line}


def reached_from(root: Path) -> tuple[set[str], set[str]]:
    """(sha1 of every blob's bytes, its ids) that a ref of `root` reaches."""
    listed = git(root, "rev-list", "--all", "--objects").decode(errors="replace")
    names = "".join(f"{line.split(' ')[0]}\n" for line in listed.splitlines())
    out = git(root, "cat-file", "--batch", data=names.encode())
    found, ids, at = set(), set(), 0
    while at < len(out):
        end = out.index(b"\n", at)
        name, kind, size = out[at:end].split(b" ")
        if kind == b"blob":
            found.add(hashlib.sha1(out[end + 1 : end + 1 + int(size)]).hexdigest())
            ids.add(name.decode())
        at = end + 2 + int(size)
    return found, ids


def status_of(root: Path) -> bytes:
    return git(root, "status", "--porcelain", "-z", "-uall", "--ignored")


def journal(state: Path) -> list[dict[str, Any]]:
    """The entries, in order."""
    found = [json.loads(path.read_text()) for path in (state / "journal").glob("[0-9]*.json")]
    return sorted(found, key=lambda op: int(op["seq"]))


def without_caches(tree: Tree) -> Tree:
    return {path: facts for path, facts in tree.items() if not CACHES & set(Path(path).parts)}


def fact(state: Path, name: str) -> dict[str, Any]:
    """One of cockpit's own facts; empty when there is none."""
    path = state / "facts" / f"{name}.json"
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text())["value"]
    return found
