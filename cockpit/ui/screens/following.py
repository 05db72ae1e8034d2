"""Bringing the target after its upstream: what comes in and what is built anew, then a yes.

The yes is bound to both commits that were shown. A remote that is another than before, which an
agent could have done, is asked only after a yes to just what changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from textual.content import Content

from cockpit.domain.change import CommitLine
from cockpit.domain.ids import branch_name
from cockpit.domain.intents import Follow
from cockpit.domain.upstream import FollowPreview, Relation, RemoteChange
from cockpit.services.api import Cockpit
from cockpit.ui import present
from cockpit.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

SHOWN = 8
"""Commits and paths of each list that are named; the rest is counted."""


class Ask(Protocol):
    """How the remote is asked: None means that the commander has left meanwhile."""

    def __call__(
        self, query: Callable[[Cockpit], FollowPreview], /
    ) -> Awaitable[FollowPreview | None]: ...


async def ask_follow(app: CockpitApp, ask: Ask) -> bool:
    """Ask the remote, show what would move, and wish for it; whether it was wished for.

    Raises `CockpitError` when the target follows nothing.
    """
    shown = await ask(lambda cockpit: cockpit.preview_follow())
    if shown is not None and shown.changed:
        accepted = shown.changed
        screen = ConfirmScreen(
            present.text(f"Use {shown.name} although it changed?", width=200),
            changed_lines(accepted),
            yes="yes, it is mine",
        )
        if not await app.push_screen_wait(screen):
            return False
        shown = await ask(lambda cockpit: cockpit.preview_follow(accepted=accepted))
    if shown is None:
        return False
    rebase = shown.standing.relation is Relation.DIVERGED
    screen = ConfirmScreen(
        _question(shown),
        follow_lines(shown),
        yes="yes, build them anew" if rebase else "yes, bring it in",
        may=shown.may_follow,
    )
    if not await app.push_screen_wait(screen):
        return False
    app.supervisor.submit(Follow(rebase=rebase, seen=shown.standing.tip, target_old=shown.old))
    return True


def changed_lines(changed: Sequence[RemoteChange]) -> list[Content]:
    """Everything that a yes would accept, as it was and as it is."""
    lines = [Content("It changed since cockpit last used it, and an agent could have done that.")]
    for one in changed:
        was = present.text(one.was or "not used before", width=500)
        now = present.text(one.now, "bold $warning", width=500)
        what = f"{one.what[:1].upper()}{one.what[1:]}"
        lines += [
            Content(""),
            present.text(what, width=200),
            Content.assemble(("  it was  ", "$muted"), was),
            Content.assemble(("  it is   ", "$muted"), now),
        ]
    return lines


def _question(shown: FollowPreview) -> Content:
    name = branch_name(shown.target)
    if not shown.may_follow:
        said = "can not follow" if shown.incoming else "has nothing to follow in"
        return present.text(f"{name} {said} {shown.name} now", width=200)
    if shown.rebuilt:
        return present.text(f"Build {name} anew on {shown.name}?", width=200)
    return present.text(f"Bring {name} after {shown.name}?", width=200)


def follow_lines(shown: FollowPreview) -> list[Content]:
    """What comes in, what is built anew, which files change; what is in the way stands first."""
    name = branch_name(shown.target)
    lines = [present.text(f"{shown.said[:1].upper()}{shown.said[1:]}.", width=500)]
    if shown.why_not:
        lines.append(present.text(f"Not now: {shown.why_not}.", "$warning", width=1000))
    if shown.conflicts:
        stuck = (shown.stuck or "")[:9]
        title = f"{stuck} of yours conflicts with it; nothing was changed"
        lines += _paths(title, shown.conflicts, "$error")
        way = f"Undo that landing first, follow {shown.name}, then land it again."
        lines.append(present.text(way, width=500))
    lines += _paths("Your own work is in the way", shown.in_the_way, "$error")
    if shown.incoming:
        count = present.plural(len(shown.incoming), "commit")
        lines += _commits(f"comes in: {count} of {shown.name}", shown.incoming)
    if shown.rebuilt:
        count = present.plural(len(shown.rebuilt), "commit")
        lines += _commits(f"not pushed, gets a new id on top of that: {count}", shown.rebuilt)
    if shown.changes:
        where = f" in {shown.checkout}" if shown.checkout else ""
        changed = present.plural(len(shown.changes), "file")
        lines += _paths(f"changes{where}: {changed}", [one.path for one in shown.changes], "")
    if shown.may_follow and shown.old is not None and shown.new is not None:
        moves = f"{name} goes from {shown.old[:9]} to {shown.new[:9]}; undo takes it back."
        lines += [Content(""), present.text(moves, "$muted", width=500)]
    return lines


def _commits(title: str, commits: Sequence[CommitLine]) -> list[Content]:
    lines = [Content(""), present.text(title, "bold $accent", width=300)]
    lines += [
        present.text(f"  {commit.commit[:9]} {commit.subject}", width=300)
        for commit in commits[:SHOWN]
    ]
    return lines + _more(len(commits))


def _paths(title: str, paths: Sequence[str], style: str) -> list[Content]:
    if not paths:
        return []
    lines = [Content(""), present.text(title, f"bold {style or '$accent'}", width=500)]
    lines += [present.text(f"  {path or '(git does not say where)'}") for path in paths[:SHOWN]]
    return lines + _more(len(paths))


def _more(count: int) -> list[Content]:
    return [Content.styled(f"  … {count - SHOWN} more", "$muted")] if count > SHOWN else []
