"""The audit trail: the graph of target and lanes, with the landings that the journal knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input

from cockpit.domain.audit import Audit, AuditRow
from cockpit.domain.events import Event, OperationEnded
from cockpit.domain.ids import CommitId, branch_ref
from cockpit.ui.actions import Action, Scope
from cockpit.ui.deeds import undo_step
from cockpit.ui.graph_lines import commit_lines, found, graph_heading, graph_line
from cockpit.ui.screens.base import ReadingScreen
from cockpit.ui.widgets.hints import HintBar, Line
from cockpit.ui.widgets.lines_view import LinesView


class GraphScreen(ReadingScreen):
    """The cursor chooses a commit; Enter looks into it, the undo key takes its landing back."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.GRAPH, Scope.READING, Scope.ANYWHERE)
    opens = "open_commit"
    field_hints: ClassVar[Mapping[str, Sequence[tuple[str, str]]]] = {
        "search": (
            ("Enter", "search"),
            ("Esc", "leave it"),
        ),
    }
    CSS_PATH = "../tcss/graph.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._audit: Audit | None = None
        self._asked = 0
        self._wanted = ""
        self._note = ""

    def compose(self) -> ComposeResult:
        yield Line(self.heading(), id="heading")
        yield LinesView(cursor=True, id="body")
        yield Input(id="search", placeholder="search in ids, subjects, authors, lanes and steps")
        yield HintBar()

    def on_mount(self) -> None:
        super().on_mount()
        self.do_reload_graph()

    def on_resize(self, event: events.Resize) -> None:
        self.query_one("#heading", Line).show(self.heading())

    def heading(self) -> Content:
        return graph_heading(self._audit, self._target, self._note, self.app.size.width)

    @property
    def _target(self) -> str:
        return branch_ref(self.cockpit.supervisor.fleet.target)

    def do_reload_graph(self) -> None:
        self.cockpit.do(self._load())

    async def _load(self) -> None:
        self._asked += 1
        mine = self._asked
        here = self.row
        audit = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.audit())
        if mine != self._asked or not self.is_open:
            return
        self._audit = audit
        now = self.cockpit.now()
        lines = [graph_line(row, self._target, now) for row in audit.rows]
        self.reader.set_lines(lines or [Content("  There is no commit yet.")], keep=True)
        if here is not None:
            self._go_to(here.commit.commit)
        self._say("")

    def _go_to(self, commit: str) -> None:
        rows = self._audit.rows if self._audit is not None else ()
        at = next((n for n, row in enumerate(rows) if row.commit.commit == commit), None)
        if at is not None:
            self.reader.cursor = at

    def _say(self, note: str) -> None:
        self._note = note
        self.query_one("#heading", Line).show(self.heading())
        self.refresh_hints()

    @property
    def row(self) -> AuditRow | None:
        """The commit under the cursor."""
        rows = self._audit.rows if self._audit is not None else ()
        at = self.reader.cursor
        return rows[at] if 0 <= at < len(rows) else None

    # ------------------------------------------------------------ a commit

    def do_open_commit(self) -> None:
        row = self.row
        if row is not None:
            self.app.push_screen(CommitScreen(row))

    def why_not_undo(self) -> str:
        row = self.row
        if row is None or row.step is None:
            return "The journal knows of no landing that ends at this commit."
        if row.landing is not None and row.landing.undone_by is not None:
            return f"Step {row.step} was undone already, by step {row.landing.undone_by}."
        return ""

    def do_undo_landing(self) -> None:
        row, why = self.row, self.why_not_undo()
        if why or row is None:
            self.cockpit.toast(Content(why), severity="warning")
            return
        self.cockpit.do(undo_step(self.cockpit, row.step))

    def hinted(self) -> list[Action]:
        hidden = {"undo_landing"} if self.why_not_undo() else set()
        if not self._wanted:
            hidden |= {"next_found", "previous_found"}
        return [action for action in super().hinted() if action.id not in hidden]

    def on_lines_view_chosen(self) -> None:
        self.refresh_hints()

    def hear(self, event: Event) -> bool:
        if isinstance(event, OperationEnded):
            self.do_reload_graph()
        return False

    # ------------------------------------------------------------ searching

    def do_search_graph(self) -> None:
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.focus()

    def on_key(self, event: object) -> None:
        field = self.query_one("#search", Input)
        if field.has_focus and getattr(event, "key", "") in {"escape", "ctrl+q"}:
            self._close_search()

    @on(Input.Submitted, "#search")
    def _search(self, event: Input.Submitted) -> None:
        self._wanted = event.value
        self._close_search()
        self._next(1, here=True)

    def _close_search(self) -> None:
        self.query_one("#search", Input).remove_class("-open")
        self.set_focus(None)
        self.refresh_hints()

    def do_next_found(self) -> None:
        self._next(1)

    def do_previous_found(self) -> None:
        self._next(-1)

    def _next(self, by: int, *, here: bool = False) -> None:
        if not self._wanted or self._audit is None:
            self._say("")
            return
        places = found(self._audit.rows, self._wanted)
        if not places:
            self._say("no match")
            return
        at = self.reader.cursor
        later = [n for n in places if (n > at if by > 0 else n < at) or (here and n == at)]
        chosen = (later or places)[0 if by > 0 else -1]
        self.reader.cursor = chosen
        self._say(f"match {places.index(chosen) + 1}/{len(places)}")


class CommitScreen(ReadingScreen):
    """One commit: its landing, its message, the files that it changed."""

    def __init__(self, row: AuditRow) -> None:
        super().__init__()
        self._row = row

    def heading(self) -> Content:
        return Content.styled(f" Commit {self._row.commit.commit[:12]}", "bold $accent")

    def on_mount(self) -> None:
        super().on_mount()
        self.cockpit.do(self._load())

    async def _load(self) -> None:
        commit = CommitId(self._row.commit.commit)
        detail = await self.cockpit.supervisor.ask(lambda cockpit: cockpit.commit_detail(commit))
        if self.is_open:
            self.reader.set_lines(commit_lines(detail, self._row))
