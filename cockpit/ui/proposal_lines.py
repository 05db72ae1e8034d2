"""A proposed lanes.yaml as lines to read: the file, what starting would do, what to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from cockpit.domain.advice import WHEN_WHICH, unseen_lines
from cockpit.domain.starting import LaneStart, StartPreview
from cockpit.domain.starting_words import facts, headline, last_words
from cockpit.services.founding import Draft
from cockpit.ui import present

LINE = 400
"""Characters of one line that are shown."""


def proposal_lines(
    draft: Draft, text: str, preview: StartPreview | None, problems: Sequence[str]
) -> list[Content]:
    """All of it, what is wrong with the text first. `preview` None: the text is no lanes.yaml."""
    lines = [*_wrong(problems), *_title("lanes.yaml"), *map(_file_line, text.splitlines())]
    if preview is not None:
        lines += [*_title("What starting all lanes would do"), *_starts(preview)]
    notes = [
        *draft.findings.problems,
        *(f"left out: {one}" for one in draft.proposal.left_out_shown),
        *unseen_lines(draft.findings, draft.proposal),
    ]
    if not draft.findings.agents:
        notes.append("No agent that cockpit knows is installed, so the lanes run your shell.")
    if notes:
        lines += [*_title("To know"), *(present.text(f"  {note}", width=LINE) for note in notes)]
    lines += [*_title("When a worktree, when not"), *(Content(f"  {one}") for one in WHEN_WHICH)]
    return lines


def _title(words: str) -> list[Content]:
    return [Content(""), Content.styled(words, "bold $accent")]


def _wrong(problems: Sequence[str]) -> Iterator[Content]:
    if problems:
        yield Content.styled("This text is no lanes.yaml yet:", "bold $error")
        for problem in problems:
            yield Content.assemble(("  ✗ ", "$error"), present.text(problem, width=LINE))


def _file_line(line: str) -> Content:
    """A line of the file, its comment dimmed where the whole line is one."""
    style = "$muted" if line.lstrip().startswith("#") else ""
    return present.text(f"  {line}", style, width=LINE)


def _starts(preview: StartPreview) -> Iterator[Content]:
    for lane in preview.lanes:
        yield _head(lane)
        for name, value in facts(lane):
            yield Content.assemble((f"      {name:<8}", "$muted"), present.text(value, width=LINE))
    for said in last_words(preview):
        yield present.text(f"  {said}", "$muted", width=LINE)


def _head(lane: LaneStart) -> Content:
    mark = ("  ✗ ", "$error") if lane.why_not else ("  · ", "$success")
    said = present.text(f"  {headline(lane)}", width=LINE)
    return Content.assemble(mark, present.text(lane.lane, "bold"), said)
