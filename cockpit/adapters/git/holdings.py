"""What tearing a worktree down would take away: everything in it that no commit holds.

git's own ideas of what matters hide things here: ignored files, files marked
`assume-unchanged` or `skip-worktree`, and repositories inside the folder are all listed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import lstat
from cockpit.adapters.git.ground import At, Ground
from cockpit.dataclass import dataclass
from cockpit.domain.teardown import Holdings

LISTED = 500
"""Names that a list keeps; counts are of all."""

_HASH_BATCH = 100
GITLINK = "160000"
SYMLINK = "120000"


class Holder:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def holdings(self, worktree: Path) -> Holdings:
        """Uncommitted, untracked and ignored content with its size in bytes, and folders that
        hold a repository of their own. Folders that are ignored as a whole are one name in
        the list, but each file in them is counted."""
        at = self.ground.at(worktree)
        status = parse.status(self.ground.run(argv.status(ignored=True), at=at).out)
        entries = parse.index_entries(self.ground.run(argv.index(flags=True), at=at).out)
        changed = {e.path for e in status.entries if e.kind not in ("?", "!")}
        changed |= self._hidden_changes(at, entries)
        untracked = [e.path for e in status.entries if e.kind == "?"]
        ignored = [e.path for e in status.entries if e.kind == "!"]
        weight, kept = _Weight(), _Weight()
        weight.add_all(at.work_tree, untracked)
        kept.add_all(at.work_tree, ignored)
        nested = weight.nested + kept.nested
        for entry in entries:
            if entry.mode == GITLINK and (at.work_tree / entry.path / ".git").exists():
                nested.append(entry.path)
        sizes = (lstat(at.work_tree / path) for path in changed)
        changed_bytes = sum(s.st_size for s in sizes if s and stat.S_ISREG(s.st_mode))
        return Holdings(
            changed=tuple(sorted(changed)[:LISTED]),
            untracked=tuple(sorted(untracked)[:LISTED]),
            ignored=tuple(sorted(ignored)[:LISTED]),
            nested=tuple(sorted(set(nested))[:LISTED]),
            changed_count=len(changed),
            untracked_count=weight.files,
            ignored_count=kept.files,
            bytes=changed_bytes + weight.bytes + kept.bytes,
        )

    def _hidden_changes(self, at: At, entries: Iterable[parse.IndexEntry]) -> set[str]:
        """Changed files whose index flags make git look away."""
        flagged = [e for e in entries if (e.tag.islower() or e.tag == "S") and e.stage == 0]
        present = [e for e in flagged if lstat(at.work_tree / e.path) is not None]
        found = contents(self.ground, at, [entry.path for entry in present])
        gone = {e.path for e in flagged if e.tag.islower() and e not in present}
        return gone | {e.path for e in present if found.get(e.path) not in (None, e.blob)}


@dataclass(slots=True)
class _Weight:
    """Files, bytes and nested repositories below some paths."""

    files: int = 0
    bytes: int = 0
    nested: list[str] = field(default_factory=list)

    def add_all(self, root: Path, paths: Sequence[str]) -> None:
        for path in paths:
            seen = lstat(root / path)
            if seen is None:
                continue
            if not stat.S_ISDIR(seen.st_mode):
                self.files += 1
                self.bytes += seen.st_size
                continue
            for folder, names in _walk(root / path):
                if ".git" in names:
                    self.nested.append(os.path.relpath(folder, root))
                for size in names.values():
                    self.files += size is not None
                    self.bytes += size or 0


def _walk(top: Path) -> Iterator[tuple[str, dict[str, int | None]]]:
    """Each folder below `top` with its entries' sizes (None for folders); links and folders
    that can't be read are not entered."""
    todo = [str(top)]
    while todo:
        folder = todo.pop()
        names: dict[str, int | None] = {}
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        names[entry.name] = None
                        todo.append(entry.path)
                    else:
                        names[entry.name] = entry.stat(follow_symlinks=False).st_size
        except OSError:
            names.setdefault("", 0)  # counted as one thing that we couldn't look into
        yield folder, names


def contents(ground: Ground, at: At, paths: Sequence[str]) -> dict[str, str | None]:
    """The blob id that each file would have in git now, judged by its content alone (index
    flags and times don't count); None for what is neither file nor link.

    Links are hashed as their target's name; files go through their clean filters.
    """
    found: dict[str, str | None] = {}
    regular: list[str] = []
    for path in paths:
        seen = lstat(at.work_tree / path)
        if seen is not None and stat.S_ISREG(seen.st_mode):
            regular.append(path)
        elif seen is not None and stat.S_ISLNK(seen.st_mode):
            target = os.fsencode(os.readlink(at.work_tree / path))
            found[path] = _blob_id(target, len(ground.null_id))
        else:
            found[path] = None
    for at_index in range(0, len(regular), _HASH_BATCH):
        batch = regular[at_index : at_index + _HASH_BATCH]
        found.update(zip(batch, _hashes(ground, at, batch), strict=True))
    return found


def _hashes(ground: Ground, at: At, batch: Sequence[str]) -> list[str | None]:
    """One id a file; a file that vanished or can't be read meanwhile has None."""
    answer = ground.run(argv.hash_files(batch), at=at, ok=(0, 128))
    ids = answer.out.decode("ascii").split()
    if answer.code == 0 and len(ids) == len(batch):
        return [*ids]
    if len(batch) == 1:
        return [None]
    return [_hashes(ground, at, [path])[0] for path in batch]


def _blob_id(content: bytes, length: int) -> str:
    data = b"blob %d\0" % len(content) + content
    return hashlib.sha1(data).hexdigest() if length == 40 else hashlib.sha256(data).hexdigest()
