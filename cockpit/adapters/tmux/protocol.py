"""tmux's control mode, bytes in and events out. Pure and incremental.

What makes it tricky (seen on 3.3a):

- reply blocks with flag 0 (the attach itself, hooks) may come between those that answer us;
- captured text is copied raw into a block and may hold lines that look like its end, so a
  block ends only at `%end` or `%error` with exactly the time, number and flags of `%begin`;
- a chunk may end anywhere, also inside a UTF-8 character, and text need not be UTF-8;
- output is escaped as octal (`\\015`); only its size matters here.
"""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.dataclass import dataclass
from cockpit.domain.ids import PaneId, SessionId, WindowId


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command. `ours` is False for blocks that answer nobody's request."""

    number: int
    lines: tuple[bytes, ...]
    error: bool = False
    ours: bool = True

    @property
    def text(self) -> str:
        return b"\n".join(self.lines).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Output:
    """A pane's program wrote `size` bytes."""

    pane: PaneId
    size: int


@dataclass(frozen=True, slots=True)
class ExtendedOutput:
    """The same with `pause-after` set; `age` is how many ms the output waited for us."""

    pane: PaneId
    age: int
    size: int


@dataclass(frozen=True, slots=True)
class Pause:
    """tmux stopped sending this pane's output."""

    pane: PaneId


@dataclass(frozen=True, slots=True)
class Continue:
    pane: PaneId


@dataclass(frozen=True, slots=True)
class WindowClose:
    window: WindowId


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """A window's size is now `width` × `height`."""

    window: WindowId
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SessionChanged:
    """The control client's own session."""

    session: SessionId
    name: str


@dataclass(frozen=True, slots=True)
class ClientSessionChanged:
    """A terminal shows another session now."""

    client: str
    session: SessionId
    name: str


@dataclass(frozen=True, slots=True)
class Exit:
    """The connection ends; `reason` may be empty."""

    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Any other notification, or a line that does not read."""

    text: str


Event = (
    Reply
    | Output
    | ExtendedOutput
    | Pause
    | Continue
    | WindowClose
    | LayoutChange
    | SessionChanged
    | ClientSessionChanged
    | Exit
    | Notice
)


class Parser:
    """Feed it bytes as they come; it gives the events that are complete."""

    def __init__(self) -> None:
        self._tail = b""
        self._begin: bytes | None = None
        """`time number flags` of the open block."""
        self._lines: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[Event]:
        lines = (self._tail + data).split(b"\n")
        self._tail = lines.pop()
        for line in lines:
            event = self._line(line)
            if event is not None:
                yield event

    def _line(self, line: bytes) -> Event | None:
        if self._begin is not None:
            return self._in_block(line)
        if line.startswith(b"%begin "):
            tag = line[7:]
            if _number(tag) is not None:
                self._begin = tag
                self._lines = []
                return None
        return notification(line)

    def _in_block(self, line: bytes) -> Reply | None:
        if line[:5] == b"%end " and line[5:] == self._begin:
            return self._close(error=False)
        if line[:7] == b"%error " and line[7:] == self._begin:
            return self._close(error=True)
        self._lines.append(line)
        return None

    def _close(self, *, error: bool) -> Reply:
        tag = self._begin or b""
        reply = Reply(_number(tag) or 0, tuple(self._lines), error, tag.endswith(b" 1"))
        self._begin = None
        self._lines = []
        return reply


def _number(tag: bytes) -> int | None:
    """The command number of `time number flags`; None for anything else."""
    fields = tag.split(b" ")
    if len(fields) != 3 or not all(field.isdigit() for field in fields):
        return None
    return int(fields[1])


def notification(line: bytes) -> Event:
    """A line outside of blocks. What does not read becomes a `Notice`."""
    name, _, rest = line.partition(b" ")
    if name == b"%extended-output":
        return _extended(rest) or _notice(line)
    if name == b"%output":
        pane, _, data = rest.partition(b" ")
        known = _pane(pane)
        return Output(known, unescaped_size(data)) if known else _notice(line)
    return _rare(name, rest.decode("utf-8", "replace")) or _notice(line)


def _extended(rest: bytes) -> Event | None:
    head, colon, data = rest.partition(b" : ")
    fields = head.split(b" ")
    pane = _pane(fields[0])
    if not colon or pane is None or len(fields) < 2 or not fields[1].isdigit():
        return None
    return ExtendedOutput(pane, int(fields[1]), unescaped_size(data))


def _rare(name: bytes, rest: str) -> Event | None:
    fields = rest.split(" ")
    match name:
        case b"%pause" if _is_id(fields[0], "%"):
            return Pause(PaneId(fields[0]))
        case b"%continue" if _is_id(fields[0], "%"):
            return Continue(PaneId(fields[0]))
        case b"%window-close" | b"%unlinked-window-close" if _is_id(fields[0], "@"):
            return WindowClose(WindowId(fields[0]))
        case b"%layout-change" if _is_id(fields[0], "@") and len(fields) > 1:
            return _layout(WindowId(fields[0]), fields[1])
        case b"%session-changed" if _is_id(fields[0], "$"):
            return SessionChanged(SessionId(fields[0]), " ".join(fields[1:]))
        case b"%client-session-changed" if len(fields) > 2 and _is_id(fields[1], "$"):
            return ClientSessionChanged(fields[0], SessionId(fields[1]), " ".join(fields[2:]))
        case b"%exit":
            return Exit(rest)
        case _:
            return None


def _layout(window: WindowId, layout: str) -> LayoutChange | None:
    """`b09e,90x33,0,0,1`: checksum, then the window's size."""
    size = layout.split(",")[1:2]
    width, by, height = size[0].partition("x") if size else ("", "", "")
    if not by or not _is_count(width) or not _is_count(height):
        return None
    return LayoutChange(window, int(width), int(height))


def unescaped_size(data: bytes) -> int:
    """How many bytes the escaped output stands for: `\\ooo` is one."""
    return len(data) - 3 * data.count(b"\\")


def _pane(text: bytes) -> PaneId | None:
    if text[:1] == b"%" and text[1:].isdigit():
        return PaneId(text.decode("ascii"))
    return None


def _is_id(text: str, sigil: str) -> bool:
    return text[:1] == sigil and _is_count(text[1:])


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _notice(line: bytes) -> Notice:
    return Notice(line.decode("utf-8", "replace"))
