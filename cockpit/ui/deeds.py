"""What the board's actions do. Each deed takes the app and the context that the key met; a
deed that waits (for a preview, a yes, a program) is a coroutine and runs as a worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content

from cockpit.domain.activity import State
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Gate, Interrupt, Restart, Resume, Send, Start, Stop, Undo
from cockpit.ui import outside_deeds, present
from cockpit.ui.actions import Action
from cockpit.ui.reasons import Context, may_start, resting

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

Deed = Callable[["CockpitApp", Context, str], Awaitable[None] | None]


def _lane(context: Context) -> LaneId:
    """The lane that the action is about; its `why_not` has made sure that there is one."""
    if context.lane is None:
        raise AssertionError("an action without a lane was not refused")
    return context.lane.lane


def _move(dx: int, dy: int) -> Deed:
    def move(app: CockpitApp, context: Context, key: str) -> None:
        board = app.board
        order = board.selection.order(board.fleet)
        if context.lane is not None and context.lane.lane in order:
            if board.selection.zoomed:
                at = order.index(context.lane.lane) + (dx or dy)
                board.choose(order[max(0, min(len(order) - 1, at))])
            else:
                board.choose(board.grid.beside(order, context.lane.lane, dx, dy))

    return move


def choose(app: CockpitApp, context: Context, key: str) -> None:
    order = app.board.selection.order(context.fleet)
    if key.isdigit() and 0 < int(key) <= len(order):
        app.board.choose(order[int(key) - 1])


def find(app: CockpitApp, context: Context, key: str) -> None:
    app.board.find_by_letter()


def next_waiting(app: CockpitApp, context: Context, key: str) -> None:
    after = context.lane.lane if context.lane else None
    found = context.fleet.next_needing(after)
    if found is not None:
        board = app.board
        if found.lane not in board.selection.order(board.fleet):
            board.change(replace(board.selection, wanted=""))
        board.choose(found.lane)


def zoom(app: CockpitApp, context: Context, key: str) -> None:
    selection = app.board.selection
    app.board.change(replace(selection, zoomed=not selection.zoomed))


def mark(app: CockpitApp, context: Context, key: str) -> None:
    app.board.change(app.board.selection.toggled(_lane(context)))


def type_in(app: CockpitApp, context: Context, key: str) -> None:
    app.board.start_typing()


def open_filter(app: CockpitApp, context: Context, key: str) -> None:
    app.board.open_filter()


# ------------------------------------------------------------------ wishes


def start(app: CockpitApp, context: Context, key: str) -> None:
    app.supervisor.submit(Start(_lane(context)))


def start_with_changes(app: CockpitApp, context: Context, key: str) -> None:
    app.supervisor.submit(Start(_lane(context), with_changes=True))


def start_all(app: CockpitApp, context: Context, key: str) -> None:
    for view in context.fleet.lanes.values():
        if may_start(view) and not view.busy:
            app.supervisor.submit(Start(view.lane))


def restart(app: CockpitApp, context: Context, key: str) -> None:
    """A parked lane is taken up again."""
    parked = context.lane is not None and context.lane.activity.state is State.PARKED
    lane = _lane(context)
    app.supervisor.submit(Resume(lane) if parked else Restart(lane))


def stop(app: CockpitApp, context: Context, key: str) -> None:
    app.supervisor.submit(Stop(_lane(context)))


def gate(app: CockpitApp, context: Context, key: str) -> None:
    app.supervisor.submit(Gate(_lane(context)))


def interrupt(app: CockpitApp, context: Context, key: str) -> None:
    app.supervisor.submit(Interrupt(_lane(context)))


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
        for lane in lanes:
            app.supervisor.submit(Send(lane, prompt.text, force=prompt.force, comments=comments))
    return prompt.send


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

    await ask_park(app, _lane(context))


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

    await ask_teardown(app, _lane(context))


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

    app.push_screen(HelpScreen())


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


def palette(app: CockpitApp, context: Context, key: str) -> None:
    from cockpit.ui.palette import open_palette

    open_palette(app)


# ------------------------------------------------------------------ the app itself


def next_theme(app: CockpitApp, context: Context, key: str) -> None:
    app.wear_next_theme()


def leave(app: CockpitApp, context: Context, key: str) -> None:
    app.exit()


def detach(app: CockpitApp, context: Context, key: str) -> None:
    app.detach()


DEEDS: dict[str, Deed] = {
    "left": _move(-1, 0),
    "right": _move(1, 0),
    "up": _move(0, -1),
    "down": _move(0, 1),
    "choose": choose,
    "find": find,
    "next": next_waiting,
    "inbox": inbox,
    "zoom": zoom,
    "mark": mark,
    "type": type_in,
    "filter": open_filter,
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
    "palette": palette,
    "attach": outside_deeds.attach,
    "editor": outside_deeds.editor,
    "shell": outside_deeds.shell,
    "theme": next_theme,
    "quit": leave,
    "detach": detach,
}


def question(action: Action, context: Context) -> tuple[Content, list[Content]]:
    """What the confirm dialog asks before an action that asks first."""
    lane = context.lane.lane if context.lane is not None else ""
    return present.text(f"{action.title} {lane}?"), [Content(action.help)]
