"""What changed in lanes.yaml while the app runs, and what is wrong in it now."""

from __future__ import annotations

from textual.content import Content

from cockpit.domain.fleet import Fleet
from cockpit.ui import present
from cockpit.ui.config_news import ConfigNews, change_lines
from cockpit.ui.screens.base import ReadingScreen


def configuration_lines(news: ConfigNews, fleet: Fleet, now: float) -> list[Content]:
    """What is wrong first, then each reading, the newest on top."""
    lines: list[Content] = []
    if news.refused is not None:
        lines.append(Content.styled("  It is wrong now; what it said before counts", "bold $error"))
        lines += [present.text(f"    {one}", width=400) for one in news.refused.problems]
        lines += [present.text(f"    {news.refused.hint}", "$muted", width=400), Content("")]
    unlisted = [view.lane for view in fleet.lanes.values() if not view.listed]
    if unlisted:
        lines.append(Content.styled("  Started, but not in lanes.yaml any more", "bold $warning"))
        lines += [present.text(f"    {lane} runs on as it is", width=100) for lane in unlisted]
        lines.append(Content(""))
    for reading in news.readings:
        said = "" if reading.trusted else ", to be trusted again"
        ago = present.age(now - reading.at)
        when = "just now" if ago == "now" else f"{ago} ago"
        lines.append(Content.styled(f"  Read {when}{said}", "bold"))
        lines += [*change_lines(reading.changes), Content("")]
    if not lines:
        lines.append(Content.styled("  Nothing changed since cockpit was opened.", "$muted"))
    return lines


class ConfigurationScreen(ReadingScreen):
    """Kept up to date while it is open."""

    def heading(self) -> Content:
        return Content.styled(" lanes.yaml", "bold $accent")

    def on_mount(self) -> None:
        super().on_mount()
        self._show()

    def show_fleet(self, fleet: Fleet) -> None:
        self._show()

    def _show(self) -> None:
        app = self.cockpit
        self.reader.set_lines(configuration_lines(app.config_news, app.fleet, app.now()), keep=True)
