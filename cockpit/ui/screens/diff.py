"""Reading a lane's change: the tree of its files at the side, their diffs beside it, and what
the commander does about it: comments, hunks, a look in the editor.

The parts stand in `review/`; this is the screen that they make.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from cockpit.domain.change import Layer
from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.fleet import Fleet
from cockpit.domain.hunks import DEED_LAYERS, HunkDeed
from cockpit.domain.operation import OpKind
from cockpit.ui import long_lines, present
from cockpit.ui.actions import Action, Scope
from cockpit.ui.screens.review.comments import ReviewComments
from cockpit.ui.screens.review.hunks import ReviewHunks
from cockpit.ui.screens.review.moving import SIDES, ReviewMoving
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.rows_view import RowsView

_CHANGING = frozenset({OpKind.HUNK, OpKind.UNDO, OpKind.COMMIT, OpKind.LEAVE_OUT, OpKind.SEND})
"""Steps after which the diff, or what is known of it, is another one."""


ABSORB = 2.0
"""Seconds after a step of ours in which what changes is that step, not somebody else's work."""


class DiffScreen(ReviewMoving, ReviewComments, ReviewHunks):
    """Files by layer: committed, staged, unstaged and untracked apart."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.DIFF, Scope.READING, Scope.ANYWHERE)
    field_hints: ClassVar[Mapping[str, Sequence[tuple[str, str]]]] = {
        "search": (
            ("Enter", "search"),
            ("Esc", "leave it"),
        ),
        "goto": (
            ("Enter", "stay there"),
            ("Esc", "go back"),
        ),
    }
    CSS_PATH = "../tcss/diff.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]  # noqa: RUF012 - Textual's declaration is an instance variable

    absorb_until = 0.0

    def compose(self) -> ComposeResult:
        yield Line(present.text(f" {self.lane}: reading its change …", "$muted"), id="heading")
        with Horizontal():
            yield RowsView(id="files")
            yield RowsView(id="body")
        yield Input(id="search", placeholder="search in paths and lines")
        yield Input(
            id="goto", placeholder="part of a file's name; Enter stays there, Esc goes back"
        )
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self._take_fleet(self.cockpit.supervisor.fleet)
        self.do_reload()

    def on_unmount(self) -> None:
        long_lines.forget()

    def on_resize(self) -> None:
        if self.page.sides and self.width < SIDES:
            self.page.sides = False
            self.page.build_rows()
        if self.page.diff.base or self.page.files:
            self.show_page()

    def do_land_this(self) -> None:
        from cockpit.ui.screens.landing import LandingScreen

        self.app.switch_screen(LandingScreen(self.lane))

    # ------------------------------------------------------------ what else happens

    def show_fleet(self, fleet: Fleet) -> None:
        self._take_fleet(fleet)
        view = fleet.lane(self.lane)
        facts = view.facts if view is not None else None
        own = time.monotonic() < self.absorb_until
        if facts is not None and (self.facts is None or own):
            self.facts = facts
        elif facts is not None and facts != self.facts:
            self.note = f"changed since; {self.cockpit.keymap.key('reload')} looks again"
        if self.page.files:
            self.redraw()

    def _take_fleet(self, fleet: Fleet) -> None:
        view = fleet.lane(self.lane)
        facts = view.facts if view is not None else None
        self.page.outside = frozenset(facts.outside if facts is not None else ())
        clashes: dict[str, tuple[str, ...]] = {}
        for clash in fleet.radar.of(self.lane):
            for path in clash.paths:
                name = clash.other or fleet.target
                clashes[path.path] = (*clashes.get(path.path, ()), name)
        self.page.clashes = clashes

    def hear(self, event: Event) -> bool:
        if not isinstance(event, OperationEnded) or event.lane != self.lane or event.error:
            return False
        if event.kind in _CHANGING:
            self.absorb_until = time.monotonic() + ABSORB
            self.do_reload()
        return False

    # ------------------------------------------------------------ hints

    def hinted(self) -> list[Action]:
        hidden = set()
        target = self.target if self.is_mounted else None
        for deed in HunkDeed:
            if target is None or target.file.layer not in DEED_LAYERS[deed]:
                hidden.add(deed.value)
        if target is None or target.file.layer is Layer.COMMITTED:
            hidden.add("undo_here")
        if not self.page.review.drafts:
            hidden.add("send_comments")
        if not self.page.review.comments:
            hidden.add("comments")
        if len(self.page.layers()) < 2:
            hidden.add("layer")
        return [action for action in super().hinted() if action.id not in hidden]

    def hints(self) -> list[tuple[str, str]]:
        named = super().hints()
        if not self.search.wanted:
            return named
        keymap = self.cockpit.keymap
        matches = [
            (keymap.key("next_file"), "next match"),
            (keymap.key("previous_match"), "match before"),
        ]
        return [*matches, *(hint for hint in named if hint[0] != keymap.key("next_file"))]
