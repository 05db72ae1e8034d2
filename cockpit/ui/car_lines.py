"""One car of the train in full: why it stands there, what is in its way, what would land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from cockpit.dataclass import dataclass
from cockpit.domain.train import Aside, Car, CarState
from cockpit.ui import present
from cockpit.ui.landing_lines import check_lines, commit_line, file_lines, section
from cockpit.ui.train_rows import state_of

WAYS: dict[Aside, tuple[tuple[str, str], ...]] = {
    Aside.RED: (
        ("mend_car", "sends the log to its agent"),
        ("gate_car", "runs the gate again"),
        ("land_car_red", "lands it red, for a reason you type in"),
    ),
    Aside.CONFLICT: (
        ("resolve_car", "resolves it here"),
        ("mend_car", "asks its agent to resolve it"),
    ),
    Aside.DROPPED: (("drop_car", "puts it in again"),),
    Aside.MOVED: (("car_diff", "reads what is there now"), ("look_at_train", "looks again")),
}
"""What can be done about a car that was put aside: action and what it does."""


@dataclass(frozen=True, slots=True)
class CarLook:
    """What the full view needs besides the car. `output` are the gate's lines (raw), `on_target`
    those of the gate on the target itself; `message` is the commander's, if edited."""

    keys: Mapping[str, str]
    running: bool = False
    stale: bool = False
    message: str = ""
    output: Sequence[str] = ()
    on_target: Sequence[str] = ()
    size: Content = present.EMPTY


def car_lines(car: Car, look: CarLook) -> list[Content]:
    """The car from what decides to what is only good to know. While it is being gated, its
    output stands last, so that it can be followed."""
    live = car.state in (CarState.GATING, CarState.LANDING)
    lines = [*_head(car, look), *_ways_on(car, look)]
    if not live:
        lines += _gate(car, look)
    if car.preview is not None and not live:
        lines += _preview(car, look)
    return lines + _gate(car, look) if live else lines


def _head(car: Car, look: CarLook) -> list[Content]:
    glyph, word, style = state_of(car, running=look.running, stale=look.stale)
    line = Content.assemble(
        present.text(car.lane, "bold $accent"), (f"  {glyph} {word}", f"bold {style}")
    )
    lines = [line]
    if look.stale and car.state is CarState.READY:
        again = look.keys.get("look_at_train", "")
        lines.append(
            Content.styled(
                f"It changed after this was built; {again} looks again.", "bold $warning"
            )
        )
    if car.said:
        lines.append(present.text(car.said, "$foreground", width=1000))
    if car.why_here and car.state is CarState.READY and not look.running:
        lines.append(present.text(f"Here: {car.why_here}", "$muted", width=1000))
    if car.flaky:
        lines.append(
            Content.styled("Its gate is flaky: red, then green on the same commit.", "$warning")
        )
    if car.preview is not None:
        preview = car.preview
        lines.append(
            Content.assemble(
                (f"{preview.source[:9]} on {preview.target_old[:9]}  ", "$muted"), look.size
            )
        )
    return lines


def _ways_on(car: Car, look: CarLook) -> list[Content]:
    """What the commander can do about this car, each with its key."""
    ways: Sequence[tuple[str, str]] = WAYS.get(car.aside, ()) if car.aside is not None else ()
    if car.state is CarState.LANDED and car.seq is not None:
        ways = (("undo_car", "undoes this landing"),)
    return [
        Content.assemble((f"  {look.keys[name]}", "bold $accent"), (f" {what}", "$foreground"))
        for name, what in ways
        if look.keys.get(name)
    ]


def _preview(car: Car, look: CarLook) -> list[Content]:
    preview = car.preview
    if preview is None:
        return []
    failing_first = sorted(preview.checks, key=lambda check: (check.ok, not check.is_note))
    lines = [present.EMPTY, section("Checks")]
    for check in failing_first:
        if check.name != "gate":
            lines += check_lines(check)
    if preview.conflicts:
        lines += [present.EMPTY, section("Conflicts")]
        lines += [present.text(f"  ✗ {path}", "$error") for path in preview.conflicts]
    lines += [present.EMPTY, section(present.plural(len(preview.commits), "commit"))]
    lines += [commit_line(commit) for commit in preview.commits]
    if preview.result is None:
        return lines  # nothing was built, so there are no files and no message to show
    lines += [present.EMPTY, section(present.plural(len(preview.changes), "file"))]
    lines += file_lines(preview.changes)
    lines += [present.EMPTY, section("Message, edited" if look.message else "Message")]
    message = look.message or preview.message
    return lines + [present.text(f"  {row}") for row in message.rstrip("\n").split("\n")]


def _gate(car: Car, look: CarLook) -> list[Content]:
    lines: list[Content] = []
    if look.output or car.log:
        lines += [present.EMPTY, section("Gate")]
        if car.log:
            lines.append(present.text(f"  the whole log: {car.log}", "$muted", width=1000))
        lines += output_lines(look.output)
    if look.on_target:
        lines += [present.EMPTY, section("Gate on the target itself")]
        lines += output_lines(look.on_target)
    return lines


def output_lines(output: Sequence[str]) -> list[Content]:
    """The gate's raw lines, each one line of content."""
    return [present.text(f"  {line}", width=1000) for line in output]
