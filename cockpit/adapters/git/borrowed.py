"""Objects that an agent planted badly: borrowed ones and rewritten ones.

An agent can put its objects into a folder of its own, name that in `objects/info/alternates`,
and take it away after the landing; or write other bytes into an object's file, which git shows
without a word and no clone accepts (`facts/security.md` §3.2, M1 and M2). The target would be
broken. So what we keep or land becomes our own first, and what lands is hashed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cockpit.adapters.git import argv
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.outcome import GitFailed
from cockpit.domain.ids import CommitId
from cockpit.errors import Refused

_BORROWING = ("objects/info/alternates", "objects/info/http-alternates")
_DEADLINE = 600.0


def verify(ground: Ground, commit: CommitId, without: CommitId) -> None:
    """Hash every object of `commit` that `without` doesn't hold. Raises `Refused` if one holds
    other bytes than its name says, or is missing."""
    folder = ground.scratch_folder()
    base = folder / f"verify-{secrets.token_hex(4)}"
    stdin = f"{commit}\n^{without}\n".encode("ascii")
    try:
        packed = ground.run(argv.pack_new(base), stdin=stdin, deadline=_DEADLINE).line
        if packed:
            ground.run(argv.verify_pack(Path(f"{base}-{packed}.idx")), deadline=_DEADLINE)
    except GitFailed as error:
        if "No space left" in error.answer.err:
            raise
        raise Refused(
            f"Objects of {commit[:12]} are damaged, or were rewritten after they were made.",
            detail=error.answer.err.strip(),
            hint="`git fsck` names them. Let the lane commit that work anew; nothing was changed.",
        ) from error
    finally:
        for left in folder.glob(f"{base.name}*"):
            left.unlink(missing_ok=True)


def make_own(ground: Ground, commit: CommitId, without: CommitId | None) -> None:
    """Write every object of `commit` that `without` doesn't hold into the repository itself;
    nothing where nothing is borrowed. Raises `Refused` if an object is missing."""
    if not any(os.path.lexists(ground.common / name) for name in _BORROWING):
        return
    stdin = f"{commit}\n" + (f"^{without}\n" if without else "")
    pack = ground.common / "objects" / "pack" / "pack"
    try:
        ground.run(argv.pack_new(pack), stdin=stdin.encode("ascii"), deadline=_DEADLINE)
    except GitFailed as error:
        raise Refused(
            f"Objects of {commit[:12]} are borrowed from another folder and can't be read.",
            detail=error.answer.err.strip(),
            hint="Look at .git/objects/info/alternates and who wrote it; nothing was changed.",
        ) from error
