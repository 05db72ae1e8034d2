"""Trains for tests: previewed, with every kind of aside, running, ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cockpit.domain.activity import State
from cockpit.domain.change import CommitLine, PathChange
from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import CommitId, LaneId, RefName
from cockpit.domain.lane import GitFacts
from cockpit.domain.merge import Check
from cockpit.domain.train import Aside, Car, CarState, Train
from tests.ui.fake import BASE, GREEK, HEAD, NOW, fleet_of, landing, view

MAIN = RefName("refs/heads/main")
NOTES = (
    Check("upstream", True, "main is where origin/main is"),
    Check("checkout", True, "nothing of yours is in the way in /tmp/project"),
)


def idle_fleet(count: int) -> Fleet:
    """`count` lanes that rest, each with three commits and nothing uncommitted."""
    return fleet_of(
        *(
            view(
                GREEK[index],
                index + 1,
                State.IDLE,
                facts=GitFacts(
                    HEAD, RefName(f"refs/heads/{GREEK[index]}/work"), 3, 0, 0, 4, 120, 8
                ),
            )
            for index in range(count)
        )
    )


def car(
    lane: str, state: CarState = CarState.READY, why: str = "a smaller change", **more: Any
) -> Car:
    """A car that could ride, unless told otherwise."""
    message = f"blitz: merge lane {lane} — tokens\n\nCockpit-Lane: {lane}\n"
    preview = landing(LaneId(lane), **{"message": message, **more.pop("preview", {})})
    return Car(LaneId(lane), state, why, preview, **more)


def aside(lane: str, why: Aside, said: str, **more: Any) -> Car:
    return car(lane, CarState.ASIDE, aside=why, said=said, **more)


def train(*cars: Car, **changes: Any) -> Train:
    values: dict[str, Any] = {"notes": NOTES, "gate": ("make test", "make lint")}
    return Train(MAIN, BASE, cars, **{**values, **changes})


def riders(count: int) -> Train:
    """The first `count` lanes, all ready."""
    return train(*(car(GREEK[index]) for index in range(count)))


DIRTY = (
    Check("agent", True, "the agent is idle (screen: ready)"),
    Check("tree", False, "2 uncommitted path(s)", ("src/a.py", "notes.txt"), key="o"),
    Check("zone", False, "1 path(s) outside the zone of gamma", ("tools/x.py",), key="o"),
)
CLASH = (Check("merge", False, "conflicts with main in 2 file(s)", ("src/a.py",), key="c"),)


def four_asides() -> Train:
    """Two cars that ride and four that don't, each for another reason."""
    return train(
        car("alpha", why="priority 1"),
        car("beta", why="after alpha, which its task needs"),
        aside(
            "gamma",
            Aside.CHECKS,
            "2 uncommitted path(s)",
            preview={"checks": DIRTY, "result": None},
        ),
        aside(
            "delta",
            Aside.CONFLICT,
            "conflicts with alpha, which goes before it, in src/auth/session.py",
            preview={"checks": CLASH, "result": None, "conflicts": ("src/auth/session.py",)},
        ),
        aside("epsilon", Aside.DEPENDS, "its task needs task-009, which is not merged"),
        aside("zeta", Aside.REFUSED, "the branch zeta/work is gone"),
        notes=(
            Check(
                "upstream",
                True,
                "main is 2 commits behind origin/main and follows it first",
                is_note=True,
            ),
            *NOTES[1:],
        ),
    )


def running() -> Train:
    """The third of seven is being gated; one landed, one was red."""
    return train(
        car("alpha", CarState.LANDED, said="landed as 1111111111", seq=41),
        aside(
            "beta", Aside.RED, "the gate is red: make test ended with code 2", log="/s/gate-7.log"
        ),
        car("gamma", CarState.GATING),
        *(car(GREEK[index]) for index in range(3, 7)),
        running=True,
    )


def ended() -> Train:
    return train(
        car("alpha", CarState.LANDED, said="landed as 1111111111", seq=41),
        aside(
            "beta", Aside.RED, "the gate is red: make test ended with code 2", log="/s/gate-7.log"
        ),
        car("gamma", CarState.LANDED, said="landed as 3333333333", seq=44, flaky=True),
        aside(
            "delta",
            Aside.CONFLICT,
            "conflicts with gamma, which landed before it",
            preview={"checks": CLASH, "result": None, "conflicts": ("src/auth/session.py",)},
        ),
        aside("epsilon", Aside.MOVED, "it got a commit after you approved it"),
        car("zeta", CarState.STOPPED, said="its turn did not come"),
        stopped="stopped by you",
    )


def answering(full: Train) -> Callable[[Sequence[LaneId]], Train]:
    """A `preview_train` that builds `full`, or the named ones of its cars in that order."""

    def preview(lanes: Sequence[LaneId]) -> Train:
        if not lanes:
            return full
        found = {each.lane: each for each in full.cars}
        return replace(full, cars=tuple(found[lane] for lane in lanes if lane in found))

    return preview


def commits(count: int) -> tuple[CommitLine, ...]:
    return tuple(
        CommitLine(CommitId(f"{number:040x}"), f"Step {number}", "Alpha", NOW)
        for number in range(count)
    )


def changes(count: int) -> tuple[PathChange, ...]:
    return tuple(
        PathChange(f"src/f{number}.py", "100644", "100644", "a" * 40, "b" * 40)
        for number in range(count)
    )
