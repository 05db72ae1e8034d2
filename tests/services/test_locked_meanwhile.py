"""A lane that is locked while its gate runs does not land."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Intent, Land, Lock, Queue, RunTrain
from cockpit.services.api import Outcome
from tests.services.conftest import Desk

ALPHA = LaneId("alpha")


@pytest.mark.parametrize("wish", [Land(ALPHA), RunTrain()], ids=["land", "train"])
def test_a_lock_during_the_gate_holds(
    make_desk: Callable[..., Desk], tmp_path: Path, wish: Intent
) -> None:
    began, go = tmp_path / "began", tmp_path / "go"
    desk = make_desk(gate=f'"touch {began}; while [ ! -e {go} ]; do sleep 0.05; done"')
    desk.start()
    desk.commit("alpha", "src/mine.py", "1\n")
    if isinstance(wish, RunTrain):
        desk.do(Queue(ALPHA))
    before, ended = desk.main(), list[Outcome | Exception]()

    def land() -> None:
        try:
            ended.append(desk.do(wish, cockpit=desk.cockpit()))
        except Exception as error:  # what it raises is looked at below
            ended.append(error)

    thread = threading.Thread(target=land)
    thread.start()
    end = time.monotonic() + 30
    while not began.exists() and time.monotonic() < end and not ended:
        time.sleep(0.02)
    assert not ended, ended
    desk.do(Lock(ALPHA, "not this one"), cockpit=desk.cockpit())
    go.touch()
    thread.join()
    assert desk.main() == before
    assert "not this one" in repr(ended)
