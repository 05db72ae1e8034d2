"""What a landing would do, and how it went, as lines of content."""

from __future__ import annotations

from textual.content import Content

from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import branch_name
from cockpit.domain.merge import Check, LandingPreview
from cockpit.ui import present

PATHS_SHOWN = 200
MENDING = {
    "o": "asks the agent to mend it",
    "x": "on the board interrupts it",
    "i": "on the board types into its pane",
}
"""What the key that a check names does."""


def preview_lines(preview: LandingPreview) -> list[Content]:
    """Checks first, since they decide; then what clashes, what runs, what would land."""
    lines = [_section("Checks")]
    for check in preview.checks:
        if check.name != "gate" or not preview.gate:  # what has not run yet gets no tick
            lines += _check(check)
    if preview.conflicts:
        lines += [Content(""), _section("Conflicts with the target")]
        lines += [present.text(f"  ✗ {path}", "$error") for path in preview.conflicts]
    lines += [Content(""), _section("Gate, run before anything moves")]
    if preview.gate:
        lines += [present.text(f"  $ {command}") for command in preview.gate]
    else:
        lines.append(Content.styled("  none: lanes.yaml has no gate", "$warning"))
    lines += [Content(""), _section(present.plural(len(preview.commits), "commit"))]
    lines += [_commit(commit) for commit in preview.commits]
    lines += [Content(""), _section(present.plural(len(preview.changes), "file"))]
    lines += [_change(change) for change in preview.changes[:PATHS_SHOWN]]
    if len(preview.changes) > PATHS_SHOWN:
        lines.append(Content.styled(f"  … {len(preview.changes) - PATHS_SHOWN} more", "$muted"))
    return lines


def heading(preview: LandingPreview, *, landed: bool | None = None) -> Content:
    """Which commit would land on which, and whether it may; afterwards whether it did."""
    word = (" may land ", "bold $background on $success")
    if landed:
        word = (" landed ", "bold $background on $success")
    elif landed is False:
        word = (" not landed ", "bold $background on $error")
    elif not preview.may_land:
        word = (" can not land ", "bold $background on $error")
    follows = f"  in {preview.checkout}" if preview.checkout is not None else ""
    return Content.assemble(
        present.text(f" {preview.lane}", "bold $accent"),
        (f" {preview.source[:9]}", "$foreground"),
        (" → ", "$muted"),
        present.text(branch_name(preview.target), "bold $foreground"),
        (f" {preview.target_old[:9]}  ", "$foreground"),
        word,
        present.text(follows, "$muted"),
    )


def _section(title: str) -> Content:
    return Content.styled(title, "bold $accent")


def _check(check: Check) -> list[Content]:
    glyph, style = ("✓", "$success") if check.ok else ("✗", "bold $error")
    line = Content.assemble((f"  {glyph} ", style), present.text(check.text))
    if not check.ok and check.key:
        key = present.text(f"  {check.key}", "bold $accent", width=20)
        line = Content.assemble(line, key, (f" {MENDING.get(check.key, 'mends it')}", "$muted"))
    return [line, *(present.text(f"      {path}", "$muted") for path in check.paths[:20])]


def _commit(commit: CommitLine) -> Content:
    return Content.assemble(
        (f"  {commit.commit[:9]} ", "$muted"),
        present.text(commit.subject),
        present.text(f"  {commit.author}", "$muted", width=60),
    )


def _change(change: PathChange) -> Content:
    if change.is_new:
        mark, style = "A", "$success"
    elif change.is_gone:
        mark, style = "D", "$error"
    else:
        mark, style = "M", "$warning"
    return Content.assemble((f"  {mark} ", f"bold {style}"), present.text(change.path))
