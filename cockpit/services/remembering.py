"""The part of `LocalCockpit` about what outlives the moment: the configuration as it was read
last, and how the app looked."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from cockpit.config.model import Config
from cockpit.domain import screen_memory
from cockpit.domain.digest import Digest, Seen
from cockpit.domain.events import ConfigRead, ConfigRefused
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.prompt_library import PromptTemplate, SentPrompt
from cockpit.domain.screen_memory import ScreenMemory
from cockpit.errors import CockpitError, UsageError
from cockpit.services import configuring, digest, prompt_library
from cockpit.services.ports import StateFiles
from cockpit.services.workplace import Workplace

SCREEN = "screen"


class Remembering:
    """Mixed into `LocalCockpit`."""

    work: Workplace

    @property
    def config(self) -> Config:
        """As it was read last; what began with an older one goes on with that."""
        return self.work.config

    def read_config(self) -> ConfigRead | ConfigRefused | None:
        """Read lanes.yaml again and go by it from now on; None where nothing changed. One that
        is wrong changes nothing."""
        work = self.work
        try:
            config = configuring.read(work)
        except UsageError as error:
            return configuring.refused(work, error)
        if config == work.config:
            return None
        after = configuring.with_config(work, config)
        read = configuring.told(work.config, after)  # may raise: then nothing counts yet
        self.work = after
        return read

    def config_now(self) -> ConfigRead:
        """The configuration that counts, as no news."""
        return configuring.told(self.work.config, self.work)

    def kept_screen(self) -> tuple[ScreenMemory, str]:
        """How the app looked when it was last open, and what to tell where that can't be read
        (then it lies aside and all begins anew)."""
        state = self.work.state
        try:
            value = state.read(SCREEN)
        except CockpitError as error:
            return ScreenMemory(), _aside(state, error)
        return screen_memory.from_json(value or {}), ""

    def keep_screen(self, memory: ScreenMemory) -> None:
        """Keep it, durable on return. Raises `CockpitError` where the disk refuses."""
        self.work.state.write(SCREEN, screen_memory.to_json(memory))

    def kept_seen(self) -> Seen | None:
        return digest.kept(self.work)

    def keep_seen(self, seen: Seen) -> None:
        digest.keep(self.work, seen)

    def digest(self, seen: Seen, fleet: Fleet) -> Digest:
        return digest.look(self.work, seen, fleet)

    def prompt_history(self) -> tuple[SentPrompt, ...]:
        return prompt_library.history(self.work)

    def remember_prompt(self, lanes: tuple[LaneId, ...], text: str) -> None:
        prompt_library.remember(self.work, lanes, text)

    def prompt_templates(self) -> tuple[PromptTemplate, ...]:
        return prompt_library.templates(self.work)

    def prompt_values(self, lane: LaneId) -> Mapping[str, str]:
        return prompt_library.values(self.work, lane)

    def draft_file(self, text: str) -> Path:
        name = f"draft-{secrets.token_hex(4)}.md"
        content = text if text.endswith("\n") or not text else text + "\n"
        return self.work.state.private_file(name, content.encode("utf-8", "surrogateescape"))


def _aside(state: StateFiles, error: CockpitError) -> str:
    said = f"How cockpit looked last, and drafts, can't be read: {error.title}"
    try:
        where = state.set_aside(SCREEN)
    except CockpitError as worse:
        return f"{said}. {worse.title}"
    return f"{said}. It lies aside now: {where}"
