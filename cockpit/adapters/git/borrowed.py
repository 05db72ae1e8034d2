"""Objects that the repository only borrows: an agent can put its own objects into a folder of
its own, name that in `objects/info/alternates`, and take it away after the landing; the target
would be broken then (`facts/security.md` §3.2, M1). What we keep or land becomes our own first.
"""

from __future__ import annotations

import os

from cockpit.adapters.git import argv
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.outcome import GitFailed
from cockpit.domain.ids import CommitId
from cockpit.errors import Refused

_BORROWING = ("objects/info/alternates", "objects/info/http-alternates")
_DEADLINE = 600.0


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
