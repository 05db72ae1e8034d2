"""Every way to fail: exit code, sentence, document, and no traceback."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from cockpit.cli.exits import as_error, exit_code
from cockpit.errors import (
    CockpitError,
    Conflict,
    DeliveryUnknown,
    Exit,
    GateRed,
    RefMoved,
    Refused,
    TimedOut,
    Unavailable,
    UsageError,
)
from tests.cli.conftest import Json
from tests.cli.fake import FakeCockpit, Run, failing

Capture = pytest.CaptureFixture[str]

TABLE: list[tuple[BaseException, int]] = [
    (CockpitError("x"), 1),
    (Unavailable("x"), 1),
    (UsageError("x"), 2),
    (Refused("x"), 3),
    (RefMoved("x"), 3),
    (Conflict("x", paths=("a", "b")), 4),
    (GateRed("x"), 5),
    (TimedOut("x"), 6),
    (DeliveryUnknown("x"), 7),
    (CockpitError("x", code=Exit.GATE_RED), 5),
    (KeyboardInterrupt(), 130),
    (OSError(errno.ENOSPC, "no space", "/tmp/x"), 1),
    (ValueError("unexpected"), 1),
]


@pytest.mark.parametrize(("problem", "code"), TABLE, ids=lambda value: repr(value)[:40])
def test_codes(problem: BaseException, code: int, capsys: Capture) -> None:
    assert exit_code(problem) == code
    assert failing(problem)("status") == code
    seen = capsys.readouterr()
    assert seen.out == ""
    assert seen.err.startswith("cockpit: ")
    assert "Traceback" not in seen.err


@pytest.mark.parametrize(("problem", "code"), TABLE, ids=lambda value: repr(value)[:40])
def test_documents(problem: BaseException, code: int, capsys: Capture) -> None:
    if isinstance(problem, KeyboardInterrupt):
        pytest.skip("nobody reads a document after Ctrl-C")
    assert failing(problem)("status", "--json") == code
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == code
    assert set(error) - {"paths"} == {"code", "title", "detail", "hint"}
    assert error["title"]


def test_a_sentence_has_detail_and_hint(run: Run, fake: FakeCockpit, capsys: Capture) -> None:
    fake.refuses[None] = Refused("It is not.", detail="one\n\x1b[2Jtwo", hint="Do that.")
    assert run("gate", "alpha") == 3
    shown = "cockpit: It is not.\n  one\n  ␛[2Jtwo\n  → Do that.\n"
    assert capsys.readouterr().err == shown


def test_a_system_error_names_the_path() -> None:
    error = as_error(PermissionError(errno.EACCES, "denied", "/secret"))
    assert error is not None
    assert (error.title, error.detail) == ("Permission was denied.", "/secret")
    assert as_error(OSError(errno.ENOEXEC, "odd")) is None


def test_a_defect_leaves_its_traceback_in_a_private_file(
    run: Run, fake: FakeCockpit, capsys: Capture, isolated: Path
) -> None:
    fake.refuses[None] = RuntimeError("\x1b[31mboom")
    assert run("gate", "alpha") == 1
    seen = capsys.readouterr().err
    assert "this is a defect" in seen and "boom" in seen
    assert "\x1b" not in seen and "Traceback" not in seen
    (log,) = (isolated / "state" / "cockpit" / "logs").iterdir()
    assert str(log) in seen
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert fake.closed == 1


def test_a_defect_without_a_place_for_the_log(
    run_json: Json, fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    fake.refuses[None] = RuntimeError("boom")
    code, document = run_json("gate", "alpha")
    assert code == 1
    assert "boom" in document["error"]["detail"]


def test_debug_lets_the_traceback_through(
    run: Run, fake: FakeCockpit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_DEBUG", "1")
    fake.refuses[None] = RuntimeError("boom")
    with pytest.raises(RuntimeError):
        run("gate", "alpha")
    fake.refuses[None] = Refused("no")
    assert run("gate", "alpha") == 3


def test_a_folder_that_is_gone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    os.rmdir(gone)
    assert run("status") == 2
    assert "does not exist any more" in capsys.readouterr().err
