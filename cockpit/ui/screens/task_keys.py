"""What the keys about tasks do, on the board of tasks and on the screen of one task alike."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.screen import Screen

from cockpit.domain.board import TaskView
from cockpit.domain.fleet import Fleet
from cockpit.domain.intents import CallOff, Plan
from cockpit.domain.work import Work
from cockpit.ui import attach as handing
from cockpit.ui.actions import Action
from cockpit.ui.task_reasons import hint, why_not

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


class TaskKeys:
    """Mixed into the screens that have a chosen task."""

    fleet: Fleet

    @property
    def cockpit(self) -> CockpitApp:
        return cast("CockpitApp", cast("Screen[object]", self).app)

    @property
    def chosen(self) -> TaskView | None:
        raise NotImplementedError

    def may(self, action: str) -> TaskView | None:
        """The chosen task, if the action can be done with it; else says why not."""
        chosen = self.chosen
        if self.can(action):
            return chosen
        return None

    def can(self, action: str) -> bool:
        """Whether an action can be done now; says why not."""
        reason = why_not(action, self.chosen, self.fleet)
        if reason is None and action == "edit_task" and not self.cockpit.can_hand_over:
            reason = "This terminal can not be handed to another program."
        if reason is not None:
            said = self.cockpit.keymap.say(reason)
            self.cockpit.toast(Content(said), severity="warning")
        return reason is None

    def worded(self, actions: Sequence[Action]) -> list[tuple[str, str]]:
        """Keys and words of hints, for what they do with the chosen task."""
        chosen, keymap = self.chosen, self.cockpit.keymap
        return [(keymap.key(action.id), hint(action, chosen)) for action in actions]

    # ------------------------------------------------------------ the plan

    def do_go_plan(self) -> None:
        from cockpit.ui.screens.going import GoScreen

        if self.can("go_plan"):
            self.cockpit.push_screen(GoScreen(self.fleet))

    def do_stop_plan(self) -> None:
        if self.can("stop_plan"):
            self.cockpit.supervisor.submit(Plan(go=False))

    def do_open_plan(self) -> None:
        from cockpit.ui.screens.plan import PlanScreen

        self.cockpit.push_screen(PlanScreen(self.fleet))

    # ------------------------------------------------------------ the chosen task

    def do_assign_task(self) -> None:
        from cockpit.ui.screens.assigning import AssignScreen

        view = self.may("assign_task")
        if view is not None:
            self.cockpit.push_screen(AssignScreen(view, self.fleet))

    def do_retry_task(self) -> None:
        from cockpit.ui.screens.retrying import ask_retry

        view = self.may("retry_task")
        if view is not None:
            self.cockpit.do(ask_retry(self.cockpit, view))

    def do_call_off(self) -> None:
        from cockpit.ui.screens.calling_off import CallOffScreen

        view = self.may("call_off")
        if view is None:
            return
        if view.work is Work.CANCELLED:
            self.cockpit.supervisor.submit(CallOff(view.task.name, back=True))
        else:
            self.cockpit.push_screen(CallOffScreen(view))

    def do_task_diff(self) -> None:
        from cockpit.ui.screens.diff import DiffScreen

        view = self.may("task_diff")
        if view is not None and view.holder is not None:
            self.cockpit.push_screen(DiffScreen(view.holder.lane))

    def do_task_lane(self) -> None:
        """Back to the board, at the task's lane."""
        view, app = self.may("task_lane"), self.cockpit
        if view is None or view.holder is None:
            return
        lane = view.holder.lane
        while app.screen is not app.board:
            app.pop_screen()
        app.board.choose(lane)

    # ------------------------------------------------------------ writing

    def do_new_task(self) -> None:
        from cockpit.ui.screens.task_text import write_task

        self.cockpit.do(write_task(self.cockpit))

    def do_edit_task(self) -> None:
        view = self.may("edit_task")
        if view is not None:
            self.cockpit.do(self._edit(view))

    async def _edit(self, view: TaskView) -> None:
        cockpit = self.cockpit.supervisor.cockpit
        folder = cockpit.root / cockpit.config.bus / "tasks"
        argv = handing.editor_argv(os.environ, folder / view.task.name)
        await handing.hand_over(self.cockpit, argv, cwd=folder)
