"""Other messages for commits that were just built on the target and that nobody has yet.

A landing by rebase puts its trailers on the last commit, and no commit of a lane may arrive
on the target with trailers that only cockpit writes. Everything but the message stays byte
for byte, so the objects are put together here (`replay` says why not by `commit-tree`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.adapters.git import argv
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.replay import with_parents
from cockpit.domain.ids import CommitId

Edit = Callable[[str, bool], str]
"""Message and whether it is the last commit's → the message it gets."""


def reword(ground: Ground, commits: Sequence[CommitId], onto: CommitId, edit: Edit) -> CommitId:
    """The linear `commits` (oldest first, the first one's parent is `onto`) with edited
    messages; those before the first edit stay as they are. Returns the new tip."""
    tip, committer = onto, b""
    for number, commit in enumerate(commits, 1):
        raw = ground.run(["cat-file", "commit", argv.object_id(commit)]).out
        head, _, message = raw.partition(b"\n\n")
        wanted = _edited(head, message, edit, number == len(commits))
        if wanted == message and f"parent {tip}".encode("ascii") in head.split(b"\n"):
            tip = commit
            continue
        committer = committer or ground.run(argv.identity("GIT_COMMITTER_IDENT")).out.rstrip(b"\n")
        tree = head.split(b"\n", 1)[0].removeprefix(b"tree ").decode("ascii")
        content = with_parents(head + b"\n\n" + wanted, tree, [tip], committer)
        tip = CommitId(ground.run(argv.hash_commit(), stdin=content).line)
    return tip


def _edited(head: bytes, message: bytes, edit: Edit, is_last: bool) -> bytes:
    """The edited message in the encoding that the commit declares; bytes that are not in it
    stay what they are."""
    name = next((line[9:] for line in head.split(b"\n") if line.startswith(b"encoding ")), b"")
    encoding = name.decode("ascii", "replace") or "utf-8"
    try:
        text = message.decode(encoding, "surrogateescape")
        return edit(text, is_last).encode(encoding, "surrogateescape")
    except (LookupError, ValueError):
        text = message.decode("utf-8", "surrogateescape")
        return edit(text, is_last).encode("utf-8", "surrogateescape")
