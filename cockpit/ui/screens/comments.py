"""Writing a review comment, and the list of those that were written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cockpit.domain.review import Comment
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen, Keyed
from cockpit.ui.shown import line_content, shown_line
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView
from cockpit.ui.widgets.writing import Writing

QUOTED = 4
"""Lines of what a comment is about that are shown above it."""


def quoted(lines: Sequence[str], most: int = QUOTED) -> list[Content]:
    """The diff's lines a comment is about, as they are shown."""
    styles = {"+": "$success", "-": "$error"}
    shown = [
        line_content(shown_line(line), styles.get(line[:1], "$muted")) for line in lines[:most]
    ]
    if len(lines) > most:
        shown.append(Content.styled(f"… {len(lines) - most} more lines", "$muted"))
    return shown


class CommentScreen(Keyed, ModalScreen[str | None], inherit_bindings=False):
    """Dismissed with the text, or with None and the text in `unfinished` when put away."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    text_scopes: ClassVar[tuple[Scope, ...]] = (Scope.PROMPT,)
    CSS_PATH = "../tcss/prompt.tcss"

    def __init__(self, place: str, lines: Sequence[str], text: str) -> None:
        super().__init__()
        self._place = place
        self._lines = lines
        self._text = text
        self.unfinished = text
        self.key = ""
        """Under which the app keeps what is written here; empty to keep nothing."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            where = present.text(self._place, "bold $accent", width=1000)
            yield Line(Content.assemble(("Comment on ", "bold"), where))
            for line in quoted(self._lines):
                yield Line(line, classes="-row")
            yield Line(id="note")
            area = Writing(self._text, tab_behavior="indent", soft_wrap=True)
            area.highlight_cursor_line = False
            yield area
            yield HintBar()

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()
        self.refresh_hints()

    def hints(self) -> list[tuple[str, str]]:
        keymap = self.cockpit.keymap
        return [(keymap.key("submit"), "keep it"), (keymap.key("put_away"), "put away")]

    def do_submit(self) -> None:
        text = self.query_one(TextArea).text.strip()
        if not text:
            note = present.text("There is nothing to keep yet.", "bold $warning")
            self.query_one("#note", Line).show(note)
            return
        self.dismiss(text)

    def keep_draft(self) -> None:
        area = self.query_one_optional(TextArea)
        if area is not None and self.key and area.text != self._text:
            self.cockpit.comment_drafts[self.key] = area.text

    def do_put_away(self) -> None:
        self.unfinished = self.query_one(TextArea).text
        self.dismiss(None)


class CommentsScreen(BoxScreen):
    """A list of comments. What is chosen in `deed` is done by who opened it: `go`, `edit`,
    `delete` or `send`, on `chosen`."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.COMMENTS, Scope.READING)

    def __init__(self, comments: Sequence[Comment], age: Callable[[float], str]) -> None:
        super().__init__()
        self._comments = list(comments)
        self._age = age
        self.deed = ""
        self.chosen: Comment | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            drafts = sum(comment.sent is None for comment in self._comments)
            lead = f"{present.plural(drafts, 'comment')} to send, {len(self._comments)} in all"
            yield Line(Content.styled(lead, "bold"))
            yield LinesView(cursor=True, id="body")
            yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self._show()
        if self._comments:
            self.reader.cursor = 0

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        self.reader.set_lines(map(self._line, self._comments), keep=True)

    def _line(self, comment: Comment) -> Content:
        """Its state, the end of the path, and how it begins."""
        if comment.sent is None:
            state = Content.styled(f"{'draft':<9}", "bold $accent")
        elif comment.doubtful:
            state = Content.styled(f"sent? {self._age(comment.sent):<3}", "$warning")
        else:
            state = Content.styled(f"sent  {self._age(comment.sent):<3}", "$muted")
        room = max(24, self.reader.size.width * 2 // 5) if self.is_mounted else 200
        place = present.text(present.path_end(comment.place, room), "$foreground", width=200)
        first = comment.text.split("\n", 1)[0]
        return Content.assemble(state, " ", place, "  ", present.text(first, "$muted"))

    def _choose(self, deed: str) -> None:
        if self._comments and 0 <= self.reader.cursor < len(self._comments):
            self.deed, self.chosen = deed, self._comments[self.reader.cursor]
            self.dismiss(True)

    def do_go_to_comment(self) -> None:
        self._choose("go")

    def do_edit_comment(self) -> None:
        self._choose("edit")

    def do_delete_comment(self) -> None:
        self._choose("delete")

    def do_send_all(self) -> None:
        self._choose("send")
