"""What we ask tmux to list, and how the lines are read. Pure.

Fields are separated by `|`. Those that programs can influence (command, title) are stripped
of control characters by tmux itself before they are printed, and the title comes last, so
that no program can forge a line or a field. A line that does not read is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cockpit.dataclass import dataclass
from cockpit.domain.ids import LaneId, PaneId, SessionId, WindowId, is_lane_name
from cockpit.domain.lane import PaneRef
from cockpit.domain.pane import PaneInfo

LANE_OPTION = "@cockpit_lane"
OP_OPTION = "@cockpit_op"

_CONTROLS = "\x01-\x1f\x7f"
"""As characters: a `:` as in `[:cntrl:]` would end the modifier."""

_COMMAND = f"#{{s/[{_CONTROLS}|]/_/:pane_current_command}}"
_TITLE = f"#{{s/[{_CONTROLS}]/ /:pane_title}}"
_DEATH = "#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}"

REF_FORMAT = "#{session_id}|#{window_id}|#{pane_id}|#{pane_pid}"
PANES_FORMAT = (
    f"{REF_FORMAT}|#{{{LANE_OPTION}}}|#{{{OP_OPTION}}}|{_DEATH}|"
    f"#{{?pane_in_mode,1,0}}|#{{pane_width}}|#{{pane_height}}|"
    f"#{{window_activity}}|{_COMMAND}|{_TITLE}"
)
PANES_FILTER = f"#{{==:#{{session_name}},lane-#{{{LANE_OPTION}}}}}"
LIST_PANES = ("list-panes", "-a", "-f", PANES_FILTER, "-F", PANES_FORMAT)
"""Each lane's own pane once, under its lane session (not its link in the hub)."""

CLIENTS_FORMAT = (
    "#{client_control_mode}|#{client_activity}|#{client_pid}|"
    "#{session_id}|#{session_name}|#{client_name}"
)
LIST_CLIENTS = ("list-clients", "-F", CLIENTS_FORMAT)

FRAME_FORMAT = (
    f"#{{pane_id}}|#{{cursor_x}}|#{{cursor_y}}|#{{pane_width}}|#{{pane_height}}|{_DEATH}|{_TITLE}"
)

_REF = re.compile(r"(\$\d+)\|(@\d+)\|(%\d+)\|(\d+)")


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """A terminal attached to our server; `activity` in seconds since the epoch."""

    name: str
    session: str
    session_id: SessionId
    activity: int
    pid: int


@dataclass(frozen=True, slots=True)
class Geometry:
    """The tail of a capture: where the cursor stands, and whether the program lives."""

    pane: PaneId
    cursor: tuple[int, int]
    width: int
    height: int
    dead: bool
    exit_code: int | None
    title: str


def parse_ref(text: str) -> PaneRef | None:
    found = _REF.fullmatch(text)
    if found is None:
        return None
    session, window, pane, pid = found.groups()
    return PaneRef(SessionId(session), WindowId(window), PaneId(pane), int(pid))


def parse_panes(lines: Iterable[str]) -> dict[LaneId, PaneInfo]:
    found = (_pane(line) for line in lines)
    return {info.lane: info for info in found if info is not None}


def _pane(line: str) -> PaneInfo | None:
    fields = line.split("|", 14)
    if len(fields) != 15:
        return None
    ref = parse_ref("|".join(fields[:4]))
    lane, op, dead, status, signal, mode, width, height, spoke, command, title = fields[4:]
    if ref is None or not is_lane_name(lane) or not (_is_count(width) and _is_count(height)):
        return None
    return PaneInfo(
        ref=ref,
        lane=LaneId(lane),
        op=op,
        dead=dead == "1",
        exit_code=exit_code(status, signal),
        title=title,
        command=command,
        in_mode=mode == "1",
        width=int(width),
        height=int(height),
        spoke=int(spoke) if _is_count(spoke) else 0,
    )


def exit_code(status: str, signal: str) -> int | None:
    """The exit code as a shell would tell it (128 + signal); None while it is not known."""
    if _is_count(signal):
        return 128 + int(signal)
    return int(status) if _is_count(status) else None


def parse_clients(lines: Iterable[str]) -> list[ClientInfo]:
    """Terminals (not control clients), the last used first; of those used in the same second
    the one that shows the app, since a wish to step into a lane is made there."""
    clients = []
    for line in lines:
        fields = line.split("|", 5)
        if len(fields) == 6 and fields[0] == "0" and all(map(_is_count, fields[1:3])):
            activity, pid, session_id, session, name = fields[1:]
            clients.append(
                ClientInfo(name, session, SessionId(session_id), int(activity), int(pid))
            )
    return sorted(clients, key=lambda client: (-client.activity, client.session != "cockpit"))


def parse_geometry(text: str, pane: PaneId) -> Geometry | None:
    """None when this is about another pane: tmux shows any one where that is gone."""
    fields = text.split("|", 8)
    if len(fields) != 9 or fields[0] != pane or not all(map(_is_count, fields[1:5])):
        return None
    x, y, width, height = map(int, fields[1:5])
    dead, status, signal, title = fields[5:]
    return Geometry(pane, (x, y), width, height, dead == "1", exit_code(status, signal), title)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit()
