"""What the board says, as pure functions: a lane or a fleet in, styled `Content` out.

Styles are names of theme variables (`$state-asking`), resolved where they are drawn. All
text from outside passes through `safe` here or arrives as `Safe`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.cells import cell_len
from textual.content import Content

from cockpit.domain.activity import GLYPHS, NEEDS_COMMANDER, State
from cockpit.domain.approval import Standing
from cockpit.domain.fleet import Fleet, LaneView
from cockpit.domain.ids import branch_name
from cockpit.domain.landed import Merged
from cockpit.domain.lane import GitFacts
from cockpit.domain.text import counted, safe
from cockpit.errors import CockpitError

ORDER = (
    State.ASKING,
    State.ERROR,
    State.EXITED,
    State.LIMITED,
    State.STALLED,
    State.WORKING,
    State.STARTING,
    State.SETUP,
    State.IDLE,
    State.UNKNOWN,
    State.PLANNED,
    State.PARKED,
)
"""States by how soon the commander should know."""

MARK = "✚"
FAULT = "⚠"
EMPTY = Content("")
GAP = Content("  ")

READABLE = 9
"""Cells below which a cut part says nothing."""

Part = tuple[int, Content] | tuple[int, Content, bool]
"""A piece of a line and its rank; where the line is too narrow the highest rank goes first. A
third item that is true marks a fact, which half of would mislead: it is never cut, but left out."""


def text(raw: object, style: str = "", *, width: int = 400) -> Content:
    """Outside text as one line of content in a style."""
    shown = safe(str(raw), width=width).text
    return Content.styled(shown, style) if style else Content(shown)


def path_end(path: str, room: int) -> str:
    """A path in at most so many cells; its end says more than its beginning."""
    if cell_len(path) <= room:
        return path
    kept = path[-room:]
    while cell_len(kept) > room - 1:
        kept = kept[1:]
    return f"…{kept}"


def failure(error: CockpitError) -> Content:
    """What happened, what is known, what to do, a line each."""
    parts = (error.title, error.detail, error.hint)
    return Content("\n".join(safe(part, width=300).text for part in parts if part))


def state_style(state: State) -> str:
    return f"$state-{state.value}"


def age(seconds: float) -> str:
    """`now`, `20s`, `5m`, `3h`, `2d`: coarse, so that the board repaints seldom."""
    if seconds < 10:
        return "now"
    if seconds < 60:
        return f"{int(seconds // 10) * 10}s"
    for unit, size, limit in (("m", 60, 60), ("h", 3600, 48)):
        if seconds < size * limit:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds // 86400)}d"


def number(value: int) -> str:
    """`999`, `1.2k`, `12k`, `3.4m`."""
    for size, unit in ((1_000_000, "m"), (1_000, "k")):
        if value >= size:
            scaled = value / size
            return f"{scaled:.1f}{unit}" if scaled < 10 else f"{int(scaled)}{unit}"
    return str(value)


def size(value: int) -> str:
    """Bytes for people: `512 B`, `1.5 MB`."""
    amount = float(value)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{value} B"


plural = counted


def fit(parts: Sequence[Part], width: int, gap: Content = GAP, *, whole: bool = False) -> Content:
    """The parts joined; where there is no room the part of the highest rank is cut, or left
    out when too little of it would remain (or, with `whole`, at once), and so on."""
    kept = [part for part in parts if part[1]]
    while len(kept) > 1 and (over := _width(kept, gap) - width) > 0:
        last = max(reversed(kept), key=lambda part: part[0])
        room = last[1].cell_length - over
        if whole or room < READABLE or last[2:] == (True,):
            kept.remove(last)
        else:
            cut = (last[0], last[1].truncate(room, ellipsis=True))
            kept[kept.index(last)] = cut
    line = joined([part[1] for part in kept], gap)
    if line.cell_length > width and any(part[2:] == (True,) for part in kept):
        return EMPTY
    return line.truncate(max(0, width), ellipsis=True) if line.cell_length > width else line


def joined(parts: Sequence[Content], gap: Content = GAP) -> Content:
    """The parts with `gap` between. (`Content.join` of Textual 8.2.8 counts its separator
    once too often, so widths would be wrong.)"""
    pieces: list[Content] = []
    for part in parts:
        pieces += [gap, part] if pieces else [part]
    return Content.assemble(*pieces)


def flowed(lead: Content, items: Sequence[Content], width: int) -> list[Content]:
    """The items behind `lead` in as many rows as they need, none of them broken, later rows
    below the first item."""
    indent = lead.cell_length
    rows, row = [], lead
    for item in items:
        gone = row.cell_length > indent
        if gone and row.cell_length + GAP.cell_length + item.cell_length > width:
            rows.append(row)
            row, gone = Content(" " * indent), False
        row = Content.assemble(row, GAP if gone else "", item)
    return [*rows, row]


def _width(parts: Sequence[Part], gap: Content) -> int:
    return sum(part[1].cell_length for part in parts) + gap.cell_length * (len(parts) - 1)


# ------------------------------------------------------------------ one lane


def status(view: LaneView, now: float) -> Content:
    """Glyph and word of the lane's state with its age, or its fault, or what is under way."""
    if view.busy:
        return text(f"◔ {safe(view.busy).text}", "$accent")
    if view.fault is not None:
        return text(f"{FAULT} {view.fault.what.value}", "bold $state-error")
    activity = view.activity
    style = state_style(activity.state)
    if activity.state in NEEDS_COMMANDER:
        style = f"bold {style}"
    line = Content.styled(f"{GLYPHS[activity.state]} {_state_word(view)}", style)
    if activity.since <= 0 or activity.state is State.PLANNED:
        return line
    return Content.assemble(line, (f" {age(now - activity.since)}", "$muted"))


def _state_word(view: LaneView) -> str:
    activity = view.activity
    if activity.state is State.EXITED and activity.detail.strip().lstrip("-").isdigit():
        return f"exited {activity.detail.strip()}"
    return activity.state.value


def panel_title(
    view: LaneView, now: float, *, marked: bool, selected: bool, task: Content = EMPTY
) -> list[Part]:
    """The parts of a panel's upper edge, most needed first."""
    name = "bold $accent" if selected else "bold $foreground"
    key = Content.styled(f" {safe(view.key, width=4).text} ", key_style(view, selected))
    title = safe(view.title, width=60)
    return [
        (0, Content.assemble((f"{MARK} ", "bold $accent"), key) if marked else key),
        (0, text(view.lane, name)),
        (1, status(view, now), not view.busy),
        (3, task),
        (4, Content.styled(title.text, "$muted") if title else EMPTY),
    ]


def key_style(view: LaneView, selected: bool) -> str:
    """How the lane's letter stands out."""
    if view.needs_commander:
        state = "error" if view.fault is not None else view.activity.state.value
        return f"bold $ink on $state-{state}"
    return "bold $ink on $accent" if selected else "bold $foreground on $panel"


def panel_agent(view: LaneView) -> Content:
    return text(view.agent, "$muted", width=24)


def panel_foot(view: LaneView, *, branch: bool = True) -> list[Part]:
    """The parts of a panel's lower edge: branch, distance to the target, size of the change."""
    facts = view.facts
    lock = (0, lock_sign(view))
    if facts is None:
        return [lock] if view.locked else []
    return [
        lock,
        (3, _branch(view, facts) if branch else EMPTY),
        (1, _distance(facts), True),
        (2, _change(facts), True),
        (0, _outside(facts)),
        (1, standing_sign(facts), True),
        (0, text(facts.sync.words, "bold $warning") if facts.sync.words else EMPTY),
        (1, approval_sign(view), True),
    ]


def _branch(view: LaneView, facts: GitFacts) -> Content:
    if facts.operation:
        return text(f"{facts.operation} under way", "bold $warning")
    if facts.branch is None:
        return Content.styled("HEAD detached", "bold $warning") if facts.head else EMPTY
    name = branch_name(facts.branch)
    expected = view.record.branch if view.record is not None else facts.branch
    return text(name, "$foreground" if facts.branch == expected else "bold $warning", width=60)


def _distance(facts: GitFacts) -> Content:
    ahead = (f"↑{number(facts.ahead)}", "$success") if facts.ahead else ("", "")
    behind = (f"↓{number(facts.behind)}", "$warning") if facts.behind else ("", "")
    between = " " if facts.ahead and facts.behind else ""
    return Content.assemble(ahead, between, behind)


def _change(facts: GitFacts) -> Content:
    if not facts.files and not facts.dirty:
        return EMPTY
    parts: list[tuple[str, str]] = []
    if facts.files:
        parts.append((f"~{number(facts.files)}", "$foreground"))
    if facts.added:
        parts.append((f" +{number(facts.added)}", "$success"))
    if facts.removed:
        parts.append((f" −{number(facts.removed)}", "$error"))
    if facts.dirty:
        parts.append((" " * bool(parts) + f"✎{number(facts.dirty)}", "$warning"))
    return Content.assemble(*parts)


def lock_sign(view: LaneView) -> Content:
    """That the lane is locked, and why; nothing where it isn't."""
    return text(f"⊘ locked: {view.locked}", "bold $warning", width=48) if view.locked else EMPTY


def approval_sign(view: LaneView) -> Content:
    """Whether the commander's yes still counts; nothing where none was given."""
    if view.approval.standing is Standing.VALID:
        return Content.styled("✓ approved", "$success")
    if view.approval.standing is Standing.VOID:
        return Content.styled("✗ approval void", "bold $warning")
    return EMPTY


def standing_sign(facts: GitFacts) -> Content:
    """Whether the lane's content is in the target; nothing while none of it is."""
    if facts.merged.merged is Merged.MERGED:
        return Content.styled("✓ merged", "$success")
    if facts.merged.merged is Merged.PARTLY:
        left = plural(facts.merged.left, "commit")
        return Content.styled(f"◐ {left} left", "$warning")
    return EMPTY


def _outside(facts: GitFacts) -> Content:
    if not facts.outside:
        return EMPTY
    return Content.styled(f"{FAULT} {plural(len(facts.outside), 'file')} outside", "bold $warning")


def planned_lines(
    view: LaneView, details: Sequence[tuple[str, str]], start_key: str
) -> list[Content]:
    """What the panel of a lane without a pane shows instead of one."""
    lines = [EMPTY]
    if view.fault is not None:
        lines.append(text(view.fault.title, "bold $state-error"))
        lines.append(text(view.fault.hint, "$foreground"))
        lines.append(EMPTY)
    elif view.busy:
        lines.append(text(view.busy, "$accent"))
        lines.append(EMPTY)
    elif view.activity.state is State.PARKED:
        lines.append(text(view.activity.rule, "$foreground"))
        lines.append(
            Content.assemble((start_key, "bold $accent"), ("  takes it up again", "$foreground"))
        )
        lines.append(EMPTY)
    elif view.record is None:
        lines.append(
            Content.assemble((start_key, "bold $accent"), ("  starts this lane", "$foreground"))
        )
        lines.append(EMPTY)
    else:
        lines.append(
            Content.assemble((start_key, "bold $accent"), ("  runs its agent again", "$foreground"))
        )
        lines.append(EMPTY)
    for name, value in details:
        lines.append(Content.assemble((f"{name:<9}", "$muted"), text(value, "$foreground")))
    return lines


def last_words(view: LaneView, restart_key: str) -> Content:
    """The line over a dead pane's last row."""
    return Content.assemble(
        (f" {GLYPHS[State.EXITED]} {_state_word(view)} ", "bold $ink on $state-exited"),
        (f" {restart_key} runs it again ", "$foreground on $panel"),
    )


# ------------------------------------------------------------------ the fleet


def counts(fleet: Fleet) -> list[tuple[State, int]]:
    """How many lanes are in each state, most pressing first, empty states left out."""
    tally: dict[State, int] = {}
    for view in fleet.lanes.values():
        state = State.ERROR if view.fault is not None else view.activity.state
        tally[state] = tally.get(state, 0) + 1
    return [(state, tally[state]) for state in ORDER if state in tally]


def summary(fleet: Fleet, width: int) -> Content:
    """`? 2 asking  ● 3 working  ○ 1 idle`; what needs the commander stands in a block of
    colour, so that it is seen from across the room. Where `width` has no room, first the states
    that need nobody lose their word, then all do."""
    for worded in (frozenset(State), NEEDS_COMMANDER, frozenset[State]()):
        line = _summary(fleet, worded)
        if line.cell_length <= width:
            break
    return line


def _summary(fleet: Fleet, worded: Collection[State]) -> Content:
    parts = []
    for state, count in counts(fleet):
        word = f" {state.value}" if state in worded else ""
        line = f"{GLYPHS[state]} {count}{word}"
        if state in NEEDS_COMMANDER:
            parts.append(Content.styled(f" {line} ", f"bold $ink on {state_style(state)}"))
        else:
            parts.append(Content.styled(line, state_style(state)))
    return joined(parts) if parts else Content.styled("no lanes", "$muted")
