"""Kills and full disks at single system calls, by strace: of each git that cockpit runs, and
of cockpit itself.

For git, a script of that name stands first in PATH; it counts the calls and runs one of them
under strace. A first run, traced as a whole, tells which calls there are to hit.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.faults.drive import Job as Job
from tests.faults.world import Slot

CHANGING = (
    "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,"
    "symlink,symlinkat,write,pwrite64,ftruncate,fsync,openat"
)
SHRINKING = frozenset({"unlink", "unlinkat", "rmdir", "ftruncate"})
"""System calls that a full disk doesn't fail."""
_LINE = re.compile(r"(?:(?P<pid>\d+) +)?(?P<name>\w+)\((?P<args>.*)")


def why_not_strace() -> str:
    """Why strace can't be used here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed (apt install strace)"
    done = subprocess.run(
        ["strace", "-qq", "-o", "/dev/null", "-e", "trace=none", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"strace can't trace here: {done.stderr.strip()[:200]}"


@dataclass(frozen=True)
class Point:
    """One system call: the `index`-th `name` of the `call`-th git (0: of cockpit itself)."""

    call: int
    name: str
    index: int

    def __str__(self) -> str:
        who = f"git {self.call}" if self.call else "cockpit"
        return f"{who}, {self.name} {self.index}"


def _points(trace: Path, call: int) -> list[Point]:
    """The calls in a trace that change something, of its first process."""
    found: list[Point] = []
    counts: dict[str, int] = {}
    first = None
    for line in trace.read_text(errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        first = first or match["pid"]
        if match["pid"] != first:
            continue
        name = match["name"]
        counts[name] = counts.get(name, 0) + 1
        if name == "openat" and "O_CREAT" not in match["args"]:
            continue
        if name == "write" and match["args"].startswith(("1,", "2,")):
            continue  # what git says, not what it stores
        found.append(Point(call, name, counts[name]))
    return found


def _shim(slot: Slot, body: str) -> dict[str, str]:
    """An environment whose `git` is a script with `body`, where `$n` counts the calls."""
    folder = slot.side / "bin"
    folder.mkdir(exist_ok=True)
    counter = slot.side / "count"
    real = shutil.which("git", path=slot.env["PATH"])
    assert real is not None
    script = folder / "git"
    script.write_text(
        "#!/bin/sh\n"
        f"n=$(cat {shlex.quote(str(counter))} 2>/dev/null || echo 0); n=$((n + 1))\n"
        f"echo $n > {shlex.quote(str(counter))}\n"
        f"real={shlex.quote(real)}\n"
        f'{body}\nexec "$real" "$@"\n'
    )
    script.chmod(0o755)
    return {**slot.env, "PATH": f"{folder}:{slot.env['PATH']}"}


def points_of_git(slot: Slot, scene: str) -> list[Point]:
    """Every changing system call of every git in the scene's operation."""
    slot.restore(scene)
    traces = slot.side / "traces"
    traces.mkdir()
    env = _shim(slot, f'exec strace -f -qq -s 0 -o {traces}/$n -e trace={CHANGING} "$real" "$@"')
    slot.run(replace(slot.job("carry", scene), env=env))
    calls = sorted((int(path.name), path) for path in traces.iterdir())
    return [point for number, path in calls for point in _points(path, number)]


def points_of_cockpit(slot: Slot, scene: str) -> list[Point]:
    """Every changing system call of the cockpit process in the scene's operation."""
    slot.restore(scene)
    trace = slot.side / "trace"
    _traced(slot.job("carry", scene), slot, ["-o", str(trace), "-e", f"trace={CHANGING}"])
    points = _points(trace, 0)
    side = sum(
        1 for line in trace.read_text(errors="replace").splitlines() if "result.part" in line
    )
    return points[: len(points) - 2 * side] if side else points


def _traced(job: Job, slot: Slot, options: list[str]) -> None:
    """Run `job` in a fresh interpreter under strace, which doesn't follow its children."""
    line = slot.side / "job.json"
    line.write_text(json.dumps(asdict(job)))
    command = ["strace", "-qq", *options, sys.executable, "-m", "tests.faults.drive", str(line)]
    slot.result.unlink(missing_ok=True)
    subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[2],
        env={**slot.env, "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=120,
    )


def _inject(point: Point, harm: str) -> list[str]:
    when = f"{point.index}+" if harm.startswith("error") and point.name != "openat" else point.index
    return ["-e", f"trace={point.name}", "-e", f"inject={point.name}:{harm}:when={when}"]


def hit(slot: Slot, job: Job, point: Point, harm: str, *, die_with_git: bool = False) -> None:
    """Run `job` with `harm` (`signal=KILL`, `error=ENOSPC`) at `point`."""
    options = _inject(point, harm)
    if point.call == 0:
        _traced(job, slot, ["-o", "/dev/null", *options])
        return
    words = shlex.join(["strace", "-f", "-qq", "-o", "/dev/null", *options])
    env = _shim(slot, f'[ $n = {point.call} ] && exec {words} "$real" "$@"')
    slot.run(replace(job, env=env, die_with_git=die_with_git))
