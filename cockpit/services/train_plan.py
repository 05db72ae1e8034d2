"""The train as it would run now: who rides, in which order and why, and what each car makes
of the target, every car built as objects on the last good one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from cockpit.config.model import How
from cockpit.domain.change import CommitLine
from cockpit.domain.clash import Radar
from cockpit.domain.ids import CommitId, LaneId
from cockpit.domain.merge import Check, LandingPreview
from cockpit.domain.train import Aside, Car, CarState, Train
from cockpit.domain.train_order import Place, as_named, order
from cockpit.errors import CockpitError
from cockpit.services import target, train_queue, upstream
from cockpit.services.landing_checks import DEPENDS, LaneLook, TargetLook
from cockpit.services.landing_preview import of_car
from cockpit.services.target_line import Held, held_of
from cockpit.services.train_look import LISTED, Rider, Sight, clause, frozen, look
from cockpit.services.workplace import Workplace

LookAtRadar = Callable[[], Radar]


def preview(
    work: Workplace, lanes: Sequence[LaneId] = (), *, radar: LookAtRadar | None = None
) -> Train:
    """The train as it would run now; nothing moves and nothing is left in the repository.

    No `lanes`: all that are queued, or if none is, every started lane that has something to
    land. Raises `Refused` when there is no target.
    """
    notes = upstream.notes(work, _tell_nobody, fetch=False)
    chosen = lanes or _waiting(work)
    return plan(work, chosen, named=bool(lanes), notes=notes, radar=radar)


def _tell_nobody(_event: object) -> None:
    pass


def _waiting(work: Workplace) -> Sequence[LaneId]:
    queued = train_queue.read(work).lanes
    return queued or _with_work(work)


def _with_work(work: Workplace) -> list[LaneId]:
    tip = work.git.read_ref(work.target)
    found = []
    for lane, record in work.registry.lanes().items():
        source = work.git.read_ref(record.branch)
        if tip is None or source in (None, tip) or lane not in work.config.lanes:
            continue
        if source is not None and not work.git.is_ancestor(source, tip):
            found.append(lane)
    return found


def plan(
    work: Workplace,
    lanes: Sequence[LaneId],
    *,
    named: bool = False,
    notes: tuple[Check, ...] = (),
    messages: Mapping[LaneId, str] | None = None,
    radar: LookAtRadar | None = None,
) -> Train:
    """The train of these lanes, as a look. `named`: they ride in the order given; else the
    radar (None: no clash is known) has a say in the order."""
    work = frozen(work)
    by_order = not named and len(lanes) > 1
    sight = look(work, lanes, sizes=by_order)
    places = _places(work, sight, by_order, radar)
    with work.git.looking():
        cars = _built(work, sight, places, messages or {})
    blind = [
        Car(
            lane,
            CarState.ASIDE,
            "it could not be looked at",
            aside=Aside.REFUSED,
            said=said,
            source=train_queue.tip_of(work, lane),
        )
        for lane, said in sight.blind.items()
    ]
    return Train(
        target=work.target,
        target_old=sight.target.tip,
        cars=(*cars, *blind),
        notes=notes,
        gate=work.config.gate.run,
    )


def _places(
    work: Workplace, sight: Sight, by_order: bool, radar: LookAtRadar | None
) -> tuple[Place, ...]:
    waiting = train_queue.read(work)
    clashes = _clashes(tuple(sight.riders), radar) if by_order else {}
    candidates = []
    for lane, rider in sight.riders.items():
        one = train_queue.candidate(work, lane, waiting)
        candidates.append(replace(one, size=rider.size, clashes=clashes.get(lane, {})))
    return order(candidates, waiting.moves) if by_order else as_named(candidates)


def _clashes(lanes: Sequence[LaneId], radar: LookAtRadar | None) -> dict[LaneId, dict[LaneId, int]]:
    """In how many paths each lane is predicted to clash with each other one. The order does
    without where the radar can't say: a landing looks for itself."""
    found: dict[LaneId, dict[LaneId, int]] = {lane: {} for lane in lanes}
    try:
        seen = radar() if radar is not None else Radar()
    except CockpitError:
        return found
    for clash in seen.clashes:
        if clash.other is not None and clash.lane in found and clash.other in found:
            found[clash.lane][clash.other] = len(clash.paths)
            found[clash.other][clash.lane] = len(clash.paths)
    return found


# ---------------------------------------------------------------- building


def _built(
    work: Workplace, sight: Sight, places: Sequence[Place], messages: Mapping[LaneId, str]
) -> list[Car]:
    """Each car on the last good one. First as if nothing of the commander's were in the way,
    then one look at the way to the last commit: only if something is, car by car."""
    cars = _chain(work, sight, places, messages, known_free=True)
    if _is_free(work, sight, cars):
        return cars
    return _chain(work, sight, places, messages, known_free=False)


def _is_free(work: Workplace, sight: Sight, cars: Sequence[Car]) -> bool:
    """Whether nothing is in the way of any car. The way to the last commit says so, unless a
    car changes what another one changes back."""
    good = [car.preview for car in cars if car.state is CarState.READY and car.preview]
    checkout, tip = sight.target.checkout, sight.target.tip
    if checkout is None or not good or good[-1].result is None:
        return True
    last = good[-1].result
    if target.in_the_way(work, checkout, tip, last):
        return False
    net = {change.path for change in work.git.changes(tip, last)}
    return all(change.path in net for shown in good for change in shown.changes)


def _chain(
    work: Workplace,
    sight: Sight,
    places: Iterable[Place],
    messages: Mapping[LaneId, str],
    *,
    known_free: bool,
) -> list[Car]:
    cars: list[Car] = []
    good: list[LandingPreview] = []
    ahead = set[str]()
    for place in places:
        rider = sight.riders[place.lane]
        onto = good[-1].result if good else None
        car = car_of(
            work,
            rider.look,
            sight.target,
            place,
            onto=onto or sight.target.tip,
            ahead=ahead,
            message=messages.get(place.lane, ""),
            known_free=known_free,
            commits=_brought(rider, sight, good),
            riding=[held_of(shown) for shown in good if shown.how != How.MERGE],
        )
        cars.append(car)
        if car.state is CarState.READY and car.preview is not None:
            good.append(car.preview)
            ahead.add(rider.look.task)
    return cars


def _brought(
    rider: Rider, sight: Sight, ahead: Sequence[LandingPreview]
) -> Sequence[CommitLine] | None:
    """The commits that a car brings: those that the target lacks less those that came with
    merges ahead of it. None where that can't be said without asking git."""
    if len(rider.commits) >= LISTED or any(shown.how == How.REBASE for shown in ahead):
        return None
    merged = [sight.riders[shown.lane] for shown in ahead if shown.how == How.MERGE]
    if any(len(other.commits) >= LISTED for other in merged):
        return None
    there = {line.commit for other in merged for line in other.commits}
    return [line for line in rider.commits if line.commit not in there]


def car_of(
    work: Workplace,
    seen: LaneLook,
    look: TargetLook,
    place: Place,
    *,
    onto: CommitId,
    ahead: set[str],
    message: str = "",
    known_free: bool = False,
    commits: Sequence[CommitLine] | None = None,
    riding: Sequence[Held] = (),
) -> Car:
    """One car, ready or put aside with the reason; `commits` and `riding` as for `of_car`."""
    car = Car(place.lane, CarState.READY, place.why)
    try:
        shown = of_car(
            work,
            seen,
            look,
            onto=onto,
            message=message,
            ahead=ahead,
            known_free=known_free,
            commits=commits,
            riding=riding,
        )
    except CockpitError as error:
        return car.put_aside(Aside.REFUSED, clause(error.title))
    car = replace(car, preview=shown)
    if place.circle:
        circle = " → ".join(place.circle)
        return car.put_aside(Aside.DEPENDS, f"its task waits in a circle: {circle}")
    return judged(car, shown)


def judged(car: Car, shown: LandingPreview) -> Car:
    """The car as its checks leave it."""
    failing = [check for check in shown.checks if not check.ok]
    depends = next((check for check in failing if check.name == DEPENDS), None)
    if depends is not None:
        return car.put_aside(Aside.DEPENDS, depends.text)
    if shown.conflicts:
        text = next((check.text for check in failing if check.name == "merge"), "conflicts")
        return car.put_aside(Aside.CONFLICT, text)
    if failing or shown.result is None:
        text = failing[0].text if failing else "there is nothing to land"
        return car.put_aside(Aside.CHECKS, text)
    return car
