"""The operations under test: for each, the state before it and the intent that is carried out.

`prepare` runs once, in a process of its own, for the template that all runs of the scene are
copied from. Every lane holds work of each kind that plain git loses somewhere: commits that
only a reflog names, staged bytes that nothing else holds, changed, untracked and ignored
files, modes, links, an empty folder, a nested repository, a cache.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cockpit.domain.change import Layer
from cockpit.domain.conflict import Take
from cockpit.domain.hunks import HunkDeed, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    Adopt,
    ApplyHunk,
    Approve,
    Commit,
    EmptyTrash,
    Gate,
    Intent,
    Land,
    LeaveOut,
    Park,
    Queue,
    Resolve,
    Restart,
    Resume,
    RunTrain,
    Send,
    Start,
    Stop,
    Sync,
    Teardown,
    Trust,
    Undo,
)
from cockpit.domain.operation import OpKind
from cockpit.domain.plans import TeardownPlan
from cockpit.domain.resolution_draft import picked
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.faults.predicate import note, note_work

ALPHA, BETA = LaneId("alpha"), LaneId("beta")
PROMPT = "read tasks/task-001.md and begin"

CONFIG = """\
target: main
agents:
  sh: {command: [sh], preset: shell}
lanes:
  alpha: {agent: sh}
  beta: {agent: sh}
setup: {copy: [.env], link: [shared]}
gate: {run: ["test -f README.md"], timeout: 20s, retry: 0}
"""


def do(cockpit: LocalCockpit, intent: Intent) -> None:
    cockpit.carry_out(intent, lambda _event: None, by="cli")


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def make_repository(root: Path) -> None:
    """History, and a commander at work: changed, staged, untracked and ignored files."""
    root.mkdir()
    git(root, "init", "-q", "--template=")
    for number in range(12):
        write(root, f"src/module_{number}.py", f"number = {number}\n")
    write(root, "src/api.py", "def answer():\n    return 42\n")
    write(root, "docs/guide.md", "# Guide\n")
    write(root, "docs/old.md", "goes away\n")
    write(root, "README.md", "# Project\n")
    write(root, "NOTES.md", "notes\n")
    write(root, ".gitignore", ".env\nbuild/\nnode_modules/\nshared\n")
    write(root, "lanes.yaml", CONFIG)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    write(root, "docs/guide.md", "# Guide\n\nRead me first.\n")
    git(root, "commit", "-q", "-am", "second")
    git(root, "pack-refs", "--all")
    write(root, "README.md", "# Project\n\nthe commander's own line\n")
    write(root, "NOTES.md", "staged by the commander\n")
    git(root, "add", "NOTES.md")
    write(root, "untracked.txt", "the commander's\n")
    write(root, ".env", "COMMANDERS_SECRET=1\n")
    write(root, "build/out.bin", "built by the commander\n")
    write(root, "shared/cache.txt", "shared\n")


def work_of(root: Path, lane: str) -> Path:
    return root.parent / f"{root.name}-{lane}"


def commits(root: Path) -> None:
    """Commits on alpha, one of which only the reflog names any more."""
    folder = work_of(root, "alpha")
    write(folder, "src/api.py", "def answer():\n    return 1\n")
    git(folder, "commit", "-q", "-am", "a first attempt, amended later")
    write(folder, "src/api.py", "def answer():\n    return 43\n")
    git(folder, "commit", "-q", "--amend", "-am", "a better answer")
    write(folder, "src/more/deep.py", "deep = 1\n")
    write(folder, "docs/new.md", "new\n")
    git(folder, "rm", "-q", "docs/old.md")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "more")
    write(folder, "build/lane.o", "built by the lane\n")


def dirt(root: Path) -> None:
    """Uncommitted work of every kind in alpha."""
    folder = work_of(root, "alpha")
    write(folder, "src/module_1.py", "staged, then changed again\n")
    git(folder, "add", "src/module_1.py")
    write(folder, "src/module_1.py", "changed\n")
    write(folder, "loose.txt", "loose\n")
    write(folder, "run.sh", "#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("loose.txt")
    (folder / "empty").mkdir()
    write(folder, "node_modules/pkg/index.js", "edited by hand in a cache\n")
    nested = folder / "build" / "nested"
    nested.mkdir(parents=True, exist_ok=True)
    git(nested, "init", "-q", "--template=")
    write(nested, "inner.txt", "inner\n")
    git(nested, "add", "-A")
    git(nested, "commit", "-q", "-m", "inner")


def base(cockpit: LocalCockpit) -> None:
    """The lane alpha, with commits."""
    do(cockpit, Trust(cockpit.trust().digest))
    do(cockpit, Start(ALPHA))
    commits(cockpit.root)


def dirty(cockpit: LocalCockpit) -> None:
    base(cockpit)
    dirt(cockpit.root)


def topic(cockpit: LocalCockpit) -> None:
    base(cockpit)
    git(cockpit.root, "branch", "topic")


def topic_worktree(cockpit: LocalCockpit) -> None:
    topic(cockpit)
    git(cockpit.root, "worktree", "add", "-q", str(cockpit.root.parent / "elsewhere"), "topic")
    write(cockpit.root.parent / "elsewhere", "loose.txt", "in the adopted worktree\n")


def adopted(cockpit: LocalCockpit) -> None:
    topic_worktree(cockpit)
    do(cockpit, Adopt(BETA, "topic"))


def landed(cockpit: LocalCockpit) -> None:
    base(cockpit)
    do(cockpit, Land(ALPHA))


def two(cockpit: LocalCockpit) -> None:
    """Two lanes that may land one after the other, both queued."""
    base(cockpit)
    do(cockpit, Start(BETA))
    folder = work_of(cockpit.root, "beta")
    write(folder, "src/beta.py", "beta = 1\n")
    write(folder, "docs/guide.md", "# Guide\n\nRead me twice.\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "beta's work")
    for lane in (ALPHA, BETA):
        do(cockpit, Queue(lane))


def conflicting(cockpit: LocalCockpit) -> None:
    """Alpha and the target changed the same line; the lane holds uncommitted work elsewhere."""
    dirty(cockpit)
    write(cockpit.root, "src/api.py", "def answer():\n    return 44\n")
    write(cockpit.root, "docs/guide.md", "# Guide\n\nRead me last.\n")
    git(cockpit.root, "commit", "-q", "-m", "main", "--", "src/api.py", "docs/guide.md")


def resolution(cockpit: LocalCockpit) -> Resolve:
    view = cockpit.conflict(ALPHA)
    state = view.resolution.choose_file(0, Take.BOTH)
    return Resolve(ALPHA, view.conflict.source, view.conflict.target, picked(state))


def resolved(cockpit: LocalCockpit) -> None:
    conflicting(cockpit)
    do(cockpit, resolution(cockpit))


def behind(cockpit: LocalCockpit) -> None:
    """The target went on, and alpha holds uncommitted work where it did not."""
    dirty(cockpit)
    root = cockpit.root
    write(root, "src/api_next.py", "def ask():\n    return 1\n")
    write(root, "src/module_5.py", "number = 55\n")
    write(root, "docs/deep/er/page.md", "# A page\n")
    git(root, "rm", "-q", "src/module_6.py")
    (root / "src/module_7.py").chmod(0o755)
    git(root, "add", "src/api_next.py", "src/module_5.py", "docs/deep", "src/module_7.py")
    git(root, "commit", "-q", "-m", "the target went on", "--", "src", "docs")


def synced(cockpit: LocalCockpit) -> None:
    behind(cockpit)
    do(cockpit, Sync(ALPHA))


def taken(cockpit: LocalCockpit) -> None:
    """Alpha's uncommitted work is a commit; undoing it must bring it back as it was."""
    dirty(cockpit)
    note_work(cockpit.root, work_of(cockpit.root, "alpha"))
    do(cockpit, Commit(ALPHA, "the rest"))


def left_out(cockpit: LocalCockpit) -> None:
    dirty(cockpit)
    do(cockpit, LeaveOut(ALPHA, ("docs", "src/api.py")))


def put_away(cockpit: LocalCockpit) -> None:
    """Parked, with a note of how the lane was, which a resume must bring back."""
    dirty(cockpit)
    note(cockpit.root, work_of(cockpit.root, "alpha"))
    do(cockpit, Park(ALPHA))


def landed_and_used(cockpit: LocalCockpit) -> None:
    """Another branch holds the landed commit, so only a revert undoes it."""
    landed(cockpit)
    git(cockpit.root, "branch", "release", "main")


def gated(cockpit: LocalCockpit) -> None:
    """The gate's worktree is there and warm, at an older commit."""
    base(cockpit)
    do(cockpit, Gate(ALPHA))
    write(work_of(cockpit.root, "alpha"), "src/late.py", "late = 1\n")
    git(work_of(cockpit.root, "alpha"), "add", "-A")
    git(work_of(cockpit.root, "alpha"), "commit", "-q", "-m", "late")


def torn(cockpit: LocalCockpit) -> None:
    """Torn down, with a note of how the lane was, which an undo must bring back."""
    dirty(cockpit)
    note(cockpit.root, work_of(cockpit.root, "alpha"))
    do(cockpit, Teardown(ALPHA))


def torn_and_emptied(cockpit: LocalCockpit) -> None:
    """Only the vault has the files any more."""
    torn(cockpit)
    gone = TeardownPlan.from_json(cockpit.log()[-1].intent)
    shutil.rmtree(gone.trash_folder)
    shutil.rmtree(gone.trash_admin)
    (cockpit.root.parent / "home" / "trash-emptied").touch()


def hunk(deed: HunkDeed) -> Callable[[LocalCockpit], Intent]:
    """The one hunk of a file that is staged, and changed again since."""

    def wish(cockpit: LocalCockpit) -> Intent:
        key = (Layer.UNSTAGED, "src/module_1.py")
        files = cockpit.diff(ALPHA).files
        file = next(file for file in files if (file.layer, file.path) == key)
        what = hunk_identity(file, parse_hunks(file.body)[0])
        return ApplyHunk(ALPHA, deed, *key, what, force=True)

    return wish


def discarded(cockpit: LocalCockpit) -> None:
    dirty(cockpit)
    do(cockpit, hunk(HunkDeed.DISCARD)(cockpit))


def last(cockpit: LocalCockpit, kind: OpKind) -> int:
    return max(op.seq for op in cockpit.log() if op.kind is kind)


@dataclass(frozen=True)
class Scene:
    prepare: Callable[[LocalCockpit], None]
    intent: Callable[[LocalCockpit], Intent]
    lanes: tuple[str, ...] = ("project-alpha",)
    """Folders beside the repository whose every byte the operation must keep."""


SCENES: dict[str, Scene] = {
    "start": Scene(base, lambda _c: Start(BETA)),
    "start with a prompt": Scene(base, lambda _c: Start(BETA, prompt=PROMPT)),
    "adopt a branch": Scene(topic, lambda _c: Adopt(BETA, "topic")),
    "adopt a worktree": Scene(
        topic_worktree, lambda _c: Adopt(BETA, "topic"), ("project-alpha", "elsewhere")
    ),
    "gate": Scene(base, lambda _c: Gate(ALPHA)),
    "land": Scene(base, lambda _c: Land(ALPHA)),
    "land, gate warm": Scene(gated, lambda _c: Land(ALPHA)),
    "train": Scene(two, lambda _c: RunTrain(), ("project-alpha", "project-beta")),
    "queue": Scene(base, lambda _c: Queue(ALPHA)),
    "teardown": Scene(dirty, lambda _c: Teardown(ALPHA)),
    "undo start": Scene(dirty, lambda c: Undo(last(c, OpKind.START))),
    "undo adopt": Scene(
        adopted, lambda c: Undo(last(c, OpKind.ADOPT)), ("project-alpha", "elsewhere")
    ),
    "undo land": Scene(landed, lambda _c: Undo()),
    "undo land by revert": Scene(landed_and_used, lambda _c: Undo()),
    "undo teardown": Scene(torn, lambda _c: Undo(), ()),
    "undo teardown, vault": Scene(torn_and_emptied, lambda _c: Undo(), ()),
    "sync": Scene(behind, lambda _c: Sync(ALPHA)),
    "sync by rebase": Scene(behind, lambda _c: Sync(ALPHA, how="rebase")),
    "undo sync": Scene(synced, lambda _c: Undo()),
    "park": Scene(dirty, lambda _c: Park(ALPHA)),
    "undo park": Scene(put_away, lambda _c: Undo(), ()),
    "resume": Scene(put_away, lambda _c: Resume(ALPHA), ()),
    "empty trash": Scene(torn, lambda _c: EmptyTrash(()), ()),
    "send": Scene(base, lambda _c: Send(ALPHA, PROMPT)),
    "stop": Scene(dirty, lambda _c: Stop(ALPHA)),
    "restart": Scene(dirty, lambda _c: Restart(ALPHA)),
    "resolve": Scene(conflicting, resolution),
    "undo resolve": Scene(resolved, lambda _c: Undo()),
    "stage a hunk": Scene(dirty, hunk(HunkDeed.STAGE)),
    "discard a hunk": Scene(dirty, hunk(HunkDeed.DISCARD)),
    "undo discard": Scene(discarded, lambda _c: Undo()),
    "approve": Scene(base, lambda _c: Approve(ALPHA)),
    "commit": Scene(dirty, lambda _c: Commit(ALPHA, "the rest")),
    "undo commit": Scene(taken, lambda _c: Undo()),
    "leave-out": Scene(dirty, lambda _c: LeaveOut(ALPHA, ("docs", "src/api.py"))),
    "undo leave-out": Scene(left_out, lambda _c: Undo()),
}
