"""What 'done' rests on: a worker's claim held against what git says, row by row.

A result is a claim (DESIGN §9), so each line of it is compared with a fact. What can't be
compared is unknown, never ok. The value names the commit, the target and the tree that it was
found for: where one of them is another now, it says nothing any more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain.gate import GateState, Verdict
from cockpit.domain.globs import matches, why_not_glob
from cockpit.domain.ids import CommitId, LaneId, TreeId
from cockpit.domain.result import ResultFile, ResultStatus
from cockpit.domain.taskname import TaskId
from cockpit.domain.text import counted

MOST_CLAIMS = 1_000
"""Files of a claim that are compared; nobody reads a list of more."""


class Holds(StrEnum):
    YES = "ok"
    NO = "not ok"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of evidence; `paths` raw from outside."""

    name: str
    """`result`, `lane`, `commit`, `tree`, `files`, `zone`, `gate` or `merged`."""
    holds: Holds
    text: str
    """A clause for people."""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether a task's 'done' holds. `lane`, `commit`, `target` and `tree` are None where
    there are none."""

    task: TaskId
    file: str
    """The name of its file in `tasks/`."""
    rows: tuple[Row, ...]
    lane: LaneId | None = None
    commit: CommitId | None = None
    """The tip of the lane's branch."""
    target: CommitId | None = None
    """Where the target stood."""
    tree: TreeId | None = None
    """What landing the lane would make of the target: what the gate must have passed."""
    result: ResultFile | None = None

    @property
    def holds(self) -> bool:
        """Whether every row does."""
        return bool(self.rows) and all(row.holds is Holds.YES for row in self.rows)

    @property
    def failing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.holds is not Holds.YES)

    def is_of(self, commit: CommitId | None) -> bool:
        """Whether the lane still stands where it stood when this was found."""
        return self.commit is not None and self.commit == commit

    def row(self, name: str) -> Row | None:
        return next((row for row in self.rows if row.name == name), None)


def result_row(task: TaskId, result: ResultFile | None) -> Row:
    """Whether there is a result and it says done, without a question."""
    if result is None:
        return Row("result", Holds.NO, f"{task} has no result")
    if result.status is ResultStatus.QUESTION:
        said = f"{result.said[:40]!r}" if result.said else "nothing"
        return Row("result", Holds.NO, f"its result says {said}, which is no plain answer")
    if result.status is not ResultStatus.DONE:
        return Row("result", Holds.NO, f"its result says {result.status}")
    if result.questions:
        asks = counted(len(result.questions), "question")
        return Row("result", Holds.UNKNOWN, f"its result says done and asks {asks}")
    return Row("result", Holds.YES, "its result says done")


def commit_row(branch: str, claimed: str, own: Sequence[CommitId], *, has_it: bool = False) -> Row:
    """Whether the commit that the result names is the lane's work. `own` are the branch's
    commits that the target lacks, newest first; `has_it` says that the branch holds it all
    the same."""
    if not own:
        return Row("commit", Holds.NO, f"{branch} has no commit that the target lacks")
    brought = f"{branch} brings {counted(len(own), 'commit')}"
    if not claimed:
        return Row("commit", Holds.UNKNOWN, f"its result names no commit; {brought}")
    place = next((at for at, commit in enumerate(own) if commit.startswith(claimed)), None)
    if place is not None:
        later = f", and {counted(place, 'commit')} came after it" if place else ""
        return Row("commit", Holds.YES, f"{claimed[:10]} is in {branch}{later}")
    if has_it:
        text = f"{claimed[:10]} is in {branch}, and the target holds it already; {brought}"
        return Row("commit", Holds.NO, text)
    return Row("commit", Holds.NO, f"{claimed[:10]} is not among the commits that {branch} brings")


def files_row(claimed: Sequence[str], changed: Sequence[tuple[str, ...]]) -> Row:
    """Whether the files that the result names are those that the lane's commits change;
    `changed` holds the names of each, both of a renamed one."""
    told = f"{counted(len(changed), 'file')} changed"
    claims = [claim for text in claimed[:MOST_CLAIMS] if (claim := plain_path(text))]
    if not claims:
        holds = Holds.UNKNOWN if changed else Holds.YES
        return Row("files", holds, f"its result names no files; {told}")
    missing = tuple(_untrue(claims, changed))
    extra = tuple(_untold(claims, changed))
    if not missing and not extra:
        return Row("files", Holds.YES, f"{told}, as its result says")
    parts = []
    if missing:
        parts.append(f"{counted(len(missing), 'file')} named that did not change")
    if extra:
        parts.append(f"{counted(len(extra), 'file')} changed that it does not name")
    paths = (*(f"- {path}" for path in missing), *(f"+ {path}" for path in extra))
    return Row("files", Holds.NO, " and ".join(parts), paths)


_REMARK = re.compile(r"\s+(?:\(.*\)|[-–—:]\s.*)$", re.DOTALL)
_STATUS = re.compile(r"^(?:[AMDRCT]|new|modified|deleted|added|changed)[:\s]\s*", re.IGNORECASE)
_ANYTHING = ("", "*", "?", "[", "{")
_LINE = re.compile(r":\d+(?:[-:]\d+)?$")


def plain_path(text: str) -> str:
    """The path in one item of a claim as workers write them: `` `src/a.py` (new)``,
    `./src/a.py`, `M src/a.py`, `src/a.py:12`. Empty for `none` and the like."""
    path = _REMARK.sub("", text.strip())
    path = _LINE.sub("", _STATUS.sub("", path).strip().strip("`'\"")).removeprefix("./")
    return "" if path.casefold() in ("", "none", "nothing", "n/a", "-", ".") else path


def _untrue(claims: Sequence[str], changed: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Claims that no change bears out."""
    names = {name for names in changed for name in names}
    for claim in claims:
        globs = _as_globs([claim])
        if claim not in names and not any(globs and matches(name, globs) for name in names):
            yield claim


def _untold(claims: Sequence[str], changed: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Changes that no claim names."""
    exact, globs = set(claims), _as_globs(claims)
    for names in changed:
        if not any(name in exact or (globs and matches(name, globs)) for name in names):
            yield names[0]


def _as_globs(claims: Collection[str]) -> tuple[str, ...]:
    """A folder or a glob names whatever lies in it; one that begins with a wildcard says
    nothing that could be wrong."""
    found = (claim.rstrip("/") for claim in claims)
    return tuple(one for one in found if one[:1] not in _ANYTHING and not why_not_glob(one))


def gate_row(verdict: Verdict | None, *, why_none: str, red: bool = False) -> Row:
    """What the gate said of exactly the tree that would land; `verdict` None: nothing that is
    known (`why_none`, a clause). `red`: it failed there when it ran last."""
    if verdict is None:
        return Row("gate", Holds.NO if red else Holds.UNKNOWN, why_none)
    if verdict.state is GateState.NONE:
        return Row("gate", Holds.YES, "no gate is set, so nothing is tested")
    return Row("gate", Holds.YES, f"the gate was {verdict.word} for exactly this tree")
