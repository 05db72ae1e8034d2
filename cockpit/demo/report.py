"""How the demo's flow reports: steps with what was expected and what came, and pictures of
folders to compare.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cockpit.dataclass import dataclass
from cockpit.errors import CockpitError, Conflict, Exit

GOT = {
    Exit.CONFLICT: "conflict",
    Exit.GATE_RED: "gate red",
    Exit.REFUSED: "refused",
    Exit.TIMED_OUT: "timed out",
    Exit.DELIVERY_UNKNOWN: "delivery unknown",
    Exit.USAGE: "usage error",
}


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step; `expected` and `got` are words such as `landed`, `conflict`, `gate red`."""

    step: str
    lane: str
    expected: str
    got: str
    ok: bool
    seconds: float
    detail: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def word(error: CockpitError) -> str:
    return GOT.get(error.code, "failed")


def told(error: CockpitError) -> str:
    paths: Sequence[str] = error.paths if isinstance(error, Conflict) else ()
    unsaid = [path for path in paths if path not in error.detail]
    return "\n".join(part for part in (error.title, error.detail, *unsaid) if part)


def contents(folder: Path) -> dict[str, str]:
    """Every file below `folder` but git's own link: mode and digest by relative name."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name == ".git" or path.is_dir():
            continue
        mode = stat.filemode(path.lstat().st_mode)
        raw = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        found[name] = f"{mode} {hashlib.sha256(raw).hexdigest()}"
    return found
