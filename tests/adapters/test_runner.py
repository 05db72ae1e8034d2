from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.procs import identify, marked
from cockpit.adapters.runner import MARK, ProcessRunner, gate_environment, log_mark
from cockpit.domain.runs import RunResult
from cockpit.domain.scrub import is_dropped
from cockpit.domain.text import LINE_CAP
from cockpit.errors import CockpitError
from tests.conftest import retry_until

Run = Callable[..., RunResult]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "gate.log"


@pytest.fixture
def run(tmp_path: Path, log: Path) -> Run:
    def go(
        command: str,
        *,
        env: Mapping[str, str] | None = None,
        deadline: float = 20,
        tell: Callable[[Sequence[str]], None] = lambda lines: None,
        stop: Callable[[], bool] = lambda: False,
        runner: ProcessRunner | None = None,
        cwd: Path = tmp_path,
    ) -> RunResult:
        return (runner or ProcessRunner(grace=0.3)).run(
            command,
            cwd=cwd,
            env={"PATH": os.environ["PATH"]} if env is None else env,
            deadline=deadline,
            log=log,
            tell=tell,
            stop=stop,
        )

    return go


@pytest.fixture
def nobody_is_left(log: Path) -> Callable[[], bool]:
    return lambda: not marked(MARK, log_mark(log))


def test_output_and_exit_code(run: Run, log: Path) -> None:
    told: list[str] = []
    result = run("echo out; echo err >&2; printf last; exit 3", tell=told.extend)
    assert result.code == 3
    assert told == ["out", "err", "last"]
    assert result.tail == "out\nerr\nlast"
    assert log.read_text() == "out\nerr\nlast"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert not result.truncated


def test_a_death_by_signal_is_told_from_a_deadline(run: Run) -> None:
    assert run("kill -9 $$").code == -signal.SIGKILL


def test_the_deadline_ends_what_ignores_it(run: Run, nobody_is_left: Callable[[], bool]) -> None:
    began = time.monotonic()
    result = run("trap '' TERM; echo on; while :; do sleep 0.05; done", deadline=0.3)
    assert result.code is None
    assert result.tail == "on"
    assert time.monotonic() - began < 6
    retry_until(nobody_is_left)


def test_stop_ends_it(run: Run, nobody_is_left: Callable[[], bool]) -> None:
    told = threading.Event()
    result = run("echo go; sleep 60", tell=lambda lines: told.set(), stop=told.is_set)
    assert result.code is None
    assert result.seconds < 20
    retry_until(nobody_is_left)


@pytest.mark.parametrize(
    "command",
    [
        "(touch up; sleep 300) &",
        "setsid sh -c 'touch up; sleep 300' &",
        "(setsid sh -c 'trap \"\" TERM; touch up; sleep 300; sleep 300' &)",
        "nohup setsid sh -c 'touch up; sleep 300' >/dev/null 2>&1 &",
    ],
)
def test_a_daemon_neither_hangs_us_nor_stays(
    run: Run, command: str, nobody_is_left: Callable[[], bool]
) -> None:
    result = run(f"{command}\nuntil [ -e up ]; do sleep 0.02; done; echo done")
    assert result.code == 0
    assert "done" in result.tail
    assert result.seconds < 10
    retry_until(nobody_is_left)


def test_a_daemon_without_the_mark_in_our_session_is_ended(run: Run, tmp_path: Path) -> None:
    """It left the process group and dropped its environment, but not the session."""
    code = (
        "import os; os.setpgid(0, 0); open('pid.new', 'w').write(str(os.getpid()));"
        f"os.rename('pid.new', 'pid'); os.execve({_tool('sleep')!r}, ['sleep', '301'], {{}})"
    )
    run(f'{sys.executable} -c "{code}" & until [ -e pid ]; do sleep 0.02; done; sleep 0.2')
    pid = int((tmp_path / "pid").read_text())
    retry_until(lambda: identify(pid) is None)


def _tool(name: str) -> str:
    return next(
        str(Path(folder) / name)
        for folder in os.environ["PATH"].split(":")
        if (Path(folder) / name).exists()
    )


def test_an_exception_of_the_listener_leaves_nobody_behind(
    run: Run, nobody_is_left: Callable[[], bool]
) -> None:
    def fail(lines: Sequence[str]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run("echo x; sleep 300", tell=fail)
    retry_until(nobody_is_left)


def test_orphans_of_a_killed_cockpit_are_found_by_their_log(
    run: Run, log: Path, tmp_path: Path, nobody_is_left: Callable[[], bool]
) -> None:
    child = os.fork()
    if child == 0:
        try:
            run("touch started; sleep 300")
        finally:
            os._exit(1)
    retry_until(lambda: (tmp_path / "started").exists())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    runner = ProcessRunner(grace=0.3)
    assert runner.end_orphans(tmp_path / "other.log") == 0
    assert runner.end_orphans(log) >= 1
    retry_until(nobody_is_left)
    assert runner.end_orphans(log) == 0


def test_the_log_is_capped_and_says_so(run: Run, log: Path) -> None:
    result = run("head -c 300000 /dev/zero | tr '\\0' 'x'", runner=ProcessRunner(log_cap=1000))
    assert result.truncated and result.code == 0
    content = log.read_text()
    assert content.startswith("x" * 1000 + "\n[cockpit:")
    assert len(content) < 1100


def test_the_log_is_appended_to(run: Run, log: Path) -> None:
    run("echo one")
    run("echo two")
    assert log.read_text() == "one\ntwo\n"


def test_a_flood_comes_in_few_batches_with_the_newest_lines(run: Run) -> None:
    batches: list[list[str]] = []
    result = run("seq 1 200000", tell=lambda lines: batches.append(list(lines)))
    assert result.tail.endswith("\n200000")
    assert batches[-1][-1] == "200000"
    assert len(batches) <= result.seconds * 20 + 3
    assert max(map(len, batches)) <= 1001
    assert any("more in the log" in line for batch in batches for line in batch)


def test_hostile_output_passes_raw_but_in_pieces(run: Run) -> None:
    told: list[str] = []
    run(r"printf 'a\033]52;c;x\007b\377\r\nnext\n'; head -c 25000 /dev/zero", tell=told.extend)
    assert told[0] == "a\x1b]52;c;x\x07b�"
    assert told[1] == "next"
    assert [len(line) for line in told[2:]] == [LINE_CAP, LINE_CAP, 25000 - 2 * LINE_CAP]


def test_a_symlink_in_place_of_the_log_is_refused(run: Run, log: Path, tmp_path: Path) -> None:
    log.symlink_to(tmp_path / "victim")
    with pytest.raises(CockpitError):
        run("echo x")
    assert not (tmp_path / "victim").exists()


def test_no_terminal_no_input(run: Run) -> None:
    result = run("cat; test -t 0 || echo none; ( : </dev/tty ) 2>/dev/null && echo tty; ps -o sid=")
    assert result.code is not None
    assert "none" in result.tail and "tty" not in result.tail


def test_the_environment_is_the_given_one_without_credentials(run: Run) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "LANE_PORT": "9100",
        "COCKPIT_GATE": "1",
        "COCKPIT_LANE": "alpha",
        "OPENAI_API_KEY": "sk-1",
        "TMUX": "x",
        "GIT_DIR": "/x",
        "TEST_DB_PASSWORD": "ours",
    }
    result = run("env", env=env, runner=ProcessRunner(keep=["TEST_DB_PASSWORD"]))
    names = {line.split("=")[0] for line in result.tail.splitlines()} - {"PWD", "_", "SHLVL"}
    assert names == {"PATH", "LANE_PORT", "COCKPIT_GATE", "TEST_DB_PASSWORD", MARK, "OLDPWD"} - (
        {"OLDPWD"} - names
    )


def test_a_missing_folder_and_a_nul_are_said(run: Run, tmp_path: Path) -> None:
    with pytest.raises(CockpitError, match="missing"):
        run("true", cwd=tmp_path / "gone")
    with pytest.raises(CockpitError, match="can't be run"):
        run("echo \0")
    assert run("no-such-program-anywhere").code == 127


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("PATH", False),
        ("HOME", False),
        ("LANG", False),
        ("LC_ALL", False),
        ("TMPDIR", False),
        ("USER", False),
        ("SHELL", False),
        ("VIRTUAL_ENV", False),
        ("CARGO_HOME", False),
        ("KEYBOARD", False),
        ("MONKEY", False),
        ("TOKENIZERS_PARALLELISM", False),
        ("PYTHONPATH", False),
        ("AUTHOR", False),
        ("SSH_AUTH_SOCK", True),
        ("TMUX", True),
        ("TMUX_PANE", True),
        ("GIT_DIR", True),
        ("COCKPIT_LANE", True),
        ("GITHUB_TOKEN", True),
        ("MY_TOKEN", True),
        ("TOKEN", True),
        ("my_token", True),
        ("STRIPE_SECRET_KEY", True),
        ("API_KEY", True),
        ("DJANGO_SECRET", True),
        ("PGPASSWORD", True),
        ("MYSQL_PWD", True),
        ("DB_PASSWORD_FILE", True),
        ("AWS_PROFILE", True),
        ("ANTHROPIC_API_KEY", True),
        ("OPENAI_BASE_URL", True),
        ("GOOGLE_APPLICATION_CREDENTIALS", True),
        ("NPM_TOKEN", True),
        ("CLAUDECODE", True),
        ("KUBECONFIG", True),
        ("DBUS_SESSION_BUS_ADDRESS", True),
    ],
)
def test_which_names_are_dropped(name: str, dropped: bool) -> None:
    assert is_dropped(name) is dropped


def test_gate_environment() -> None:
    base = {"PATH": "/bin", "TERM": "xterm-kitty", "A_TOKEN": "x", "PIP_URL": "https://u:p@h/s"}
    assert gate_environment(base, {"PORT": "1", "MY_TOKEN": "meant"}) == {
        "PATH": "/bin",
        "TERM": "dumb",
        "PORT": "1",
        "MY_TOKEN": "meant",
    }


@given(st.text("ABCDEFGH_", max_size=12), st.sampled_from(["TOKEN", "SECRET", "PASSWORD", "KEY"]))
def test_whatever_ends_in_a_secrets_name_is_dropped(prefix: str, ending: str) -> None:
    assert is_dropped(f"{prefix}_{ending}")
