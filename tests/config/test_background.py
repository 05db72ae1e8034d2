"""`background:` of a lane: its model, its part in the trust, and a sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.load import parse_config
from cockpit.config.model import BackgroundConfig, BackgroundOn, Config
from cockpit.config.problems import ConfigError
from cockpit.domain.ids import LaneId

PATH = Path("/home/me/project/lanes.yaml")
GATE = "gate: {run: [make]}\n"
ZONED = 'zone: ["docs/**"], background: '


def parse(text: str) -> Config:
    return parse_config(text, PATH)


def tidy(inner: str, *, rest: str = GATE) -> Config:
    return parse(f"{rest}lanes:\n  tidy: {{{inner}}}\n")


def test_the_model() -> None:
    wish = '{on: idle, after: 90m, prompt: "tidy up"}'
    found = tidy(ZONED + wish).lanes[LaneId("tidy")].background
    assert found == BackgroundConfig(BackgroundOn.IDLE, 5400.0, "tidy up", "")
    template = tidy(ZONED + "{on: landing, template: t.md}", rest=GATE + "templates: ask\n")
    assert template.lanes[LaneId("tidy")].background.template == "t.md"
    assert parse("lanes: {a: {}}").lanes[LaneId("a")].background == BackgroundConfig()


def test_what_runs_by_itself_is_a_matter_of_trust() -> None:
    lines = "\n".join(tidy(ZONED + '{on: idle, after: 1h, prompt: "tidy"}').trust_lines)
    for part in ('background.on: "idle"', 'background.prompt: "tidy"', "background.after: 3600"):
        assert part in lines


@pytest.mark.parametrize(
    ("inner", "rest", "said"),
    [
        (ZONED + "{on: idel, prompt: x}", GATE, "did you mean idle?"),
        (ZONED + "{on: idle}", GATE, "needs either prompt: or template:"),
        (ZONED + '{on: idle, prompt: " "}', GATE, "needs either prompt: or template:"),
        (ZONED + "{on: idle, prompt: x, template: y}", GATE, "not both"),
        (ZONED + "{on: idle, template: y}", GATE, "needs templates: at the top"),
        (ZONED + "{on: idle, template: ../y}", GATE, "without a /"),
        (ZONED + "{on: idle, template: .hidden}", GATE, "without a /"),
        (ZONED + "{prompt: x}", GATE, "needs on:"),
        (ZONED + "{on: idle, prompt: x, after: 5s}", GATE, "must be 1m to"),
        (ZONED + "{on: idle, prompt: x, aftr: 5m}", GATE, "did you mean after?"),
        ("background: {on: idle, prompt: x}", GATE, "needs zone:"),
        (ZONED + "{on: idle, prompt: x}", "", "needs gate.run"),
        ("mode: shared, " + ZONED + "{on: idle, prompt: x}", GATE, "only for lanes with mode:"),
    ],
)
def test_each_mistake_has_its_sentence(inner: str, rest: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        tidy(inner, rest=rest)
    problems = [str(problem) for problem in caught.value.problems]
    assert any(said in problem for problem in problems), problems
    assert all("lanes.yaml:" in problem for problem in problems)
