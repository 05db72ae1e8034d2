"""The grid of panels: fills the terminal, keeps panels readable, scrolls beyond that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.containers import ScrollableContainer
from textual.geometry import NULL_OFFSET, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId
from cockpit.ui.widgets.lane_panel import LanePanel

MIN_WIDTH = 38
MIN_HEIGHT = 8
"""A panel smaller than this can't be read; the grid scrolls instead."""
GOOD_WIDTH = 80
GOOD_HEIGHT = 24
"""A panel of this size shows a whole pane."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How panels are laid out: `columns`, and rows of `height` lines each."""

    columns: int
    height: int


def tile(count: int, width: int, height: int, columns: int = 0) -> Tiling:
    """The best tiling of `count` panels on `width`×`height` cells; `columns` 0 is automatic.

    Best is where a panel shows the most of an 80×24 pane in its smaller direction; of equals
    the one with fewer columns. If none is readable: as many columns as are, and scrolling.
    """
    if count <= 0 or width <= 0 or height <= 0:
        return Tiling(1, max(1, height))
    most = max(1, width // MIN_WIDTH)
    if columns > 0:
        return _scrolling(count, height, max(1, min(columns, count)))
    best, best_score = _scrolling(count, height, min(most, count)), -1.0
    for candidate in range(1, min(most, count) + 1):
        rows = -(-count // candidate)
        if height // rows < MIN_HEIGHT and rows > 1:
            continue
        score = min(width / candidate / GOOD_WIDTH, height / rows / GOOD_HEIGHT)
        if score > best_score + 1e-9:
            best, best_score = Tiling(candidate, height // rows), score
    return best


def _scrolling(count: int, height: int, columns: int) -> Tiling:
    rows = -(-count // columns)
    visible = max(1, min(rows, height // MIN_HEIGHT))
    return Tiling(columns, max(1, height // visible))


def regions(count: int, width: int, height: int, columns: int = 0) -> list[Region]:
    """Where each panel lies. The last row's panels share its whole width, and what does not
    divide goes to the first columns and the last row, so that no cell is left over."""
    tiling = tile(count, width, height, columns)
    rows = -(-count // tiling.columns) if count else 0
    placed: list[Region] = []
    fits = rows * tiling.height <= height
    for row in range(rows):
        in_row = min(tiling.columns, count - row * tiling.columns)
        top = row * tiling.height
        tall = height - top if fits and row == rows - 1 else tiling.height
        for column in range(in_row):
            left, right = column * width // in_row, (column + 1) * width // in_row
            placed.append(Region(left, top, right - left, tall))
    return placed


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

    def put_in_order(self, lanes: Sequence[LaneId]) -> None:
        """Panels as the lanes stand in this list."""
        there = [panel.view.lane for panel in self.panels()]
        places = {lane: place for place, lane in enumerate(lanes)}
        if sorted(there, key=lambda lane: places.get(lane, len(places))) != there:
            self.sort_children(
                key=lambda child: (
                    places.get(child.view.lane, len(places)) if isinstance(child, LanePanel) else -1
                )
            )

    def take_columns(self, columns: int) -> None:
        self._layout_of_tiles.columns = columns
        self._clear_arrangement_cache()  # `refresh` of Textual 8.2.8 clears those above only
        self.refresh(layout=True)

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
