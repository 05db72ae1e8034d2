"""Result files: what a worker claims about its task (DESIGN §9). Claims, never facts.

A status is *done* only when every word of it says so. Whatever else it says (`not done`,
`done but tests failed`, a template that was never filled in) is a question to the
commander.
"""

from __future__ import annotations

import re
from enum import StrEnum

from cockpit.dataclass import dataclass
from cockpit.domain import header, prose
from cockpit.domain.fields import Fields
from cockpit.domain.taskname import TaskId, id_of_name, ids_in

ALIASES = {
    "task": "task",
    "task-id": "task",
    "id": "task",
    "status": "status",
    "state": "status",
    "outcome": "status",
    "commit": "commit",
    "commits": "commit",
    "sha": "commit",
    "files": "files",
    "files-changed": "files",
    "changed-files": "files",
    "tests": "tests",
    "test": "tests",
    "questions": "questions",
    "question": "questions",
    "open-questions": "questions",
    "out-of-zone": "out-of-zone",
    "outside-zone": "out-of-zone",
    "next": "next",
    "next-steps": "next",
}
KNOWN = frozenset(ALIASES)


class ResultStatus(StrEnum):
    """What a result claims."""

    DONE = "done"
    PARTIAL = "partial"
    BLOCKED = "blocked"
    FAILED = "failed"
    QUESTION = "question"
    """Nobody can tell by reading one word: the commander looks."""


@dataclass(frozen=True, slots=True)
class ResultFile:
    """One result file, read. Texts are raw from outside; show them through `safe`."""

    task: TaskId
    """By the file's name, else by its header; empty when neither says."""
    name: str
    status: ResultStatus
    said: str = ""
    """The status as it was written."""
    commit: str = ""
    """Hex digits, lower case, perhaps shortened; empty when none are given."""
    files: tuple[str, ...] = ()
    tests: str = ""
    questions: tuple[str, ...] = ()
    out_of_zone: tuple[str, ...] = ()
    next: str = ""
    first_line: str = ""
    """The first line of its prose, one line; may serve as the landing's summary."""
    extra: tuple[tuple[str, str], ...] = ()
    body: str = ""
    problems: tuple[str, ...] = ()


def parse_result(name: str, raw: bytes) -> ResultFile:
    """The result in a file called `name`. Never raises, whatever `raw` is."""
    document = header.read(raw, KNOWN)
    fields = Fields(document, ALIASES)
    said = fields.text("status")
    status = status_of(said)
    if not raw.strip():
        fields.problems.append("it is empty")
    elif not said:
        fields.problems.append("it names no status")
    elif status is ResultStatus.QUESTION and not said.lower().startswith("question"):
        fields.problems.append(
            f"its status {said[:60]!r} is none of done, partial, blocked, failed"
        )
    return ResultFile(
        task=_task(name, fields),
        name=name,
        status=status,
        said=said,
        commit=fields.read("commit", _commit, "commit id") or "",
        files=fields.items("files"),
        tests=fields.block("tests"),
        questions=fields.sentences("questions"),
        out_of_zone=fields.items("out-of-zone"),
        next=fields.block("next"),
        first_line=prose.first_line(document.rest),
        extra=fields.extra,
        body=document.body,
        problems=tuple(fields.problems),
    )


def _task(name: str, fields: Fields) -> TaskId:
    ours = id_of_name(name)
    for entry in fields.all("task"):
        said = ids_in(entry.value, like=ours)
        if not ours and len(said) == 1:
            ours = said[0]
        elif entry.value and ours not in said:
            fields.keep(entry)
            fields.problems.append(f"its header says task {entry.value[:60]!r}, its name {ours}")
    if not ours:
        fields.problems.append("neither its name nor its header says which task it is of")
    return ours


_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{7,64}(?![0-9A-Za-z])")


def _commit(text: str) -> str | None:
    """The last of the commits that a text names (workers list them in order)."""
    found: list[str] = _HEX.findall(text)
    return found[-1].lower() if found else None


# ---------------------------------------------------------------- status


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DONE = _words(
    "done complete completed completely finished success successful successfully succeeded ok "
    "okay passed pass passes passing resolved implemented fixed ready delivered yes green "
    "✅ ✓ ✔ ☑ 🎉 🟢"
)
_PARTIAL = _words(
    "partial partially partly incomplete wip unfinished ongoing progress started 🚧 🟡"
)
_BLOCKED = _words("blocked stuck waiting paused hold blocker ⛔ 🛑")
_FAILED = _words(
    "failed failure failing fails fail error errored errors aborted abandoned broken crashed "
    "red ❌ ✗ ✘ 🔴"
)
_FILLERS = _words(
    "a all and are as by everything for fully has have i in is it of on per tasks task test "
    "tests the this verified was with work x 100 status"
)
_PHRASES = (
    (
        re.compile(
            r"\b(?:almost|nearly|mostly|partially|partly|half)[ -]+(?:done|complete\w*|finished)"
        ),
        "partial",
    ),
    (re.compile(r"\bin[ -]progress\b"), "partial"),
    (re.compile(r"\bon[ -]hold\b"), "blocked"),
    (re.compile(r"\bneeds?[ -](?:input|decision|help|answer)\b"), "blocked"),
    (re.compile(r"\bgave[ -]up\b"), "failed"),
)
_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_PUNCTUATION = frozenset(".,;:!()[]*_`'\"-–—/&+\ufe0f")


def status_of(text: str) -> ResultStatus:
    """What a status line claims; `QUESTION` for everything that is not plainly one thing."""
    plain = text.lower().replace("**", "").replace("`", "")
    for pattern, word in _PHRASES:
        plain = pattern.sub(word, plain)
    kinds: dict[ResultStatus, int] = {}
    sure = True
    for match in _WORD.finditer(plain):
        kind = _kind(match.group())
        if kind is not None:
            kinds.setdefault(kind, match.start())
        elif match.group() not in _FILLERS and match.group() not in _PUNCTUATION:
            sure = False
    if len(kinds) != 1:
        return ResultStatus.QUESTION
    ((kind, at),) = kinds.items()
    doubtful = kind is ResultStatus.DONE or "?" in plain or _DENIES.search(plain[:at])
    return ResultStatus.QUESTION if doubtful and not sure else kind


_DENIES = re.compile(r"\b(?:not|no|never|without|nothing|un\w+|isn|wasn|hasn)\b|n['’]t")


def _kind(word: str) -> ResultStatus | None:
    if word in _DONE:
        return ResultStatus.DONE
    if word in _PARTIAL:
        return ResultStatus.PARTIAL
    if word in _BLOCKED:
        return ResultStatus.BLOCKED
    return ResultStatus.FAILED if word in _FAILED else None
