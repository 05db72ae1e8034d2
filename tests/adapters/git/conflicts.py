"""Repositories with a conflict, made from three pictures of the files."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.domain.conflict import Conflict
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.resolution import Resolution
from tests.conftest import git

File = bytes | tuple[str, bytes]
"""Content, or (`x` executable | `l` symlink | `s` submodule, content, target or commit)."""

Picture = Mapping[Any, File]
ALPHA = LaneId("alpha")


def lines(name: str, count: int = 12, **changed: str) -> bytes:
    """`count` lines; `l3="x"` changes the third."""
    rows = [f"line {number} of {name}" for number in range(1, count + 1)]
    for key, text in changed.items():
        rows[int(key[1:]) - 1] = text
    return "".join(f"{row}\n" for row in rows).encode()


def paint(root: Path, picture: Picture) -> CommitId:
    """A commit of exactly these files."""
    for entry in os.scandir(root):
        if entry.name != ".git":
            shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(
                entry.path
            )
    git(root, "rm", "-rq", "--cached", "--ignore-unmatch", ".")
    submodules = []
    for name, file in picture.items():
        place = os.path.join(os.fsencode(root), os.fsencode(name))
        os.makedirs(os.path.dirname(place), exist_ok=True)
        kind, content = file if isinstance(file, tuple) else ("", file)
        if kind == "l":
            os.symlink(content, place)
        elif kind == "s":
            os.makedirs(place)
            submodules.append((os.fsdecode(os.fsencode(name)), content.decode()))
        else:
            with open(place, "wb") as file_:
                file_.write(content)
            if kind == "x":
                os.chmod(place, stat.S_IRWXU)
    git(root, "-c", "core.autocrlf=false", "add", "-A")
    for name, commit in submodules:
        git(root, "update-index", "--add", "--cacheinfo", f"160000,{commit},{name}")
    git(root, "commit", "-q", "--allow-empty", "-m", "picture")
    return CommitId(git(root, "rev-parse", "HEAD").strip())


def diverge(root: Path, base: Picture, ours: Picture, theirs: Picture) -> tuple[CommitId, CommitId]:
    """(lane, target): branches `lane` and `main` that part after `base`."""
    root.mkdir(exist_ok=True)
    git(root, "init", "-q", "-b", "main", "--template=")
    paint(root, base)
    git(root, "checkout", "-q", "-b", "lane")
    lane = paint(root, ours)
    git(root, "checkout", "-q", "main")
    return lane, paint(root, theirs)


@contextmanager
def conflict_in(
    root: Path, base: Picture, ours: Picture, theirs: Picture
) -> Iterator[tuple[GitRepository, Conflict]]:
    lane, target = diverge(root, base, ours, theirs)
    repository = open_repository(root)
    try:
        yield repository, repository.conflicts.look(lane, target, ALPHA, "main")
    finally:
        repository.close()


def tree_after(repository: GitRepository, state: Resolution) -> dict[str, tuple[str, bytes]]:
    """The tree of a finished resolution: path → (mode, content; a submodule's commit)."""
    results = []
    for file in range(len(state.conflict.files)):
        entries = state.entries(file)
        assert entries is not None, f"{state.conflict.files[file].path} is open"
        results.append(entries)
    tree = repository.conflicts.resolved_tree(state.conflict, results)
    found: dict[str, tuple[str, bytes]] = {}
    for line in repository.ground.run(["ls-tree", "-rz", tree]).out.split(b"\0"):
        head, tab, path = line.partition(b"\t")
        if tab:
            mode, kind, name = head.decode().split()
            content = (
                name.encode()
                if kind == "commit"
                else repository.ground.run(["cat-file", "blob", name]).out
            )
            found[os.fsdecode(path)] = (mode, content)
    return found
