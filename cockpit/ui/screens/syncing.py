"""Bringing the target into lanes from the board: what comes in is shown, then a yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import Sync
from cockpit.domain.sync import SyncPreview
from cockpit.errors import CockpitError
from cockpit.services.api import Cockpit
from cockpit.ui import present
from cockpit.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

SHOWN = 8
"""Commits and paths of one lane that are listed; the rest is counted."""

Look = SyncPreview | CockpitError


async def ask_sync(app: CockpitApp, lanes: Sequence[LaneId]) -> None:
    """Preview, dialog, an intent for each lane that can have it. A lane in a turn waits."""

    def look(cockpit: Cockpit) -> list[tuple[LaneId, Look]]:
        return [(lane, _look(cockpit, lane)) for lane in lanes]

    seen = await app.supervisor.ask(look)
    chosen = [lane for lane, shown in seen if can_have(shown)]
    lines: list[Content] = []
    for lane, shown in seen:
        lines += [*([Content("")] if lines else []), *sync_lines(lane, shown)]
    screen = ConfirmScreen(_question(app, seen, chosen), lines, yes=_yes(seen), may=bool(chosen))
    if await app.push_screen_wait(screen):
        for lane in chosen:
            app.supervisor.submit(Sync(lane, when_idle=True))


def _look(cockpit: Cockpit, lane: LaneId) -> Look:
    try:
        return cockpit.preview_sync(lane)
    except CockpitError as error:
        return error


def can_have(shown: Look) -> bool:
    """Whether a yes would do something for this lane, now or at the end of its turn."""
    return isinstance(shown, SyncPreview) and shown.may_sync


def _question(
    app: CockpitApp, seen: Sequence[tuple[LaneId, Look]], chosen: Sequence[LaneId]
) -> Content:
    target = app.board.fleet.target
    names = ", ".join(chosen or [lane for lane, _ in seen])
    if chosen:
        return present.text(f"Bring {target} into {names}?", width=200)
    return present.text(f"Nothing to bring from {target} into {names} now", width=200)


def _yes(seen: Sequence[tuple[LaneId, Look]]) -> str:
    waiting = [
        shown
        for _, shown in seen
        if isinstance(shown, SyncPreview) and shown.may_sync and shown.waits
    ]
    able = [shown for _, shown in seen if can_have(shown)]
    if waiting and len(waiting) == len(able):
        return "yes, when the turn ends"
    return "yes, bring it in"


def sync_lines(lane: LaneId, shown: Look) -> list[Content]:
    """One lane: what comes in, or why nothing does."""
    name = Content.styled(str(lane), "bold $accent")
    if isinstance(shown, CockpitError):
        return [Content.assemble(name, "  ", present.text(shown.title, "$warning"))]
    if shown.up_to_date:
        said = f"has everything of {branch_name(shown.target)} already"
        return [Content.assemble(name, "  ", present.text(said, "$muted"))]
    commits = present.plural(len(shown.incoming), "commit")
    figures = f"{commits}, {present.plural(len(shown.changes), 'path')}, by {shown.how.word}"
    if shown.rebuilt or shown.dropped:
        figures += f" ({shown.rebuilt} of its own built anew, {shown.dropped} left out)"
    if not shown.may_sync:
        figures = commits
    lines = [Content.assemble(name, "  ", figures)]
    lines += _listed("conflicts; the lane is left as it is", shown.conflicts, "$error")
    lines += _listed("uncommitted work in the way", shown.in_the_way, "$error")
    for said in (shown.why_not, shown.note):
        if said:
            lines.append(present.text(f"  {said}", "$warning"))
    if shown.waits:
        said = f"  {shown.waits}: it waits for the end of the turn"
        lines.append(present.text(said, "$warning"))
    if shown.may_sync:
        lines += [
            present.text(f"  {commit.commit[:9]} {commit.subject}")
            for commit in shown.incoming[:SHOWN]
        ]
        lines += _more(len(shown.incoming))
        paths = tuple(change.path for change in shown.changes)
        lines += _listed("paths that change in its folder", paths, "$muted")
    return lines


def _listed(title: str, paths: Sequence[str], style: str) -> list[Content]:
    if not paths:
        return []
    lines = [Content.styled(f"  {title}:", style)]
    lines += [present.text(f"    {path or '(git does not say where)'}") for path in paths[:SHOWN]]
    return lines + _more(len(paths))


def _more(count: int) -> list[Content]:
    return [Content.styled(f"    … {count - SHOWN} more", "$muted")] if count > SHOWN else []
