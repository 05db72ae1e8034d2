"""From whatever went wrong to a sentence and an exit code: the one mapping (DESIGN §12)."""

from __future__ import annotations

import errno
from typing import Any

from cockpit.errors import CockpitError, Conflict, Exit

_SYSTEM = {
    errno.ENOSPC: ("The disk is full.", "Free some space, then run the command again."),
    errno.EDQUOT: ("Your disk quota is used up.", "Free some space, then run it again."),
    errno.EROFS: ("The file system is read-only.", "Make it writable, or work on a copy."),
    errno.EACCES: ("Permission was denied.", "Check who owns the path, then run it again."),
    errno.EPERM: ("The operation is not permitted.", "Check who owns the path."),
    errno.EMFILE: ("Too many files are open.", "Raise the limit with `ulimit -n`."),
}


def as_error(problem: BaseException) -> CockpitError | None:
    """The error to show for `problem`, or None when it is unexpected (a defect of ours).

    What the operating system refuses by a well-known number is expected: it is said in a
    sentence with the path, without a traceback.
    """
    if isinstance(problem, CockpitError):
        return problem
    if isinstance(problem, OSError) and problem.errno in _SYSTEM:
        title, hint = _SYSTEM[problem.errno]
        where = problem.filename if problem.filename is not None else ""
        return CockpitError(title, detail=str(where), hint=hint)
    return None


def exit_code(problem: BaseException) -> int:
    """The exit code that ends the program for `problem`."""
    if isinstance(problem, KeyboardInterrupt):
        return int(Exit.INTERRUPTED)
    error = as_error(problem)
    return int(error.code if error is not None else Exit.FAILED)


def error_document(error: CockpitError) -> dict[str, Any]:
    """The value of `error` in JSON: `code` is the exit code; a conflict lists its paths."""
    document: dict[str, Any] = {
        "code": int(error.code),
        "title": error.title,
        "detail": error.detail,
        "hint": error.hint,
    }
    if isinstance(error, Conflict):
        document["paths"] = list(error.paths)
    return document
