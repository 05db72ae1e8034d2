"""A file that git doesn't know yet, as a diff in which all of it is new."""

from __future__ import annotations

import os
import stat
from dataclasses import replace

from cockpit.adapters.git.disk import blob_id
from cockpit.adapters.git.files import lstat, read_small
from cockpit.adapters.git.ground import At
from cockpit.domain.change import LINK, NULL_MODE, SUBMODULE, FileDiff, Layer

BODY_CAP = 200 << 10
"""Bytes of a file that a look at the whole lane reads."""

_BINARY = 8000
"""git looks for a NUL in as many bytes."""


def untracked_diff(
    at: At, path: str, length: int, *, read: bool = True, cap: int = BODY_CAP
) -> FileDiff:
    """The diff of an untracked path; `length` is that of the repository's ids. Without `read`
    only its kind is looked at. A folder here is a repository of its own: it is not entered
    and stands as a submodule whose commit nobody knows."""
    seen = lstat(at.work_tree / path)
    mode = _mode(seen.st_mode) if seen is not None else ""
    plain = FileDiff(
        *(path, path, Layer.UNTRACKED, "A", None, None, ""),
        old_mode=NULL_MODE,
        new_mode=mode,
        new_size=seen.st_size if seen is not None else None,
    )
    if seen is None or mode not in ("100644", "100755", LINK):
        return plain
    if mode == LINK:
        try:
            content = os.fsencode(os.readlink(at.work_tree / path))
        except OSError:
            return plain  # it went away while we look
        return _whole(plain, content, blob_id(content, length), cut=False)
    if not read:
        return replace(plain, added=0, removed=0, loaded=False)
    content = read_small(at.work_tree / path, cap=cap) or b""
    cut = seen.st_size > len(content)
    blob = "" if cut else blob_id(content, length)
    if b"\0" in content[:_BINARY]:
        return replace(plain, new_blob=blob)
    return _whole(plain, content, blob, cut=cut)


def _mode(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return LINK
    if stat.S_ISDIR(mode):
        return SUBMODULE
    if not stat.S_ISREG(mode):
        return ""
    return "100755" if mode & 0o100 else "100644"


def _whole(plain: FileDiff, content: bytes, blob: str, *, cut: bool) -> FileDiff:
    lines = content.split(b"\n")
    ended = lines[-1] == b""
    if ended or (cut and len(lines) > 1):
        lines.pop()
    body = b""
    if lines:
        count = b",%d" % len(lines) if len(lines) > 1 else b""
        body = b"@@ -0,0 +1" + count + b" @@\n" + b"".join(b"+" + line + b"\n" for line in lines)
    if lines and not ended and not cut:
        body += b"\\ No newline at end of file\n"
    return replace(
        plain,
        added=len(lines),
        removed=0,
        body=body.decode("utf-8", "surrogateescape"),
        truncated=cut,
        new_blob=blob,
        new_size=plain.new_size if cut else None,
    )
