"""The message of a landing: one subject line, what the commander wrote, our trailers last.

The trailers are the audit trail: who reads `git log` later believes them. So they stand in the
last block, are written by cockpit alone, and a line of anyone else's text that would pass for
one of them is turned into a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.dataclass import dataclass
from cockpit.domain.merge import TRAILER_APPROVAL, TRAILER_LANE, TRAILER_TASK

SUBJECT = 200
"""Characters of a summary that are kept."""

SUBJECTS = 50
"""Commits that a squash names."""

_OURS = re.compile(
    rf"^[ \t]*(?={'|'.join((TRAILER_LANE, TRAILER_TASK, TRAILER_APPROVAL))}[ \t]*:)",
    re.MULTILINE | re.IGNORECASE,
)
_TRAILER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*[ \t]*:[ \t]\S.*")


@dataclass(frozen=True, slots=True)
class Trailers:
    """What the last block says. `task` may be empty; `signed_off` is `Name <email>`."""

    lane: str
    commit: str
    task: str = ""
    signed_off: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        said = [f"{TRAILER_LANE}: {self.lane}"]
        if self.task:
            said.append(f"{TRAILER_TASK}: {one_line(self.task)}")
        said.append(f"{TRAILER_APPROVAL}: {self.commit}")
        if self.signed_off:
            said.append(f"Signed-off-by: {one_line(self.signed_off)}")
        return tuple(said)


def one_line(text: str, most: int = SUBJECT) -> str:
    """`text` as one printable line of at most `most` characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:most].rstrip()


def subject_for(template: str, *, lane: str, key: str, summary: str) -> str:
    """The subject by `merge.message`. `summary` comes from outside and stays one line; it is
    put in last, so that nothing in it is taken for a placeholder."""
    subject = template
    for name, value in (("lane", lane), ("key", key)):
        subject = subject.replace("{" + name + "}", value)
    return subject.replace("{summary}", one_line(summary) or lane)


def listed(subjects: Sequence[str]) -> str:
    """The subjects of a squash's commits (newest first, as they are listed), oldest first."""
    shown = [f"* {one_line(subject)}" for subject in subjects[::-1][:SUBJECTS]]
    if len(subjects) > SUBJECTS:
        shown.append(f"* … and {len(subjects) - SUBJECTS} more")
    return "\n".join(shown)


def defused(text: str) -> str:
    """`text` without a line that could pass for a trailer of ours: such a line is quoted."""
    return _OURS.sub("> ", text)


def with_trailers(text: str, trailers: Trailers) -> str:
    """`text` with our trailers in the last block. Where it ends in trailers of its own (more
    than a subject must stand before them), ours join these. Ours that it holds already, from
    a preview that the commander edited, go."""
    ours = set(trailers.lines)
    kept = "\n".join(line for line in text.split("\n") if line.rstrip() not in ours)
    kept = defused(kept).rstrip() or f"Land lane {trailers.lane}"
    blocks = kept.split("\n\n")
    joins = len(blocks) > 1 and all(_TRAILER.fullmatch(line) for line in blocks[-1].split("\n"))
    return f"{kept}{chr(10) if joins else chr(10) * 2}" + "\n".join(trailers.lines) + "\n"
