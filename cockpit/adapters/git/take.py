"""A lane's uncommitted work as a commit, made without porcelain (`git add`, `git commit` run
hooks, take locks, and do several things at once).

The tree is built in a private index that starts from HEAD's tree, so that nothing staged
outside the chosen paths comes along. The contents are the files' as they lie in the
worktree, read as `git add` reads them (line ends, the commander's own filters; a filter that
only the repository defines refuses). Branch and index move as one for every other git: the
compare-and-swap happens while we hold the index's lock (`indexfile.hold`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from cockpit.adapters.git import argv, indexfile, parse, trail
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.history import History
from cockpit.adapters.git.inspect import Inspector
from cockpit.adapters.git.refs import Refs
from cockpit.adapters.git.typed import typed
from cockpit.domain.change import NULL_MODE, PathChange
from cockpit.domain.ids import CommitId, RefName, TreeId
from cockpit.domain.taking import Uncommitted, chosen_of
from cockpit.errors import Refused

DEADLINE = 600.0
"""Seconds for hashing the files."""


class Taker:
    """Callers hold the lane's lock, but for a look."""

    def __init__(self, ground: Ground, refs: Refs, history: History, inspector: Inspector) -> None:
        self.ground = ground
        self.refs = refs
        self.history = history
        self.inspector = inspector

    # ------------------------------------------------------------ building

    @typed
    def uncommitted(
        self,
        worktree: Path,
        chosen: Sequence[str] = (),
        *,
        skip: Callable[[str], bool] = lambda _path: False,
        keep: bool = False,
    ) -> Uncommitted:
        """The uncommitted work below `chosen` (empty: all but what `skip` says), as a tree.

        Without `keep` nothing is written to the repository, and no file's content anywhere.
        Raises `Refused` for a branch without a commit, unmerged paths, untrusted filters, and
        for a chosen path at which nothing is uncommitted.
        """
        at = self.ground.at(worktree)
        status = self.inspector.status(at)
        if not status.head:
            raise Refused("The lane's branch has no commit yet.", hint="Let the lane commit once.")
        wanted = [entry for entry in status.entries if entry.kind != "!"]
        wanted = _chosen(wanted, chosen) if chosen else [e for e in wanted if not skip(e.path)]
        undecided = [entry.path for entry in wanted if entry.kind == "u"]
        if undecided:
            raise Refused(
                f"{len(undecided)} path(s) hold an undecided conflict.",
                detail="\n".join(undecided),
                hint="Resolve them in the lane first.",
            )
        left = tuple(entry.path for entry in wanted if entry.path.endswith("/"))
        plain = [entry for entry in wanted if not entry.path.endswith("/")]
        head = CommitId(status.head)
        if keep:
            return self._built(at, head, plain, left, keep=True)
        with self.ground.looking():
            return self._built(at, head, plain, left, keep=False)

    def _built(
        self,
        at: At,
        head: CommitId,
        entries: list[parse.StatusEntry],
        left: tuple[str, ...],
        *,
        keep: bool,
    ) -> Uncommitted:
        paths = [entry.path for entry in entries]
        tree = self._tree(at, head, paths, keep=keep)
        changes = tuple(self.history.changes(head, tree))
        changed = {one.path for one in changes}
        index = self._index_changes(at, tree, sorted({*paths, *changed}))
        return Uncommitted(head, tree, changes, index, left, _meant(entries, changed))

    def _tree(self, at: At, head: CommitId, paths: list[str], *, keep: bool) -> TreeId:
        index = self.ground.scratch_folder() / f"take-{os.urandom(6).hex()}"
        try:
            self.ground.run(argv.read_tree(head), at=at, index_file=index)
            if paths:
                self.ground.refuse_untrusted_filters(at, paths, None)
                self.ground.run(
                    argv.add_files(keep=keep),
                    at=at,
                    index_file=index,
                    stdin=trail.encoded(paths),
                    deadline=DEADLINE,
                )
            command = argv.write_tree(missing_ok=not keep)
            return TreeId(self.ground.run(command, at=at, index_file=index).line)
        finally:
            index.unlink(missing_ok=True)

    def _index_changes(self, at: At, tree: TreeId, paths: Sequence[str]) -> tuple[PathChange, ...]:
        """From the index's entries of `paths` as they are to those of `tree`."""
        now = indexfile.read_entries(self.ground, at)
        new = trail.entries_at(self.ground, tree, paths)
        null = self.ground.null_id
        found = []
        for path in paths:
            old_mode, old_blob = _entry(now.get(path, []), null)
            mode, blob = new.get(path, (NULL_MODE, null))
            if mode == "040000":  # a folder took the file's place
                mode, blob = NULL_MODE, null
            if (old_mode, old_blob) != (mode, blob):
                found.append(PathChange(path, old_mode, mode, old_blob, blob))
        return tuple(found)

    # ------------------------------------------------------------ moving

    @typed
    def move(
        self,
        worktree: Path,
        ref: RefName,
        *,
        old: CommitId,
        new: CommitId,
        index: Sequence[PathChange],
        reason: str,
    ) -> list[str]:
        """Move the branch by compare-and-swap and the index with it; the files stay as they
        are. Done already is fine. Returns paths whose entry is somebody's own by now.

        Raises `RefMoved` or `Refused` with nothing changed.
        """
        at = self.ground.at(worktree)
        with indexfile.hold(at.admin):
            if self.refs.read(ref) != new:
                entries = indexfile.read_entries(self.ground, at)
                strange = [one.path for one in index if not _as_seen(entries, one)]
                if strange:
                    raise Refused(
                        f"{len(strange)} path(s) were staged otherwise meanwhile.",
                        detail="\n".join(strange),
                        hint="Look at the lane's change again; nothing was changed.",
                    )
                self.refs.move(ref, new=new, old=old, reason=reason)
            scratch = self.ground.scratch_folder() / f"index-{os.urandom(6).hex()}"
            return indexfile.follow(self.ground, at, index, scratch)


def _chosen(entries: Sequence[parse.StatusEntry], chosen: Sequence[str]) -> list[parse.StatusEntry]:
    found, missing = chosen_of((entry.path for entry in entries), chosen)
    if missing:
        raise Refused(
            f"Nothing is uncommitted at {missing[0]!r} in the lane.",
            hint="`cockpit diff LANE --stat` lists what is; ignored files are never taken.",
        )
    return [entry for entry in entries if entry.path in found]


def _meant(entries: Sequence[parse.StatusEntry], changed: Collection[str]) -> frozenset[str]:
    """Paths that were only meant to be added: git says `.A`, or `.D` of a file that is gone since
    and was in no commit, hence is no change."""
    return frozenset(
        entry.path
        for entry in entries
        if entry.xy == ".A" or (entry.xy == ".D" and entry.path not in changed)
    )


def _entry(entries: Sequence[parse.IndexEntry], null: str) -> tuple[str, str]:
    plain = [entry for entry in entries if entry.stage == 0]
    return (plain[0].mode, plain[0].blob) if plain else (NULL_MODE, null)


def _as_seen(entries: indexfile.Entries, change: PathChange) -> bool:
    now = entries.get(change.path, [])
    return indexfile.is_entry(now, change.old_mode, change.old_blob) or indexfile.is_entry(
        now, change.new_mode, change.new_blob
    )
