"""Tearing a lane down: everything that would go is listed, and the lane's key must be typed."""

from __future__ import annotations

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


async def ask_teardown(app: CockpitApp, lane: LaneId) -> None:
    """Preview, dialog, intent. The intent carries the preview's token: a yes to an older
    picture is refused."""
    preview = await app.supervisor.ask(lambda cockpit: cockpit.preview_teardown(lane))
    view = app.board.fleet.lane(lane)
    if view is not None and await app.push_screen_wait(TeardownScreen(view, preview)):
        app.supervisor.submit(Teardown(lane, preview.token))


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
    """Dismissed with True when the lane's key or name was typed and Enter pressed."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.READING,)
    others: ClassVar[int] = 7

    def __init__(self, view: LaneView, preview: TeardownPreview) -> None:
        super().__init__()
        self._view = view
        self._preview = preview

    def compose(self) -> ComposeResult:
        with Vertical(classes="box -danger"):
            title = f"Tear down {self._view.lane}?"
            yield Line(present.text(title, "bold $error"))
            yield LinesView(teardown_lines(self._preview), wrap=True, id="body")
            yield Line(id="note")
            yield Input(placeholder=f"type {self._view.key} to tear it down")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Input).focus()

    def hints(self) -> list[tuple[str, str]]:
        return [(f"{self._view.key} Enter", "tear it down"), ("Esc", "leave it")]

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
        if typed and typed in {self._view.key.casefold(), self._view.lane}:
            self.dismiss(True)
            return
        note = f"Nothing happens: that is neither {self._view.key} nor {self._view.lane}."
        self.query_one("#note", Line).show(present.text(note, "bold $warning"))
