"""What the inbox shows: a row a question, and all of the chosen one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.content import Content

from cockpit.domain.activity import GLYPHS, State, headline
from cockpit.domain.choices import Choice
from cockpit.domain.fleet import LaneView
from cockpit.domain.ids import LaneId
from cockpit.domain.inbox import Kind, Question
from cockpit.ui import present

WRITTEN = "¶"
"""Sign of a question that stands in a result."""
ABOVE = 8
"""Rows of the pane above a dialog that are shown with it."""
LAST = 14
"""Last rows of the pane that are shown with a question of a result."""

_ASKING = "bold $state-asking"


def heading(
    questions: Sequence[Question], others: Sequence[LaneView], marked: int, width: int
) -> Content:
    """How many wait, of how many lanes, and who needs the commander otherwise."""
    lanes = len({one.lane for one in questions})
    count = present.plural(len(questions), "question")
    parts: list[present.Part] = [
        (0, Content.styled(f"{GLYPHS[State.ASKING]} Inbox", "bold $accent")),
        (0, Content.styled(f"{count} of {present.plural(lanes, 'lane')}", "$muted"))
        if questions
        else (0, present.EMPTY),
        (1, Content.styled(f"{present.MARK} {marked} marked", "bold $accent"))
        if marked
        else (1, present.EMPTY),
        (2, present.text(also(others), "$warning") if others else present.EMPTY),
    ]
    return Content.assemble(" ", present.fit(parts, max(20, width - 2)))


def also(others: Sequence[LaneView]) -> str:
    """`also: beta exited, gamma error`."""
    named = ", ".join(f"{view.lane} {_need(view)}" for view in others)
    return f"also: {named}"


def _need(view: LaneView) -> str:
    return view.fault.what.value if view.fault is not None else view.activity.state.value


# ------------------------------------------------------------------ the list


def rows(
    questions: Sequence[Question],
    *,
    marked: Collection[str],
    sent: dict[str, Content],
    now: float,
    width: int,
) -> list[Content]:
    """One row a question; `sent` says by token what becomes of its answer."""
    names = max((len(one.lane) for one in questions), default=0)
    return [
        _row(one, _bracket(questions, at), marked, sent, now, min(names, 16), width)
        for at, one in enumerate(questions)
    ]


def _bracket(questions: Sequence[Question], at: int) -> str:
    """What holds the same questions together at the left edge."""
    above = at > 0 and questions[at - 1].same == questions[at].same
    below = at + 1 < len(questions) and questions[at + 1].same == questions[at].same
    return {(False, False): " ", (False, True): "┌", (True, True): "├", (True, False): "└"}[
        above, below
    ]


def _row(
    one: Question,
    bracket: str,
    marked: Collection[str],
    sent: dict[str, Content],
    now: float,
    names: int,
    width: int,
) -> Content:
    mark = present.MARK if one.token in marked else " "
    sign = GLYPHS[State.ASKING] if one.kind is Kind.SCREEN else WRITTEN
    lead = Content.assemble(
        (f"{bracket}", "$muted"),
        (f"{mark}", "bold $accent"),
        (f"{sign} ", _ASKING),
        present.text(f"{one.lane:<{names}}", "bold $foreground", width=16),
    )
    tail = sent.get(one.token)
    if tail is None:
        tail = Content.styled(present.age(now - one.since) if one.since else "", "$muted")
    room = max(8, width - lead.cell_length - tail.cell_length - 4)
    said = present.text(one.headline or "something that can't be read", "$foreground")
    said = said.truncate(room, ellipsis=True)
    gap = " " * max(0, room - said.cell_length)
    return Content.assemble(lead, "  ", said, gap, " ", tail)


def pending(said: str) -> Content:
    return Content.assemble(("→ ", "bold $accent"), present.text(said, "$accent", width=24))


def given(said: str) -> Content:
    return Content.assemble(("✓ ", "bold $success"), present.text(said, "$success", width=24))


# ------------------------------------------------------------------ one question


def detail(
    one: Question, agent: str, targets: Sequence[LaneId], same: int, keys: tuple[str, str]
) -> list[Content]:
    """What is asked and with what it is answered. `same` counts the other lanes that ask it;
    `keys` are those of marking one and marking all of them."""
    lines = _asked(one, agent)
    if one.choices:
        lines += [present.EMPTY, *_choices(one.choices)]
    elif one.kind is Kind.RESULT:
        lines += [present.EMPTY, Content.styled("It takes words.", "$muted")]
    if len(targets) > 1:
        lines += [present.EMPTY, present.text(f"The answer goes to {_named(targets)}.", _ASKING)]
    elif same:
        others = present.plural(same, "other lane")
        text = f"{others} ask{'s' if same == 1 else ''} the same: {keys[0]} marks, {keys[1]} all."
        lines += [present.EMPTY, Content.styled(text, "$muted")]
    return lines


def _asked(one: Question, agent: str) -> list[Content]:
    lines = [_who(one, agent), present.EMPTY]
    if not one.whole:
        why = "It goes on above what is read of it: look into the pane before you answer."
        unread = "It can't be read: answer it in the pane."
        lines += [Content.styled(why if one.rows else unread, "bold $warning"), present.EMPTY]
    return lines + [present.text(line, "$foreground") for line in one.text.split("\n") if line]


def digit_at(one: Question, line: int) -> int:
    """The digit of the choice that stands in a line of `detail`; 0 where none does."""
    first = len(_asked(one, "")) + 1
    for digit, choice in enumerate(one.choices, 1):
        rows = 2 if choice.note else 1
        if first <= line < first + rows:
            return digit
        first += rows
    return 0


def _named(lanes: Sequence[LaneId]) -> str:
    return f"{', '.join(lanes[:-1])} and {lanes[-1]}"


def _who(one: Question, agent: str) -> Content:
    where = "asks on its screen" if one.kind is Kind.SCREEN else f"asks in {one.source}"
    of = f", task {one.task}" if one.task else ""
    return Content.assemble(
        present.text(one.lane, "bold $accent"),
        "  ",
        present.text(agent, "$muted", width=24),
        present.text(f"  {where}{of}", "$muted", width=200),
    )


def _choices(choices: Sequence[Choice]) -> list[Content]:
    """Each with the digit that answers it; a letter that the agent names stands behind."""
    lines = []
    for digit, one in enumerate(choices, 1):
        letter = "" if one.is_number else f" ({one.key})"
        lines.append(
            Content.assemble(
                (f" {digit} ", "bold $ink on $accent"),
                present.text(f" {one.label}{letter}", "bold $foreground"),
            )
        )
        if one.note:
            lines.append(present.text(f"    {one.note}", "$muted"))
    return lines


def pane_lines(one: Question, captured: Sequence[str]) -> list[Content]:
    """The last rows of the lane's pane; of a dialog's pane those above the dialog."""
    filled = [row.rstrip() for row in captured if row.strip()]
    if one.kind is Kind.SCREEN:
        title, shown = "Above it on its pane", _above(one, filled)
    else:
        title, shown = "Last on its pane", filled[-LAST:]
    if not shown:
        return []
    return [
        present.EMPTY,
        Content.styled(f"─── {title} ", "$muted"),
        *(present.text(f"  {row}", "$muted", width=300) for row in shown),
    ]


def _above(one: Question, filled: Sequence[str]) -> Sequence[str]:
    """Rows before the dialog's first; none where it isn't on the pane any more."""
    first = one.rows[0].strip() if one.rows else ""
    for at in range(len(filled) - 1, -1, -1):
        if first and present.text(filled[at]).plain.strip() == first:
            return [row for row in filled[:at] if any(c.isalnum() for c in row)][-ABOVE:]
    return []


def empty(others: Sequence[LaneView], next_key: str) -> list[Content]:
    """Nothing waits; who needs the commander all the same."""
    lines = [Content.styled("Nobody asks anything.", "bold $foreground")]
    if others:
        lines += [
            present.EMPTY,
            Content.styled(f"These need you otherwise ({next_key} on the board goes there):"),
        ]
    for view in others:
        said = view.fault.title if view.fault is not None else headline(view.activity.detail)
        state = State.ERROR if view.fault is not None else view.activity.state
        lines.append(
            Content.assemble(
                (f"  {GLYPHS[state]} ", f"bold {present.state_style(state)}"),
                present.text(view.lane, "bold $foreground"),
                present.text(f"  {_need(view)}  {said}", "$muted"),
            )
        )
    return lines
