"""Wishes about tasks: what a key, the palette, a command or the app itself asks for."""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a lane a task: a fresh lane is started on it, one that has landed its last task is
    brought to the target and told the next."""

    task: str
    """A number, an id or a file's name in `tasks/`."""
    lane: LaneId
    digest: str = ""
    """The task's text that was meant; where it is another one now, nothing is started. Empty
    takes it as it is."""
    note: str = ""
    """The commander's own word, told after the task."""
    with_changes: bool = False
    """For a lane that is started by this, as in `Start`."""
    fetch: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """Say go for tasks, by the names of their files and the digests of their texts, or stop
    (`tasks` empty and `follow` off). Nothing else starts a task by itself. A stop ends no
    agent."""

    go: bool
    tasks: tuple[tuple[str, str], ...] = ()
    follow: bool = False
    """Also for tasks that are written or changed later."""


@dataclass(frozen=True, slots=True)
class CallOff:
    """Call a task off, or take that back; its lane, if it has one, stays as it is."""

    task: str
    reason: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """Let a failed task be tried again from a fresh base, by another agent if one is named. The
    lane of the last try goes into the trash."""

    task: str
    agent: str = ""
    token: str = ""
    """Of the teardown that was shown; empty accepts what is there now."""


@dataclass(frozen=True, slots=True)
class WriteTasks:
    """New task files, each with the next free number of its prefix; `name` gives a number or a
    file's name of its own, where only one is written."""

    texts: tuple[str, ...]
    name: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Collect:
    """Take the results that lie in a lane's worktree into `results/` on the bus."""

    lane: LaneId


@dataclass(frozen=True, slots=True)
class TellNote:
    """Tell a lane what a file on the bus says to it (`domain/notes.py`)."""

    lane: LaneId
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer what a lane asks: with the number of a choice, else with a line of text. `asked`
    (`Question.token`) binds it to what was shown: another question is not answered."""

    lane: LaneId
    text: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class CloseRound:
    """Gate the target, tear down what has landed, and sum the round up."""
