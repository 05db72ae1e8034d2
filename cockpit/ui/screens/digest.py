"""What happened meanwhile: a calm box; Enter closes it, at the lane of the chosen line."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cockpit.domain.digest import Digest, Line, News
from cockpit.domain.ids import LaneId
from cockpit.ui import present
from cockpit.ui.actions import Scope
from cockpit.ui.screens.base import BoxScreen
from cockpit.ui.widgets.hints import HintBar
from cockpit.ui.widgets.hints import Line as HeadLine
from cockpit.ui.widgets.lines_view import LinesView

STYLES = {
    News.ASKS: ("?", "bold $warning"), News.FAILED: ("✗", "bold $error"),
    News.CONFLICT: ("✗", "bold $error"), News.LANDED: ("✓", "bold $success"),
    News.RESULT: ("▤", "$success"), News.FINISHED: ("○", "$foreground"),
    News.COMMITS: ("+", "$foreground"), News.DONE: ("·", "$muted"),
}  # fmt: skip

MOST = 200
"""Lines that are shown; `cockpit digest` prints all."""


class DigestScreen(BoxScreen):
    """Dismissed with True by Enter; `lane` is then where to go, if the line leads anywhere."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.DIGEST, Scope.READING)
    opens = "digest_go"
    others: ClassVar[int] = 5

    def __init__(self, found: Digest, now: float) -> None:
        super().__init__()
        self._found = found
        self._now = now
        self.lane: LaneId | None = None

    def compose(self) -> ComposeResult:
        shown = self._found.lines[:MOST]
        wide = max((len(line.lane or "") for line in shown), default=0)
        lines = [digest_line(line, self._now, wide) for line in shown]
        more = len(self._found.lines) - MOST
        if more > 0:
            lines.append(Content.styled(f"and {more} more: cockpit digest prints them", "$muted"))
        with Vertical(classes="box"):
            yield HeadLine(self._heading())
            empty = Content.styled("Nothing happened.", "$muted")
            yield LinesView(lines or [empty], cursor=True, id="body")
            yield HintBar()

    def _heading(self) -> Content:
        if not self._found.since:
            return Content.styled("What happened", "bold")
        ago = present.age(self._now - self._found.since)
        since = "just now" if ago == "now" else f"{ago} ago"
        return Content.assemble(("While you were away ", "bold"), (f"· since {since}", "$muted"))

    def on_mount(self) -> None:
        super().on_mount()
        self.reader.cursor = 0

    def hints(self) -> list[tuple[str, str]]:
        key = self.cockpit.keymap.key
        return [(key("digest_go"), "close, at this line's lane"), ("Esc", "close")]

    def do_digest_go(self) -> None:
        at = self.reader.cursor
        lines = self._found.lines
        self.lane = lines[at].lane if 0 <= at < min(len(lines), MOST) else None
        self.dismiss(True)


def digest_line(line: Line, now: float, wide: int = 12) -> Content:
    """`✓ landed    alpha    5m  land alpha on main · background`; `wide` cells for lanes."""
    glyph, style = STYLES[line.news]
    age = present.age(now - line.at) if line.at else ""
    by = f" · {line.by}" if line.by and line.by != "app" else ""
    return Content.assemble(
        (f"{glyph} {line.news.value:<9}", style),
        present.text(f" {line.lane or '':<{min(wide, 24)}}", "bold", width=42),
        (f" {age:>4}  ", "$muted"),
        present.text(line.text, width=300),
        present.text(by, "$muted", width=80),
    )
