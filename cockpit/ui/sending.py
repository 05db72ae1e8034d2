"""Sending a prompt from its editor: a lane's own values filled in, remembered, and kept as the
lane's draft until it is known that the agent took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.dataclass import dataclass
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Send
from cockpit.domain.prompt_library import filled, placeholders
from cockpit.errors import CockpitError
from cockpit.ui import present

if TYPE_CHECKING:
    from cockpit.ui.app import CockpitApp
    from cockpit.ui.screens.prompt import Prompt


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A prompt of which nobody knows yet whether it was taken: what a lane got, and the draft
    that it was made of."""

    text: str
    draft: str


async def send(
    app: CockpitApp, lanes: tuple[LaneId, ...], prompt: Prompt, comments: tuple[str, ...]
) -> None:
    """To every lane its own text. How each was delivered is told on its panel, step by step,
    and by its end."""
    texts = {lane: await _text(app, lane, prompt.text) for lane in lanes}
    if len(lanes) > 1 or prompt.when_idle:
        app.drafts.pop(lanes, None)
    for lane, text in texts.items():
        app.sending[lane] = OnItsWay(text, prompt.text)
        app.supervisor.submit(Send(lane, text, prompt.force, comments, when_idle=prompt.when_idle))
    try:
        await app.supervisor.ask(lambda cockpit: cockpit.remember_prompt(lanes, prompt.text))
    except CockpitError as error:
        said = f"The prompt is not remembered: {error.title}"
        app.toast(present.text(said, width=300), severity="warning")


def settle(app: CockpitApp, fleet: Fleet) -> None:
    """What waits in the state folder by now needs no keeping here."""
    for lane, one_sent in list(app.sending.items()):
        view = fleet.lane(lane)
        if view is not None and any(one.text == one_sent.text for one in view.prompts.waiting):
            del app.sending[lane]


async def _text(app: CockpitApp, lane: LaneId, text: str) -> str:
    if not placeholders(text):
        return text
    return filled(text, await app.supervisor.ask(lambda cockpit: cockpit.prompt_values(lane)))
