"""Tearing lanes down: everything that would go is listed, and the lane's key (of several, how
many they are) must be typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import Teardown
from cockpit.domain.teardown import Holdings, TeardownPreview
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

SHOWN = 12
"""Paths of one kind that are listed; the rest is counted."""


async def ask_teardown(app: CockpitApp, lanes: Sequence[LaneId]) -> None:
    """Preview, dialog, intents. Each intent carries its preview's token: a yes to an older
    picture is refused."""
    previews = await app.ask_here(
        lambda cockpit: [cockpit.preview_teardown(lane) for lane in lanes]
    )
    if previews is None:
        return
    views = [view for lane in lanes if (view := app.board.fleet.lane(lane)) is not None]
    if len(views) == len(previews) > 0 and await app.push_screen_wait(
        TeardownScreen(views, previews)
    ):
        for preview in previews:
            app.supervisor.submit(Teardown(preview.lane, preview.token))


def teardown_lines(preview: TeardownPreview) -> list[Content]:
    """Exactly what would go and where to, and what is not in the target."""
    if preview.shared:
        end = "Its agent is ended; the main checkout and its branch stay as they are."
        return [_fact("folder", str(preview.worktree)), Content(""), Content(end)]
    holdings = preview.holdings
    lines = [
        _fact("folder", f"{preview.worktree} ({present.size(holdings.bytes)})"),
        _fact("to", str(preview.trash)),
        _fact("branch", f"{branch_name(preview.branch)} at {(preview.tip or 'nothing')[:9]}"),
    ]
    if preview.unmerged:
        title = f"{present.plural(len(preview.unmerged), 'commit')} not in the target"
        lines += [Content(""), Content.styled(title, "bold $warning")]
        lines += [
            present.text(f"  {commit.commit[:9]} {commit.subject}")
            for commit in preview.unmerged[:SHOWN]
        ]
        lines += _more(len(preview.unmerged))
    else:
        lines.append(_fact("content", preview.merged.words))
    lines += held_lines(preview)
    end = "Everything is pinned first; undo brings all of it back."
    lines += [Content(""), Content.styled(end, "$muted")]
    return lines


def held_lines(preview: TeardownPreview) -> list[Content]:
    """What the folder holds that is in no commit, and what runs in it."""
    lines = _held(preview.holdings)
    if preview.processes:
        lines += [Content(""), Content.styled("programs that will be ended", "bold $warning")]
        lines += [present.text(f"  {name}") for name in preview.processes[:SHOWN]]
        lines += _more(len(preview.processes))
    return lines


def _fact(name: str, value: str) -> Content:
    return Content.assemble((f"{name:<8}", "$muted"), present.text(value))


def _held(holdings: Holdings) -> list[Content]:
    lines: list[Content] = []
    kinds = (
        ("changed, not committed", holdings.changed, holdings.changed_count),
        ("untracked", holdings.untracked, holdings.untracked_count),
        ("ignored", holdings.ignored, holdings.ignored_count),
        ("repositories inside", holdings.nested, len(holdings.nested)),
    )
    for name, paths, count in kinds:
        if count:
            title = f"{present.plural(count, 'path')} {name}"
            lines += [Content(""), Content.styled(title, "bold $warning")]
            lines += [present.text(f"  {path}") for path in paths[:SHOWN]]
            lines += _more(count)
    return lines


def _more(count: int) -> list[Content]:
    return [Content.styled(f"  … {count - SHOWN} more", "$muted")] if count > SHOWN else []


class TeardownScreen(BoxScreen):
    """Dismissed with True when the lane's key or name (of several: their number) was typed and
    Enter pressed."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.READING,)
    others: ClassVar[int] = 7

    def __init__(self, views: Sequence[LaneView], previews: Sequence[TeardownPreview]) -> None:
        super().__init__()
        self._names = [view.lane for view in views]
        self._previews = previews
        several = len(views) > 1
        self._word = str(len(views)) if several else views[0].key
        self._them = "them" if several else "it"

    def compose(self) -> ComposeResult:
        with Vertical(classes="box -danger"):
            title = f"Tear down {', '.join(self._names)}?"
            yield Line(present.text(title, "bold $error"))
            yield LinesView(self._lines(), wrap=True, id="body")
            yield Line(id="note")
            yield Input(placeholder=f"type {self._word} to tear {self._them} down")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Input).focus()

    def _lines(self) -> list[Content]:
        if len(self._previews) == 1:
            return teardown_lines(self._previews[0])
        lines: list[Content] = []
        for preview in self._previews:
            lines += [present.text(preview.lane, "bold $accent"), *teardown_lines(preview)]
            lines.append(Content(""))
        return lines[:-1]

    def hints(self) -> list[tuple[str, str]]:
        return [(f"{self._word} Enter", f"tear {self._them} down"), ("Esc", f"leave {self._them}")]

    def on_key(self, event: object) -> None:
        key = getattr(event, "key", "")
        if key in {"escape", "ctrl+q"}:
            self.dismiss(False)
        elif key in {"down", "up", "pagedown", "pageup"}:
            by = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}[key]
            self.reader.move(by)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        typed = event.value.strip().casefold()
        words = [self._word, *(self._names if len(self._names) == 1 else ())]
        if typed and typed in {word.casefold() for word in words}:
            self.dismiss(True)
            return
        note = f"Nothing happens: that is not {' nor '.join(words)}."
        self.query_one("#note", Line).show(present.text(note, "bold $warning"))
