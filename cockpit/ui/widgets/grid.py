"""The grid of panels: fills the terminal, keeps panels readable, scrolls beyond that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import ScrollableContainer
from textual.geometry import NULL_OFFSET, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from cockpit.domain.ids import LaneId
from cockpit.ui.tiling import regions
from cockpit.ui.widgets.lane_panel import LanePanel


class TileLayout(Layout):
    """Places displayed panels by `regions`."""

    name = "tiles"

    def __init__(self, columns: int) -> None:
        self.columns = columns

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        shown = [child for child in children if child.styles.display != "none"]
        places = regions(len(shown), size.width, size.height, self.columns)
        return [
            WidgetPlacement(region, NULL_OFFSET, child.styles.margin, child)
            for region, child in zip(places, shown, strict=True)
        ]


class LaneGrid(ScrollableContainer):
    """Holds the panels; `arrange_lanes` says which are there and which are shown."""

    DEFAULT_CSS = """
    LaneGrid {
        background: $background;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: auto;
    }
    """
    can_focus = False

    def __init__(self, columns: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layout_of_tiles = TileLayout(columns)

    @property
    def layout(self) -> Layout:
        return self._layout_of_tiles

    def put_in_order(self, order: Sequence[LaneId], columns: int) -> None:
        """The panels in this order (others after them), in so many columns (0: as many as can
        be read)."""
        places = {lane: at for at, lane in enumerate(order)}
        panels = list(self.panels())
        last = len(places)
        wanted = sorted(panels, key=lambda panel: places.get(panel.view.lane, last))
        if wanted != panels or columns != self._layout_of_tiles.columns:
            self._layout_of_tiles.columns = columns
            # sorting alone makes Textual arrange the same children anew
            self.sort_children(key=lambda child: places.get(_lane_of(child), last))

    def panels(self) -> Iterator[LanePanel]:
        """Panels in the board's order, hidden ones too."""
        return (child for child in self.children if isinstance(child, LanePanel))

    def panel(self, lane: LaneId) -> LanePanel | None:
        return next((panel for panel in self.panels() if panel.view.lane == lane), None)

    def in_view(self) -> list[LanePanel]:
        """Panels that can be seen now, at least in part."""
        window = self.scrollable_content_region
        return [
            panel
            for panel in self.panels()
            if panel.display and panel.region.overlaps(window) and panel.size.height > 0
        ]

    def beside(self, order: Sequence[LaneId], lane: LaneId, dx: int, dy: int) -> LaneId:
        """The shown lane next to `lane` in a direction; itself at the edge."""
        width, height = self.scrollable_content_region.size
        places = regions(len(order), width or 80, height or 24, self._layout_of_tiles.columns)
        at = order.index(lane)
        if dx:
            return order[max(0, min(len(order) - 1, at + dx))]
        here = places[at]
        middle = here.x + here.width / 2
        tops = sorted({place.y for place in places})
        row = tops.index(here.y) + dy
        if not 0 <= row < len(tops):
            return lane
        inside = [i for i, place in enumerate(places) if place.y == tops[row]]
        return order[min(inside, key=lambda i: abs(places[i].x + places[i].width / 2 - middle))]


def _lane_of(child: Widget) -> LaneId:
    return child.view.lane if isinstance(child, LanePanel) else LaneId("")
