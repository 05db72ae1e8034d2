"""The part of `LocalCockpit` about what outlives the moment: the configuration as it was read
last."""

from __future__ import annotations

from cockpit.config.model import Config
from cockpit.domain.events import ConfigRead, ConfigRefused
from cockpit.errors import UsageError
from cockpit.services import configuring
from cockpit.services.workplace import Workplace


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
        self.work = configuring.with_config(work, config)
        return configuring.told(work.config, self.work)

    def config_now(self) -> ConfigRead:
        """The configuration that counts, as no news."""
        return configuring.told(self.work.config, self.work)
