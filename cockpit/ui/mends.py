"""What can be done about a lane that does not land, alike from the landing screen, the train
and the board: ask its agent, run its gate again, resolve the conflict, land it red, take its
uncommitted work as a commit or leave files out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Gate, Land, PullRequest
from cockpit.domain.mending import mending_prompt
from cockpit.domain.merge import LandingPreview
from cockpit.domain.operation import OpKind
from cockpit.domain.text import safe
from cockpit.errors import CockpitError
from cockpit.ui import present

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp

COMMANDERS = (OpKind.COMMIT, OpKind.LEAVE_OUT, OpKind.RESOLVE)
"""Changes of a lane that the commander makes from here; what is shown is looked at anew after
one of them. (Other changes wait for the commander to look again.)"""


async def ask_agent(
    app: CockpitApp,
    preview: LandingPreview,
    *,
    error: str = "",
    output: Sequence[str] = (),
    log: str = "",
) -> bool:
    """The prompt editor with a draft that names what is in the way; whether it was sent."""
    from cockpit.ui.deeds import write_prompt

    shown = [safe(line, width=1000).text for line in output]
    draft = mending_prompt(preview, error=error, output=shown, log=log)
    return await write_prompt(app, (preview.lane,), draft)


def run_gate(app: CockpitApp, lane: LaneId) -> None:
    """The gate again, on the lane's merge with the target as it is now."""
    app.supervisor.submit(Gate(lane))


async def land_red(app: CockpitApp, lane: LaneId, *, said: str = "", message: str = "") -> bool:
    """Land although the gate is red, for a reason that must be typed in. What is shown is built
    anew, and the wish is bound to it; whether it was made."""
    from cockpit.ui.screens.red import RedScreen

    preview = await app.ask_here(lambda cockpit: cockpit.preview_landing(lane))
    if preview is None:
        return False
    screen = RedScreen(preview, said)
    if not await app.push_screen_wait(screen):
        return False
    app.supervisor.submit(
        Land(
            lane,
            preview.source,
            preview.target_old,
            message=message or preview.message,
            red_reason=screen.reason,
            task_digest=preview.task_digest,
            terms=preview.terms,
        )
    )
    return True


async def follow(app: CockpitApp, say: Callable[[str], None]) -> bool:
    """The target after its upstream, after asking the remote and showing what moves; `say` is
    told while the remote is asked. Whether it was wished for."""
    from cockpit.ui.screens.following import ask_follow

    say("asking the remote …")
    try:
        wished = await ask_follow(app, app.ask_here)
    except CockpitError:
        say("")
        raise
    say("")
    return wished


async def request(app: CockpitApp, preview: LandingPreview, message: str) -> bool:
    """A pull request of what is shown, after naming what leaves the machine and what runs;
    whether it was wished for."""
    from cockpit.ui.landing_lines import request_lines
    from cockpit.ui.screens.confirm import ConfirmScreen

    merge = app.supervisor.cockpit.config.merge
    screen = ConfirmScreen(
        present.text(f"Make a pull request of {preview.lane}?", width=200),
        request_lines(preview, merge.push, merge.pull_request, message),
        yes="yes, push it",
    )
    if not await app.push_screen_wait(screen):
        return False
    wish = PullRequest(preview.lane, preview.source, message, preview.task_digest, preview.terms)
    app.supervisor.submit(wish)
    return True


def resolve(app: CockpitApp, lane: LaneId) -> None:
    """The conflict review of the lane with the target."""
    from cockpit.ui.screens.conflict import ConflictScreen

    app.push_screen(ConflictScreen(lane))


async def take_rest(app: CockpitApp, lane: LaneId) -> None:
    """The lane's uncommitted work as a commit, after showing it."""
    from cockpit.ui import taking

    await taking.take_rest(app, lane)


async def leave_out(app: CockpitApp, lane: LaneId) -> None:
    """Files that shall not land, chosen and taken back by a commit on the lane."""
    from cockpit.ui import taking

    await taking.leave_out(app, lane)
