"""A lane's whole change as diffs to be read by a person: what is committed since the merge
base, what is staged, what is not, and what git doesn't know yet."""

from __future__ import annotations

import stat
from pathlib import Path

from cockpit.adapters.git import argv
from cockpit.adapters.git.files import lstat, read_small
from cockpit.adapters.git.ground import At, Ground
from cockpit.adapters.git.history import History
from cockpit.adapters.git.inspect import Inspector
from cockpit.adapters.git.patch import PatchFile, parse_patch
from cockpit.adapters.git.refs import Refs
from cockpit.domain.change import CommitLine, FileDiff, LaneDiff, Layer
from cockpit.domain.ids import CommitId, RefName

BODY_CAP = 200 << 10
"""Bytes of one file's diff that are shown."""

PATCH_CAP = 16 << 20
"""Bytes of one layer's patch that are read; later files are listed without a body."""

_UNTRACKED = 500
_EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Reviewer:
    def __init__(self, ground: Ground, refs: Refs, history: History, inspector: Inspector) -> None:
        self.ground = ground
        self.refs = refs
        self.history = history
        self.inspector = inspector

    def diff(self, worktree: Path, target: RefName) -> LaneDiff:
        """The lane's change against its merge base with `target`, layer by layer.

        `base` and `head` are empty where there is no such commit (an unborn branch, no
        common history). What is binary is decided by content, never by a lane's attributes.
        """
        at = self.ground.at(worktree)
        status = self.inspector.status(at)
        empty = _EMPTY_TREE[len(self.ground.null_id)]
        head, tip = status.head, self.refs.read(target)
        base = self.refs.merge_base(tip, CommitId(head)) if head and tip else None
        files: list[FileDiff] = []
        commits: list[CommitLine] = []
        if head:
            if base != head:
                command = argv.committed_patch(base or empty, head)
                files += self._layer(Layer.COMMITTED, command, None)
            if base and base != head:
                commits = self.history.commits(base, CommitId(head))
        if any(entry.kind not in ("?", "!") for entry in status.entries):
            files += self._layer(Layer.STAGED, argv.staged_patch(head or empty), at)
            files += self._layer(Layer.UNSTAGED, argv.unstaged_patch(), at)
        untracked = [entry.path for entry in status.entries if entry.kind == "?"]
        files += [_untracked(at, path) for path in untracked[:_UNTRACKED]]
        return LaneDiff(base or "", head or "", tuple(commits), tuple(files))

    def _layer(self, layer: Layer, command: list[str], at: At | None) -> list[FileDiff]:
        answer = self.ground.run(command, at=at, cap=PATCH_CAP, truncate=True)
        return [
            _file(layer, file, answer.truncated and not file.body)
            for file in parse_patch(answer.out)
            if layer is not Layer.STAGED or file.status != "U"  # shown as unstaged
        ]


def _file(layer: Layer, file: PatchFile, lost: bool) -> FileDiff:
    body, cut = _capped(file.body)
    return FileDiff(
        path=file.path,
        old_path=file.old_path,
        layer=layer,
        status=file.status if file.status in ("A", "M", "D", "R", "T") else "M",
        added=file.added,
        removed=file.removed,
        body=body,
        truncated=cut or lost,
    )


def _capped(body: bytes) -> tuple[str, bool]:
    """The body as text, cut at a line's end."""
    cut = len(body) > BODY_CAP
    if cut:
        body = body[:BODY_CAP].rpartition(b"\n")[0]
    return body.decode("utf-8", "surrogateescape"), cut


def _untracked(at: At, path: str) -> FileDiff:
    """A file that git doesn't know, as if it were all added; folders here are repositories
    of their own, which are not entered."""
    seen = lstat(at.work_tree / path)
    content = b""
    cut = False
    if seen is not None and stat.S_ISREG(seen.st_mode):
        content = read_small(at.work_tree / path, cap=BODY_CAP) or b""
        cut = seen.st_size > len(content)
    if b"\0" in content[:8000] or seen is None or not stat.S_ISREG(seen.st_mode):
        return FileDiff(path, path, Layer.UNTRACKED, "A", None, None, "")
    lines = content.split(b"\n")
    ended = lines[-1] == b""
    if ended:
        lines.pop()
    if not lines:
        return FileDiff(path, path, Layer.UNTRACKED, "A", 0, 0, "")
    head = b"@@ -0,0 +1" + (b",%d" % len(lines) if len(lines) > 1 else b"") + b" @@\n"
    body = head + b"".join(b"+" + line + b"\n" for line in lines)
    if not ended and not cut:
        body += b"\\ No newline at end of file\n"
    text, shortened = _capped(body)
    return FileDiff(
        path, path, Layer.UNTRACKED, "A", len(lines), 0, text, truncated=cut or shortened
    )
