"""The facts at a zoomed lane's side as lines: its state, task, zone, commits, files, ports,
evidence and last steps. Each section is cut to a share of the rows, and says how much more
there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from cockpit.domain.activity import State, headline
from cockpit.domain.board import TaskView
from cockpit.domain.card import Card
from cockpit.domain.change import FileDiff
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import branch_name
from cockpit.domain.operation import Operation
from cockpit.domain.zone import Zone
from cockpit.ui import present

FEW = 4
"""Lines that a section keeps however little room there is."""


def side_lines(
    view: LaneView,
    zone: Zone | None,
    task: TaskView | None,
    card: Card | None,
    now: float,
    *,
    width: int,
    height: int,
    looking: bool = False,
) -> list[Content]:
    """The lines, each at most `width` cells wide, about `height` of them."""
    change = card.change if card is not None else None
    commits = [present.text(one.subject) for one in change.commits] if change else []
    files = [_file(one, width) for one in change.files] if change else []
    steps = [_step(one, now) for one in card.steps] if card is not None else []
    evidence = [_pair(f"{who:<8}", said) for who, said in card.evidence] if card else []
    first = [*_state(view, now), *_task(task), *_zone(view, zone)]
    many = [
        (f"Commits {len(commits)}", commits),
        (f"Files {len(files)}", files),
        ("Ports", _ports(view)),
        ("Evidence", evidence),
        ("Steps", steps),
    ]
    room = max(0, height - sum(len(lines) + 2 for _, lines in first) - 2 * len(many))
    lines: list[Content] = []
    for title, section in [*first, *_shared_out(many, room)]:
        lines += [present.text(title, "bold $accent"), *_fitted(section, width), present.EMPTY]
    if looking:
        lines.append(Content.styled("looking …", "$muted"))
    return lines[:-1] if lines and not lines[-1] else lines


Section = tuple[str, Sequence[Content]]


def _state(view: LaneView, now: float) -> Iterable[Section]:
    lines = [present.status(view, now)]
    asks = headline(view.activity.detail)
    if asks and view.activity.state is not State.EXITED:
        lines.append(present.text(asks))
    if view.fault is not None:
        lines += [present.text(view.fault.title), present.text(view.fault.hint, "$muted")]
    facts = view.facts
    if facts is not None and facts.branch is not None:
        lines.append(_pair("branch", branch_name(facts.branch)))
    parts = [part[1] for part in present.panel_foot(view, branch=False) if part[1]]
    if parts:
        lines.append(present.joined(parts))
    yield f"{view.lane} · {view.agent}", lines


def _task(task: TaskView | None) -> Iterable[Section]:
    if task is not None:
        name = present.text(task.task.id or task.task.name, "$accent")
        yield "Task", [name, present.text(task.task.title), _pair("stands", task.work.value)]


def _zone(view: LaneView, zone: Zone | None) -> Iterable[Section]:
    if zone is None:
        return
    globs = zone.include
    lines = [present.text(glob) for glob in globs[:FEW]] or [Content("the whole repository")]
    if len(globs) > FEW:
        lines.append(_more(len(globs) - FEW))
    if zone.exclude:
        lines.append(_pair("but not", ", ".join(zone.exclude)))
    outside = view.facts.outside if view.facts is not None else ()
    lines += [
        present.text(f"{present.FAULT} outside: {path}", "$warning") for path in outside[:FEW]
    ]
    if len(outside) > FEW:
        lines.append(_more(len(outside) - FEW))
    yield "Zone", lines


def _ports(view: LaneView) -> list[Content]:
    ports = view.record.ports if view.record is not None else {}
    return [_pair(name, str(port)) for name, port in ports.items()]


def _shared_out(sections: Sequence[Section], room: int) -> Iterable[Section]:
    """Those sections that have something, each with its share of `room` lines; what one does
    not need the later ones get."""
    left = [section for section in sections if section[1]]
    for at, (title, lines) in enumerate(left):
        share = max(FEW, room // (len(left) - at))
        shown = list(lines) if len(lines) <= share else [*lines[: share - 1]]
        if len(shown) < len(lines):
            shown.append(_more(len(lines) - len(shown)))
        room -= len(shown)
        yield title, shown


def _file(file: FileDiff, width: int) -> Content:
    """`M src/auth/token.py  +12 −3`: the end of a long path says more than its beginning."""
    numbers = ""
    if file.added is not None and file.removed is not None:
        plus = f"+{present.number(file.added)}" if file.added else ""
        minus = f"−{present.number(file.removed)}" if file.removed else ""
        numbers = " ".join(filter(None, (plus, minus)))
    room = max(8, width - len(numbers) - 4)
    path = Content(present.path_end(present.text(file.path, width=400).plain, room))
    return Content.assemble(
        (f"{file.status[:1]} ", "$muted"), path, (f"  {numbers}" if numbers else "", "$muted")
    )


def _step(step: Operation, now: float) -> Content:
    ago = present.age(now - step.at)
    return Content.assemble((f"{ago:>4} ", "$muted"), present.text(step.summary))


def _pair(name: str, value: str) -> Content:
    return Content.assemble(present.text(f"{name} ", "$muted"), present.text(value))


def _more(count: int) -> Content:
    return Content.styled(f"… {count} more", "$muted")


def _fitted(lines: Iterable[Content], width: int) -> Iterable[Content]:
    for line in lines:
        yield line if line.cell_length <= width else line.truncate(width, ellipsis=True)
