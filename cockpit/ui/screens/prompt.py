"""Writing a prompt: many lines, sent only by its own keys, now or when the turn has ended; sent
ones and templates at hand; a draft survives Escape, and the app's end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.domain.prompt_library import SentPrompt, filled, ordered, placeholders
from cockpit.domain.text import safe
from cockpit.ui import attach, present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import Keyed
from cockpit.ui.screens.picking import Choice, PickScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.writing import Writing

MOST_BYTES = 4 << 20
"""Bytes that are taken back from an editor."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was written. `force`: the commander knows that an agent is asking something."""

    text: str
    send: bool
    force: bool = False
    when_idle: bool = False


class PromptScreen(Keyed, ModalScreen[Prompt], inherit_bindings=False):
    """Sends to one lane or to all marked ones. Where an agent is asking a question the text
    might answer it, so the send key has to be pressed a second time."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT, Scope.WRITING)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT, Scope.WRITING)
    CSS_PATH = "../tcss/prompt.tcss"

    def __init__(self, lanes: tuple[LaneId, ...], draft: str) -> None:
        super().__init__()
        self._lanes = lanes
        self._draft = draft
        self._warned = False
        self._sent: tuple[SentPrompt, ...] = ()
        self._at = -1
        """Which sent prompt is shown; -1 for what is being written."""
        self._is_outside = False
        """Whether an editor has the text, or is about to."""
        self._own = ""
        """What was being written before the first sent prompt was shown."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Line(self._heading())
            yield Line(id="note")
            area = Writing(self._draft, tab_behavior="indent", soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        self.area.move_cursor(self.area.document.end)
        self.area.focus()
        asking = self._asking()
        if asking:
            names = ", ".join(asking)
            self._note(f"{names} is asking something: this text may be taken as the answer.")
        elif self._waiting():
            self._note(f"{self._waiting()} already: “Call off prompts” takes that back.")
        self.refresh_hints()
        self.cockpit.do(self._load())

    @property
    def area(self) -> TextArea:
        return self.query_one(TextArea)

    async def _load(self) -> None:
        sent = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.prompt_history())
        self._sent = ordered(sent, self._lanes)

    def _heading(self) -> Content:
        to = ", ".join(self._lanes)
        return Content.assemble(("Prompt to ", "bold"), present.text(to, "bold $accent"))

    def _asking(self) -> list[str]:
        fleet = self.cockpit.board.fleet
        views = [fleet.lane(lane) for lane in self._lanes]
        return [view.lane for view in views if view and view.activity.state is State.ASKING]

    def _waiting(self) -> str:
        fleet = self.cockpit.board.fleet
        views = [view for lane in self._lanes if (view := fleet.lane(lane)) is not None]
        count = sum(len(view.prompts.waiting) for view in views)
        return f"{present.plural(count, 'prompt')} wait{'s' if count == 1 else ''}" if count else ""

    def _note(self, text: str, style: str = "bold $warning") -> None:
        self.query_one("#note", Line).show(present.text(text, style, width=300))

    @on(TextArea.Changed)
    def _changed(self) -> None:
        names = placeholders(self.area.text) if "{{" in self.area.text else ()
        if names:
            said = ", ".join(f"{{{{{name}}}}}" for name in names)
            self._note(f"{said}: filled in for each lane as it is sent.", "$muted")

    # ------------------------------------------------------------ sending

    def do_submit(self) -> None:
        self._submit(when_idle=False)

    def do_send_later(self) -> None:
        self._submit(when_idle=True)

    def _submit(self, *, when_idle: bool) -> None:
        text = self.area.text
        if not text.strip():
            self._note("There is nothing to send yet.")
            return
        if self._asking() and not self._warned and not when_idle:
            self._warned = True
            key = self.cockpit.keymap.key("submit")
            self._note(f"{', '.join(self._asking())} is asking something; {key} again sends it.")
            return
        self.dismiss(Prompt(text, send=True, force=self._warned, when_idle=when_idle))

    def keep_draft(self) -> None:
        area = self.query_one_optional(TextArea)
        if area is not None:
            self.cockpit.drafts[self._lanes] = area.text

    def do_put_away(self) -> None:
        self.dismiss(Prompt(self.area.text, send=False))

    # ------------------------------------------------------------ what was sent

    def take_key(self, event: events.Key) -> bool:
        """Up at the very beginning shows the prompt that was sent before, Down at the very end
        goes back to what is being written."""
        area = self.area
        if not area.has_focus or event.key not in ("up", "down"):
            return False
        edge = (0, 0) if event.key == "up" else area.document.end
        step = 1 if event.key == "up" else -1
        is_at_edge = area.cursor_location == edge and area.selection.is_empty
        at = self._at + step
        if not is_at_edge or not -1 <= at < len(self._sent):
            return False
        if self._at == -1:
            self._own = area.text
        self._at = at
        self._put(self._own if at == -1 else self._sent[at].text, at_end=event.key == "down")
        return True

    def _put(self, text: str, *, at_end: bool) -> None:
        self.area.load_text(text)
        self.area.move_cursor(self.area.document.end if at_end else (0, 0))

    def do_find_sent(self) -> None:
        self.cockpit.do(self._find_sent())

    async def _find_sent(self) -> None:
        now = self.cockpit.now()
        choices = [
            Choice(sent_line(one, now), f"{' '.join(one.lanes)} {one.text[:5000]}", one.text)
            for one in self._sent
        ]
        screen = PickScreen("Sent prompts", choices, empty="No prompt was sent yet.")
        if await self.cockpit.push_screen_wait(screen):
            if self._at == -1:
                self._own = self.area.text
            self._put(screen.value, at_end=True)

    # ------------------------------------------------------------ templates and the editor

    def do_insert_template(self) -> None:
        self.cockpit.do(self._insert_template())

    async def _insert_template(self) -> None:
        """For one lane its values are filled in at once, so that they can be seen."""
        app = self.cockpit
        found = await app.supervisor.ask(lambda cockpit: cockpit.prompt_templates())
        choices = []
        for one in found:
            first = one.problem or next(iter(one.text.strip().splitlines()), "")
            line = Content.assemble(
                present.text(f"{one.name:<20} ", "bold", width=60),
                (f"{one.where:<11} ", "$muted"),
                present.text(first, "$warning" if one.problem else "", width=200),
            )
            choices.append(Choice(line, f"{one.name} {one.text[:2000]}", one.text))
        empty = "There is none: put .md files into templates/ of your configuration folder."
        screen = PickScreen("Templates", choices, empty=empty)
        if not await app.push_screen_wait(screen) or not screen.value:
            return
        text = screen.value
        if len(self._lanes) == 1:
            lane = self._lanes[0]
            text = filled(text, await app.supervisor.ask(lambda c: c.prompt_values(lane)))
        self.area.insert(text)

    def do_in_editor(self) -> None:
        if not self.cockpit.can_hand_over:
            self._note("This terminal can not be handed to an editor.")
        elif not self._is_outside:
            self._is_outside = True
            self.cockpit.do(self._in_editor())

    async def _in_editor(self) -> None:
        """What is written, in $VISUAL or $EDITOR, by a private file. The file goes once its text
        is here or says nothing new; else it stays, and its path is told."""
        app, text = self.cockpit, self.area.text
        try:
            path = await app.supervisor.ask(lambda cockpit: cockpit.draft_file(text))
            code, before = 0, _ended(text)
            try:
                if self.is_open:
                    argv = attach.editor_argv(os.environ, path)
                    code = await attach.hand_over(app, argv, cwd=path.parent)
            finally:
                self._take_back(path, code, before)
        finally:
            self._is_outside = False

    def _take_back(self, path: Path, code: int, before: bytes) -> None:
        """Put the editor's text in the field, unless it can't be taken."""
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            self._tell(f"What the editor left in {path} can't be read: {error.strerror}")
            return
        if content != before:
            why = self._why_not_taken(code, content)
            if why:
                self._tell(f"Nothing was taken from the editor: {why}. Its text is in {path}")
                return
            self._put(content.decode("utf-8", "surrogateescape").removesuffix("\n"), at_end=True)
        elif code:
            self._tell(f"The editor ended with {code} and saved nothing.")
        path.unlink(missing_ok=True)

    def _why_not_taken(self, code: int, content: bytes) -> str:
        if code:
            return f"it ended with {code}"
        if len(content) > MOST_BYTES:
            return "it is larger than 4 MB"
        return "" if self.is_open else "the prompt was closed"

    def _tell(self, text: str) -> None:
        if self.is_open:
            self._note(text)
        else:
            self.cockpit.toast(present.text(text, width=300), severity="warning")


def _ended(text: str) -> bytes:
    """What stands in the private file before the editor opens it."""
    whole = text if text.endswith("\n") or not text else text + "\n"
    return whole.encode("utf-8", "surrogateescape")


def sent_line(one: SentPrompt, now: float) -> Content:
    """`5m  alpha, beta  Now run the tests. ⏎ …`"""
    text = " ⏎ ".join(one.text.strip().splitlines()[:3])
    return Content.assemble(
        (f"{present.age(now - one.at):>4}  ", "$muted"),
        present.text(f"{', '.join(one.lanes):<12} ", "$accent", width=40),
        (safe(text, width=300).text, "$foreground"),
    )
