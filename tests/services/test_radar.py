"""The radar on real lanes: who runs into whom, and how little is looked at anew."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.adapters.git.run import Call
from cockpit.adapters.watch import FileWatcher
from cockpit.domain.clash import Clash, Meeting, Radar, Snapshot
from cockpit.domain.events import Event, Notice, RadarChanged
from cockpit.domain.ids import CommitId, LaneId, TreeId
from cockpit.errors import CockpitError
from cockpit.services import radar_watch
from cockpit.services import supervisor as supervising
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.radar import picture
from cockpit.services.radar_watch import RadarWatch
from cockpit.services.supervisor import FleetSupervisor
from tests.adapters.git.test_snapshot import objects_of
from tests.conftest import git
from tests.services.conftest import Desk
from tests.services.test_supervisor import FakeLive, until

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")

THREE = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh}
  gamma: {agent: sh}
"""


@pytest.fixture
def three(make_desk: Callable[..., Desk]) -> Iterator[tuple[Desk, LocalCockpit, dict[str, Path]]]:
    """Three started lanes, and a cockpit that has not looked yet."""
    desk = make_desk(lanes=THREE)
    folders = {lane: desk.start(lane) for lane in ("alpha", "beta", "gamma")}
    yield desk, desk.cockpit(), folders


Three = tuple[Desk, LocalCockpit, dict[str, Path]]


def told(radar: Radar) -> set[tuple[str, str | None, tuple[str, ...]]]:
    return {
        (clash.lane, clash.other, tuple(path.path for path in clash.paths))
        for clash in radar.clashes
    }


def calls_of(cockpit: LocalCockpit) -> list[Call]:
    """Every git process from now on."""
    calls: list[Call] = []
    cockpit.work.git.door.observers.append(calls.append)  # type: ignore[attr-defined]
    return calls


def ran(calls: list[Call], verb: str) -> int:
    return sum(verb in call.argv for call in calls)


def test_uncommitted_untracked_and_committed_work_clashes(three: Three) -> None:
    desk, cockpit, folders = three
    before = objects_of(desk.root)
    (folders["alpha"] / "src" / "api.py").write_text("alpha\n")
    (folders["beta"] / "src" / "api.py").write_text("beta\n")
    (folders["alpha"] / "fresh").write_text("alpha\n")
    (folders["gamma"] / "fresh").write_text("gamma\n")
    radar = cockpit.clashes()
    assert told(radar) == {
        ("alpha", "beta", ("src/api.py",)),
        ("alpha", "gamma", ("fresh",)),
    }
    assert objects_of(desk.root) == before
    desk.commit("beta", "src/api.py", "beta\n")
    assert told(cockpit.clashes()) == told(radar)


def test_a_lane_against_the_target_and_the_lines(three: Three) -> None:
    desk, cockpit, folders = three
    (folders["alpha"] / "README.md").write_text("# Alpha\n")
    (desk.root / "README.md").write_text("# Main\n")
    git(desk.root, "commit", "-q", "-am", "main moves")
    assert told(cockpit.clashes()) == {("alpha", None, ("README.md",))}
    clash = cockpit.clash(ALPHA, None)
    assert clash is not None
    (hunk,) = clash.paths[0].hunks
    assert (hunk.start, hunk.count, hunk.lines) == (1, 1, ("# Alpha",))
    assert (hunk.other_start, hunk.other_lines) == (1, ("# Main",))
    assert cockpit.clash(BETA, None) is None
    assert cockpit.clash(ALPHA, BETA) is None


def test_details_are_seen_from_the_lane_that_asks(three: Three) -> None:
    _, cockpit, folders = three
    (folders["alpha"] / "README.md").write_text("alpha\n")
    (folders["beta"] / "README.md").write_text("beta\nbeta\n")
    for one, other in ((ALPHA, BETA), (BETA, ALPHA)):  # before any look as well
        clash = cockpit.clash(one, other)
        assert clash is not None
        assert clash.paths[0].hunks[0].lines[0] == one
        assert clash.paths[0].hunks[0].other_lines[0] == other


def test_merged_empty_and_squashed_lanes_take_no_part(three: Three) -> None:
    desk, cockpit, folders = three
    assert cockpit.clashes() == Radar(
        sides={lane: CommitId(desk.main()) for lane in (ALPHA, BETA, GAMMA)},
        target=CommitId(desk.main()),
        idle=frozenset({ALPHA, BETA, GAMMA}),
    )
    desk.commit("alpha", "README.md", "# Alpha\n")
    (desk.root / "README.md").write_text("# Alpha\n")
    git(desk.root, "commit", "-q", "-am", "alpha, squashed")
    (desk.root / "docs" / "guide.md").write_text("moved on\n")
    git(desk.root, "commit", "-q", "-am", "main moves on")
    (folders["beta"] / "README.md").write_text("# Beta\n")
    radar = cockpit.clashes()
    assert radar.idle == {ALPHA, GAMMA}
    assert told(radar) == {("beta", None, ("README.md",))}


def test_results_of_a_task_are_no_work(three: Three) -> None:
    _, cockpit, folders = three
    git(folders["alpha"], "config", "core.excludesFile", "/dev/null")
    exclude = folders["alpha"].parent / "project" / ".git" / "info" / "exclude"
    exclude.write_text("")
    for lane in ("alpha", "beta"):
        (folders[lane] / "results").mkdir()
        (folders[lane] / "results" / "task-001-result.md").write_text(f"{lane}\n")
    assert told(cockpit.clashes()) == set()


def test_only_what_changed_is_looked_at_anew(three: Three, monkeypatch: pytest.MonkeyPatch) -> None:
    _, cockpit, folders = three
    for lane, folder in folders.items():
        (folder / "README.md").write_text(f"{lane}\n")
    assert len(cockpit.clashes().clashes) == 3
    calls = calls_of(cockpit)
    cockpit.clashes([])
    assert not ran(calls, "status")
    assert not ran(calls, "merge-tree")
    (folders["alpha"] / "README.md").write_text("alpha again\n")
    seen: list[int] = []
    scout = cockpit.work.git.scout
    meetings = scout.meetings

    def counted(pairs: Sequence[tuple[Snapshot, Snapshot]]) -> list[Meeting]:
        seen.append(len(pairs))
        return meetings(pairs)

    monkeypatch.setattr(scout, "meetings", counted)
    cockpit.clashes([ALPHA])
    assert ran(calls, "status") == 1
    assert seen == [3]  # the target, beta, gamma


def test_a_lane_being_rebased_is_seen_as_its_branch(three: Three) -> None:
    desk, cockpit, folders = three
    desk.commit("alpha", "README.md", "# Alpha\n")
    tip = desk.commit("alpha", "src/api.py", "alpha\n")
    (desk.root / "README.md").write_text("# Main\n")
    git(desk.root, "commit", "-q", "-am", "main")
    (folders["beta"] / "src" / "api.py").write_text("beta\n")
    with pytest.raises(AssertionError):
        git(folders["alpha"], "rebase", "-q", "main")
    radar = cockpit.clashes()
    assert radar.sides[ALPHA] == tip
    assert radar.partly[ALPHA] == ("a rebase is under way; its branch was looked at",)
    assert told(radar) == {
        ("alpha", None, ("README.md",)),
        ("alpha", "beta", ("src/api.py",)),
    }


def test_lanes_that_cant_be_seen_say_why_and_clash_with_nobody(three: Three) -> None:
    desk, cockpit, folders = three
    for lane, folder in folders.items():
        (folder / "README.md").write_text(f"{lane}\n")
    assert len(cockpit.clashes().clashes) == 3
    git(folders["alpha"], "checkout", "-q", "--orphan", "unborn")
    desk.commit("beta", "README.md", "beta\n")
    shutil.rmtree(folders["beta"])
    radar = cockpit.clashes()
    assert radar.unseen == {ALPHA: "its branch has no commit"}
    assert radar.partly[BETA] == ("its folder is gone; the branch was looked at",)
    assert told(radar) == {("beta", "gamma", ("README.md",))}
    git(desk.root, "update-ref", "-d", "refs/heads/beta/work")
    radar = cockpit.clashes()
    assert radar.unseen[BETA] == "its branch is gone"
    assert radar.why_unknown(GAMMA, BETA) == "beta: its branch is gone"
    assert told(radar) == set()


def test_a_lane_without_common_history_is_unseen(three: Three) -> None:
    _, cockpit, folders = three
    git(folders["alpha"], "checkout", "-q", "--orphan", "fresh")
    git(folders["alpha"], "commit", "-q", "-m", "alone")
    (folders["beta"] / "README.md").write_text("beta\n")
    (folders["gamma"] / "README.md").write_text("gamma\n")
    radar = cockpit.clashes()
    assert "no common history" in radar.unseen[ALPHA]
    assert told(radar) == {("beta", "gamma", ("README.md",))}


def test_a_folder_that_was_begun_anew_changes_nothing(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cockpit.adapters.git import radar_scratch

    _, cockpit, folders = three
    for lane, folder in folders.items():
        (folder / "README.md").write_text(f"{lane}\n")
    before = cockpit.clashes()
    monkeypatch.setattr(radar_scratch, "MOST_FILES", 1)
    cockpit.work.git.scout.scratch.note(10_000)  # type: ignore[attr-defined]
    assert cockpit.clashes([]) == before
    clash = cockpit.clash(ALPHA, BETA)
    assert clash is not None
    assert clash.paths[0].hunks


# ---------------------------------------------------------------- pure


def _side(letter: str, *left_out: str) -> Snapshot:
    return Snapshot(CommitId(letter * 40), CommitId(letter * 40), left_out)


def test_a_pair_that_git_cant_merge_is_unsure() -> None:
    one, two, tip = _side("1"), _side("2"), _side("0")
    meetings = {
        (one.commit, tip.commit): Meeting(),
        (two.commit, tip.commit): Meeting(),
        (one.commit, two.commit): Meeting(failed="it took too long"),
    }
    radar = picture({ALPHA: one, BETA: two}, {}, tip, TreeId("e" * 40), meetings)
    assert radar.unsure == {(ALPHA, BETA): "it took too long"}
    assert radar.why_unknown(BETA, ALPHA) == "it took too long"
    assert radar.clashes == ()


def test_without_a_target_lanes_still_meet() -> None:
    one, two = _side("1"), _side("2", "x is too large to be read")
    radar = picture({ALPHA: one, BETA: two}, {}, None, None, {})
    assert radar == Radar(
        sides={ALPHA: one.commit, BETA: two.commit},
        partly={BETA: ("x is too large to be read",)},
    )


# ---------------------------------------------------------------- the watch


@asynccontextmanager
async def watching(
    look: Callable[..., Radar], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[RadarWatch, list[Event]]]:
    for name in ("SETTLE", "FIRST", "REST"):
        monkeypatch.setattr(radar_watch, name, 0.01)
    events: list[Event] = []
    shown = [Radar()]

    def publish(event: Event) -> None:
        events.append(event)
        if isinstance(event, RadarChanged):
            shown[0] = event.radar

    watch = RadarWatch(look, shown=lambda: shown[0], publish=publish)
    task = asyncio.create_task(watch.run())
    try:
        yield watch, events
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        watch.close()


async def test_hints_are_gathered_and_only_news_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, float | None]] = []
    answer = Radar(clashes=(Clash(ALPHA, BETA, ()),))

    def look(lanes: object, since: float | None) -> Radar:
        asked.append((lanes, since))
        return answer

    async with watching(look, monkeypatch) as (watch, events):
        watch.hint([ALPHA], 1.0)
        watch.hint([BETA], 2.0)
        await until(lambda: len(asked) == 1, "one look for both")
        assert asked == [(frozenset({ALPHA, BETA}), 2.0)]
        await until(lambda: events == [RadarChanged(answer)], "told")
        watch.hint(None, 3.0)
        await until(lambda: len(asked) == 2, "a second look")
        watch.hint([], 4.0)
        await until(lambda: len(asked) == 3, "a third look")
        assert asked[1:] == [(None, 3.0), (frozenset(), 4.0)]
        assert events == [RadarChanged(answer)]


async def test_a_look_that_fails_is_told_once_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = [0]

    def look(_lanes: object, _since: float | None) -> Radar:
        count[0] += 1
        if count[0] < 3:
            raise CockpitError("The disk is full.")
        return Radar(target=CommitId("1" * 40))

    async with watching(look, monkeypatch) as (watch, events):
        for number in range(1, 4):
            watch.hint(None, float(number))
            await until(lambda: count[0] == number, "looked")  # noqa: B023
        await until(lambda: len(events) == 2, "told")
        assert events[0] == Notice("The radar can't look: The disk is full.", "warning")
        assert isinstance(events[1], RadarChanged)


def quiet_for(ticks: list[int], calls: list[Call]) -> int:
    """How many of the last polls have seen no new git."""
    return sum(1 for count in ticks[-40:] if count == len(calls))


async def test_an_edit_in_a_lane_shows_and_a_quiet_app_forks_nothing(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, cockpit, folders = three
    for name in ("SETTLE", "FIRST", "REST"):
        monkeypatch.setattr(radar_watch, name, 0.02)
    monkeypatch.setattr(supervising, "TICK", 0.05)
    ticks: list[int] = []
    """How many gits had run at each of the cheap polls."""
    calls = calls_of(cockpit)
    stamp = cockpit.work.disk.stamp

    def tick(path: Path) -> tuple[int, int]:
        ticks.append(len(calls))
        return stamp(path)

    monkeypatch.setattr(cockpit.work.disk, "stamp", tick)
    (folders["alpha"] / "src" / "api.py").write_text("alpha\n")
    supervisor = FleetSupervisor(cockpit, FakeLive(desk.tmux), FileWatcher())
    radars: list[Radar] = []
    supervisor.subscribe(
        lambda event, _: radars.append(event.radar) if isinstance(event, RadarChanged) else None
    )
    task = asyncio.create_task(supervisor.run())
    try:
        await until(lambda: bool(radars), "the first picture")
        assert not supervisor.fleet.radar.clashes
        (folders["beta"] / "src" / "api.py").write_text("beta\n")
        await until(lambda: bool(supervisor.fleet.radar.clashes), "the edit is seen")
        assert told(supervisor.fleet.radar) == {("alpha", "beta", ("src/api.py",))}
        calls.clear()
        await until(lambda: quiet_for(ticks, calls) > 20, "twenty polls without any git")
        assert not ran(calls, "merge-tree")
        pictures = len(radars)
        (folders["beta"] / "src" / "api.py").write_text("def answer():\n    return 42\n")
        await until(lambda: not supervisor.fleet.radar.clashes, "taken back is seen")
        assert len(radars) > pictures
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await supervisor.stop()
