"""The first screen in a repository without lanes.yaml: what is proposed, and a yes to write it.

It belongs to an app of its own (`ui/founding_app.py`), since there is no fleet yet.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from cockpit.domain.starting import StartPreview
from cockpit.errors import CockpitError, Refused
from cockpit.services.founding import Draft, Founding
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.editing import edited
from cockpit.ui.proposal_lines import proposal_lines
from cockpit.ui.screens.base import Reading
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView

if TYPE_CHECKING:
    from cockpit.ui.founding_app import FoundingApp

WRITTEN_MOST = 64 * 1024
"""Bytes of a lanes.yaml that are read back from the editor."""


class ProposalScreen(Reading, Screen[None], inherit_bindings=False):
    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROPOSAL, Scope.READING)
    helps: ClassVar[bool] = False

    def __init__(self, founding: Founding) -> None:
        super().__init__()
        self._founding = founding
        self._draft: Draft | None = None
        self._text = ""
        self._preview: StartPreview | None = None

    @property
    def founder(self) -> FoundingApp:
        return cast("FoundingApp", self.app)

    def compose(self) -> ComposeResult:
        yield Line(self._heading(), id="heading")
        yield Line(Content(" Looking at what is here …"), id="lead")
        yield LinesView(wrap=True, id="body")
        yield HintBar()

    def _heading(self) -> Content:
        return Content.assemble(
            (" cockpit  ", "bold $accent"),
            present.text(self._founding.repository, "bold"),
            ("  has no lanes.yaml yet", "$muted"),
        )

    def on_mount(self) -> None:
        self.refresh_hints()
        self.founder.do(self._propose())

    def hints(self) -> list[tuple[str, str]]:
        keymap = self.cockpit.keymap
        mine = [(keymap.key(one.id), one.short) for one in self.hinted() if one.id != "close"]
        rest = [(keymap.key("line_down"), "scroll"), (keymap.key("close"), "leave")]
        return [*(mine if self._draft is not None else []), *rest]

    # ------------------------------------------------------------ what is shown

    async def _propose(self) -> None:
        try:
            self._draft = await asyncio.to_thread(self._founding.draft)
            await self._show(self._draft.text)
        except CockpitError as error:
            self._lead(error.title, "$error")
            words = (error.detail, error.hint)
            self.reader.set_lines(present.text(f"  {one}") for one in words if one)
        self.refresh_hints()

    async def _show(self, text: str) -> None:
        """Show this text as the file, and what it would start or what is wrong in it."""
        draft = self._draft
        assert draft is not None, "the text comes from the draft"
        problems: list[str] = []
        self._text, self._preview = text, None
        try:
            self._preview = await asyncio.to_thread(self._founding.preview, text)
        except CockpitError as error:
            problems = [error.title, *error.detail.splitlines()]
        if self.is_open:
            self._say_lead()
            self.reader.set_lines(proposal_lines(draft, text, self._preview, problems))

    def _say_lead(self) -> None:
        if self._preview is None:
            self._lead("Mend it before it can be written.", "$error")
            return
        lanes = self._preview.lanes
        names = ("lane " if len(lanes) == 1 else "lanes ") + ", ".join(one.lane for one in lanes)
        said = f"This one gives it the {names}." if lanes else "This one has no lane."
        draft = self._draft
        if lanes and draft is not None and self._text == draft.text and not draft.findings.agents:
            said = f"No agent found: your shell runs in the {names}."
        self._lead(said)

    def _lead(self, words: str, style: str = "") -> None:
        self.query_one("#lead", Line).show(present.text(f" {words}", style))

    # ------------------------------------------------------------ what keys do

    async def do_write_file(self) -> None:
        """Write exactly what is shown, then leave for the board."""
        if self._draft is None:
            return
        if self._preview is None:
            raise Refused(
                "This text is no lanes.yaml yet.", hint="Mend it first: the lines above say where."
            )
        path = await asyncio.to_thread(self._founding.write, self._text)
        self.founder.exit(path)

    async def do_edit_file(self) -> None:
        """Open the text in the editor; what comes back is shown, and not yet written."""
        if self._draft is None:
            return
        text = self._text.encode()
        left = await edited(self.founder, text, "lanes.yaml", most=WRITTEN_MOST, is_text=True)
        await self._show(left.decode("utf-8"))

    def do_close(self) -> None:
        self.founder.exit(None)
