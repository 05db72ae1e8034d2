"""The field for text of several lines."""

from __future__ import annotations

from textual.widgets import TextArea


class Writing(TextArea):
    """Textual's, painted anew whenever its size has changed: Textual 8.2.8 wraps the text for the
    new width, but where that takes as many rows as before only the cursor's row is painted."""

    def on_resize(self) -> None:
        self.refresh()
