"""Which ssh agent a pane talks to: the commander's, by a link that survives a new login (DESIGN
§6). `adapters/ssh_agent.py` keeps the link; here stands who gets its path."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.services.workplace import Workplace

VARIABLE = "SSH_AUTH_SOCK"


def stable(work: Workplace, environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with the link in place of the agent's socket. Who has no agent (`env_drop`
    may take it away) gets none; where there is no link it stays as it is."""
    env = dict(environment)
    if work.ssh_link is not None and VARIABLE in env and work.disk.exists(work.ssh_link):
        env[VARIABLE] = str(work.ssh_link)
    return env
