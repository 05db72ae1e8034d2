"""A base that lies elsewhere: `origin/main` is the branch `main` of the remote `origin`, which
is asked before a lane starts from it (DESIGN §8).

It is taken for that whatever local branches there are: an agent could make one of that name.
The remote's address is used under the rules of `remote_trust.py`. Lanes that start one after
the other ask once.

It comes before the start's own step, so a death leaves at most the remote-tracking ref, as git
leaves it, and a note that says less than there is: the next start asks again.
"""

from __future__ import annotations

from cockpit.config.model import LaneConfig
from cockpit.domain.ids import CommitId, RefName
from cockpit.domain.upstream import Upstream
from cockpit.errors import CockpitError, Refused
from cockpit.services import remote_trust
from cockpit.services.upstream import LOCK
from cockpit.services.workplace import Workplace

FRESH = 60.0
"""Seconds in which what was fetched needs no further look."""

FILE = "bases"
"""State file: when each base was fetched last, from which address; can be lost."""


def of(work: Workplace, base: str) -> Upstream | None:
    """The remote's branch that `base` names; None where it names none."""
    return remote_trust.branch_of_remote(work, base)


def fetch(work: Workplace, lane: LaneConfig) -> None:
    """Ask the remote that the lane starts from, if it starts from one. Raises `Refused` where
    it can't be asked, or must not be. Call it before the lane is held: this may take long."""
    wanted = lane.base or work.config.base
    there = of(work, wanted) if wanted else None
    if there is not None:
        _fetch(work, lane.lane, there)


def tip(work: Workplace, lane: str, base: Upstream) -> CommitId:
    """Where the remote's branch was when it was fetched last. Raises `Refused`."""
    found = work.git.read_ref(base.tracking)
    if found is None:
        raise Refused(
            f"The base {base.name} of lane {lane} was never fetched.",
            hint=f"Fetch it: `git fetch {base.remote.name}`, or start without --no-fetch.",
        )
    return found


def _fetch(work: Workplace, lane: str, base: Upstream) -> None:
    changed = remote_trust.clause(remote_trust.of_address(work, base.remote))
    if changed:
        raise Refused(f"{base.name} was not fetched: {changed}.")
    with work.locks.hold(LOCK, timeout=150.0, why=f"fetch {base.name}"):
        if _is_fresh(work, base):
            return
        work.probe(f"ask {base.remote.name} for the base")
        try:
            work.git.remotes.fetch(base)
        except CockpitError as error:
            raise _not_asked(work, lane, base, error) from error
        work.probe("note when the base was fetched")
        known = dict(work.state.read(FILE) or {})
        known[base.name] = [work.clock.now(), base.remote.url]
        work.state.write(FILE, known)
    work.probe("note the address that was asked")
    remote_trust.remember(work, base.remote)


def _is_fresh(work: Workplace, base: Upstream) -> bool:
    entry = (work.state.read(FILE) or {}).get(base.name)
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], int | float):
        return False
    age = work.clock.now() - entry[0]
    there = work.git.read_ref(base.tracking) is not None
    return 0 <= age < FRESH and entry[1] == base.remote.url and there


def _not_asked(work: Workplace, lane: str, base: Upstream, error: CockpitError) -> Refused:
    said = (error.detail.splitlines() or [error.title])[-1]
    known = work.git.read_ref(RefName(base.tracking))
    hint = "Look at the network and at the remote's address, then try again."
    if known is not None:
        hint = (
            f"Try again when it answers, or start from what was fetched last ({known[:10]}): "
            f"`cockpit start {lane} --no-fetch`."
        )
    return Refused(
        f"{base.remote.name} can't be asked for the base {base.name} of lane {lane}.",
        detail=said,
        hint=hint,
    )
