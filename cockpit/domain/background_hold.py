"""Why the work of a background lane waits for the commander: everything that is not as usual.

A standing approval covers what is plain: inside the zone, without a conflict, green at the
first try, on a target that only cockpit moved. What the preview of a landing marks to be
looked at would be looked at by the commander; nobody looks here, so it waits.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.gate import GateState, Verdict
from cockpit.domain.merge import Check, LandingPreview

AGENT = "agent"
"""The check of what the agent does: it passes by itself."""

PASSED_OVER = frozenset({"approval"})
"""Notes that say nothing here: an approval of before that is void."""


def is_at_rest(checks: Sequence[Check]) -> bool:
    """Whether the agent is known to rest."""
    return all(check.ok and not check.is_note for check in checks if check.name == AGENT)


def why_hold(shown: LandingPreview, notes: Sequence[Check] = ()) -> Check | None:
    """The first thing that is not as usual; None when all is. Failing checks come before notes."""
    checks = [*notes, *shown.checks]
    failing = [check for check in checks if not check.ok]
    odd = [check for check in checks if check.is_note and check.name not in PASSED_OVER]
    if failing or odd:
        return (failing or odd)[0]
    if shown.conflicts or shown.result is None:
        return Check("merge", False, "it does not merge", shown.conflicts)
    return None


def is_nothing(shown: LandingPreview) -> bool:
    """Whether the lane has neither commits nor uncommitted work to speak of."""
    clean = all(check.ok for check in shown.checks if check.name in ("tree", "branch"))
    return clean and not shown.conflicts and shown.result is None


def why_not_green(verdict: Verdict) -> str:
    """Why the gate's word is not enough, a clause; empty when it is."""
    if verdict.state is GateState.GREEN:
        return "the gate was red and then green: it is flaky" if verdict.flaky else ""
    return verdict.said
