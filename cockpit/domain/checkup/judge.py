"""All judges in the order in which one reads: tools, machine, terminal, this repository."""

from __future__ import annotations

from cockpit.domain.checkup import places, system, terminal, tools
from cockpit.domain.checkup.facts import Facts
from cockpit.domain.checkup.finding import Finding

JUDGES = (
    tools.judge_git,
    tools.judge_tmux,
    tools.judge_agents,
    terminal.judge_terminal,
    terminal.judge_limits,
    system.judge_login,
    system.judge_wsl,
    system.judge_mac,
    system.judge_clock,
    system.judge_ssh,
    places.judge_repository,
    places.judge_configuration,
    places.judge_state,
    places.judge_disks,
    places.judge_git_config,
    places.judge_lane_environment,
)


def findings(facts: Facts) -> tuple[Finding, ...]:
    """What is to be said of these facts."""
    return tuple(finding for judge in JUDGES for finding in judge(facts))
