"""The lanes' sessions on a real tmux: environment, names, ids, ends."""

from __future__ import annotations

import os
import sys
import threading
import uuid
from pathlib import Path

import pytest

from cockpit.adapters.tmux.failures import PaneGone
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.domain.ids import LaneId, OpId, PaneId
from cockpit.domain.lane import PaneRef
from cockpit.errors import CockpitError, Refused
from tests.adapters.tmux.helpers import Open, seen
from tests.conftest import retry_until

pytestmark = pytest.mark.tmux
A = LaneId("a")


# ---------------------------------------------------------------- environment


def test_no_secret_of_the_starter_reaches_a_pane(
    tmux: TmuxServer, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "secret-of-the-starter")
    monkeypatch.setenv("TMUX", "/tmp/users,1,0")
    monkeypatch.setenv("TMUX_PANE", "%77")
    ref = open_lane("a", "sh", "-c", "env; echo END; cat", MINE="for this lane")
    retry_until(seen(tmux, ref, "END"))
    shown = tmux.capture(ref.pane)
    assert "MINE=for this lane" in shown
    assert not [row for row in shown if row.startswith(("API_KEY", "TMUX", "TMUX_PANE"))]
    assert "secret-of-the-starter" not in tmux.door.run(["show-environment", "-g"]).text


def test_a_large_environment_and_argument_list(tmux: TmuxServer, open_lane: Open) -> None:
    """tmux takes about 16 KB of arguments; an environment is often larger."""
    many = {f"VARIABLE_{number}": "x" * 500 for number in range(100)}
    script = "echo $#:${#1}:${#BIG}:${#VARIABLE_99}; cat"
    ref = open_lane("a", "sh", "-c", script, "sh", "é" * 30_000, BIG="y" * 60_000, **many)
    retry_until(seen(tmux, ref, "1:"))
    assert tmux.capture(ref.pane)[0] in ("1:30000:60000:500", "1:60000:60000:500")


def test_hostile_names_run_nothing(tmux: TmuxServer, tmp_path: Path) -> None:
    """`#(…)` runs in a `-c` path; a final `;` of an argument starts another command."""
    mark = f"PWNED-{uuid.uuid4().hex}"
    evil = tmp_path / f"we #(touch {mark}) #{{pid}} ##[x] #[y] 'q' \"d\" $HOME ~ [é]\n;"
    evil.mkdir()
    values = {
        "PATH": os.environ["PATH"],
        "ONE": f"#(touch {mark})",
        "TWO": "x;",
        "THREE": f'quote" $(touch {mark}) `touch {mark}` \\;',
        "FOUR": "line\nline",
    }
    got = tmp_path / "got"
    code = (
        "import os, sys; "
        "open(sys.argv[1], 'w').write(repr((os.getcwd(), sys.argv[2:], dict(os.environ))))"
    )
    words = ["kill-server;", ";", f"#(touch {mark})", "~", "$HOME", "a\nb", "-t", ""]
    argv = [sys.executable, "-c", code, str(got), *words]
    for large in ("", "z" * 20_000):
        got.unlink(missing_ok=True)
        lane = LaneId("large" if large else "small")
        tmux.open_pane(lane, op=OpId("1"), cwd=evil, argv=argv, env={**values, "PAD": large})
        retry_until(lambda: got.exists() and got.read_text().endswith("})"), why="agent's report")
        cwd, arguments, env = eval(got.read_text())
        assert cwd == str(evil)
        assert arguments == words
        assert {name: env[name] for name in values} == values
    assert not list(tmp_path.rglob(mark))
    assert not (Path("/") / mark).exists(), "where the server stands"
    assert tmux.is_up()


def test_a_path_that_is_no_text(tmux: TmuxServer, tmp_path: Path, env: dict[str, str]) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    ref = tmux.open_pane(A, op=OpId("1"), cwd=folder, argv=["cat"], env=env)
    retry_until(lambda: os.readlink(f"/proc/{ref.pid}/cwd") == str(folder))


def test_a_program_name_with_an_equals_sign(
    tmux: TmuxServer, tmp_path: Path, open_lane: Open
) -> None:
    program = tmp_path / "a=b"
    program.write_text("#!/bin/sh\necho ran $1; cat\n")
    program.chmod(0o755)
    ref = open_lane("a", str(program), "well")
    retry_until(seen(tmux, ref, "ran well"))


# ---------------------------------------------------------------- lanes


def test_a_lane_has_its_session_and_is_linked_into_the_hub(
    tmux: TmuxServer, open_lane: Open
) -> None:
    ref = open_lane("a")
    info = tmux.panes()[A]
    assert info.ref == ref
    assert (info.op, info.dead, info.width, info.height) == ("1-start-00000000", False, 200, 50)
    retry_until(lambda: tmux.panes()[A].command == "cat")
    where = tmux.door.run(["list-windows", "-a", "-F", "#{session_name}|#{window_id}"]).lines
    assert {f"lane-a|{ref.window}", f"hub|{ref.window}"} <= set(where)
    assert tmux.has_session("lane-a")
    assert not tmux.has_session("lane-b")


def test_the_same_operation_adopts_its_pane(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    assert open_lane("a", "yes") == ref
    with pytest.raises(Refused, match="has a pane already"):
        open_lane("a", op="2-start-11111111")
    assert len(tmux.panes()) == 1


def test_two_openers_at_once_make_one_pane(tmux: TmuxServer, open_lane: Open) -> None:
    tmux.ensure_server()
    made: list[PaneRef] = []
    threads = [threading.Thread(target=lambda: made.append(open_lane("a"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1


def test_a_session_of_the_same_name_that_is_not_ours(tmux: TmuxServer, open_lane: Open) -> None:
    tmux.ensure_server()
    tmux.door.run(["new-session", "-d", "-s", "lane-a", "--", "env", "cat"])
    with pytest.raises(Refused, match="not cockpit's"):
        open_lane("a")


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_missing_folder_is_refused(
    tmux: TmuxServer, tmp_path: Path, env: dict[str, str], kind: str
) -> None:
    folder = tmp_path / kind
    if kind == "file":
        folder.touch()
    with pytest.raises(Refused, match="folder is missing"):
        tmux.open_pane(A, op=OpId("1"), cwd=folder, argv=["cat"], env=env)
    assert not tmux.is_up()


def test_a_lane_whose_name_begins_another(tmux: TmuxServer, open_lane: Open) -> None:
    one = open_lane("lane1")
    ten = open_lane("lane10")
    tmux.close_pane(one)
    assert set(tmux.panes()) == {"lane10"}
    assert not tmux.has_session("lane-lane1")
    tmux.close_pane(one)
    assert tmux.panes()[LaneId("lane10")].ref == ten


def test_a_foreign_pane_is_no_lane(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    tmux.door.run(["split-window", "-d", "-t", ref.pane, "--", "env", "cat"])
    tmux.door.run(["new-session", "-d", "-s", "lane-b", "--", "env", "cat"])
    assert [info.ref for info in tmux.panes().values()] == [ref]


def test_a_program_can_forge_no_row(tmux: TmuxServer, open_lane: Open) -> None:
    forged = "\n$9|@9|%9|1|b|1|0|||0|1|1|x|forged"
    title = "\\033]2;a|b#[fg=red]#(touch PWNED)\\007"
    script = f"printf '{title}'; exec -a \"x$1\" cat"
    ref = open_lane("a", "bash", "-c", script, "bash", forged)
    retry_until(lambda: tmux.panes()[A].title.startswith("a|b"), why="title")
    retry_until(lambda: "9" in tmux.panes()[A].command, why="command")
    info = tmux.panes()[A]
    assert list(tmux.panes()) == [A]
    assert info.ref == ref
    assert "\n" not in info.command
    assert info.title == "a|b#[fg=red]#(touch PWNED)"


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137)])
def test_exit_codes(tmux: TmuxServer, open_lane: Open, script: str, code: int) -> None:
    # tmux loses what a program wrote in its last instants (1 of 100 times): it takes a pty for
    # empty that the kernel has not filled yet. The agent lives that much longer here.
    ref = open_lane("a", "sh", "-c", f"echo last words; sleep 0.3; {script}")
    retry_until(lambda: tmux.panes()[A].dead)
    retry_until(lambda: tmux.panes()[A].exit_code is not None)
    assert tmux.panes()[A].exit_code == code
    retry_until(lambda: tmux.capture(ref.pane)[0] == "last words")


def test_a_program_that_is_not_there(tmux: TmuxServer, open_lane: Open) -> None:
    """What tells it is the code: tmux 3.3a closes the pane of a program that ends at once, now
    and then before it has read the words that it wrote."""
    open_lane("a", "no-such-agent")
    retry_until(lambda: tmux.panes()[A].exit_code is not None)
    assert (tmux.panes()[A].dead, tmux.panes()[A].exit_code) == (True, 127)


def test_respawn(tmux: TmuxServer, open_lane: Open, tmp_path: Path, env: dict[str, str]) -> None:
    ref = open_lane("a", "sh", "-c", "exit 1", OLD="yes", BOTH="before")
    retry_until(lambda: tmux.panes()[A].dead)
    folder = tmp_path / "moved #(touch PWNED)"
    folder.mkdir()
    script = "echo [$OLD] $BOTH [$TMUX]; pwd; cat"
    again = tmux.respawn(
        ref.pane, cwd=folder, argv=["sh", "-c", script], env={**env, "BOTH": "after"}
    )
    assert (again.pane, again.window, again.session) == (ref.pane, ref.window, ref.session)
    assert again.pid != ref.pid
    retry_until(seen(tmux, ref, "moved"))
    assert tmux.capture(ref.pane)[:2] == ["[] after []", str(folder)]
    assert tmux.panes()[A].op == "1-start-00000000"
    with pytest.raises(PaneGone):
        tmux.respawn(PaneId("%99"), cwd=folder, argv=["cat"], env=env)
    with pytest.raises(Refused):
        tmux.respawn(ref.pane, cwd=tmp_path / "none", argv=["cat"], env=env)
    assert not list(tmp_path.rglob("PWNED*"))


def test_closing_what_was_replaced_is_refused(
    tmux: TmuxServer, open_lane: Open, tmp_path: Path, env: dict[str, str]
) -> None:
    """Ids begin anew with each server, so an old reference may name another lane's pane."""
    ref = open_lane("a")
    again = tmux.respawn(ref.pane, cwd=tmp_path, argv=["cat"], env=env)
    with pytest.raises(Refused, match="another program"):
        tmux.close_pane(ref)
    tmux.close_pane(again)
    assert tmux.panes() == {}


def test_several_panes_are_captured_in_one_call(tmux: TmuxServer, open_lane: Open) -> None:
    one = open_lane("a", "sh", "-c", "printf 'first\n\nthird'; exec cat").pane
    other = open_lane("b", "sh", "-c", "printf 'other'; exec cat").pane
    retry_until(lambda: "third" in tmux.capture(one) and "other" in tmux.capture(other))
    both = tmux.captures([one, other])
    assert both == {one: tmux.capture(one), other: tmux.capture(other)}
    assert both[one][:3] == ["first", "", "third"]
    assert tmux.captures([]) == {}
    with pytest.raises(CockpitError):
        tmux.captures([one, PaneId("%4711"), other])


def test_capture(tmux: TmuxServer, open_lane: Open) -> None:
    script = "seq 100; printf '\\033[31mred\\033[0m   END'; cat"
    ref = open_lane("a", "sh", "-c", script)
    retry_until(seen(tmux, ref, "END"))
    plain = tmux.capture(ref.pane)
    assert len(plain) == 50
    assert plain[-1] == "red   END"
    assert "\x1b[31mred" in tmux.capture(ref.pane, colour=True)[-1]
    above = tmux.capture(ref.pane, history=60)
    assert len(above) == 50 + 51
    assert above[0] == "1"
    with pytest.raises(PaneGone):
        tmux.capture(PaneId("%99"))


def test_the_app_is_hosted_once(
    tmux: TmuxServer, tmp_path: Path, env: dict[str, str], open_lane: Open
) -> None:
    assert tmux.open_host(["sh", "-c", "read x"], cwd=tmp_path, env=env)
    assert not tmux.open_host(["sh", "-c", "read x"], cwd=tmp_path, env=env)
    assert tmux.panes() == {}
    open_lane("a")
    tmux.door.run(["send-keys", "-t", "=cockpit:", "Enter"])
    retry_until(lambda: not tmux.has_session("cockpit"), why="the session ends with the app")
    assert tmux.is_up()
