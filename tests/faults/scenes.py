"""The operations under test: for each, the state before it and the intents that are carried out.

`prepare` runs once, in a process of its own, for the template that all runs of the scene are
copied from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cockpit.domain.change import Layer
from cockpit.domain.hunks import HunkDeed
from cockpit.domain.intents import (
    Adopt,
    Answer,
    Approve,
    ApproveStanding,
    Assign,
    CallOff,
    CallOffPrompt,
    CloseRound,
    Collect,
    Commit,
    DeliverPrompt,
    Dispatch,
    EmptyTrash,
    Follow,
    Gate,
    HandBack,
    Intent,
    Interrupt,
    JudgeBackground,
    Land,
    LeaveOut,
    Lock,
    Move,
    Park,
    Plan,
    PullRequest,
    Queue,
    Rename,
    Restart,
    RestoreTrash,
    Resume,
    Retry,
    RunBackground,
    RunTrain,
    Send,
    Start,
    Stop,
    Sync,
    Teardown,
    Trust,
    Undo,
    Unlock,
    WriteTasks,
)
from cockpit.domain.operation import OpKind, OpState
from cockpit.services.cockpit import LocalCockpit
from tests.faults import states
from tests.faults.looks import fact
from tests.faults.repository import (
    ALPHA,
    ASKING,
    BACKGROUND,
    BETA,
    CONFIG,
    ELSEWHERE,
    GAMMA,
    PARKING,
    PROMPT,
    PUSHING,
    TASKS,
    TIDY,
)
from tests.faults.states import hunk

Wish = Callable[[LocalCockpit], Intent | Sequence[Intent]]
BOTH = ("project-alpha", "project-beta")

NO_SCENE: Mapping[OpKind, str] = {
    OpKind.NOTICE: "a word to the screens about a wish that was refused; never journaled",
    OpKind.RESTORE: "never journaled: `trash restore` undoes the step that filled the entry",
}
"""Kinds without a scene, and why."""


@dataclass(frozen=True)
class Scene:
    prepare: Callable[[LocalCockpit], None]
    wish: Wish
    kind: OpKind
    """The journal's kind that says that it is done."""
    lanes: tuple[str, ...] = ("project-alpha",)
    """Folders beside the repository whose every byte the operation must keep."""
    undoes: OpKind | None = None
    also: frozenset[OpKind] = frozenset()
    """Other kinds that the operation journals on its way."""
    config: str = CONFIG
    times: int = 1
    """How many operations of `kind` it takes."""

    @property
    def template(self) -> str:
        """The name of the state that it begins from."""
        digest = hashlib.sha256(self.config.encode()).hexdigest()
        return f"{self.prepare.__name__}-{digest[:8]}"

    def intents(self, cockpit: LocalCockpit) -> Sequence[Intent]:
        wish = self.wish(cockpit)
        return wish if isinstance(wish, Sequence) else (wish,)

    def is_over(self, ops: Sequence[Mapping[str, Any]], state: Path) -> bool:
        """Whether the operation came to its good end, going by what was journaled since."""
        done = [op for op in ops if op["kind"] == self.kind and op["state"] == "done"]
        if self.undoes is not None:
            done = [op for op in done if op["intent"]["what"] == self.undoes]
        if self.kind is OpKind.TRAIN and done and done[-1]["outcome"].get("stopped"):
            return not fact(state, "train-queue").get("since")
        return len(done) >= self.times


def _last(kind: OpKind) -> Wish:
    """Undoing the last operation of `kind` that was done."""

    def wish(cockpit: LocalCockpit) -> Intent:
        done = (op for op in cockpit.log() if op.kind is kind and op.state is OpState.DONE)
        return Undo(max(op.seq for op in done))

    return wish


def _undo(
    prepare: Callable[[LocalCockpit], None],
    undoes: OpKind,
    *,
    config: str = CONFIG,
    lanes: tuple[str, ...] = ("project-alpha",),
) -> Scene:
    return Scene(prepare, lambda _c: Undo(), OpKind.UNDO, lanes=lanes, undoes=undoes, config=config)


def _sweep(cockpit: LocalCockpit) -> list[Intent]:
    """What `teardown --merged` does: one teardown a lane."""
    entries = cockpit.preview_sweep(merged_only=True)
    return [Teardown(one.lane, one.preview.token) for one in entries if one.preview]


def _go(cockpit: LocalCockpit) -> Intent:
    """The go for all tasks as they are."""
    board = cockpit.board(cockpit.fleet()).board
    return Plan(True, tuple((view.task.name, view.task.digest) for view in board.tasks))


_START = Scene(states.base, lambda _c: Start(BETA), OpKind.START)
_SENT, _GATED = frozenset({OpKind.SEND}), frozenset({OpKind.GATE})
_CARS = _GATED | {OpKind.LAND}

SCENES: dict[str, Scene] = {
    # lanes
    "start": _START,
    "start with changes": Scene(
        states.base, lambda _c: Start(BETA, with_changes=True), OpKind.START
    ),
    "start with a prompt": Scene(
        states.base, lambda _c: Start(BETA, prompt=PROMPT), OpKind.START, also=_SENT
    ),
    "start from a remote base": Scene(
        states.elsewhere, lambda _c: Start(BETA), OpKind.START, config=ELSEWHERE
    ),
    "adopt a branch": Scene(states.topic, lambda _c: Adopt(BETA, "topic"), OpKind.ADOPT),
    "adopt a worktree": Scene(
        states.topic_worktree,
        lambda _c: Adopt(BETA, "topic"),
        OpKind.ADOPT,
        ("project-alpha", "elsewhere"),
    ),
    "teardown": Scene(states.dirty, lambda _c: Teardown(ALPHA), OpKind.TEARDOWN),
    "teardown, all merged": Scene(states.merged, _sweep, OpKind.TEARDOWN, BOTH, times=2),
    "park": Scene(states.dirty, lambda _c: Park(ALPHA), OpKind.PARK),
    "rename": Scene(states.ended, lambda _c: Rename(ALPHA, GAMMA), OpKind.RENAME),
    "rename, queued": Scene(states.ended_queued, lambda _c: Rename(ALPHA, GAMMA), OpKind.RENAME),
    "move": Scene(states.ended, lambda _c: Move(ALPHA, "../elsewhere/here"), OpKind.MOVE),
    "move inside": Scene(states.ended, lambda _c: Move(ALPHA, "../project-there"), OpKind.MOVE),
    "lock": Scene(states.base, lambda _c: Lock(ALPHA, "as it is"), OpKind.LOCK),
    "unlock": Scene(states.locked, lambda _c: Unlock(ALPHA), OpKind.LOCK),
    "resume": Scene(
        states.put_away, lambda _c: Resume(ALPHA), OpKind.RESTART, (), also=frozenset({OpKind.UNDO})
    ),
    "resume, fresh folder": Scene(
        states.put_away_and_gone, lambda _c: Resume(ALPHA), OpKind.ADOPT, ()
    ),
    "empty trash": Scene(states.torn, lambda _c: EmptyTrash(()), OpKind.TRASH, ()),
    "restore from the trash": Scene(
        states.torn,
        lambda c: RestoreTrash(c.trash()[0].name),
        OpKind.UNDO,
        (),
        OpKind.TEARDOWN,
    ),
    "trust": Scene(states.untrusted, lambda c: Trust(c.trust().digest), OpKind.TRUST, ()),
    # agents
    "send": Scene(states.base, lambda _c: Send(ALPHA, PROMPT), OpKind.SEND),
    "keep a prompt": Scene(
        states.busy, lambda _c: Send(BETA, PROMPT, when_idle=True), OpKind.PROMPT, config=TASKS
    ),
    "deliver a prompt": Scene(
        states.prompted, lambda _c: DeliverPrompt(BETA), OpKind.SEND, config=TASKS
    ),
    "call prompts off": Scene(
        states.prompted, lambda _c: CallOffPrompt(BETA), OpKind.PROMPT, config=TASKS
    ),
    "answer": Scene(states.asking, lambda _c: Answer(BETA, "1"), OpKind.ANSWER, config=TASKS),
    "answer a result": Scene(
        states.blocked, lambda _c: Answer(BETA, "SQLite"), OpKind.ANSWER, also=_SENT, config=TASKS
    ),
    "stop": Scene(states.dirty, lambda _c: Stop(ALPHA), OpKind.STOP),
    "restart": Scene(states.dirty, lambda _c: Restart(ALPHA), OpKind.RESTART),
    "interrupt": Scene(states.dirty, lambda _c: Interrupt(ALPHA), OpKind.INTERRUPT),
    # the target
    "gate": Scene(states.base, lambda _c: Gate(ALPHA), OpKind.GATE),
    "land": Scene(states.base, lambda _c: Land(ALPHA), OpKind.LAND, also=_GATED),
    "land, gate warm": Scene(states.gated, lambda _c: Land(ALPHA), OpKind.LAND, also=_GATED),
    "land a task": Scene(states.tasked, lambda _c: Land(ALPHA), OpKind.LAND, also=_GATED),
    "land, then park": Scene(
        states.base,
        lambda _c: Land(ALPHA),
        OpKind.LAND,
        also=_GATED | {OpKind.PARK},
        config=PARKING,
    ),
    "land and push": Scene(
        states.published,
        lambda _c: Land(ALPHA),
        OpKind.LAND,
        also=_GATED | {OpKind.PUSH},
        config=PUSHING,
    ),
    "pull request": Scene(
        states.published,
        lambda _c: PullRequest(ALPHA),
        OpKind.PULL_REQUEST,
        also=_GATED,
        config=ASKING,
    ),
    "follow": Scene(states.outrun, lambda _c: Follow(), OpKind.FOLLOW),
    "follow by rebase": Scene(states.apart, lambda _c: Follow(rebase=True), OpKind.FOLLOW),
    # the train
    "train": Scene(states.two, lambda _c: RunTrain(), OpKind.TRAIN, BOTH, also=_CARS),
    "train, one conflicts": Scene(
        states.clashing, lambda _c: RunTrain(), OpKind.TRAIN, BOTH, also=_CARS
    ),
    "train, one red": Scene(states.one_red, lambda _c: RunTrain(), OpKind.TRAIN, BOTH, also=_CARS),
    "queue": Scene(states.base, lambda _c: Queue(ALPHA), OpKind.QUEUE),
    "queue before": Scene(states.two, lambda _c: Queue(BETA, before=ALPHA), OpKind.QUEUE, BOTH),
    "queue out": Scene(states.clashing, lambda _c: Queue(BETA, out=True), OpKind.QUEUE, BOTH),
    "approve": Scene(states.base, lambda _c: Approve(ALPHA), OpKind.APPROVE),
    "approve a task": Scene(states.tasked, lambda _c: Approve(ALPHA), OpKind.APPROVE),
    "approve, revoked": Scene(
        states.approved, lambda _c: Approve(ALPHA, revoke=True), OpKind.APPROVE
    ),
    # what happens by itself
    "standing": Scene(
        states.base, lambda _c: ApproveStanding(TIDY), OpKind.STANDING, config=BACKGROUND
    ),
    "dispatch": Scene(
        states.allowed, lambda _c: Dispatch(False), OpKind.DISPATCH, config=BACKGROUND
    ),
    "background run": Scene(
        states.allowed,
        lambda _c: RunBackground(TIDY, "every 5m"),
        OpKind.BACKGROUND,
        also=frozenset({OpKind.START}),
        config=BACKGROUND,
    ),
    "background landing": Scene(
        states.worked,
        lambda _c: JudgeBackground(TIDY),
        OpKind.BACKGROUND,
        ("project-alpha", "project-tidy"),
        also=_CARS,
        config=BACKGROUND,
    ),
    # tasks
    "assign": Scene(
        states.two_tasks,
        lambda _c: Assign("task-001", BETA),
        OpKind.ASSIGN,
        also=frozenset({OpKind.START}),
        config=TASKS,
    ),
    "assign the next": Scene(
        states.first_landed,
        lambda _c: Assign("task-002", BETA),
        OpKind.ASSIGN,
        also=frozenset({OpKind.SYNC, OpKind.SEND}),
        config=TASKS,
    ),
    "plan go": Scene(states.two_tasks, _go, OpKind.PLAN),
    "call off": Scene(states.two_tasks, lambda _c: CallOff("1", "not now"), OpKind.PLAN),
    "try again": Scene(
        states.reported,
        lambda _c: Retry("1"),
        OpKind.PLAN,
        also=frozenset({OpKind.TEARDOWN}),
        config=TASKS,
    ),
    "write tasks": Scene(states.base, lambda _c: WriteTasks(("First", "Second")), OpKind.TASK),
    "collect": Scene(states.reported, lambda _c: Collect(BETA), OpKind.COLLECT, config=TASKS),
    "close the round": Scene(
        states.merged,
        lambda _c: CloseRound(),
        OpKind.ROUND,
        BOTH,
        also=frozenset({OpKind.TEARDOWN}),
    ),
    # a lane's branch and its work
    "sync": Scene(states.behind, lambda _c: Sync(ALPHA), OpKind.SYNC),
    "sync by rebase": Scene(states.behind, lambda _c: Sync(ALPHA, how="rebase"), OpKind.SYNC),
    "sync that waited": Scene(states.waiting, lambda _c: Sync(ALPHA), OpKind.SYNC),
    "resolve": Scene(states.conflicting, states.resolution, OpKind.RESOLVE),
    "hand back": Scene(
        states.conflicting, lambda _c: HandBack(ALPHA), OpKind.HAND_BACK, also=_SENT
    ),
    "commit": Scene(states.dirty, lambda _c: Commit(ALPHA, "the rest"), OpKind.COMMIT),
    "leave-out": Scene(
        states.dirty, lambda _c: LeaveOut(ALPHA, ("docs", "src/api.py")), OpKind.LEAVE_OUT
    ),
    "stage a hunk": Scene(states.dirty, hunk(HunkDeed.STAGE), OpKind.HUNK),
    "unstage a hunk": Scene(states.dirty, hunk(HunkDeed.UNSTAGE, Layer.STAGED), OpKind.HUNK),
    "discard a hunk": Scene(states.dirty, hunk(HunkDeed.DISCARD), OpKind.HUNK),
    # and back
    "undo start": Scene(states.dirty, _last(OpKind.START), OpKind.UNDO, undoes=OpKind.START),
    "undo adopt": Scene(
        states.adopted,
        _last(OpKind.ADOPT),
        OpKind.UNDO,
        ("project-alpha", "elsewhere"),
        OpKind.ADOPT,
    ),
    "undo land": _undo(states.landed, OpKind.LAND),
    "undo land by revert": _undo(states.landed_and_used, OpKind.LAND),
    "undo undo": Scene(states.taken_back, _last(OpKind.UNDO), OpKind.UNDO, undoes=OpKind.UNDO),
    "undo follow": _undo(states.followed, OpKind.FOLLOW),
    "undo teardown": Scene(states.torn, lambda _c: Undo(), OpKind.UNDO, (), OpKind.TEARDOWN),
    "undo teardown, vault": Scene(
        states.torn_and_emptied, lambda _c: Undo(), OpKind.UNDO, (), OpKind.TEARDOWN
    ),
    "undo keep a prompt": _undo(states.prompted, OpKind.PROMPT, config=TASKS),
    "undo call prompts off": _undo(states.called_off, OpKind.PROMPT, config=TASKS),
    "undo park": Scene(states.put_away, lambda _c: Undo(), OpKind.UNDO, (), OpKind.PARK),
    "undo rename": _undo(states.renamed, OpKind.RENAME, lanes=("project-gamma",)),
    "undo move": _undo(states.moved, OpKind.MOVE, lanes=("project-there",)),
    "undo lock": _undo(states.locked, OpKind.LOCK),
    "undo sync": _undo(states.synced, OpKind.SYNC),
    "undo resolve": _undo(states.resolved, OpKind.RESOLVE),
    "undo commit": _undo(states.taken, OpKind.COMMIT),
    "undo leave-out": _undo(states.left_out, OpKind.LEAVE_OUT),
    "undo stage": _undo(states.staged, OpKind.HUNK),
    "undo unstage": _undo(states.unstaged, OpKind.HUNK),
    "undo discard": _undo(states.discarded, OpKind.HUNK),
    "undo approve": _undo(states.approved, OpKind.APPROVE),
    "undo revoke": _undo(states.revoked, OpKind.APPROVE),
    "undo standing": _undo(states.allowed, OpKind.STANDING, config=BACKGROUND),
}
