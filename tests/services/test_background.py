"""Background lanes by hand: a run is started, judged, landed or held; nothing without leave."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cockpit.domain.approval import Standing
from cockpit.domain.background import Phase
from cockpit.domain.events import Event
from cockpit.domain.intents import (
    ApproveStanding,
    Dispatch,
    JudgeBackground,
    Land,
    Park,
    RunBackground,
    Start,
    Teardown,
    Undo,
)
from cockpit.domain.operation import OpKind, OpState
from cockpit.errors import Refused
from cockpit.services import background, standing
from cockpit.services.api import Outcome
from tests.conftest import git
from tests.services.background import (
    ALPHA,
    ASKING,
    FAILED,
    PROMPT,
    TIDY,
    WORKING,
    ScriptedDesk,
    Work,
    commits,
    lanes,
    nothing,
)
from tests.services.conftest import Desk

RUN = RunBackground(TIDY, "every 5m")
JUDGE = JudgeBackground(TIDY)

Make = Callable[..., ScriptedDesk]


@pytest.fixture
def make(make_desk: Callable[..., Desk]) -> Make:
    def build(work: Work | None = None, *, approved: bool = True, **wishes: Any) -> ScriptedDesk:
        desk = ScriptedDesk(make_desk(lanes=lanes(**wishes)), work or commits())
        if approved:
            desk.approve()
        return desk

    return build


def do(desk: ScriptedDesk, intent: RunBackground | JudgeBackground | Land) -> Outcome:
    return desk.cockpit().carry_out(intent, desk.desk.events.append, by="background")


def phase(desk: ScriptedDesk) -> Phase:
    return background.run_of(desk.cockpit().work, TIDY).phase


def held(desk: ScriptedDesk) -> str:
    run = background.run_of(desk.cockpit().work, TIDY)
    assert run.phase is Phase.HELD, run
    return run.why


# ---------------------------------------------------------------- the usual way


def test_a_whole_run_lands_as_one_step_that_undo_takes_back(make: Make) -> None:
    desk = make()
    before = desk.desk.main()
    assert do(desk, RUN).data["held"] == ""
    assert desk.prompts == [PROMPT]
    assert phase(desk) is Phase.PROMPTED
    outcome = do(desk, JUDGE)
    assert (desk.desk.root / "docs/guide.md").read_text() == "# Guide\n\nTidied.\n"
    assert phase(desk) is Phase.REST
    log = desk.cockpit().log()
    landed = next(op for op in log if op.kind is OpKind.LAND)
    assert (landed.by, landed.seq) == ("background", outcome.data["landed"])
    assert all(op.state is OpState.DONE for op in log)
    assert desk.cockpit().approval(TIDY).standing is Standing.NONE
    desk.desk.do(Undo(landed.seq))
    assert desk.desk.main() == before


def test_the_next_run_begins_where_the_target_is(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    do(desk, JUDGE)
    desk.desk.start()
    desk.desk.commit("alpha", "src/new.py", "new = 1\n")
    desk.desk.do(Land(ALPHA))
    desk.work = commits("docs/second.md")
    assert do(desk, RUN).data["held"] == ""
    assert (desk.folder / "src/new.py").exists()
    assert desk.prompts == [PROMPT, PROMPT]
    assert do(desk, JUDGE).data["landed"]
    assert (desk.desk.root / "docs/second.md").exists()


def test_a_squashed_landing_leaves_nothing_in_the_way_of_the_next_run(make: Make) -> None:
    desk = make()
    text = (desk.desk.root / "lanes.yaml").read_text() + "merge: {how: squash}\n"
    desk.desk.configure(text)
    git(desk.desk.root, "commit", "-qam", "squash")
    desk.approve()
    desk.desk.do(Dispatch(True))
    for number in range(2):
        desk.work = commits(f"docs/{number}.md")
        assert do(desk, RUN).data["held"] == ""
        assert do(desk, JUDGE).data["landed"]
    assert (desk.desk.root / "docs/1.md").exists()


def test_an_agent_that_ended_is_run_again_for_the_next_run(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    do(desk, JUDGE)
    desk.desk.tmux.infos.clear()
    desk.work = commits("docs/second.md")
    assert do(desk, RUN).data["held"] == ""
    assert desk.prompts == [PROMPT, PROMPT]


def test_a_run_that_made_nothing_is_over(make: Make) -> None:
    desk = make(nothing)
    before = desk.desk.main()
    do(desk, RUN)
    outcome = do(desk, JUDGE)
    assert "nothing to land" in outcome.summary
    assert (desk.desk.main(), phase(desk)) == (before, Phase.REST)


def test_a_parked_lane_is_taken_up_again(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    do(desk, JUDGE)
    desk.desk.do(Park(TIDY))
    desk.work = commits("docs/second.md")
    assert do(desk, RUN).data["held"] == ""
    assert do(desk, JUDGE).data["landed"]


def test_a_landing_that_the_journal_left_behind_is_still_known(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make()
    desk.desk.start()
    desk.desk.commit("alpha", "src/new.py", "new = 1\n")
    desk.desk.do(Land(ALPHA))
    desk.approve()
    known = desk.cockpit().fleet().desk.landing
    assert known
    do(desk, RunBackground(TIDY, "it is due", known))
    monkeypatch.setattr(background, "LOOKED_AT", 1)
    assert desk.cockpit().fleet().desk.landing == known, "else an idle fleet would look new"


# ---------------------------------------------------------------- what is unusual waits


def leaves_dirt(folder: Path) -> None:
    commits()(folder)
    (folder / "docs/loose.md").write_text("loose\n")


def writes_only(folder: Path) -> None:
    (folder / "docs/loose.md").write_text("loose\n")


def steers(folder: Path) -> None:
    (folder / "docs/link").symlink_to("/etc/passwd")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a link")


def switches(folder: Path) -> None:
    commits()(folder)
    git(folder, "switch", "-q", "-c", "elsewhere")


def half_merged(folder: Path) -> None:
    (folder / "docs/a.md").write_text("<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "markers")


@pytest.mark.parametrize(
    ("work", "wishes", "why"),
    [
        (commits("src/api.py", "gone = 1\n"), {}, "outside the zone"),
        (leaves_dirt, {}, "1 uncommitted path"),
        (writes_only, {}, "1 uncommitted path"),
        (steers, {}, ""),
        (switches, {}, "not on tidy/work"),
        (half_merged, {}, "conflict markers"),
        (commits(), {"gate": '"false"'}, "the gate is red"),
        (commits(), {"gate": '"no-such-command"'}, "was not found"),
        (
            commits(),
            {"gate": '"test -e ../seen || { touch ../seen; false; }"', "retry": "1"},
            "flaky",
        ),
    ],
)
def test_what_is_unusual_is_held_and_nothing_lands(
    make: Make, work: Work, wishes: dict[str, str], why: str
) -> None:
    desk = make(work, **wishes)
    before = desk.desk.main()
    do(desk, RUN)
    outcome = do(desk, JUDGE)
    assert why in held(desk)
    assert outcome.data["held"] == held(desk)
    assert desk.desk.main() == before
    assert desk.cockpit().approval(TIDY).standing is Standing.NONE
    assert desk.cockpit().fleet().lanes[TIDY].needs_commander
    do(desk, JUDGE)
    assert desk.desk.main() == before, "what is held does not land by itself"


def test_a_conflict_is_held(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    (desk.desk.root / "docs/guide.md").write_text("# Another\n")
    git(desk.desk.root, "commit", "-qam", "by hand")
    before = desk.desk.main()
    do(desk, JUDGE)
    assert "conflict" in held(desk)
    assert desk.desk.main() == before


def test_a_target_that_someone_else_moved_is_held_until_the_commander_has_seen_it(
    make: Make,
) -> None:
    desk = make()
    do(desk, RUN)
    (desk.desk.root / "README.md").write_text("by hand\n")
    git(desk.desk.root, "commit", "-qam", "by hand")
    do(desk, JUDGE)
    assert "came in since" in held(desk)
    desk.desk.do(Dispatch(True, TIDY))
    assert do(desk, JUDGE).data["landed"]


def test_a_work_tree_of_the_commanders_in_the_way_is_held(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    (desk.desk.root / "docs/guide.md").write_text("not committed\n")
    do(desk, JUDGE)
    assert "in the way" in held(desk)
    assert (desk.desk.root / "docs/guide.md").read_text() == "not committed\n"


def test_an_agent_at_work_again_is_left_alone_and_nothing_is_written_down(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    desk.show(WORKING)
    steps = len(desk.cockpit().log())
    assert do(desk, JUDGE).data["later"]
    desk.show(ASKING)
    assert do(desk, JUDGE).data["later"]
    assert len(desk.cockpit().log()) == steps
    assert phase(desk) is Phase.PROMPTED


def test_it_waits_while_something_else_lands(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    with ThreadPoolExecutor(1) as elsewhere, desk.cockpit().work.locks.hold("train"):
        assert elsewhere.submit(do, desk, JUDGE).result().data["later"]
    assert phase(desk) is Phase.PROMPTED
    assert do(desk, JUDGE).data["landed"]


def test_a_lane_whose_agent_failed_is_held_for_that(make: Make) -> None:
    desk = make()
    desk.after = FAILED
    do(desk, RUN)
    do(desk, JudgeBackground(TIDY, "its turn ended in an error"))
    assert held(desk) == "its turn ended in an error"


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ('"true"', '"true # other"', "gate"),
        ('["docs/**"]', '["**"]', "zone"),
        ("tidy the guide", "do as you like", "prompt"),
        ("after: 5m", "after: 1m", "start"),
        ("agent: bot", "agent: bot, model: big", "agent"),
        ("command: [sh], preset: demo", "command: [sh, -x], preset: demo", "agent"),
        ("launch:", "merge: {push: origin}\nlaunch:", "landing"),
        ("launch:", "zones: {append: [a]}\nlaunch:", "zone"),
        ("launch:", "setup: {run: [make]}\nlaunch:", "setup"),
    ],
)
def test_any_change_of_the_terms_makes_the_yes_void_and_holds_the_run(
    make: Make, old: str, new: str, part: str
) -> None:
    desk = make()
    do(desk, RUN)
    open_app = desk.cockpit()
    text = (desk.desk.root / "lanes.yaml").read_text()
    if part == "agent" and "model" in new:
        text = text.replace("    agent: bot\n", "    agent: bot\n    model: big\n")
    else:
        assert old in text
        text = text.replace(old, new)
    desk.desk.configure(text)
    before = desk.desk.main()
    state = standing.state_of(desk.cockpit().work, TIDY)
    assert state.standing is Standing.VOID
    assert any(f"its {part} " in clause for clause in state.changed), state.changed
    late = standing.state_of(open_app.work, TIDY)
    assert late.standing is Standing.VOID, "an app that was open before sees it too"
    open_app.carry_out(JUDGE, desk.desk.events.append, by="background")
    assert desk.desk.main() == before
    assert held(desk)


def test_a_template_is_a_part_of_the_terms(make_desk: Callable[..., Desk]) -> None:
    text = lanes().replace('prompt: "tidy the guide"', "template: tidy.md") + "templates: ask\n"
    plain = make_desk(lanes=text)
    desk = ScriptedDesk(plain, commits())
    with pytest.raises(Refused, match=r"no tidy\.md"):
        desk.approve()
    (plain.root / "ask").mkdir()
    (plain.root / "ask/tidy.md").write_text(f"please {PROMPT}\n\nand commit\n")
    desk.approve()
    assert do(desk, RUN).data["held"] == ""
    assert desk.prompts == [f"please {PROMPT}\n\nand commit"]
    (plain.root / "ask/tidy.md").write_text("rm -rf /\n")
    do(desk, JUDGE)
    assert "its prompt was please" in held(desk)
    (plain.root / "ask/tidy.md").unlink()
    (plain.root / "ask/tidy.md").symlink_to("/etc/passwd")
    assert "symlink" in standing.state_of(desk.cockpit().work, TIDY).why


# ---------------------------------------------------------------- a start that is unusual


def test_a_lane_that_holds_work_of_before_is_not_started(make: Make) -> None:
    desk = make()
    desk.desk.do(Start(TIDY))
    commits()(desk.folder)
    assert "commits that are not on main" in do(desk, RUN).data["held"]
    desk.desk.do(Dispatch(True, TIDY))
    git(desk.folder, "reset", "-q", "--hard", "main")
    (desk.folder / "loose.txt").write_text("loose\n")
    assert "uncommitted" in do(desk, RUN).data["held"]
    assert desk.prompts == []


def test_a_prompt_of_which_nobody_knows_is_never_given_again(make: Make) -> None:
    desk = make()
    desk.desk.do(Start(TIDY))
    desk.desk.tmux.paste = lambda pane, text: None  # type: ignore[method-assign]
    desk.desk.tmux.press = lambda pane, *keys: None  # type: ignore[method-assign]
    assert "nobody knows" in do(desk, RUN).data["held"]
    with pytest.raises(Refused, match="open already"):
        do(desk, RUN)


def test_an_agent_at_work_is_not_given_a_prompt(make: Make) -> None:
    desk = make()
    desk.desk.do(Start(TIDY))
    desk.show(WORKING)
    assert "working" in do(desk, RUN).data["held"]
    assert desk.prompts == []


# ---------------------------------------------------------------- leave


def test_nothing_runs_without_trust_and_a_standing_approval(make: Make) -> None:
    desk = make(approved=False)
    with pytest.raises(Refused, match="no standing approval"):
        do(desk, RUN)
    text = (desk.desk.root / "lanes.yaml").read_text()
    desk.desk.configure(text.replace('"true"', '"make"'))
    with pytest.raises(Refused, match="not trusted"):
        desk.approve()
    desk.desk.configure(text)
    desk.approve()
    desk.desk.do(Dispatch(False))
    with pytest.raises(Refused, match="are stopped"):
        do(desk, RUN)
    desk.desk.do(Dispatch(True))
    assert do(desk, RUN).data["held"] == ""


def test_a_yes_is_bound_to_what_was_shown(make: Make) -> None:
    desk = make(approved=False)
    terms = desk.cockpit().standing_terms(TIDY)
    desk.desk.configure((desk.desk.root / "lanes.yaml").read_text().replace("5m", "6m"))
    desk.desk.trust()
    with pytest.raises(Refused, match="changed since it was shown"):
        desk.desk.do(ApproveStanding(TIDY, terms.digest))
    assert standing.state_of(desk.cockpit().work, TIDY).standing is Standing.NONE


def test_a_yes_can_be_taken_back_and_both_can_be_undone(make: Make) -> None:
    desk = make()
    given = standing.raw(desk.cockpit().work, TIDY)
    desk.desk.do(ApproveStanding(TIDY, revoke=True))
    assert standing.state_of(desk.cockpit().work, TIDY).standing is Standing.NONE
    desk.desk.do(Undo())
    assert standing.raw(desk.cockpit().work, TIDY) == given
    desk.desk.do(Undo())
    assert standing.raw(desk.cockpit().work, TIDY) is None


def test_only_a_background_lane_and_only_an_agent_that_takes_prompts(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(lanes=lanes().replace("agent: bot", "agent: sh"))
    with pytest.raises(Refused, match="no background lane"):
        desk.do(ApproveStanding(ALPHA))
    with pytest.raises(Refused, match="takes no prompts"):
        desk.do(ApproveStanding(TIDY))


@pytest.mark.parametrize("content", ["{}", "junk", '{"version": 1, "value": {"lane": "tidy"}}'])
def test_a_damaged_record_is_never_a_yes(make: Make, content: str) -> None:
    desk = make()
    facts = desk.cockpit().state / "facts"
    (facts / "standing-tidy.json").write_text(content)
    assert standing.state_of(desk.cockpit().work, TIDY).standing is Standing.VOID
    with pytest.raises(Refused, match="no standing approval that counts"):
        do(desk, RUN)
    desk.approve()
    (facts / "background-tidy.json").write_text(content)
    assert held(desk)
    (facts / "dispatch.json").write_text(content)
    assert background.is_stopped(desk.cockpit().work)


# ---------------------------------------------------------------- the commander sees to it


def test_what_is_held_goes_on_at_the_commanders_word(make: Make) -> None:
    desk = make(leaves_dirt)
    do(desk, RUN)
    do(desk, JUDGE)
    (desk.folder / "docs/loose.md").unlink()
    do(desk, JUDGE)
    assert held(desk)
    desk.desk.do(Dispatch(True, TIDY))
    assert do(desk, JUDGE).data["landed"]


def test_what_is_held_and_landed_by_hand_is_over(make: Make) -> None:
    desk = make(leaves_dirt)
    do(desk, RUN)
    do(desk, JUDGE)
    (desk.folder / "docs/loose.md").unlink()
    desk.desk.do(Land(TIDY))
    assert "nothing to land" in do(desk, JUDGE).summary
    assert phase(desk) is Phase.REST


def test_a_lane_that_was_torn_down_is_over(make: Make) -> None:
    desk = make()
    do(desk, RUN)
    desk.desk.do(Teardown(TIDY))
    assert "put away" in do(desk, JUDGE).summary
    assert phase(desk) is Phase.REST


def test_one_lane_can_be_held_by_hand(make: Make) -> None:
    desk = make()
    desk.desk.do(Dispatch(False, TIDY))
    assert held(desk) == "you hold it"
    with pytest.raises(Refused):
        do(desk, RUN)
    desk.desk.do(Dispatch(True, TIDY))
    assert do(desk, RUN).data["held"] == ""


def test_a_stop_while_the_gate_runs_lands_nothing(make: Make) -> None:
    desk = make(gate='"touch ../gating; sleep 20"')
    do(desk, RUN)
    before = desk.desk.main()
    stopped: list[Event] = []

    def tell(event: Event) -> None:
        if "run touch" in getattr(event, "what", "") and not stopped:
            stopped.append(event)
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(desk.desk.do, Dispatch(False)).result()

    outcome = desk.cockpit().carry_out(JUDGE, tell, by="background")
    assert "stopped" in outcome.data["later"]
    assert (desk.desk.main(), phase(desk)) == (before, Phase.PROMPTED)
