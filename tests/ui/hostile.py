"""The app with hostile text in every place that shows outside text, run by the pty test.

Each payload is preceded by the name of its place. The safe function at the edge is switched
off, so that what is tested is the last line alone.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.widgets import Input, TextArea

from cockpit.config.themes import load_themes
from cockpit.domain import text as domain_text
from cockpit.domain.activity import Activity, State
from cockpit.domain.board import Board, Seen, draw
from cockpit.domain.change import CommitLine, FileDiff, LaneDiff, Layer, PathChange
from cockpit.domain.events import (
    ActivityChanged,
    BoardChanged,
    GateOutput,
    Link,
    Notice,
    OperationStep,
    TrainChanged,
)
from cockpit.domain.ids import LaneId, OpId, RefName
from cockpit.domain.lane import Disagreement, GitFacts, LaneFault
from cockpit.domain.merge import Check
from cockpit.domain.operation import OpKind
from cockpit.domain.review import Comment, Review, Side
from cockpit.domain.task_desk import PlanDesk
from cockpit.domain.teardown import Holdings
from cockpit.domain.train import Aside, Car, CarState, Train
from cockpit.domain.work import Effort
from cockpit.services.api import Explanation, TrustState, UndoPreview
from cockpit.services.looks import Look
from cockpit.ui import chokepoint
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens import (
    diff,
    explain,
    going,
    inbox,
    log,
    plan,
    prompt,
    retrying,
    task,
    tasks,
    teardown,
    trouble,
    trust,
)
from cockpit.ui.screens.landing import LandingScreen
from cockpit.ui.screens.landing_view import Stage
from tests.ui import boards
from tests.ui.fake import (
    BASE,
    HEAD,
    NOW,
    FakeSupervisor,
    fleet_of,
    frame,
    landing,
    operation,
    record,
    view,
)

LOADED = (
    *(diff, explain, going, inbox, log, plan, prompt, retrying, task, tasks, teardown),
    *(trouble, trust),
)
"""Loaded before the edge is switched off, so that it is switched off in them too."""

SETTLE = 0.4
"""Seconds that each place stays on the screen, at the least."""
PATIENCE = 15.0
"""Seconds within which a place must have been painted: on a busy machine a screen takes longer
than it stays. What is not there by then is missed by the test."""

PAYLOAD = (
    "\x1b]52;c;aGk=\x07\x1b]0;owned\x07\x1b]8;;file:///x\x1b\\l\x1b]8;;\x1b\\\x1b[2J"
    "\x9b2J\x9d0;t\x9c\x1bPq\x1b\\\u202edrow\u202c\x7f\x08\x00[/nope][@click=app.exit()]x[/]"
)


def evil(place: str) -> str:
    return place + PAYLOAD


def switch_off_the_edge() -> None:
    """Make `safe` a pass-through in every module of ours that uses it."""

    def trusting(raw: object, *, lines: int = 1, width: int = 10_000) -> domain_text.Safe:
        return domain_text.Safe(str(raw))

    for name, module in list(sys.modules.items()):
        if name.startswith("cockpit.ui") and hasattr(module, "safe"):
            module.safe = trusting  # type: ignore[attr-defined]


def hostile_supervisor() -> FakeSupervisor:
    facts = GitFacts(HEAD, RefName("refs/heads/" + evil("lane-branch")), 1, 1, 1, 1, 1, 1)
    alpha = replace(view("alpha", 1, facts=facts), title=evil("lane-title"))
    beta = view("beta", 2, State.EXITED, detail=evil("last-words"))
    fault = LaneFault(
        LaneId("gamma"), Disagreement.FOLDER_MISSING, evil("fault-title"), evil("fault-hint")
    )
    gamma = replace(view("gamma", 3), record=record("gamma", 3, pane=False), fault=fault)
    supervisor = FakeSupervisor(fleet_of(alpha, beta, gamma))
    body = f"@@ -1 +1 @@ {evil('diff-heading')}\n+{evil('diff-body')}\n"
    path = evil("diff-path").replace("/", "")
    files = (
        FileDiff(path, evil("diff-was"), Layer.COMMITTED, "R", 1, 1, body, similarity=90),
        FileDiff(evil("diff-folder") + "/x", "", Layer.UNTRACKED, "A", 1, 0, body),
    )
    remark = Comment(
        *("c1", path, Layer.COMMITTED, Side.NEW, 1, 1, ("+" + evil("diff-quote"),)),
        *(HEAD, evil("diff-comment"), NOW),
    )
    commit = CommitLine(HEAD, evil("landing-commit"), evil("author"), NOW)
    change = PathChange(evil("landing-path"), "100644", "100644", "a" * 40, "b" * 40)
    answers: dict[str, Any] = {
        "trust": TrustState("d", False, (evil("trust-line"),)),
        "diff": LaneDiff(BASE, HEAD, (commit,), files),
        "review": Review(comments=(remark,)),
        "landing": landing(
            LaneId("alpha"),
            checks=(Check("x", True, evil("landing-check"), (evil("check-path"),)),),
            commits=(commit,),
            changes=(change,),
            conflicts=(evil("landing-conflict"),),
            message=evil("message-text"),
            gate=(evil("gate-command"),),
        ),
        "undo": UndoPreview(
            operation(3, OpKind.LAND, summary=evil("undo-summary")), (evil("undo-line"),), ()
        ),
        "log": [operation(1, summary=evil("log-summary"))],
        "explain": Explanation(
            Activity(State.ASKING, evil("source"), evil("rule"), NOW, evil("detail")),
            ((evil("evidence"), evil("value")),),
            (evil("explain-row"),),
        ),
    }
    supervisor.fake.answers.update(answers)
    held = supervisor.fake.preview_teardown(LaneId("alpha"))
    supervisor.fake.answers["teardown"] = replace(
        held,
        worktree=Path("/tmp/x"),
        holdings=Holdings((evil("teardown-path"),), changed_count=1),
        processes=(evil("process"),),
    )
    return supervisor


SCREENS = {
    "diff": ("diff-path", "diff-body", "diff-heading", "diff-folder", "diff-comment"),
    "explain": ("explain-row",),
    "log": ("log-summary",),
    "teardown": ("teardown-path",),
    "undo": ("undo-line",),
    "send": ("prompt-draft",),
    "help": (),
    "palette": (),
}
"""Actions, each with what its screen must have painted before it is left."""

OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What stands between the letters of a place, roughly: the test that looks is exact."""


class HostileApp(CockpitApp):
    """Shows one place after the other, then leaves."""

    def on_ready(self) -> None:
        self.run_worker(self.drive(), group="driver")

    painted = ""

    def on_mount(self) -> None:
        driver = self._driver
        assert driver is not None
        write = driver.write

        def noting(data: str) -> None:
            self.painted += OURS.sub("", data)
            write(data)

        driver.write = noting  # type: ignore[method-assign]

    async def settle(self, *places: str) -> None:
        """Until these were painted, or for the least time where none is named."""
        until = time.monotonic() + PATIENCE
        await asyncio.sleep(SETTLE)
        await self._wait_for_paint()
        while not all(place in self.painted for place in places):
            if time.monotonic() > until:
                return
            await asyncio.sleep(0.02)

    async def _wait_for_paint(self) -> None:
        done = asyncio.Event()
        self.screen.call_after_refresh(done.set)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await done.wait()

    async def close_screens(self) -> None:
        while self.screen is not self.board:
            self.pop_screen()
            await asyncio.sleep(0.05)

    async def drive(self) -> None:
        supervisor = self.supervisor
        assert isinstance(supervisor, FakeSupervisor)
        await self.settle("trust-line")
        await self.close_screens()
        supervisor.fake_live.on_frame(frame(1, [evil("pane-row"), "\x1b[31mred"]))
        supervisor.tell(Notice(evil("toast-text"), "error"))
        supervisor.tell(Link(False, evil("link-why")))
        await self.settle("pane-row", "toast-text", "link-why")
        supervisor.tell(Link(True))
        self.drafts[(LaneId("alpha"),)] = evil("prompt-draft")
        for name, places in SCREENS.items():
            self.perform(name)
            await self.settle(*places)
            await self.close_screens()
        await self.review()
        await self.land(supervisor)
        await self.ride(supervisor)
        await self.hand_out(supervisor)
        self.perform("filter")
        self.board.query_one(Input).value = evil("filter-text")
        await self.settle("filter-text")
        self.exit()

    async def review(self) -> None:
        self.perform("diff")
        await self.settle()
        for name in ("comments", "edit_comment"):
            self.perform(name)
            await self.settle()
        self.pop_screen()
        for name in ("bottom", "discard", "no", "send_comments"):
            self.perform(name)
            await self.settle()
        await self.close_screens()

    async def land(self, supervisor: FakeSupervisor) -> None:
        self.perform("land")
        await self.settle("landing-check")
        screen = self.screen
        assert isinstance(screen, LandingScreen)
        screen.query_one(TextArea).focus()
        await self.settle("message-text")
        screen.stage = Stage.RUNNING
        supervisor.tell(GateOutput(LaneId("alpha"), (evil("gate-line"),)))
        supervisor.tell(OperationStep(OpId("1"), OpKind.LAND, LaneId("alpha"), evil("step")))
        await self.settle("gate-line")
        await self.close_screens()

    async def ride(self, supervisor: FakeSupervisor) -> None:
        """The train before its go, running, ended, and its dialogs."""
        alpha = LaneId("alpha")
        shown = landing(alpha, message=evil("car-message"))
        ready = Car(alpha, CarState.READY, evil("why-here"), shown)
        red = ready.put_aside(Aside.RED, evil("car-said"), log=evil("gate-log"))
        note = Check("n", True, evil("train-note"), (evil("note-path"),), is_note=True)
        train = Train(shown.target, BASE, (ready,), (note,), (evil("train-gate"),))
        supervisor.fake.answers["train"] = train
        self.perform("train")
        await self.settle("why-here", "train-note", "train-gate")
        self.perform("car_message")
        await self.settle("car-message")
        self.pop_screen()
        gating = replace(ready, state=CarState.GATING)
        supervisor.tell(TrainChanged(replace(train, cars=(gating,), running=True)))
        supervisor.tell(GateOutput(alpha, (evil("train-output"),)))
        await self.settle("train-output")
        ended = replace(train, cars=(red,), stopped=evil("train-stopped"))
        supervisor.tell(TrainChanged(ended))
        await self.settle("train-stopped", "car-said")
        self.perform("land_car_red")
        await self.settle("gate-log")
        await self.close_screens()

    async def hand_out(self, supervisor: FakeSupervisor) -> None:
        """Tasks by state, wave and time, one whole, the go, the plan, and the inbox."""
        supervisor.tell(BoardChanged(*hostile_tasks()))
        for name in ("tasks", "next_view", "next_view", "next_view", "open_task", "close"):
            self.perform(name)
            await self.settle()
        for name in ("go_plan", "tasks_trouble", "open_plan", "retry_task"):
            self.perform(name)
            await self.settle()
            self.pop_screen()
        await self.close_screens()
        asks = "\n".join(
            (
                *(" Bash command", f"   {evil('inbox-command')}", " Do you want to proceed?"),
                *(f" ❯ 1. {evil('inbox-choice')}", "   2. No", " Esc to cancel"),
            )
        )
        supervisor.tell(
            ActivityChanged(LaneId("alpha"), Activity(State.ASKING, "screen", "rule", NOW, asks))
        )
        supervisor.fake.answers["capture alpha"] = [evil("inbox-row"), *asks.split("\n")]
        self.perform("inbox")
        await self.settle("inbox-command", "inbox-choice", "inbox-row")
        await self.close_screens()


def hostile_tasks() -> tuple[Board, PlanDesk]:
    held = boards.task(
        *("task-001-x.md", evil("task-title"), evil("task-body")),
        role=evil("task-role"),
        zone=evil("task-zone"),
        agent=evil("task-agent"),
    )
    others = (
        boards.task("task-002-x.md", evil("ready-title")),
        boards.task("task-003-x.md", evil("failed-title")),
        boards.task("task-004-x.md", "Waits", depends="9"),
    )
    said = boards.result("task-001-x-result.md", "blocked", evil("result-body"))
    asking = boards.holder("alpha", State.ASKING, asks=evil("task-asks"), result=said)
    failed = Effort(others[1].id, 1, NOW, lane="beta", failed=evil("task-failed"))
    seen = Seen(
        (held, *others),
        efforts={others[1].id: failed},
        holders={held.name: asking},
        problems=(evil("bus-problem"),),
    )
    return draw(seen), PlanDesk(lanes=boards.lanes("alpha", "beta"), max_running=7)


def main() -> None:
    chokepoint.install()
    chokepoint.self_test()
    switch_off_the_edge()
    app = HostileApp(hostile_supervisor(), hosted=False, look=Look(load_themes()), now=lambda: NOW)
    app.run()
    sys.exit(app.return_code)


if __name__ == "__main__":
    main()
