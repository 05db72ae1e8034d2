"""What the board's actions do. Each deed takes the app and the context that the key met; a
deed that waits (for a preview, a yes, a program) is a coroutine and runs as a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    CallOffPrompt,
    Gate,
    Interrupt,
    Restart,
    Resume,
    Start,
    Stop,
    Undo,
)
from cockpit.ui import outside_deeds, present, sending
from cockpit.ui.board_deeds import BOARD, Deed
from cockpit.ui.reasons import (
    Context,
    Reason,
    able,
    may_start,
    not_alive,
    resting,
    why_not_branch,
    why_not_change,
    why_not_restart,
    why_not_start,
)

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp


def _lane(context: Context) -> LaneId:
    """The lane that the action is about; its `why_not` has made sure that there is one."""
    if context.lane is None:
        raise AssertionError("an action without a lane was not refused")
    return context.lane.lane


# ------------------------------------------------------------------ wishes


def _lanes(context: Context, why_not: Callable[[Context], Reason]) -> tuple[LaneId, ...]:
    """The marked lanes that can, else the chosen one."""
    return tuple(able(context, why_not))


def start(app: CockpitApp, context: Context, key: str) -> None:
    for lane in _lanes(context, why_not_start):
        app.supervisor.submit(Start(lane))


def start_with_changes(app: CockpitApp, context: Context, key: str) -> None:
    app.supervisor.submit(Start(_lane(context), with_changes=True))


def start_all(app: CockpitApp, context: Context, key: str) -> None:
    for view in context.fleet.lanes.values():
        if may_start(view) and not view.busy:
            app.supervisor.submit(Start(view.lane))


def restart(app: CockpitApp, context: Context, key: str) -> None:
    """A parked lane is taken up again."""
    for lane in _lanes(context, why_not_restart):
        parked = context.fleet.lanes[lane].activity.state is State.PARKED
        app.supervisor.submit(Resume(lane) if parked else Restart(lane))


def stop(app: CockpitApp, context: Context, key: str) -> None:
    for lane in _lanes(context, why_not_change):
        app.supervisor.submit(Stop(lane))


def gate(app: CockpitApp, context: Context, key: str) -> None:
    for lane in _lanes(context, why_not_branch):
        app.supervisor.submit(Gate(lane))


def interrupt(app: CockpitApp, context: Context, key: str) -> None:
    for lane in _lanes(context, not_alive):
        app.supervisor.submit(Interrupt(lane))


def interrupt_all(app: CockpitApp, context: Context, key: str) -> None:
    for view in context.fleet.lanes.values():
        if view.record is not None and view.record.pane is not None:
            app.supervisor.submit(Interrupt(view.lane))


async def undo(app: CockpitApp, context: Context, key: str) -> None:
    await undo_step(app, None)


async def undo_step(app: CockpitApp, seq: int | None) -> None:
    """Show what undoing a step (the last one by default) brings back; a yes names that step."""
    from cockpit.ui.screens.confirm import ConfirmScreen

    preview = await app.supervisor.ask(lambda cockpit: cockpit.preview_undo(seq))
    lines = [present.text(line) for line in preview.lines]
    if preview.in_the_way:
        lines += [Content(""), Content.styled("In the way:", "bold $warning")]
        lines += [present.text(line, "$warning") for line in preview.in_the_way]
    step = preview.operation
    question = present.text(f"Undo step {step.seq}: {step.summary}?", width=200)
    screen = ConfirmScreen(question, lines, yes="yes, undo it", may=not preview.in_the_way)
    if await app.push_screen_wait(screen):
        app.supervisor.submit(Undo(step.seq))


# ------------------------------------------------------------------ screens


async def send(app: CockpitApp, context: Context, key: str) -> None:
    await write_prompt(app, (_lane(context),))


async def send_marked(app: CockpitApp, context: Context, key: str) -> None:
    started = [
        view.lane
        for view in context.fleet.lanes.values()
        if view.lane in context.marked and view.record is not None
    ]
    await write_prompt(app, tuple(started))


async def write_prompt(
    app: CockpitApp, lanes: tuple[LaneId, ...], draft: str = "", *, comments: tuple[str, ...] = ()
) -> bool:
    """Have a prompt written and sent; whether it was. The commander's own draft, if one was put
    away, goes before `draft`. `comments` are the review comments that it holds."""
    from cockpit.ui.screens.prompt import PromptScreen

    prompt = await app.push_screen_wait(PromptScreen(lanes, app.drafts.get(lanes) or draft))
    if prompt is None:
        return False
    app.drafts[lanes] = prompt.text
    if prompt.send:
        await sending.send(app, lanes, prompt, comments)
    return prompt.send


def call_off_prompts(app: CockpitApp, context: Context, key: str) -> None:
    app.supervisor.submit(CallOffPrompt(_lane(context)))


def diff(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.diff import DiffScreen

    app.push_screen(DiffScreen(_lane(context)))


def land(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.landing import LandingScreen

    app.push_screen(LandingScreen(_lane(context)))


def train(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.train import TrainScreen

    app.push_screen(TrainScreen())


def tasks(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.tasks import TasksScreen

    app.push_screen(TasksScreen(context.fleet, context.lane.lane if context.lane else None))


async def sync(app: CockpitApp, context: Context, key: str) -> None:
    """The marked lanes, else the chosen one."""
    from cockpit.ui.screens.syncing import ask_sync

    marked = [
        view.lane
        for view in context.fleet.lanes.values()
        if view.lane in context.marked and view.record is not None
    ]
    await ask_sync(app, marked if context.marked else [_lane(context)])


async def sync_idle(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.syncing import ask_sync

    await ask_sync(app, resting(context.fleet))


async def follow(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.following import ask_follow

    app.toast(present.text(f"Asking the remote that {context.fleet.target} follows …", width=200))
    await ask_follow(app, app.supervisor.ask)


async def park(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.parking import ask_park

    await ask_park(app, _lanes(context, why_not_branch))


async def rename(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.placing import ask_rename

    await ask_rename(app, _lane(context))


async def move(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.placing import ask_move

    await ask_move(app, _lane(context))


async def lock(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.placing import ask_lock

    await ask_lock(app, _lane(context))


async def teardown(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.teardown import ask_teardown

    await ask_teardown(app, _lanes(context, why_not_change))


def log(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.log import LogScreen

    app.push_screen(LogScreen())


def clashes(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.clashes import ClashesScreen

    app.push_screen(ClashesScreen(context.fleet, context.lane.lane if context.lane else None))


def inbox(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.inbox import InboxScreen

    app.push_screen(InboxScreen(context.fleet, context.lane.lane if context.lane else None))


def graph(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.graph import GraphScreen

    app.push_screen(GraphScreen())


def explain(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.explain import ExplainScreen

    app.push_screen(ExplainScreen(_lane(context)))


def show_help(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.help import HelpScreen
    from cockpit.ui.screens.pick import PickScreen

    screen = app.screen
    if isinstance(screen, PickScreen) and any(
        isinstance(below, HelpScreen) for below in app.screen_stack
    ):
        screen.do_pick_close()  # back to help, or both could be piled up for ever
    else:
        app.push_screen(HelpScreen(screen))


async def trust(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.trust import ask_trust

    await ask_trust(app, always=True)


async def standing(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.standing import ask_standing

    if context.lane is not None and context.lane.background is not None:
        await ask_standing(app, context.lane.lane, context.lane.background.standing)


async def background(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.standing import ask_background

    known = context.lane.background if context.lane is not None else None
    if known is not None and known.is_held:
        await ask_background(app, _lane(context), known.run.why)
    else:
        await ask_background(app, None, "")


def configuration(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.configuration import ConfigurationScreen

    app.push_screen(ConfigurationScreen())


async def digest(app: CockpitApp, context: Context, key: str) -> None:
    if app.away.last is not None:
        await app.away.tell(app.away.last, asked=True)


async def palette(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.palette import ask_palette

    await ask_palette(app)


async def lane_menu(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.palette import ask_lane_menu

    await ask_lane_menu(app, _lane(context))


# ------------------------------------------------------------------ the app itself


async def theme(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.palette import ask_theme

    await ask_theme(app)


async def leave(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.screens.leaving import ask_leave

    await ask_leave(app)


def detach(app: CockpitApp, context: Context, key: str) -> None:
    app.detach()


DEEDS: dict[str, Deed] = {
    **BOARD,
    "inbox": inbox,
    "start": start,
    "start_all": start_all,
    "restart": restart,
    "stop": stop,
    "gate": gate,
    "interrupt": interrupt,
    "interrupt_all": interrupt_all,
    "undo": undo,
    "send": send,
    "send_marked": send_marked,
    "diff": diff,
    "land": land,
    "train": train,
    "tasks": tasks,
    "sync": sync,
    "sync_idle": sync_idle,
    "follow": follow,
    "park": park,
    "start_with_changes": start_with_changes,
    "rename": rename,
    "move": move,
    "lock": lock,
    "teardown": teardown,
    "clashes": clashes,
    "log": log,
    "graph": graph,
    "explain": explain,
    "help": show_help,
    "trust": trust,
    "standing": standing,
    "background": background,
    "configuration": configuration,
    "call_off_prompts": call_off_prompts,
    "digest": digest,
    "palette": palette,
    "lane_menu": lane_menu,
    "attach": outside_deeds.attach,
    "editor": outside_deeds.editor,
    "shell": outside_deeds.shell,
    "theme": theme,
    "quit": leave,
    "detach": detach,
}
