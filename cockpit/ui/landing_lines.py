"""What a landing would do, and how it went, as lines of content."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cockpit.domain.approval import ApprovalState, Standing
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.ids import branch_name
from cockpit.domain.merge import Check, LandingPreview
from cockpit.ui import present

PATHS_SHOWN = 200
SINCE_SHOWN = 10
"""Commits, and paths, that are named since an approval."""
MENDING = {
    "o": "asks the agent to mend it",
    "c": "resolves it here",
    "C": "takes the rest as a commit",
    "L": "leaves files out of the landing",
    "f": "brings it after its upstream",
    "x": "on the board interrupts it",
    "i": "on the board types into its pane",
    "t": "on the board shows the tasks",
}
"""What the key that a check names does."""
ALSO = {"tree": ("C", "o"), "zone": ("L",), "markers": ("L",), "merge": ("o",)}
"""Further keys that mend what a check found."""


HOW: dict[str, str] = {
    "merge": "a merge commit: first parent {target} {old}, second {source}",
    "squash": "one commit on {target} {old}, its only parent (squash)",
    "rebase": "its {commits} made anew on {target} {old} (rebase)",
}
"""What lands, by strategy, with the exact first parent."""

PATHS = 20
"""Paths that stand below a check."""


def preview_lines(
    preview: LandingPreview, *, approval: ApprovalState | None = None
) -> list[Content]:
    """Checks first, since they decide; then what clashes, what runs, what would land."""
    lines = [section("Checks")]
    told = approval_lines(approval) if approval is not None else []
    hidden = {"gate"} if preview.gate else set()  # what has not run yet gets no tick
    hidden |= {"approval"} if told else set()
    for check in preview.checks:
        if check.name not in hidden:
            lines += check_lines(check)
    lines += told
    merging = (check for check in preview.checks if check.name == "merge")
    named = {path for check in merging for path in check.paths[:PATHS]}
    conflicts = [path for path in preview.conflicts if path not in named]
    if conflicts:
        lines += [Content(""), section("Conflicts with the target")]
        lines += [present.text(f"  ✗ {path}", "$error") for path in conflicts]
    lines += [Content(""), section("Gate, run before anything moves")]
    if preview.gate:
        lines += [present.text(f"  $ {command}") for command in preview.gate]
    else:
        lines.append(Content.styled("  none: lanes.yaml has no gate", "$warning"))
    lines += [Content(""), section(present.plural(len(preview.commits), "commit"))]
    if preview.commits:
        lines.append(how_line(preview))
    lines += [commit_line(commit) for commit in preview.commits]
    if preview.conflicts:
        return lines  # nothing was built, so no files are known to change
    lines += [Content(""), section(present.plural(len(preview.changes), "file"))]
    return lines + file_lines(preview.changes)


def how_line(preview: LandingPreview) -> Content:
    """`  as a merge commit: first parent main abcdef123, second 123456789`"""
    said = HOW.get(preview.how, HOW["merge"]).format(
        target=branch_name(preview.target),
        old=preview.target_old[:9],
        source=preview.source[:9],
        commits=present.plural(len(preview.commits), "commit"),
    )
    return present.text(f"  as {said}", "$muted", width=300)


def request_lines(
    preview: LandingPreview, remote: str, command: str, message: str
) -> list[Content]:
    """What a pull request would do: what is tested, what leaves the machine, what then runs."""
    where = remote or f"the remote that {branch_name(preview.target)} follows"
    commits = present.plural(len(preview.commits), "commit")
    title = message.partition("\n")[0]
    lines = [
        Content.assemble(("  title   ", "$muted"), present.text(title, width=300)),
        Content.assemble(
            ("  gate    ", "$muted"),
            present.text("; ".join(preview.gate) or "none: nothing is tested", width=300),
        ),
        Content.assemble(
            ("  pushed  ", "$muted"),
            present.text(f"the lane's branch at {preview.source[:9]}, {commits}, to {where}"),
        ),
        Content.assemble(("  runs    ", "$muted"), present.text(command, width=500)),
        Content(""),
    ]
    stays = f"{branch_name(preview.target)} here stays where it is until it follows the remote."
    return [*lines, present.text(stays, "$muted")]


def approval_lines(approval: ApprovalState) -> list[Content]:
    """A yes that was given before and how it stands; nothing while none was given."""
    if approval.standing is Standing.NONE:
        return []
    given = approval.approval
    at = f" of {given.commit[:9]}" if given is not None else ""
    if approval.standing is Standing.VALID:
        return [Content.assemble(("  ✓ ", "$success"), present.text(f"the approval{at} is valid"))]
    why = approval.why or "the lane changed since"
    lines = [
        Content.assemble(
            (f"  {present.FAULT} ", "bold $warning"),
            present.text(f"the approval{at} is void: {why}", width=1000),
        )
    ]
    lines += [
        present.text(f"      since then: {commit.commit[:9]} {commit.subject}", "$muted")
        for commit in approval.commits[:SINCE_SHOWN]
    ]
    lines += [present.text(f"      {path}", "$muted") for path in approval.paths[:SINCE_SHOWN]]
    rest = max(0, len(approval.commits) - SINCE_SHOWN) + max(0, len(approval.paths) - SINCE_SHOWN)
    return [*lines, Content.styled(f"      and {rest} more", "$muted")] if rest else lines


def heading(
    preview: LandingPreview, *, landed: bool | None = None, done: str = "landed"
) -> Content:
    """Which commit would land on which, and whether it may; afterwards whether it did, in the
    word for it."""
    word = (" may land ", "bold $ink on $success")
    if landed:
        word = (f" {done} ", "bold $ink on $success")
    elif landed is False:
        word = (f" not {done} ", "bold $ink on $error")
    elif not preview.may_land:
        word = (" can not land ", "bold $ink on $error")
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


def section(title: str) -> Content:
    return Content.styled(title, "bold $accent")


def check_lines(check: Check) -> list[Content]:
    """One check with the keys that mend it, and its paths."""
    glyph, style = ("✓", "$success") if check.ok else ("✗", "bold $error")
    if check.ok and check.is_note:
        glyph, style = present.FAULT, "bold $warning"
    line = Content.assemble((f"  {glyph} ", style), present.text(check.text, width=1000))
    if not check.ok:
        for key in mending_keys(check):
            shown = present.text(f"  {key}", "bold $accent", width=20)
            line = Content.assemble(line, shown, (f" {MENDING.get(key, 'mends it')}", "$muted"))
    return [line, *(present.text(f"      {path}", "$muted") for path in check.paths[:PATHS])]


def mending_keys(check: Check) -> tuple[str, ...]:
    """The key that a failing check names, and the other ways there are."""
    ways = (check.key, *ALSO.get(check.name, ()))
    return tuple(dict.fromkeys(key for key in ways if key))


def commit_line(commit: CommitLine) -> Content:
    return Content.assemble(
        (f"  {commit.commit[:9]} ", "$muted"),
        present.text(commit.subject),
        present.text(f"  {commit.author}", "$muted", width=60),
    )


def file_lines(changes: Sequence[PathChange]) -> list[Content]:
    """The files that would land, capped."""
    lines = [_change(change) for change in changes[:PATHS_SHOWN]]
    if len(changes) > PATHS_SHOWN:
        lines.append(Content.styled(f"  … {len(changes) - PATHS_SHOWN} more", "$muted"))
    return lines


def _change(change: PathChange) -> Content:
    if change.is_new:
        mark, style = "A", "$success"
    elif change.is_gone:
        mark, style = "D", "$error"
    else:
        mark, style = "M", "$warning"
    return Content.assemble((f"  {mark} ", f"bold {style}"), present.text(change.path))
