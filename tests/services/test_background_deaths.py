"""A background lane whose cockpit dies at any step: one recovery, nothing lost, no prompt twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.domain.approval import Standing
from cockpit.domain.background import Phase
from cockpit.domain.intents import ApproveStanding, JudgeBackground, RunBackground, Undo
from cockpit.domain.operation import OpKind, OpState
from cockpit.services import background, standing
from tests.conftest import git
from tests.services.background import TIDY, ScriptedDesk, commits, lanes
from tests.services.conftest import Desk
from tests.services.test_recovery import Died

RUN, JUDGE = RunBackground(TIDY, "every 5m"), JudgeBackground(TIDY)


def die_before(step: str) -> Callable[[str], None]:
    def probe(where: str) -> None:
        if where == step:
            raise Died(where)

    return probe


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> ScriptedDesk:
    made = ScriptedDesk(make_desk(lanes=lanes()), commits())
    made.approve()
    return made


def recovered(desk: ScriptedDesk) -> list[str]:
    """What the first recovery says; the second must find nothing to do."""
    fresh = desk.cockpit()
    said = fresh.recover(desk.desk.events.append)
    assert fresh.recover(desk.desk.events.append) == []
    assert all(op.state is not OpState.PENDING for op in fresh.log())
    return said


def go_on(desk: ScriptedDesk, intent: RunBackground | JudgeBackground) -> None:
    desk.cockpit().carry_out(intent, desk.desk.events.append, by="background")


def phase(desk: ScriptedDesk) -> Phase:
    return background.run_of(desk.cockpit().work, TIDY).phase


@pytest.mark.parametrize(
    ("step", "expected", "prompts"),
    [
        ("background: begin", Phase.REST, 0),
        ("background: note the run", Phase.REST, 0),
        ("background: start the lane", Phase.REST, 0),
        ("start: begin", Phase.REST, 0),
        ("start: make the branch", Phase.HELD, 0),
        ("start: open the pane", Phase.HELD, 0),
        ("start: end", Phase.HELD, 1),
        ("background: end", Phase.PROMPTED, 1),
    ],
)
def test_a_death_in_the_first_start(
    desk: ScriptedDesk, step: str, expected: Phase, prompts: int
) -> None:
    with pytest.raises(Died):
        desk.cockpit(die_before(step)).carry_out(RUN, lambda _event: None, by="background")
    recovered(desk)
    assert (phase(desk), len(desk.prompts)) == (expected, prompts)
    if expected is Phase.REST:
        go_on(desk, RUN)
        assert phase(desk) is Phase.PROMPTED and len(desk.prompts) == 1


@pytest.mark.parametrize(
    ("step", "expected", "prompts"),
    [
        ("background: bring it up to date", Phase.REST, 0),
        ("sync: begin", Phase.REST, 0),
        ("sync: end", Phase.REST, 0),
        ("background: give it the prompt", Phase.REST, 0),
        ("send: begin", Phase.REST, 0),
        ("send: paste the text", Phase.HELD, 0),
        ("send: press Enter", Phase.HELD, 1),
        ("send: end", Phase.HELD, 1),
        ("background: end", Phase.PROMPTED, 1),
    ],
)
def test_a_death_in_a_later_start(
    desk: ScriptedDesk, step: str, expected: Phase, prompts: int
) -> None:
    go_on(desk, RUN)
    go_on(desk, JUDGE)
    main = desk.desk.root / "README.md"
    main.write_text("more\n")
    git(desk.desk.root, "commit", "-qam", "by hand")
    desk.prompts.clear()
    desk.work = commits("docs/second.md")
    with pytest.raises(Died):
        desk.cockpit(die_before(step)).carry_out(RUN, lambda _event: None, by="background")
    recovered(desk)
    assert (phase(desk), len(desk.prompts)) == (expected, prompts)


@pytest.mark.parametrize(
    ("step", "lands"),
    [
        ("background: judge what it made", False),
        ("gate: begin", False),
        ("gate: run true", False),
        ("land: begin", False),
        ("land: pin the commits", False),
        ("land: move main", False),
        ("land: bring the checkout after it", True),
        ("land: end", True),
        ("background: end", True),
    ],
)
def test_a_death_while_its_work_is_judged(desk: ScriptedDesk, step: str, lands: bool) -> None:
    go_on(desk, RUN)
    before = desk.desk.main()
    with pytest.raises(Died):
        desk.cockpit(die_before(step)).carry_out(JUDGE, lambda _event: None, by="background")
    recovered(desk)
    assert (desk.desk.main() != before) is lands
    assert desk.cockpit().approval(TIDY).standing is Standing.NONE, "no yes is left behind"
    assert phase(desk) is (Phase.REST if lands else Phase.PROMPTED)
    if not lands:
        go_on(desk, JUDGE)
    assert (desk.desk.root / "docs/guide.md").read_text() == "# Guide\n\nTidied.\n"
    landed = next(
        op for op in desk.cockpit().log() if op.kind is OpKind.LAND and op.state is OpState.DONE
    )
    desk.desk.do(Undo(landed.seq))
    assert desk.desk.main() == before


@pytest.mark.parametrize(
    ("step", "given"),
    [("standing: begin", True), ("standing: write the record", True), ("standing: end", False)],
)
def test_a_death_while_a_yes_is_taken_back(desk: ScriptedDesk, step: str, given: bool) -> None:
    wish = ApproveStanding(TIDY, revoke=True)
    with pytest.raises(Died):
        desk.cockpit(die_before(step)).carry_out(wish, lambda _event: None, by="cli")
    recovered(desk)
    assert standing.state_of(desk.cockpit().work, TIDY).is_valid is given


@pytest.mark.parametrize(
    ("step", "given"),
    [("undo: begin", True), ("undo: bring the record of before back", True), ("undo: end", False)],
)
def test_a_death_while_a_yes_is_undone(desk: ScriptedDesk, step: str, given: bool) -> None:
    with pytest.raises(Died):
        desk.cockpit(die_before(step)).carry_out(Undo(), lambda _event: None, by="cli")
    recovered(desk)
    assert standing.state_of(desk.cockpit().work, TIDY).is_valid is given
