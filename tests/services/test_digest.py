"""The digest from a real journal, real commits and real results."""

from __future__ import annotations

import time

from cockpit.domain.digest import News, Seen
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Gate, Land, Start
from cockpit.errors import CockpitError
from tests.services.conftest import Desk

ALPHA, BETA = LaneId("alpha"), LaneId("beta")


def test_landings_commits_and_results_since_a_moment(desk: Desk) -> None:
    desk.start("alpha")
    desk.do(Start(BETA))
    before = time.time() - 5
    desk.commit("alpha", "src/a.py", "a = 1\n", "Add a")
    commit = desk.commit("beta", "b.py", "b = 1\n", "Add b [/x]")
    cockpit = desk.cockpit()
    shown = cockpit.preview_landing(ALPHA)
    desk.do(Land(ALPHA, shown.source, shown.target_old, task_digest=shown.task_digest))
    results = desk.root / "results"
    results.mkdir(exist_ok=True)
    (results / "task-001-result.md").write_text(f"---\nstatus: done\ncommit: {commit}\n---\nAll.\n")
    found = cockpit.digest(Seen(before), cockpit.fleet())
    told = {(line.news, line.lane) for line in found.lines}
    assert (News.LANDED, ALPHA) in told
    assert (News.COMMITS, BETA) in told
    assert (News.COMMITS, ALPHA) not in told, "it landed"
    text = next(line.text for line in found.lines if line.news is News.RESULT)
    assert text == "task-001-result.md: says done: All."
    later = cockpit.digest(Seen(time.time() + 5), cockpit.fleet())
    assert not later


def test_a_red_gate_is_told(desk: Desk) -> None:
    desk.start("alpha")
    desk.commit("alpha", "src/a.py", "a = 1\n")
    before = time.time() - 1
    desk.configure((desk.root / "lanes.yaml").read_text().replace('"true"', '"false"'))
    desk.trust()
    try:
        desk.do(Gate(ALPHA))
    except CockpitError:
        pass
    found = desk.cockpit().digest(Seen(before), desk.cockpit().fleet())
    assert any(line.lane == ALPHA and "gate" in line.text for line in found.lines), found.lines


def test_what_was_seen_is_kept_and_a_damaged_one_is_not_known(desk: Desk) -> None:
    cockpit = desk.cockpit()
    assert cockpit.kept_seen() is None
    cockpit.keep_seen(Seen(5.0, {ALPHA: "working"}))
    assert desk.cockpit().kept_seen() == Seen(5.0, {ALPHA: "working"})
    desk.state("seen").write_bytes(b"{")
    assert desk.cockpit().kept_seen() is None
