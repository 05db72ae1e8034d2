"""Facts on their way to the fleet and the screens. Pane text is not among them."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.dataclass import dataclass
from cockpit.domain.activity import Activity
from cockpit.domain.approval import ApprovalState
from cockpit.domain.background import Background, Desk
from cockpit.domain.board import Board
from cockpit.domain.clash import Radar
from cockpit.domain.configuration import ConfigChange, ListedLane
from cockpit.domain.ids import LaneId, OpId
from cockpit.domain.lane import GitFacts, LaneFault, LaneRecord
from cockpit.domain.operation import OpKind
from cockpit.domain.prompt_queue import PromptQueue
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.train import Train


@dataclass(frozen=True, slots=True)
class LaneChanged:
    """A lane was started, adopted, changed, or (`record` None) torn down."""

    lane: LaneId
    record: LaneRecord | None


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    lane: LaneId
    activity: Activity


@dataclass(frozen=True, slots=True)
class GitFactsChanged:
    lane: LaneId
    facts: GitFacts


@dataclass(frozen=True, slots=True)
class FaultsChanged:
    """All present disagreements, not only the new ones."""

    faults: tuple[LaneFault, ...]


@dataclass(frozen=True, slots=True)
class OperationBegan:
    op: OpId
    kind: OpKind
    lane: LaneId | None
    summary: str


@dataclass(frozen=True, slots=True)
class OperationStep:
    """A step of an operation begins; `what` is a short present participle for people."""

    op: OpId
    kind: OpKind
    lane: LaneId | None
    what: str


@dataclass(frozen=True, slots=True)
class OperationEnded:
    """`error` is empty when it went well; then `summary` says what was done."""

    op: OpId
    kind: OpKind
    lane: LaneId | None
    summary: str
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class GateOutput:
    """Lines of the gate's live output, raw from outside."""

    lane: LaneId | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the commander; `severity` is information, warning or error."""

    text: str
    severity: str = "information"
    lane: LaneId | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Whether our tmux server and the control client answer."""

    up: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class RadarChanged:
    radar: Radar


@dataclass(frozen=True, slots=True)
class TrainChanged:
    """The train as it is queued or runs now; None when nothing is queued."""

    train: Train | None


@dataclass(frozen=True, slots=True)
class ApprovalChanged:
    """How the lane's approval stands, each time it was looked at."""

    lane: LaneId
    approval: ApprovalState


@dataclass(frozen=True, slots=True)
class LockChanged:
    """Why the lane is locked, each time it was looked at; empty: it isn't."""

    lane: LaneId
    reason: str


@dataclass(frozen=True, slots=True)
class BackgroundChanged:
    """All background lanes as they are, and who acts for them."""

    lanes: Mapping[LaneId, Background]
    desk: Desk


@dataclass(frozen=True, slots=True)
class BoardChanged:
    """All tasks as they are, and what holds for the plan."""

    board: Board
    plan: PlanDesk


@dataclass(frozen=True, slots=True)
class PromptsChanged:
    """All prompts that wait for the end of a turn, by lane."""

    waiting: Mapping[LaneId, PromptQueue]


@dataclass(frozen=True, slots=True)
class ConfigRead:
    """lanes.yaml was read again and counts as it is now. `changes` is empty where only what was
    wrong in it was taken back."""

    file: str
    target: str
    cadence: float
    lanes: tuple[ListedLane, ...]
    """All that it names, in its order."""
    changes: tuple[ConfigChange, ...] = ()
    trusted: bool = True
    """False: what it runs or reaches is to be trusted anew."""


@dataclass(frozen=True, slots=True)
class ConfigRefused:
    """lanes.yaml was read again and is wrong: what it said before still counts."""

    file: str
    problems: tuple[str, ...]
    """A sentence each, with line, key and the nearest valid name."""
    hint: str = ""


Event = (
    LaneChanged
    | ActivityChanged
    | GitFactsChanged
    | FaultsChanged
    | OperationBegan
    | OperationStep
    | OperationEnded
    | GateOutput
    | Notice
    | Link
    | RadarChanged
    | TrainChanged
    | ApprovalChanged
    | LockChanged
    | BackgroundChanged
    | BoardChanged
    | ConfigRead
    | PromptsChanged
    | ConfigRefused
)
