"""Commands that only look: status, explain, diff, wait, and what concerns lanes.yaml itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.config.load import load_config, parse_config
from cockpit.config.problems import ConfigError
from cockpit.domain.activity import State
from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.ids import LaneId
from cockpit.paths import config_home, shipped
from tests.cli.conftest import Json
from tests.cli.fake import FAULT, LANES_YAML, FakeCockpit, Run, failing

A = LaneId("alpha")
Capture = pytest.CaptureFixture[str]


def test_status_json_is_the_design(run_json: Json, fake: FakeCockpit) -> None:
    fake.outside = ("docs/x",)
    code, document = run_json("status")
    assert code == 0
    assert set(document) == {"repository", "target", "lanes"}
    first = document["lanes"][0]
    age = first["evidence"].pop("age_s")
    assert isinstance(age, float) and age > 0
    assert first == {
        "lane": "alpha",
        "key": "A",
        "agent": "claude",
        "task": None,
        "branch": "alpha/work",
        "worktree": "/tmp/project-alpha",
        "pane": "%12",
        "state": "working",
        "evidence": {"source": "screen", "rule": "spinner"},
        "ahead": 2,
        "behind": 1,
        "dirty": 3,
        "files": 4,
        "added": 50,
        "removed": 6,
        "zone": {"ok": False, "outside": ["docs/x"]},
        "merged": "unknown",
        "unmerged": 0,
        "sync": {"waiting": False, "conflicts": []},
        "clashes": [],
        "train": "",
        "ports": {},
        "approval": {"standing": "none", "commit": None, "why": ""},
        "locked": None,
        "background": None,
    }
    planned = document["lanes"][2]
    assert planned["state"] == "planned"
    assert planned["evidence"]["age_s"] is None
    assert planned["ahead"] is planned["worktree"] is planned["zone"]["ok"] is None


def test_looking_changes_nothing(run: Run, fake: FakeCockpit) -> None:
    for words in (
        ["status"],
        ["explain", "alpha"],
        ["diff", "alpha"],
        ["capture", "alpha"],
        ["path", "alpha"],
        ["log"],
        ["trash"],
        ["check"],
        ["trust", "--show"],
        ["wait", "alpha", "--for", "working"],
    ):
        assert run(*words) == 0, words
    assert fake.recoveries == 0
    assert not fake.intents


def test_status_for_people(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.fault = FAULT
    assert run("status") == 0
    out = capsys.readouterr().out
    assert "project → main" in out
    assert "● working" in out
    assert "+50 -6" in out
    assert "The folder of beta is gone." in out
    assert "\x1b" not in out


def test_status_of_one_lane(run_json: Json) -> None:
    _, document = run_json("status", "beta")
    assert [lane["lane"] for lane in document["lanes"]] == ["beta"]


def test_status_watch_tells_only_changes(
    run: Run, fake: FakeCockpit, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.activities = [State.WORKING, State.WORKING, State.IDLE]
    looks = iter([None, None])

    def pause(_seconds: float) -> None:
        if next(looks, "stop") == "stop":
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", pause)
    assert run("status", "--watch", "--json") == 130
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["lanes"][0]["state"] for line in lines] == ["working", "idle"]


def test_wait(run_json: Json, fake: FakeCockpit) -> None:
    fake.activities = [State.WORKING, State.WORKING, State.IDLE]
    code, document = run_json("wait", "alpha", "beta", "--for", "idle,asking")
    assert code == 0
    assert [lane["state"] for lane in document["lanes"]] == ["idle", "idle"]


def test_wait_times_out_and_gives_up(run_json: Json, fake: FakeCockpit) -> None:
    code, document = run_json("wait", "alpha", "--for", "idle", "--timeout", "0")
    assert code == document["error"]["code"] == 6
    fake.activities = [State.EXITED]
    assert run_json("wait", "alpha", "--for", "idle")[0] == 1
    assert run_json("wait", "alpha", "--for", "exited")[0] == 0


def test_explain(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    fake.fault = replace(FAULT, lane=A)
    code, document = run_json("explain", "alpha")
    assert code == 0
    assert document["rule"] == "permission question"
    assert document["evidence"] == [{"source": "title", "says": "no rule matched"}]
    assert document["fault"]["what"] == "folder-missing"
    assert run("explain", "alpha") == 0
    assert "? asking by screen: permission question" in capsys.readouterr().out


SCREENS = Path(__file__).parents[1] / "adapters" / "agents" / "screens"


def test_explain_a_kept_screen(
    run: Run, run_json: Json, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = SCREENS / "gemini-c-permission.txt"
    code, document = run_json("explain", "--agent", "gemini", "--screen", str(kept))
    assert (code, document["state"], document["rule"]) == (0, "asking", "choice")
    assert "Apply this change?" in document["detail"]
    told = ("-C", str(SCREENS), "explain", "--agent", "gemini", "--screen", kept.name)
    assert run_json(*told)[1]["state"] == "asking"
    words = ("explain", "--agent", "gemini", "--screen", str(kept), "--title", "✦  Working… (x)")
    assert run_json(*words)[1]["state"] == "working"
    assert run(*words) == 0
    assert "● working by title: Working" in capsys.readouterr().out
    assert run_json("explain", "--agent", "pi", "--screen", str(kept))[1]["state"] == "unknown"
    coloured = tmp_path / "coloured"
    coloured.write_text("\x1b[31m" + kept.read_text().replace("\n", "\x1b[0m\r\n\x1b[1;32m"))
    monkeypatch.setattr("sys.stdin", coloured.open())
    assert run_json("explain", "--agent", "gemini", "--screen", "-")[1]["state"] == "asking"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Name a lane"),
        (("--title", "x"), "Name a lane"),
        (("alpha", "--title", "x"), "Name a lane"),
        (("--agent", "claude"), "needs both --agent and --screen"),
        (("--screen", "x"), "needs both --agent and --screen"),
        (("alpha", "--agent", "claude", "--screen", "x"), "and no lane"),
        (("--agent", "claude", "--screen", "/nowhere\x1b[2J"), "can't be read: No such file"),
        (("--agent", "cluade", "--screen", "/dev/null"), "Did you mean claude?"),
        (("--agent", "claude", "--screen", "/dev/zero"), "larger than 1024 KB"),
    ],
)
def test_explain_names_what_it_needs(
    run: Run, capsys: Capture, words: tuple[str, ...], told: str
) -> None:
    assert run("explain", *words) == 2
    said = capsys.readouterr().err
    assert told in said and "\x1b" not in said


def test_diff(run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture) -> None:
    hostile = FileDiff(
        "a\x1b]0;x\x07\udcff", "", Layer.UNTRACKED, "A", 1, 0, "@@ -0,0 +1 @@\n+\x1b[31mred", True
    )
    fake.files = (hostile, FileDiff("b.png", "b.png", Layer.COMMITTED, "M", None, None, ""))
    assert run("diff", "alpha") == run("diff", "alpha", "--stat") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\x07" not in out
    assert "untracked" in out and "binary" in out and "cut" in out
    _, document = run_json("diff", "alpha")
    assert document["files"][0]["path"] == hostile.path
    assert document["files"][0]["diff"] == hostile.body
    _, short = run_json("diff", "alpha", "--stat")
    assert "diff" not in short["files"][0]


def test_capture_drops_blank_rows_at_the_end(run_json: Json) -> None:
    assert run_json("capture", "alpha")[1] == {"lane": "alpha", "rows": ["$ make test", "ok"]}


def test_path(run: Run, run_json: Json, capsys: Capture) -> None:
    assert run("path", "alpha") == 0
    assert capsys.readouterr().out == "/tmp/project-alpha\n"
    assert run_json("path", "alpha")[1]["path"] == "/tmp/project-alpha"
    assert run("path", "gamma") == 3


# -------------------------------------------------------------------- check and init


def test_check(run: Run, run_json: Json, capsys: Capture) -> None:
    assert run("check") == 0
    assert "lanes.yaml is valid: 3 lanes into main." in capsys.readouterr().out
    assert run_json("check")[1]["lanes"] == ["alpha", "beta", "gamma"]


def test_check_names_what_an_agent_has_no_option_for(
    run: Run, run_json: Json, fake: FakeCockpit, capsys: Capture, isolated: Path
) -> None:
    text = "lanes:\n  a:\n    agent: shell\n    model: opus\n  b: {agent: pi, permission: x}\n"
    path = isolated / "lanes.yaml"
    path.write_text(text)
    fake.config = load_config(path)
    assert run("check") == 2
    said = capsys.readouterr().err
    assert "lanes.yaml:4: lanes.a.model: Lane a names a model, but the agent shell has no" in said
    assert "lanes.yaml:5: lanes.b.permission: Lane b names a permission" in said
    assert "2 problems with agents" in said
    assert [p["key"] for p in run_json("check")[1]["problems"]] == [
        "lanes.a.model",
        "lanes.b.permission",
    ]


def test_check_names_a_preset_of_ones_own_that_is_broken(
    run: Run, capsys: Capture, isolated: Path
) -> None:
    folder = isolated / "config" / "cockpit" / "agents"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text('checked = "2026-08-28"\n\ncomand = ["x"]\n')
    assert run("check") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "own.toml:3: unknown key `comand`; did you mean `command`?" in said
    assert run("explain", "alpha") == 0, "it stops nothing else"


def test_check_names_keys_and_themes_that_are_wrong(
    run: Run, run_json: Json, capsys: Capture
) -> None:
    own = config_home() / "config.yaml"
    (own.parent / "themes").mkdir(parents=True)
    own.write_text("theme: drak\nkeys:\n  dif: x\n")
    (own.parent / "themes" / "odd.yaml").write_text("name: odd\n")
    assert run("check") == 2
    said = capsys.readouterr().err
    assert "odd.yaml:1: dark: must be true or false" in said
    assert 'config.yaml:1: theme: there is no theme "drak"; did you mean dark?' in said
    assert "config.yaml:3: keys.dif: there is no such action; did you mean diff?" in said
    code, document = run_json("check")
    assert code == 2 and not document["ok"]
    assert {problem["key"] for problem in document["problems"]} >= {"theme", "keys.dif"}


def test_check_names_each_problem(tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(ConfigError) as wrong:
        parse_config(LANES_YAML + "targt: x\ngate: {rnu: [x]}\n", tmp_path / "lanes.yaml")
    run = failing(wrong.value)
    assert run("check") == 2
    seen = capsys.readouterr()
    assert "lanes.yaml:7: targt" in seen.err and "lanes.yaml:8: gate.rnu" in seen.err
    assert run("check", "--json") == 2
    document = json.loads(capsys.readouterr().out)
    assert [problem["line"] for problem in document["problems"]] == [7, 8]
    assert document["problems"][0]["nearest"] == "target"
    assert document["error"]["code"] == 2


def test_the_example_is_printed(run: Run, capsys: Capture) -> None:
    assert run("init", "--example") == 0
    printed = capsys.readouterr().out
    assert printed == shipped("lanes.example.yaml").read_text(encoding="utf-8")


def test_the_digest_since_a_time(run_json: Json, fake: FakeCockpit) -> None:
    code, document = run_json("digest", "--since", "9999w")
    assert code == 0
    assert {line["what"] for line in document["lines"]} == {"done"}
    assert set(document["lines"][0]) == {"what", "lane", "at", "by", "text"}
    code, document = run_json("digest", "--since", "1s")
    assert document["lines"] == []


def test_a_digest_since_nobody_knows_when(run_json: Json, fake: FakeCockpit) -> None:
    code, document = run_json("digest", "--since", "soon")
    assert code == 2
    assert "soon" in document["error"]["title"]
