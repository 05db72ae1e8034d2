from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cockpit.adapters.locks import FileLocks, LockMisuse, order
from cockpit.errors import Refused, TimedOut
from tests.conftest import retry_until

HOLDER = """
import sys
from pathlib import Path
from cockpit.adapters.locks import FileLocks
with FileLocks(Path(sys.argv[1])).hold(*sys.argv[2:], why="a \x1b[2J test"):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(folder: Path, *names: str) -> subprocess.Popen[str]:
    """Another process that holds `names` until its stdin closes."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), *names],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    return holder


def test_another_process_waits_and_is_told_who_holds_it(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path / "locks")
    holder = _holder(tmp_path / "locks", "target")
    try:
        assert not locks.is_free("target")
        with pytest.raises(TimedOut) as caught, locks.hold("target", timeout=0.05):
            pass
        assert f"process {holder.pid}" in caught.value.title
        assert "test" in caught.value.title and "\x1b" not in caught.value.title
    finally:
        holder.communicate("")
    assert locks.is_free("target")
    with locks.hold("target", timeout=1):
        pass


def test_a_killed_holder_frees_it(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    holder = _holder(tmp_path, "target", "lane-alpha")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with locks.hold("target", "lane-alpha", timeout=1):
        pass
    for stream in (holder.stdin, holder.stdout):
        assert stream is not None
        stream.close()


def test_threads_exclude_each_other(tmp_path: Path) -> None:
    inside = 0
    worst = 0

    def work() -> None:
        nonlocal inside, worst
        locks = FileLocks(tmp_path)
        for _ in range(20):
            with locks.hold("registry", timeout=10):
                inside += 1
                worst = max(worst, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worst == 1


def test_any_order_asked_for_never_deadlocks(tmp_path: Path) -> None:
    names = ["registry", "lane-a", "lane-b", "target"]
    done = []

    def work(wanted: tuple[str, ...]) -> None:
        with FileLocks(tmp_path).hold(*wanted, timeout=10):
            done.append(wanted)

    orders = list(itertools.permutations(names))
    threads = [threading.Thread(target=work, args=(wanted,)) for wanted in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(orders)


def test_the_fixed_order() -> None:
    names = ["journal", "train-queue", "review-a", "target", "worktrees", "lane-b", "lane-a"]
    names += ["registry", "dispatcher"]
    assert sorted(names, key=order) == names[::-1]


def test_reentrancy_and_the_wrong_order_are_said_at_once(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    with locks.hold("lane-a"):
        with (
            pytest.raises(LockMisuse, match="this very thread"),
            FileLocks(tmp_path).hold("lane-a"),
        ):
            pass
        with pytest.raises(LockMisuse, match="before"), locks.hold("registry"):
            pass
        with locks.hold("target"):
            assert not locks.is_free("target")
        assert locks.is_free("target")
    with locks.hold("registry"):
        pass


def test_locks_taken_before_a_timeout_are_given_back(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    holder = _holder(tmp_path, "target")
    try:
        with pytest.raises(TimedOut), locks.hold("target", "lane-a", timeout=0.05):
            pass
        assert locks.is_free("lane-a")
        with locks.hold("lane-a", timeout=0):
            pass
    finally:
        holder.communicate("")


def test_children_do_not_inherit_it(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    with locks.hold("target"):
        child = subprocess.Popen(["sleep", "30"])
    try:
        assert locks.is_free("target")
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "Lane", "x" * 200, "-x", "a\nb"])
def test_hostile_names_are_refused(tmp_path: Path, name: str) -> None:
    locks = FileLocks(tmp_path)
    with pytest.raises(LockMisuse), locks.hold(name):
        pass
    with pytest.raises(LockMisuse):
        locks.is_free(name)


def test_a_symlink_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "locks").symlink_to("real")
    with pytest.raises(Refused), FileLocks(tmp_path / "locks").hold("target"):
        pass
    assert os.listdir(tmp_path / "real") == []


def test_an_error_inside_frees_it(tmp_path: Path) -> None:
    locks = FileLocks(tmp_path)
    with pytest.raises(ZeroDivisionError), locks.hold("target"):
        raise ZeroDivisionError
    retry_until(lambda: locks.is_free("target"))
    assert (tmp_path / "target.lock").read_bytes() == b""
