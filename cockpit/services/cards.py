"""The facts at a zoomed lane's side, gathered in one look."""

from __future__ import annotations

from cockpit.domain.card import STEPS, Card
from cockpit.domain.ids import LaneId
from cockpit.services.api import Cockpit

LOOKED_AT = 400
"""The newest steps of the journal among which a lane's own are looked for: reading all of a
long journal takes longer than anybody wants to wait for these lines."""


def card(cockpit: Cockpit, lane: LaneId, *, shared: bool) -> Card:
    """What is known of a started lane. Raises `CockpitError` when git or tmux do not answer."""
    change = None if shared else cockpit.diff(lane, bodies=False)
    own = [step for step in cockpit.log(last=LOOKED_AT) if step.lane == lane]
    evidence = cockpit.explain(lane).evidence
    return Card(lane, change, evidence, tuple(reversed(own[-STEPS:])))
