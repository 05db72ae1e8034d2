"""Trust by hash: nothing from lanes.yaml runs before the commander saw it once (DESIGN §8)."""

from __future__ import annotations

from cockpit.domain.intents import Trust
from cockpit.domain.operation import OpKind
from cockpit.errors import Refused
from cockpit.services.api import Outcome, Tell, TrustState
from cockpit.services.running import begin, own_lock
from cockpit.services.workplace import Workplace

FILE = "trust"


def state_of(work: Workplace) -> TrustState:
    """What lanes.yaml would run, and whether exactly that is trusted (or it runs nothing)."""
    known = work.state.read(FILE) or {}
    digest = work.config.trust_digest
    lines = work.config.trust_lines
    return TrustState(digest, not lines or known.get("digest") == digest, lines)


def require(work: Workplace) -> None:
    """Raises `Refused` unless the executing part of lanes.yaml is trusted as it is."""
    if state_of(work).trusted:
        return
    name = work.config.path.name
    raise Refused(
        f"{name} can run commands that you have not trusted yet.",
        detail="\n".join(work.config.trust_lines),
        hint="Read what it runs and trust it with `cockpit trust`.",
    )


def is_trusted(work: Workplace, digest: str) -> bool:
    """Whether the commander said yes to a file with this digest."""
    return (work.state.read(FILE) or {}).get("digest") == digest


def carry_over(work: Workplace, digest: str) -> None:
    """Trust lanes.yaml as it is after an edit of ours that runs nothing new; only where what
    it was before was trusted, which the caller has seen."""
    known = work.state.read(FILE) or {}
    if known.get("digest") != digest:
        work.state.write(FILE, {"digest": digest, "at": work.clock.now()})


def trust(work: Workplace, intent: Trust, tell: Tell, by: str) -> Outcome:
    """Remember the digest that was shown. Raises `Refused` if the file changed meanwhile."""
    if intent.digest != work.config.trust_digest:
        raise Refused(
            f"{work.config.path.name} changed since it was shown.",
            hint="Look at it again with `cockpit trust`.",
        )
    with work.locks.hold(own_lock(OpKind.TRUST, None), why="trust"):
        running = begin(
            work,
            tell,
            OpKind.TRUST,
            lane=None,
            by=by,
            summary=f"trust {work.config.path.name}",
            plan={"digest": intent.digest, "lines": list(work.config.trust_lines)},
        )
        running.step("remember what was trusted")
        work.state.write(FILE, {"digest": intent.digest, "at": work.clock.now()})
        op = running.done(f"trusted {work.config.path.name}")
    return Outcome(f"Trusted {work.config.path.name}.", op, {"digest": intent.digest})
