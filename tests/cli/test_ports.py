"""`cockpit ports`: the table, one lane's variables, and what is refused."""

from __future__ import annotations

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.ports import GATE, HeldSlot
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]

ALPHA = HeldSlot(
    LaneId("alpha"),
    0,
    {"WEB_PORT": 9100, "DB_PORT": 9200},
    {"WEB_PORT": "9100", "DB_PORT": "9200", "TITLE": "it's $(alpha) \x1b[31m"},
    (9200,),
)
OF_GATE = HeldSlot(GATE, 3, {"WEB_PORT": 9103, "DB_PORT": 9203}, {"WEB_PORT": "9103"})


@pytest.fixture
def slots(fake: FakeCockpit) -> None:
    fake.slots = (ALPHA, OF_GATE)


@pytest.mark.usefixtures("slots")
def test_the_table_names_what_listens(run: Run, capsys: Capture) -> None:
    assert run("ports") == 0
    heading, alpha, gate = capsys.readouterr().out.splitlines()
    assert heading.split() == ["LANE", "SLOT", "WEB_PORT", "DB_PORT", "LISTENS"]
    assert alpha.split() == ["alpha", "0", "9100", "9200", "DB_PORT"]
    assert gate.split() == ["gate", "3", "9103", "9203", "-"]


@pytest.mark.usefixtures("slots")
def test_one_lanes_variables_are_for_a_shell(run: Run, capsys: Capture) -> None:
    assert run("ports", "alpha", "--env") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["WEB_PORT=9100", "DB_PORT=9200"]
    assert out[2].startswith("TITLE='it'\"'\"'s $(alpha)") and "\x1b" not in out[2]


@pytest.mark.usefixtures("slots")
def test_the_document(run_json: Json) -> None:
    code, document = run_json("ports")
    assert code == 0
    alpha, gate = document["ports"]
    assert (alpha["lane"], alpha["slot"], alpha["listening"]) == ("alpha", 0, [9200])
    assert alpha["ports"] == {"WEB_PORT": 9100, "DB_PORT": 9200}
    assert (gate["lane"], gate["slot"]) == (None, 3)
    assert [one["lane"] for one in run_json("ports", "alpha")[1]["ports"]] == ["alpha"]


def test_without_ports_it_says_where_they_come_from(run: Run, capsys: Capture) -> None:
    assert run("ports") == 0
    assert "`ports.vars` would name them" in capsys.readouterr().out


@pytest.mark.usefixtures("slots")
@pytest.mark.parametrize(
    ("words", "says"),
    [(("ports", "beta"), "Lane beta has no ports"), (("ports", "--env"), "Name the lane")],
)
def test_what_is_refused(words: tuple[str, ...], says: str, run: Run, capsys: Capture) -> None:
    assert run(*words) == 3
    assert says in capsys.readouterr().err
