"""`cockpit ledger`: what agents wrote is text, and the three forms say the same."""

from __future__ import annotations

import pytest

from cockpit.domain.fleet import Fleet
from cockpit.domain.ids import LaneId
from cockpit.domain.ledger import Table, consolidate, parse
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

Capture = pytest.CaptureFixture[str]
CSV = b'task,title,spare\n1,"a, ""b"" \x1b[31m",\n2,=HYPERLINK(1),\n'


@pytest.fixture(autouse=True)
def table(fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.table = parse(consolidate([("ledgers/a.csv", parse(CSV))]))
    if not hasattr(fake, "board"):
        monkeypatch.setattr(FakeCockpit, "board", lambda _self, fleet: fleet, raising=False)


def test_people_get_the_columns_that_say_something(run: Run, capsys: Capture) -> None:
    assert run("ledger") == 0
    head, one, two = capsys.readouterr().out.splitlines()
    assert head.split() == ["LEDGER", "TASK", "TITLE"]
    assert "ledgers/a.csv" in one and "\x1b" not in one
    assert "'=HYPERLINK(1)" in two
    assert run("ledger", "alpha") == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["TASK", "TITLE"]


def test_a_csv_reads_back_as_what_it_was(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.table = parse(consolidate([("a", parse(b"t\n" + b"x" * 50_000 + b"\n"))]))
    assert run("ledger", "--csv") == 0
    assert parse(capsys.readouterr().out.encode()) == fake.table


def test_json_has_a_row_a_task(run_json: Json) -> None:
    code, document = run_json("ledger", "A")
    assert code == 0
    assert document["lane"] == "alpha"
    assert document["columns"] == ["ledger", "task", "title", "spare"]
    assert [row["task"] for row in document["rows"]] == ["1", "2"]
    assert document["problems"] == []


def test_nothing_yet_says_so(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.table = parse(b"")
    assert run("ledger") == 0
    said = capsys.readouterr()
    assert "No task was given to a lane yet." in said.out
    assert "it is empty" in said.err


@pytest.mark.parametrize(
    ("words", "code"), [(["nobody"], 2), (["--csv", "--json"], 2), (["a", "b"], 2)]
)
def test_nonsense_is_refused(run: Run, words: list[str], code: int) -> None:
    assert run("ledger", *words) == code


def test_the_fleet_is_looked_at_first(run: Run, fake: FakeCockpit) -> None:
    seen: list[Fleet] = []

    def ledger(fleet: Fleet, lane: LaneId | None = None) -> Table:
        seen.append(fleet)
        return Table()

    fake.ledger = ledger  # type: ignore[method-assign]
    run("ledger")
    assert all(view.facts for view in seen[0].lanes.values() if view.record)
