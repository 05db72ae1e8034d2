"""How far the commander has resolved a conflict: a pure value with its history.

Each choice is a step that can be undone and done again; the screen only draws it, the service
only carries out what it says. Nothing is decided by itself, and nothing is finished while
something is open or a marker of git's would stay in a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from cockpit.dataclass import dataclass
from cockpit.domain.conflict import Asks, Conflict, Entry, Question, Take
from cockpit.domain.conflict_text import Common, ConflictHunk, joined, leftovers, with_markers

WHOLE = -1
"""The place in a file that stands for all of it."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """Something to decide: a hunk (`at` from 0), a question (after the hunks), or `WHOLE`."""

    file: int
    at: int


@dataclass(frozen=True, slots=True)
class Choice:
    """`text` is what an `EDIT` puts there; `source` says where a suggestion came from."""

    take: Take
    text: bytes = b""
    source: str = ""


Step = tuple[tuple[Point, Choice | None], ...]
"""Choices that were made together; None took one back."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The conflict with the choices so far. Every change returns a new value."""

    conflict: Conflict
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()
    """Steps that were undone, the next to be done again last."""
    choices: Mapping[Point, Choice] = field(default_factory=dict)

    # -------------------------------------------------------------- choosing

    def choose(self, point: Point, choice: Choice | None) -> Resolution:
        """With one choice made, changed, or (None) taken back; one at a hunk takes back what
        was chosen for the whole file. Raises `ValueError` for one that is not offered there."""
        whole = Point(point.file, WHOLE)
        overrules = self.hunk(point) is not None and self.at(whole) is not None
        return self.step(((whole, None), (point, choice)) if overrules else ((point, choice),))

    def step(self, step: Step) -> Resolution:
        """Several choices as one step; nothing new is no step."""
        step = tuple((point, choice) for point, choice in step if self.at(point) != choice)
        for point, choice in step:
            if choice is not None and not self.offers(point, choice.take):
                raise ValueError(f"{choice.take} can't be taken at {point}")
        if not step:
            return self
        return Resolution(self.conflict, (*self.past, step), (), _applied(dict(self.choices), step))

    def choose_file(self, file: int, take: Take, *, again: bool = False) -> Resolution:
        """`take` at every open place of a file (with `again` at the decided ones too) that
        offers it; where it has no text, for the whole of it."""
        points = self.points(file)
        open_ones = [point for point in points if again or self.is_open(point)]
        step: list[tuple[Point, Choice | None]] = [
            (point, Choice(take)) for point in open_ones if self.offers(point, take)
        ]
        whole = Point(file, WHOLE)
        if again and step and self.at(whole) is not None and whole not in points:
            step.insert(0, (whole, None))
        return self.step(tuple(step))

    def undo(self) -> Resolution:
        if not self.past:
            return self
        *past, last = self.past
        choices: dict[Point, Choice] = {}
        for step in past:
            choices = _applied(choices, step)
        return Resolution(self.conflict, tuple(past), (*self.future, last), choices)

    def redo(self) -> Resolution:
        if not self.future:
            return self
        *future, step = self.future
        choices = _applied(dict(self.choices), step)
        return Resolution(self.conflict, (*self.past, step), tuple(future), choices)

    # -------------------------------------------------------------- looking

    def at(self, point: Point) -> Choice | None:
        return self.choices.get(point)

    def points(self, file: int) -> tuple[Point, ...]:
        """What there is to decide in a file, in order: its hunks and questions, else `WHOLE`."""
        here = self.conflict.files[file]
        count = len(here.hunks) + len(here.questions)
        if not here.pieces:
            return (Point(file, WHOLE),)
        return tuple(Point(file, at) for at in range(count))

    def all_points(self) -> Iterator[Point]:
        for file in range(len(self.conflict.files)):
            yield from self.points(file)

    def hunk(self, point: Point) -> ConflictHunk | None:
        hunks = self.conflict.files[point.file].hunks
        return hunks[point.at] if 0 <= point.at < len(hunks) else None

    def question(self, point: Point) -> Question | None:
        here = self.conflict.files[point.file]
        at = point.at - len(here.hunks)
        known = point.at != WHOLE and 0 <= at < len(here.questions)
        return here.questions[at] if known else None

    def offers(self, point: Point, take: Take) -> bool:
        """Whether `take` means something at this place."""
        here = self.conflict.files[point.file]
        if point.at == WHOLE:
            may_edit = bool(here.pieces) and take is Take.EDIT
            return may_edit or here.whole(take) is not None
        question = self.question(point)
        if question is not None:
            return question.option(take) is not None
        hunk = self.hunk(point)
        if hunk is None or take in (Take.DELETE, Take.AS_MERGED):
            return False
        return take is not Take.BASE or hunk.base is not None

    def is_open(self, point: Point) -> bool:
        """Whether this place still has to be decided."""
        if self.at(point) is not None:
            return False
        whole = self.at(Point(point.file, WHOLE))
        if whole is None:
            return True
        return whole.take is Take.EDIT and self.question(point) is not None

    def open_points(self) -> tuple[Point, ...]:
        return tuple(point for point in self.all_points() if self.is_open(point))

    def is_done(self, file: int) -> bool:
        return not any(self.is_open(point) for point in self.points(file))

    @property
    def progress(self) -> tuple[int, int]:
        """(decided, all) places."""
        points = tuple(self.all_points())
        return sum(not self.is_open(point) for point in points), len(points)

    def next_open(self, after: Point | None, *, back: bool = False) -> Point | None:
        """The next open place in order and around; None when nothing is open."""
        found = self.open_points()
        if not found or after is None:
            return found[-1 if back else 0] if found else None
        if back:
            before = [point for point in found if point < after]
            return before[-1] if before else found[-1]
        later = [point for point in found if point > after]
        return later[0] if later else found[0]

    # -------------------------------------------------------------- the result

    def text_at(self, point: Point) -> bytes | None:
        """What is put in the place of a hunk; None while it is open."""
        hunk, choice = self.hunk(point), self.at(point)
        return None if hunk is None or choice is None else text_of(hunk, choice)

    def resolved(self, file: int) -> bytes | None:
        """The file's resolved text; None while a hunk is open, or for one without text."""
        here = self.conflict.files[file]
        whole = self.at(Point(file, WHOLE))
        if not here.pieces or (whole is not None and whole.take is not Take.EDIT):
            return None
        if whole is not None:
            return whole.text
        parts: list[bytes] = []
        number = 0
        for piece in here.pieces:
            if isinstance(piece, Common):
                parts.append(piece.text)
                continue
            text = self.text_at(Point(file, number))
            number += 1
            if text is None:
                return None
            parts.append(text)
        return joined(parts)

    def entries(self, file: int) -> tuple[tuple[Entry, ...], tuple[str, ...]] | None:
        """(paths of the result, paths that go) for a file; None while it is open."""
        here = self.conflict.files[file]
        if not self.is_done(file):
            return None
        whole = self.at(Point(file, WHOLE))
        if whole is not None and whole.take is not Take.EDIT:
            option = here.whole(whole.take)
            if option is None:
                return None
            return option.entries, (*here.drops, *option.drops)
        content = self.resolved(file)
        if content is None:
            return None
        mode, places = here.mode, [here.path]
        for point in self.points(file):
            question, choice = self.question(point), self.at(point)
            option = question.option(choice.take) if question and choice else None
            if option is None or question is None:
                continue
            if question.asks is Asks.MODE:
                mode = option.entries[0].mode
            else:
                places = [entry.path for entry in option.entries]
        return tuple(Entry(path, mode, content=content) for path in places), here.drops

    def marked(self) -> tuple[int, ...]:
        """Decided files whose text would hold conflict markers that no source has."""
        found = []
        for file, here in enumerate(self.conflict.files):
            content = self.resolved(file)
            if content is not None and leftovers(content, here.allowed):
                found.append(file)
        return tuple(found)

    @property
    def may_finish(self) -> bool:
        return not self.open_points() and not self.marked()


def text_of(hunk: ConflictHunk, choice: Choice) -> bytes:
    """The text that a choice puts in a hunk's place."""
    match choice.take:
        case Take.OURS:
            return hunk.ours
        case Take.THEIRS:
            return hunk.theirs
        case Take.BOTH:
            return joined((hunk.ours, hunk.theirs))
        case Take.BOTH_OTHER:
            return joined((hunk.theirs, hunk.ours))
        case Take.BASE:
            return hunk.base or b""
        case _:
            return choice.text


def _applied(choices: dict[Point, Choice], step: Step) -> dict[Point, Choice]:
    for point, choice in step:
        if choice is None:
            choices.pop(point, None)
        else:
            choices[point] = choice
    return choices


def replayed(conflict: Conflict, steps: Iterable[Step], undone: Sequence[Step] = ()) -> Resolution:
    """The resolution after these steps. Raises `ValueError` if one does not fit."""
    state = Resolution(conflict)
    for step in steps:
        state = state.step(step)
    return replace(state, future=tuple(undone))


def marked_text(state: Resolution, file: int) -> bytes:
    """The file as far as it is resolved, with markers at what is open, for a merge tool."""
    here = state.conflict.files[file]
    whole = state.at(Point(file, WHOLE))
    if whole is not None and whole.take is Take.EDIT:
        return whole.text
    texts = [state.text_at(Point(file, number)) for number in range(len(here.hunks))]
    lane, target = state.conflict.lane, state.conflict.target_name
    return with_markers(here.pieces, texts, ours=lane, theirs=target)
