"""The audit trail as lines: the drawing, then what the journal knows, then what git says."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from textual.content import Content

from cockpit.domain.audit import (
    SIGNS,
    Audit,
    AuditRow,
    CommitDetail,
    gate_words,
    said_of,
    sign_of,
)
from cockpit.domain.change import PathChange
from cockpit.domain.ids import RefName, branch_name
from cockpit.ui import present

COLUMNS = 16
"""Columns of the drawing that are shown, two cells each."""

REFS = 3
"""Names of a commit that a row has room for."""

FILES = 500
"""Changed files that a commit lists."""


def graph_line(row: AuditRow, target: str, now: float) -> Content:
    """One commit: drawing, id, names, what is known, subject, author and age."""
    sign = sign_of(row)
    drawing, _, rest = row.row.text(sign, most=COLUMNS).partition(sign)
    commit = row.commit
    known = _known(row)
    return Content.assemble(
        (f" {drawing}", "$muted"),
        (sign, _style(row)),
        (f"{rest} ", "$muted"),
        (f"{commit.commit[:8]} ", "$muted"),
        *[_ref(ref, target) for ref in row.refs[:REFS]],
        (f"+{len(row.refs) - REFS} " if len(row.refs) > REFS else "", "$accent"),
        known,
        "  " if known else "",
        present.text(commit.subject, "" if row.on_target else "$foreground"),
        present.text(f"  {commit.author}", "$muted", width=40),
        (f"  {present.age(now - commit.at)}" if commit.at else "", "$muted"),
    )


def _style(row: AuditRow) -> str:
    if row.landing is not None:
        return "bold $success" if row.landing.undone_by is None else "bold $warning"
    if row.takes_back is not None:
        return "bold $warning"
    return "bold $accent" if row.on_target else "$foreground"


def _ref(ref: RefName, target: str) -> Content:
    name = ref.removeprefix("refs/remotes/").removeprefix("refs/tags/")
    style = "bold $accent" if ref == target else "$accent"
    return present.text(f"[{branch_name(RefName(name))}] ", style, width=40)


def _known(row: AuditRow) -> Content:
    said = said_of(row)
    if not said:
        return present.EMPTY
    style = "$muted"
    if row.landing is not None:
        style = "$success" if row.landing.undone_by is None else "$warning"
    if row.landing is not None and row.landing.gate == "red":
        style = "$error"
    return present.text(", ".join(said), style)


def graph_heading(audit: Audit | None, target: str, note: str = "", width: int = 200) -> Content:
    """What is shown, and what the signs before the commits mean."""
    if audit is None:
        return Content.styled(" Audit trail: reading the history …", "$muted")
    count = present.plural(len(audit.rows), "commit")
    name = present.text(branch_name(RefName(target)), width=24).plain
    parts: list[present.Part] = [
        (0, Content.styled("Audit trail", "bold $accent")),
        (0, Content.styled(note, "bold $warning")),
        (3, Content.styled(f"{'the newest ' if audit.cut else ''}{count}", "$muted")),
        *[(1, _sign(sign, style, said)) for sign, style, said in _kinds(audit)],
        (2, _sign(SIGNS["target"], "bold $accent", name)),
        (2, _sign(SIGNS["lane"], "$foreground", "a lane")),
    ]
    return Content.assemble(" ", present.fit(parts, max(20, width - 2), whole=True))


def _sign(sign: str, style: str, said: str) -> Content:
    return Content.assemble((f"{sign} ", style), (said, "$muted"))


def _kinds(audit: Audit) -> Iterator[tuple[str, str, str]]:
    """Sign, style and number of the kinds of steps that are there; of landings always."""
    facts = [row.landing for row in audit.rows if row.landing is not None]
    undone = sum(1 for fact in facts if fact.undone_by is not None)
    yield SIGNS["landing"], "bold $success", present.plural(len(facts) - undone, "landing")
    if undone:
        yield SIGNS["undone"], "bold $warning", f"{undone} undone"
    if back := sum(1 for row in audit.rows if row.takes_back is not None):
        yield SIGNS["takes back"], "bold $warning", present.plural(back, "undo", "undos")


def found(rows: Sequence[AuditRow], wanted: str) -> list[int]:
    """Rows that hold some text: id, subject, author, names, or what is known."""
    wanted = wanted.casefold()
    return [
        at
        for at, row in enumerate(rows)
        if wanted
        in "\n".join(
            (
                row.commit.commit,
                row.commit.subject,
                row.commit.author,
                *row.refs,
                *said_of(row),
            )
        ).casefold()
    ]


# ------------------------------------------------------------------ one commit


def commit_lines(detail: CommitDetail, row: AuditRow) -> list[Content]:
    """Everything about one commit: who and when, its landing, its message, its files."""
    commit = detail.commit
    when = time.strftime("%d %b %Y %H:%M", time.localtime(commit.at)) if commit.at else "not known"
    lines = [
        _pair("commit", commit.commit),
        _pair("author", commit.author),
        _pair("date", when),
        _pair("parents", " ".join(parent[:12] for parent in commit.parents) or "none"),
    ]
    if row.refs:
        lines.append(_pair("names", ", ".join(branch_name(ref) for ref in row.refs)))
    lines += _landing(row)
    lines += [Content(""), _title("Message")]
    lines += [present.text(f"  {line}") for line in detail.message.rstrip("\n").split("\n")[:200]]
    lines += [Content(""), _title(f"{present.plural(len(detail.changes), 'file')} changed")]
    lines += [_change(change) for change in detail.changes[:FILES]]
    if len(detail.changes) > FILES:
        lines.append(Content.styled(f"  … {len(detail.changes) - FILES} more", "$muted"))
    return lines


def _landing(row: AuditRow) -> list[Content]:
    """What the journal knows, or that the message claims something that it doesn't know."""
    fact, claim = row.landing, row.commit.claim
    if fact is None:
        lines = [present.text(f"  {said}", "$warning") for said in said_of(row)]
        if claim.lane and row.part_of is None:
            text = (
                f"  its message says that it landed {claim.lane}; the journal knows nothing of it"
            )
            lines.append(present.text(text, "$warning"))
        return [Content(""), _title("Journal"), *lines] if lines else []
    approval = f" in step {fact.approval}" if fact.approval is not None else " with the landing"
    lines = [
        _pair("step", f"{fact.seq}, by {fact.how}"),
        _pair("lane", fact.lane),
        _pair("approved", f"{fact.approved}{approval}" if fact.approved else "not known"),
        _pair("gate", gate_words(fact)),
    ]
    if fact.task:
        lines.append(_pair("task", fact.task))
    if fact.undone_by is not None:
        lines.append(_pair("undone", f"by step {fact.undone_by}"))
    return [Content(""), _title("Landing"), *lines]


def _title(text: str) -> Content:
    return Content.styled(text, "bold $accent")


def _pair(name: str, value: str) -> Content:
    return Content.assemble((f"  {name:<9} ", "$muted"), present.text(value, width=1000))


def _change(change: PathChange) -> Content:
    if change.is_new:
        mark, style = "A", "$success"
    elif change.is_gone:
        mark, style = "D", "$error"
    else:
        mark, style = "M", "$warning"
    return Content.assemble((f"  {mark} ", f"bold {style}"), present.text(change.path))
