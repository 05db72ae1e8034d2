"""A real tmux server that is killed or frozen in the middle of an operation."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from tests.faults.harness import Trial, aftermath
from tests.faults.world import Slot


def servers(slot: Slot) -> Iterator[tuple[Path, int]]:
    """(socket, pid) of every server of this slot, frozen ones too."""
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with suppress(OSError):
                command = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
                environment = Path(f"/proc/{name}/environ").read_bytes().split(b"\0")
                wanted = os.fsencode(f"TMUX_TMPDIR={slot.sockets}")
                if os.path.basename(command[0]).startswith(b"tmux") and wanted in environment:
                    yield Path(f"/proc/{name}"), int(name)


def thaw(slot: Slot) -> None:
    for _, pid in servers(slot):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def real_tmux(slot: Slot) -> Iterator[None]:
    """At the end every server of the slot is ended, and its sockets are gone."""
    try:
        yield
    finally:
        for _, pid in list(servers(slot)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + 5
            while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
                time.sleep(0.01)
        for socket in slot.sockets.glob("tmux-*/*"):
            socket.unlink(missing_ok=True)


def attempt_with_tmux(
    slot: Slot, scene: str, step: int, how: signal.Signals, *, mutant: str = ""
) -> Trial:
    """The scene's operation on a real server, which gets `how` before the `step`-th step
    (0: never). A frozen server goes on before the recovery."""
    what = {signal.SIGKILL: "killed", signal.SIGSTOP: "frozen"}[how]
    trial = Trial(scene, f"tmux {what}", f"step {step}")
    with real_tmux(slot):
        before = slot.restore(scene)
        revived = slot.run(slot.job("revive", real_tmux=True))
        if revived is None or "error" in revived or "crash" in revived:
            trial.violations.append(f"no pane could be opened: {revived}")
            return trial
        job = slot.job("carry", scene, real_tmux=True)
        slot.run(replace(job, tmux_at=step, tmux_signal=int(how), mutant=mutant))
        answer = slot.answer()
        trial.died, trial.ended = answer is None, answer or {}
        thaw(slot)
        before = replace(before, last=before.last)
        aftermath(slot, trial, before, mutant, real_tmux=True)
        if not _answers(slot):
            trial.violations.append("no tmux server can be started afterwards")
    return trial


def _answers(slot: Slot) -> bool:
    """Whether the lanes' agents can be run again."""
    answer = slot.run(slot.job("revive", real_tmux=True))
    return answer is not None and "error" not in answer and "crash" not in answer


def has_tmux() -> bool:
    return subprocess.run(["tmux", "-V"], capture_output=True, check=False).returncode == 0
