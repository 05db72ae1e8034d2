"""`cockpit clashes`, and the clashes in `cockpit status`."""

from __future__ import annotations

import pytest

from cockpit.domain.clash import Clash, ClashPath, Hunk, Radar
from cockpit.domain.ids import CommitId, LaneId
from cockpit.errors import CockpitError
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run

A, B, G = LaneId("alpha"), LaneId("beta"), LaneId("gamma")
HUNK = Hunk(10, 2, 8, 0, ("one", "two"), ())
RADAR = Radar(
    (
        Clash(A, None, (ClashPath("README.md"),)),
        Clash(A, B, (ClashPath("src/api.py", hunks=(HUNK,)), ClashPath("bin", "binary"))),
        Clash(B, G, (ClashPath("evil\x1b]0;x\n.py", "add/add"),)),
    ),
    sides={A: CommitId("1" * 40), B: CommitId("2" * 40), G: CommitId("3" * 40)},
    target=CommitId("0" * 40),
    partly={B: ("big.bin is too large to be read",)},
)


def test_the_table_names_who_what_and_where(
    run: Run, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.radar = RADAR
    assert run("clashes") == 0
    out = capsys.readouterr().out
    assert [line.rstrip() for line in out.splitlines()[:6]] == [
        "LANE   WITH   PATH           KIND     LINES",
        "alpha  main   README.md      content",
        "alpha  beta   src/api.py     content  10-11 ↔ before 8",
        "              bin            binary",
        "beta   gamma  evil␛]0;x␊.py  add/add",
        "beta: left out: big.bin is too large to be read",
    ]
    assert "  1 gamma  lands as it is; beta will have to resolve" in out
    assert "  3 alpha  conflicts with main already; has 2 paths to resolve with beta" in out


def test_one_lane_sees_its_own_side(run_json: Json, fake: FakeCockpit) -> None:
    fake.radar = RADAR
    code, document = run_json("clashes", "beta")
    assert code == 0
    assert [(clash["lane"], clash["other"]) for clash in document["clashes"]] == [
        ("beta", "alpha"),
        ("beta", "gamma"),
    ]
    assert document["clashes"][0]["paths"][0] == {
        "path": "src/api.py",
        "also": [],
        "kind": "content",
        "hunks": [
            {
                "start": 8,
                "count": 0,
                "lines": [],
                "other_start": 10,
                "other_count": 2,
                "other_lines": ["one", "two"],
            }
        ],
    }
    assert [place["lane"] for place in document["order"]] == ["gamma", "beta", "alpha"]
    assert document["target"] == {"branch": "main", "commit": "0" * 40}


def test_what_is_not_known_is_said(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.radar = Radar(
        sides={A: CommitId("1" * 40), B: CommitId("2" * 40)},
        unseen={G: "its branch is gone"},
        unsure={(A, B): "it took too long"},
        idle=frozenset({B}),
    )
    assert run("clashes") == 0
    out = capsys.readouterr().out
    assert "gamma: not known: its branch is gone" in out
    assert "alpha and beta: not known: it took too long" in out
    assert "main: there is no such branch" in out
    _, document = run_json("clashes")
    lanes = {lane["lane"]: lane for lane in document["lanes"]}
    assert lanes["gamma"]["known"] is False
    assert lanes["beta"]["brings_nothing"] is True
    assert [place["lane"] for place in document["order"]] == ["alpha"]


def test_nothing_to_tell(run: Run, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("clashes") == 0
    assert "No lane is started" in capsys.readouterr().out
    fake.radar = Radar(sides={A: CommitId("1" * 40)}, target=CommitId("0" * 40))
    assert run("clashes") == 0
    assert "Nobody clashes with anybody." in capsys.readouterr().out
    assert run("clashes", "nobody") == 2


def test_status_shows_a_sign_and_fills_its_document(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.radar = RADAR
    assert run("status") == 0
    assert "⚔ main README.md, 1 more" in capsys.readouterr().out
    _, document = run_json("status")
    clashes = {lane["lane"]: lane["clashes"] for lane in document["lanes"]}
    assert clashes["alpha"] == [
        {"lane": None, "paths": ["README.md"]},
        {"lane": "beta", "paths": ["src/api.py", "bin"]},
    ]


def test_a_radar_that_cant_look_stops_no_status(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.radar = CockpitError("The disk is full.")
    assert run("status") == 0
    captured = capsys.readouterr()
    assert "alpha" in captured.out
    assert "clashes are not known: The disk is full." in captured.err
    code, document = run_json("status")
    assert code == 0
    assert document["lanes"][0]["clashes"] is None
    assert run("clashes") == 1
