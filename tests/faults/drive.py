"""The program that is killed: it builds the real services, carries out one intent, or recovers.

    python -m tests.faults.drive JOB.json        one job, in this process (for strace)
    python -m tests.faults.drive --serve         jobs as JSON lines on stdin, a fork for each

Serving forks, because importing the services takes longer than most operations: a fork of a
process that has imported them, but never built them, holds no lock, no open file and no
memory of an earlier run, so it is as fresh as a new process. Each child leads a session of
its own and is killed by its pid from outside (`harness`), or kills itself at a step.

The services are the real ones on the real disk and the real git. tmux is the one in a file
(`paper_tmux`) for the bulk, since what services do before and after each tmux call is the
same and a run costs a fifth; a share of the runs has a real server, which is killed or
stopped, on a private socket.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from cockpit.adapters import files
from cockpit.adapters.git.outcome import Answer
from cockpit.adapters.git.run import GitDoor
from cockpit.domain.intents import Restart
from cockpit.errors import CockpitError
from cockpit.services.cockpit import LocalCockpit
from cockpit.services.wiring import build_cockpit
from tests.faults import mutants
from tests.faults.paper_tmux import PaperTmux
from tests.faults.repository import make_repository
from tests.faults.scenes import SCENES


@dataclass(frozen=True)
class Job:
    """One thing to do. `die_at` and its like count steps from 1; 0 is never. `die_before` and
    `meddle_before` name one: the end of what it says, `#2` for its second time."""

    action: str
    """`make`, `prepare`, `carry`, `recover`, `revive` (a real pane for each lane) or `faults`."""
    root: str
    out: str
    """Where the result goes: JSON, written at the end, so absent after a death."""
    scene: str = ""
    paper: str = ""
    """The file of the tmux in a file; empty is a real server."""
    env: dict[str, str] = field(default_factory=dict)
    die_at: int = 0
    die_before: str = ""
    tmux_at: int = 0
    """The step before which the real tmux server gets `tmux_signal`."""
    tmux_signal: int = 0
    die_with_git: bool = False
    """When a git child was killed, die too; else its death is only an error."""
    meddle_at: int = 0
    """The step before which somebody else commits on `meddle_ref`."""
    meddle_before: str = ""
    meddle_ref: str = "refs/heads/main"
    no_reserve: bool = False
    """Don't refuse for lack of spare room, so that a full disk is met and not foreseen."""
    mutant: str = ""


class Steps:
    """The probe: notes each step, and does what the job says at one of them."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.seen: list[str] = []

    def __call__(self, where: str) -> None:
        self.seen.append(where)
        if len(self.seen) == self.job.tmux_at:
            _signal_tmux(self.job)
        if len(self.seen) == self.job.meddle_at or self._is(self.job.meddle_before):
            _meddle(self.job)
        if len(self.seen) == self.job.die_at or self._is(self.job.die_before):
            os.kill(os.getpid(), signal.SIGKILL)

    def _is(self, name: str) -> bool:
        """Whether the step that begins now is the one with this name."""
        end, _, time = name.partition("#")
        found = [where for where in self.seen if end and where.endswith(end)]
        return bool(found) and found[-1:] == self.seen[-1:] and len(found) == int(time or 1)


def _meddle(job: Job) -> None:
    """A commit of somebody else's on a branch, with the same files."""

    def git(*argv: str) -> str:
        command = ["git", "-C", job.root, *argv]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    ref = job.meddle_ref
    parent = git("rev-parse", ref)
    commit = git("commit-tree", "-m", "meddled", "-p", parent, f"{parent}^{{tree}}")
    git("update-ref", ref, commit)
    Path(job.out).with_name("meddled").write_text(f"{ref} {commit} {parent}")


def _signal_tmux(job: Job) -> None:
    for socket in Path(job.env["TMUX_TMPDIR"]).glob("tmux-*/*"):
        answer = subprocess.run(
            ["tmux", "-S", str(socket), "display-message", "-p", "#{pid}"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        if answer.returncode == 0:
            os.kill(int(answer.stdout), job.tmux_signal)


def _build(job: Job, probe: Steps) -> LocalCockpit:
    cockpit = build_cockpit(Path(job.root), by="cli", probe=probe)
    if not job.paper:
        return cockpit
    return LocalCockpit(replace(cockpit.work, tmux=PaperTmux(Path(job.paper))))


def _die_with_git() -> None:
    """Let this process die at once where a git child was killed."""
    once = GitDoor._once

    def doomed(self: GitDoor, *args: Any, **kwargs: Any) -> Answer:
        answer = once(self, *args, **kwargs)
        if answer.code == -signal.SIGKILL:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    GitDoor._once = doomed  # type: ignore[method-assign]


def _act(job: Job, steps: Steps) -> dict[str, Any]:
    if job.action == "make":
        make_repository(Path(job.root), SCENES[job.scene].config)
        return {}
    cockpit = _build(job, steps)
    try:
        if job.action == "prepare":
            SCENES[job.scene].prepare(cockpit)
            return {}
        if job.action == "revive":
            for lane in cockpit.work.registry.lanes():
                cockpit.carry_out(Restart(lane), lambda _event: None, by="cli")
            return {}
        if job.action == "faults":
            return {"faults": [fault.title for fault in cockpit.faults()]}
        if job.action == "recover":
            return {"said": cockpit.recover(lambda _event: None)}
        said = [
            cockpit.carry_out(intent, lambda _event: None, by="cli").summary
            for intent in SCENES[job.scene].intents(cockpit)
        ]
        return {"summary": " ".join(said)}
    finally:
        cockpit.close()


def run(job: Job) -> None:
    """Do `job` in this process and write its result."""
    os.environ.clear()
    os.environ.update(job.env)
    os.chdir("/")
    mutants.apply(job.mutant)
    if job.no_reserve:
        files.RESERVE = files.RESERVE_INODES = 0
    if job.die_with_git:
        _die_with_git()
    steps = Steps(job)
    try:
        result = _act(job, steps)
    except CockpitError as error:
        result = {"error": error.title, "detail": error.detail, "hint": error.hint}
    except Exception:
        result = {"crash": traceback.format_exc()}
    out = Path(job.out)
    out.with_suffix(".part").write_text(json.dumps({**result, "steps": steps.seen}))
    out.with_suffix(".part").rename(out)


def _fork(job: Job) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        os.dup2(quiet, 0)
        os.dup2(quiet, 1)
        run(job)
        code = 0
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def serve() -> None:
    """Fork for each job line; say the pid at once and the wait status at the end."""
    for line in sys.stdin:
        child = _fork(Job(**json.loads(line)))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def to_line(job: Job) -> str:
    return json.dumps(asdict(job)) + "\n"


def main(argv: Sequence[str]) -> None:
    if list(argv) == ["--serve"]:
        serve()
    else:
        run(Job(**json.loads(Path(argv[0]).read_text())))


if __name__ == "__main__":
    main(sys.argv[1:])
