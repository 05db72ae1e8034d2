"""What a lane's worktree holds now, without touching its index (the agent is committing).

`facts` is asked often, so it is few processes: one scan of the worktree, and the lines of
only those files that the scan found changed (a `diff` of everything would stat each file a
second time: 46 ms against 8 ms for 20,000 files, `facts/tmux-git-live.md` §6).
"""

from __future__ import annotations

import stat
import time
from collections.abc import Sequence
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import lstat, read_small
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.refs import Refs
from cockpit.adapters.git.worktree import operation_in, read_head
from cockpit.domain.ids import CommitId, RefName
from cockpit.domain.lane import GitFacts

Counts = dict[str, tuple[int | None, int | None]]

_UNTRACKED_FILES = 200
_UNTRACKED_BYTES = 256 << 10
_PATHSPECS = 200
_KEPT = 1 << 20


class Inspector:
    def __init__(self, ground: Ground, refs: Refs) -> None:
        self.ground = ground
        self.refs = refs
        self._seen: dict[Path, tuple[float, bytes]] = {}

    def status(self, at: At, *, ignored: bool = False) -> parse.Status:
        """The worktree's status, every untracked file by itself."""
        return parse.status(self._status_text(at, ignored=ignored))

    def _status_text(self, at: At, *, ignored: bool = False) -> bytes:
        """As git prints it; kept for `status_since` unless it is large."""
        asked = time.monotonic()
        out = self.ground.run(argv.status(ignored=ignored), at=at).out
        if not ignored and len(out) <= _KEPT:
            self._seen[at.work_tree] = (asked, out)
        return out

    def status_since(self, at: At, since: float | None) -> bytes:
        """As git prints the status: the last one that was asked for, if that was at or after
        `since` (monotonic seconds), else a new one."""
        seen = self._seen.get(at.work_tree)
        if since is not None and seen is not None and seen[0] >= since:
            return seen[1]
        return self._status_text(at)

    def facts(self, worktree: Path, target: RefName, *, tip: CommitId | None = None) -> GitFacts:
        """Ahead, behind, changed files and lines against the merge base with `target`.

        `tip` is where `target` stands, if that is known. Lines of untracked files are counted
        for small text files. `outside` stays empty. Raises `Refused` for a folder that isn't
        a worktree here.
        """
        at = self.ground.at(worktree)
        status = self.status(at)
        head = CommitId(status.head) if status.head else None
        known = read_head(at.admin)
        tip = tip or self.refs.read(target)
        behind = ahead = 0
        base = head
        if head is not None and tip is not None and tip != head:
            behind, ahead = parse.left_right(self.ground.run(argv.count_sides(tip, head)).out)
            if behind and ahead:
                base = self.refs.merge_base(tip, head) or head
            else:
                base = tip if ahead else head
        committed = self._committed_counts(base, head)
        counts = self._counts(at, base, committed, status)
        touched = {*committed, *(entry.path for entry in status.entries)}
        return GitFacts(
            head=head,
            branch=known[0] if known else None,
            ahead=ahead,
            behind=behind,
            dirty=len(status.entries),
            files=len(counts),
            added=sum(added or 0 for added, _ in counts.values()),
            removed=sum(removed or 0 for _, removed in counts.values()),
            operation=operation_in(at.admin),
            paths=tuple(sorted(touched)),
        )

    def _committed_counts(self, base: CommitId | None, head: CommitId | None) -> Counts:
        """Lines of what is committed, by path; both names of a rename."""
        if base is None or head is None or base == head:
            return {}
        return parse.numstat(self.ground.run(argv.committed_lines(base, head)).out)

    def _counts(
        self, at: At, base: CommitId | None, committed: Counts, status: parse.Status
    ) -> Counts:
        """Lines of the whole change, by path."""
        counts = dict(committed)
        tracked = [entry.path for entry in status.entries if entry.kind not in ("?", "!")]
        if base is not None and tracked:
            paths = tracked if len(tracked) <= _PATHSPECS else []
            now = parse.numstat(self.ground.run(argv.worktree_lines(base, paths), at=at).out)
            for path in tracked:
                counts.pop(path, None)
            counts.update(now)
        elif tracked:
            counts = dict.fromkeys(tracked, (0, 0))  # an unborn branch: nothing to compare with
        untracked = [entry.path for entry in status.entries if entry.kind == "?"]
        counts.update(_untracked_lines(at.work_tree, untracked))
        return counts

    def dirty_paths(self, worktree: Path) -> list[str]:
        """Changed, staged and untracked paths, sorted; ignored ones are not among them."""
        status = self.status(self.ground.at(worktree))
        return sorted({entry.path for entry in status.entries})


def _untracked_lines(root: Path, paths: Sequence[str]) -> Counts:
    counts: Counts = {}
    for number, path in enumerate(paths):
        lines = _lines_of(root / path) if number < _UNTRACKED_FILES else 0
        counts[path] = (lines, 0)
    return counts


def _lines_of(path: Path) -> int:
    """Lines of a small text file, else 0."""
    seen = lstat(path)
    if seen is None or not stat.S_ISREG(seen.st_mode) or seen.st_size > _UNTRACKED_BYTES:
        return 0
    content = read_small(path, cap=_UNTRACKED_BYTES) or b""
    if b"\0" in content[:8000]:
        return 0
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
