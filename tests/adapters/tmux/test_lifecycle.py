"""Our own server and the lanes' sessions on a real tmux."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.tmux import conf
from cockpit.adapters.tmux.failures import PaneGone, ServerDown
from cockpit.adapters.tmux.lifecycle import TmuxServer
from cockpit.adapters.tmux.run import TmuxDoor
from cockpit.domain.ids import LaneId, OpId, PaneId
from cockpit.domain.lane import PaneRef
from cockpit.errors import CockpitError, Refused, TimedOut, Unavailable, UsageError
from tests.adapters.tmux.conftest import Open, seen
from tests.conftest import retry_until

pytestmark = pytest.mark.tmux
A = LaneId("a")


def option(tmux: TmuxServer, flags: str, name: str) -> str:
    return tmux.door.run(["show-options", flags, name]).text.strip()


def sessions(tmux: TmuxServer) -> list[str]:
    return tmux.door.run(["list-sessions", "-F", "#{session_name}"]).lines


# ---------------------------------------------------------------- the server


def test_starting_twice_and_ending(tmux: TmuxServer) -> None:
    assert not tmux.is_up()
    assert tmux.panes() == {}
    assert tmux.server_identity() is None
    tmux.ensure_server()
    identity = tmux.server_identity()
    tmux.ensure_server()
    assert tmux.is_up()
    assert tmux.server_identity() == identity
    assert tmux.door.listener() == (identity or (0, 0))[0]
    assert sessions(tmux) == ["hub"]
    tmux.kill_server()
    assert not tmux.is_up()
    tmux.kill_server()
    tmux.ensure_server()
    assert tmux.server_identity() != identity


def test_two_starts_at_once(tmux: TmuxServer, tmp_path: Path) -> None:
    start = (
        "import sys; from pathlib import Path; from cockpit.adapters.tmux.lifecycle import "
        "TmuxServer; TmuxServer('cockpit-test', Path(sys.argv[1])).ensure_server()"
    )
    argv = [sys.executable, "-c", start, str(tmux.run_dir)]
    racers = [subprocess.Popen(argv, stderr=subprocess.PIPE) for _ in range(3)]
    said = [racer.communicate(timeout=30)[1] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0, 0], said
    assert sessions(tmux) == ["hub"]


def test_our_configuration_is_what_runs(tmux: TmuxServer, isolated: Path) -> None:
    (isolated / ".tmux.conf").write_text("set -g @planted yes\nset -g mouse off\n")
    tmux.ensure_server()
    assert option(tmux, "-gqv", "@planted") == ""
    expected = {
        ("-gv", "prefix"): "None",
        ("-gv", "mouse"): "on",
        ("-gv", "history-limit"): "5000",
        ("-gv", "set-titles"): "off",
        ("-gv", "update-environment"): "",
        ("-gwv", "remain-on-exit"): "on",
        ("-gwv", "allow-rename"): "off",
        ("-gwv", "allow-passthrough"): "off",
        ("-gwv", "window-size"): "latest",
        ("-sv", "escape-time"): "0",
        ("-sv", "exit-empty"): "off",
        ("-sv", "set-clipboard"): "off",
        ("-sv", "focus-events"): "on",
        ("-sv", "default-terminal"): "tmux-256color",
    }
    found = {key: option(tmux, *key) for key in expected}
    assert found == expected
    assert "RGB" in option(tmux, "-sv", "terminal-features")
    keys = tmux.door.run(["list-keys"]).text
    assert "MouseDown3Pane" not in keys
    assert "-T prefix" not in keys
    assert (tmux.run_dir / "tmux.conf").stat().st_mode & 0o777 == 0o600


def test_the_users_configuration_only_when_asked_for(tmux: TmuxServer, isolated: Path) -> None:
    (isolated / ".tmux.conf").write_text("set -g @planted yes\nset -g prefix C-a\n} broken {\n")
    tmux = TmuxServer("cockpit-test", tmux.run_dir, user_config=True)
    tmux.ensure_server()
    assert option(tmux, "-gv", "prefix") == "None"
    (isolated / ".tmux.conf").write_text("set -g @planted yes\nset -g prefix C-a\n")
    tmux.kill_server()
    tmux.ensure_server()
    assert option(tmux, "-gv", "@planted") == "yes"
    assert option(tmux, "-gv", "prefix") == "None"


def test_a_running_server_takes_a_changed_configuration(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    identity = tmux.server_identity()
    changed = TmuxServer("cockpit-test", tmux.run_dir, history=777)
    changed.ensure_server()
    assert option(tmux, "-gv", "history-limit") == "777"
    assert tmux.server_identity() == identity


def test_the_hub_comes_back_with_its_lanes(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    tmux.door.run(["kill-session", "-t", "=hub"])
    assert tmux.panes()[A].ref == ref
    tmux.ensure_server()
    linked = tmux.door.run(["list-windows", "-t", "=hub:", "-F", "#{window_id}"]).lines
    assert ref.window in linked


def test_the_hub_outlives_its_placeholder(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    pid = int(tmux.door.run(["list-panes", "-t", "=hub:", "-F", "#{pane_pid}"]).text)
    os.kill(pid, signal.SIGKILL)
    dead = ["list-panes", "-t", "=hub:", "-F", "#{pane_dead}"]
    retry_until(lambda: tmux.door.run(dead).text.strip() == "1")
    assert sessions(tmux) == ["hub"]


def test_a_killed_server_is_down_and_starts_again(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    identity = tmux.server_identity()
    assert identity is not None
    os.kill(identity[0], signal.SIGKILL)
    retry_until(lambda: not tmux.is_up())
    assert tmux.panes() == {}
    assert tmux.clients() == []
    tmux.close_pane(ref)
    with pytest.raises(ServerDown):
        tmux.capture(ref.pane)
    again = open_lane("a", op="2-start-11111111")
    assert tmux.panes()[A].ref == again
    assert tmux.server_identity() != identity


def test_a_frozen_server_is_told_from_a_dead_one(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a")
    identity = tmux.server_identity()
    assert identity is not None
    os.kill(identity[0], signal.SIGSTOP)
    try:
        with pytest.raises(TimedOut):
            tmux.door.run(["list-sessions"], deadline=0.3)
        assert tmux.door.is_listening()
        assert tmux.door.listener() == identity[0]
    finally:
        os.kill(identity[0], signal.SIGCONT)
    assert tmux.panes()[A].ref == ref


def test_a_frozen_server_can_be_ended(
    tmux: TmuxServer, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lane("a")
    identity = tmux.server_identity()
    assert identity is not None
    monkeypatch.setattr("cockpit.adapters.tmux.server.END_PATIENCE", 0.3)
    run = tmux.door.run
    monkeypatch.setattr(tmux.door, "run", lambda argv, *rest, **more: run(argv, deadline=0.3))
    attempt = tmux.door.attempt
    monkeypatch.setattr(
        tmux.door, "attempt", lambda argv, *rest, **more: attempt(argv, deadline=0.3)
    )
    os.kill(identity[0], signal.SIGSTOP)
    tmux.kill_server()
    assert not tmux.door.is_listening()


def test_a_deadline_leaves_no_client_behind(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    with pytest.raises(TimedOut):
        tmux.door.run(["wait-for", "never"], deadline=0.3)
    assert tmux.is_up()
    assert tmux.door.run(["list-clients", "-F", "#{client_pid}"]).lines == []


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
    evil = tmp_path / "we #(touch PWNED) #{pid} ##[x] #[y] 'q' \"d\" $HOME ~ [é]\n;"
    evil.mkdir()
    values = {
        "PATH": os.environ["PATH"],
        "ONE": "#(touch PWNED)",
        "TWO": "x;",
        "THREE": 'quote" $(touch PWNED) `touch PWNED` \\;',
        "FOUR": "line\nline",
    }
    got = tmp_path / "got"
    code = (
        "import os, sys; "
        "open(sys.argv[1], 'w').write(repr((os.getcwd(), sys.argv[2:], dict(os.environ))))"
    )
    words = ["kill-server;", ";", "#(touch PWNED)", "~", "$HOME", "a\nb", "-t", ""]
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
    assert not list(tmp_path.rglob("PWNED*"))
    assert not (Path("/") / "PWNED").exists()
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
    ref = open_lane("a", "sh", "-c", f"echo last words; {script}")
    retry_until(lambda: tmux.panes()[A].dead)
    retry_until(lambda: tmux.panes()[A].exit_code is not None)
    assert tmux.panes()[A].exit_code == code
    assert tmux.capture(ref.pane)[0] == "last words"


def test_a_program_that_is_not_there(tmux: TmuxServer, open_lane: Open) -> None:
    ref = open_lane("a", "no-such-agent")
    retry_until(lambda: tmux.panes()[A].dead)
    assert "no-such-agent" in "".join(tmux.capture(ref.pane))


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


# ---------------------------------------------------------------- the door


def test_a_missing_tmux_names_the_package(
    tmux: TmuxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unavailable, match="not installed") as caught:
        tmux.ensure_server()
    assert "package `tmux`" in caught.value.hint


@pytest.mark.parametrize(
    ("version", "good"),
    [
        ("3.1c", False),
        ("2.9", False),
        ("3.2", True),
        ("3.6b", True),
        ("next-3.7", True),
        ("master", True),
        ("openbsd-7.6", True),
    ],
)
def test_an_old_tmux_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, good: bool
) -> None:
    fake = tmp_path / "bin" / "tmux"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\necho tmux {version}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    door = TmuxDoor("x")
    if good:
        assert door.version() == version
    else:
        with pytest.raises(Unavailable, match="too old"):
            door.version()


def test_a_socket_that_may_not_be_used(tmux: TmuxServer) -> None:
    folder = tmux.door.socket_path.parent
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Unavailable, match="socket may not be used"):
        tmux.ensure_server()


def test_a_socket_path_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="too long"):
        TmuxDoor("x" * 100).run(["list-sessions"])


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-x", "a b", "x\n"])
def test_a_socket_name_that_is_none(name: str) -> None:
    with pytest.raises(UsageError):
        TmuxDoor(name)


def test_a_read_only_state_folder(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(Unavailable, match="can't be used"):
        TmuxServer("cockpit-test", blocked / "run").ensure_server()


def test_nothing_but_starting_starts_a_server(tmux: TmuxServer) -> None:
    for argv in (["new-session", "-d"], ["start-server"], ["list-sessions"]):
        with pytest.raises(ServerDown):
            tmux.door.run(argv)
    assert not tmux.door.is_listening()


def test_libtmux_runs_nothing_by_itself(
    tmux: TmuxServer, open_lane: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    import libtmux.common

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("libtmux ran tmux past the door")

    monkeypatch.setattr(libtmux.common, "tmux_cmd", refuse)
    monkeypatch.setattr(libtmux.common.tmux_cmd, "__init__", refuse, raising=False)
    ref = open_lane("a")
    tmux.close_pane(ref)
    tmux.kill_server()
    assert not tmux.is_up()


def test_each_error_is_a_sentence_with_a_hint(tmux: TmuxServer) -> None:
    calls: list[Callable[[], object]] = [
        lambda: tmux.capture(PaneId("%1")),
        lambda: tmux.open_pane(LaneId("#(id)"), op=OpId("1"), cwd=Path("/"), argv=["cat"], env={}),
        lambda: tmux.attach_argv("lane-a; kill-server"),
        lambda: tmux.press(PaneId("%1"), "NoSuchKey"),
    ]
    for call in calls:
        with pytest.raises(CockpitError) as caught:
            call()
        assert caught.value.title.endswith(".")
        assert caught.value.hint


def test_the_waiting_lanes_are_shown_by_id_only(tmux: TmuxServer) -> None:
    tmux.ensure_server()
    tmux.show_waiting([A, LaneId("b-2")])
    assert option(tmux, "-gv", conf.WAITING_OPTION) == "a b-2"
    with pytest.raises(UsageError):
        tmux.show_waiting([LaneId("#[fg=red]x")])
