"""Signing what was built, as the commander's own git configuration says (`user.signingKey`,
`gpg.format`, `gpg.program`). What the repository's configuration says of it does not count: it
names a program to run.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.git import argv
from cockpit.adapters.git.ground import Ground
from cockpit.domain.ids import CommitId
from cockpit.errors import CockpitError, Refused, TimedOut

DEADLINE = 60.0
"""Seconds that a signature may take: somebody may have to type a passphrase."""


def sign(ground: Ground, commits: Sequence[CommitId], onto: CommitId) -> CommitId:
    """`commits` (oldest first, each the next one's first parent, the first one's is `onto`)
    once more, signed; everything else stays. Returns the new tip.

    Raises `Refused` when it can't be signed, also when it does not end: nothing but unused
    objects was made.
    """
    tip = onto
    for commit in commits:
        raw = ground.run(["cat-file", "commit", argv.object_id(commit)]).out
        tip = _signed(ground, raw, tip)
    return tip


def _signed(ground: Ground, raw: bytes, parent: CommitId) -> CommitId:
    head, _, message = raw.partition(b"\n\n")
    lines = head.split(b"\n")
    tree = next(line[5:] for line in lines if line.startswith(b"tree ")).decode("ascii")
    others = [line[7:].decode("ascii") for line in lines if line.startswith(b"parent ")][1:]
    author = next(line[7:] for line in lines if line.startswith(b"author "))
    command = argv.commit_tree(tree, [parent, *others], sign=True)
    try:
        answer = ground.run(command, stdin=message, env=_author(author), deadline=DEADLINE)
    except TimedOut as error:
        raise Refused(
            f"Signing did not end within {DEADLINE:.0f} s; nothing was changed.",
            detail=error.detail,
            hint="Unlock your key first (`git commit -S` in another folder shows how it asks), "
            "or set `merge.sign: false`.",
        ) from error
    except CockpitError as error:
        raise Refused(
            "What would land could not be signed; nothing was changed.",
            detail=error.detail or error.title,
            hint="Look at `user.signingKey` and `gpg.format` in your own git configuration, or "
            "set `merge.sign: false`.",
        ) from error
    return CommitId(answer.line)


def _author(line: bytes) -> dict[str, str]:
    """The author as `commit-tree` takes it: name, address and time."""
    who, _, when = line.rpartition(b"> ")
    name, _, address = who.partition(b" <")
    text = {"NAME": name, "EMAIL": address, "DATE": b"@" + when}
    return {
        f"GIT_AUTHOR_{key}": value.decode("utf-8", "surrogateescape") for key, value in text.items()
    }
