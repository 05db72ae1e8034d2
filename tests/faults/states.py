"""The states that operations begin from, each made by the real services.

Every lane holds work of each kind that plain git loses somewhere: commits that only a reflog
names, staged bytes that nothing else holds, changed, untracked and ignored files, modes,
links, an empty folder, a nested repository, a cache.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

from cockpit.domain.change import Layer
from cockpit.domain.conflict import Take
from cockpit.domain.hunks import HunkDeed, hunk_identity, parse_hunks
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import (
    Adopt,
    ApplyHunk,
    Approve,
    ApproveStanding,
    Assign,
    CallOffPrompt,
    Commit,
    Follow,
    Gate,
    Intent,
    Land,
    LeaveOut,
    Lock,
    Move,
    Park,
    Queue,
    Rename,
    Resolve,
    RunBackground,
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
from cockpit.services import remote_base, sync_queue
from cockpit.services.cockpit import LocalCockpit
from tests.conftest import git
from tests.faults.paper_tmux import PaperTmux
from tests.faults.picture import note, note_work
from tests.faults.repository import (
    ALPHA,
    BETA,
    GAMMA,
    PROMPT,
    TIDY,
    commits,
    dirt,
    do,
    work_of,
    write,
)


def untrusted(_cockpit: LocalCockpit) -> None:
    """Nothing but the repository."""


def base(cockpit: LocalCockpit) -> None:
    """The lane alpha, with commits."""
    do(cockpit, Trust(cockpit.trust().digest))
    do(cockpit, Start(ALPHA))
    commits(cockpit.root)


def dirty(cockpit: LocalCockpit) -> None:
    base(cockpit)
    dirt(cockpit.root)


def ended(cockpit: LocalCockpit) -> None:
    """A lane full of work, whose agent has ended."""
    dirty(cockpit)
    do(cockpit, Stop(ALPHA))


def ended_queued(cockpit: LocalCockpit) -> None:
    """The same, approved and in the train before another."""
    two(cockpit)
    do(cockpit, Queue(ALPHA, before=BETA))
    do(cockpit, Stop(ALPHA))


def renamed(cockpit: LocalCockpit) -> None:
    ended(cockpit)
    do(cockpit, Rename(ALPHA, GAMMA))


def moved(cockpit: LocalCockpit) -> None:
    ended(cockpit)
    do(cockpit, Move(ALPHA, "../project-there"))


def locked(cockpit: LocalCockpit) -> None:
    base(cockpit)
    do(cockpit, Lock(ALPHA, "as it is"))


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
    do(cockpit, Approve(ALPHA))


def clashing(cockpit: LocalCockpit) -> None:
    """Two lanes of which only the first can land, by the commander's order."""
    two(cockpit)
    folder = work_of(cockpit.root, "beta")
    write(folder, "src/api.py", "def answer():\n    return 99\n")
    git(folder, "commit", "-q", "-am", "the same line as alpha")
    do(cockpit, Queue(ALPHA, before=BETA))


def one_red(cockpit: LocalCockpit) -> None:
    """Two lanes, of which the first lets the gate fail."""
    two(cockpit)
    folder = work_of(cockpit.root, "alpha")
    git(folder, "mv", "src/module_3.py", "src/module_3_moved.py")
    write(folder, "broken", "the gate finds this\n")
    git(folder, "add", "broken")
    git(folder, "commit", "-q", "-m", "broken")
    do(cockpit, Approve(ALPHA))


def merged(cockpit: LocalCockpit) -> None:
    """Two lanes that have landed, ready to be swept."""
    base(cockpit)
    do(cockpit, Land(ALPHA))
    do(cockpit, Start(BETA))
    folder = work_of(cockpit.root, "beta")
    write(folder, "src/beta.py", "beta = 1\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "beta's work")
    do(cockpit, Land(BETA))


def approved(cockpit: LocalCockpit) -> None:
    base(cockpit)
    do(cockpit, Approve(ALPHA))


def revoked(cockpit: LocalCockpit) -> None:
    approved(cockpit)
    do(cockpit, Approve(ALPHA, revoke=True))


def tasked(cockpit: LocalCockpit) -> None:
    """Alpha works on a task, with a result."""
    write(cockpit.root, "tasks/task-001-api.md", "---\ntitle: A better answer\n---\n\nDo it.\n")
    do(cockpit, Trust(cockpit.trust().digest))
    do(cockpit, Start(ALPHA, task="task-001"))
    commits(cockpit.root)
    write(cockpit.root, "results/task-001-result.md", "---\ntask: 001\nstatus: done\n---\n")


def two_tasks(cockpit: LocalCockpit) -> None:
    """Two tasks that nobody has."""
    base(cockpit)
    write(cockpit.root, "tasks/task-001-api.md", "---\ntitle: A better answer\n---\n\nDo it.\n")
    write(cockpit.root, "tasks/task-002-more.md", "---\ndepends: 001\n---\n# More\n")


def first_landed(cockpit: LocalCockpit) -> None:
    """Beta has done the first task, it has landed, and its agent rests."""
    two_tasks(cockpit)
    do(cockpit, Assign("task-001", BETA))
    folder = work_of(cockpit.root, "beta")
    write(folder, "docs/first.md", "first\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "the first task")
    write(folder, "results/task-001-result.md", "---\ntask: 001\nstatus: done\n---\n")
    at_rest(cockpit, BETA)
    do(cockpit, Land(BETA))


def asking(cockpit: LocalCockpit) -> None:
    """Beta's agent asks for leave on its screen."""
    base(cockpit)
    do(cockpit, Start(BETA))
    choices = [" ❯ 1. Yes", "   2. No"]
    _show(cockpit, ["─" * 12, " Bash command", "   make", *choices, "", " Esc to cancel"])


def blocked(cockpit: LocalCockpit) -> None:
    """Beta rests, and its result asks something."""
    two_tasks(cockpit)
    do(cockpit, Assign("task-001", BETA))
    _show(cockpit, ["● Done.", "", "─" * 12, "❯", "─" * 12, "  ? for shortcuts"])
    asks = "---\ntask: 001\nstatus: blocked\nquestions: Which store?\n---\n"
    write(cockpit.root, "results/task-001-result.md", asks)


def _show(cockpit: LocalCockpit, rows: list[str]) -> None:
    """What beta's pane shows."""
    tmux = cockpit.work.tmux
    assert isinstance(tmux, PaperTmux)
    tmux.show(tmux.panes()[BETA].ref.pane, rows)


def reported(cockpit: LocalCockpit) -> None:
    """Beta has written a result in its own folder."""
    two_tasks(cockpit)
    do(cockpit, Assign("task-001", BETA))
    folder = work_of(cockpit.root, "beta")
    write(folder, "results/task-001-result.md", "---\ntask: 001\nstatus: done\n---\n")


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


def waiting(cockpit: LocalCockpit) -> None:
    """The sync waits for the end of a turn."""
    behind(cockpit)
    sync_queue.wait(cockpit.work, ALPHA, "")


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


def put_away_and_gone(cockpit: LocalCockpit) -> None:
    """Parked, and by now neither trash nor vault has the folder: the branch alone."""
    base(cockpit)
    do(cockpit, Park(ALPHA))
    gone = TeardownPlan.from_json(cockpit.log()[-1].intent)
    shutil.rmtree(gone.trash_folder)
    shutil.rmtree(gone.trash_admin)
    shutil.rmtree(cockpit.state / "vault.git")
    (cockpit.root.parent / "home" / "trash-emptied").touch()


def landed_and_used(cockpit: LocalCockpit) -> None:
    """Another branch holds the landed commit, so only a revert undoes it."""
    landed(cockpit)
    git(cockpit.root, "branch", "release", "main")


def taken_back(cockpit: LocalCockpit) -> None:
    landed(cockpit)
    do(cockpit, Undo())


def published(cockpit: LocalCockpit) -> None:
    """The target follows a branch of a remote that is where it is."""
    base(cockpit)
    publish(cockpit)


def elsewhere(cockpit: LocalCockpit) -> None:
    """Lanes start from a branch of a remote, to which somebody pushed since it was asked last."""
    publish(cockpit)
    base(cockpit)
    push_theirs(cockpit)
    cockpit.work.state.remove(remote_base.FILE)


def busy(cockpit: LocalCockpit) -> None:
    """Beta's agent is in a turn."""
    base(cockpit)
    do(cockpit, Start(BETA))
    _show(cockpit, ["✻ Thinking…", "", "─" * 12, "❯", "─" * 12, "  esc to interrupt"])


def prompted(cockpit: LocalCockpit) -> None:
    """And two prompts wait for the end of it."""
    busy(cockpit)
    for text in (PROMPT, "and then the docs"):
        do(cockpit, Send(BETA, text, when_idle=True))
    assert [op.kind for op in cockpit.log(last=2)] == [OpKind.PROMPT] * 2


def called_off(cockpit: LocalCockpit) -> None:
    prompted(cockpit)
    do(cockpit, CallOffPrompt(BETA))


def publish(cockpit: LocalCockpit) -> None:
    origin = cockpit.root.parent / "home" / "origin.git"
    git(cockpit.root, "init", "-q", "--template=", "--bare", str(origin))
    git(cockpit.root, "remote", "add", "origin", str(origin))
    git(cockpit.root, "push", "-q", "-u", "origin", "main")


def outrun(cockpit: LocalCockpit) -> None:
    """Somebody else pushed to the remote."""
    published(cockpit)
    push_theirs(cockpit)


def push_theirs(cockpit: LocalCockpit) -> None:
    home = cockpit.root.parent / "home"
    git(home, "clone", "-q", "--template=", str(home / "origin.git"), "theirs")
    theirs = home / "theirs"
    write(theirs, "docs/theirs.md", "theirs\n")
    write(theirs, "src/module_4.py", "number = 44\n")
    git(theirs, "add", "-A")
    git(theirs, "commit", "-q", "-m", "theirs")
    git(theirs, "push", "-q")


def apart(cockpit: LocalCockpit) -> None:
    """A landing that was not pushed, and somebody else's commit at the remote."""
    published(cockpit)
    do(cockpit, Land(ALPHA))
    push_theirs(cockpit)


def followed(cockpit: LocalCockpit) -> None:
    outrun(cockpit)
    do(cockpit, Follow())


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


def hunk(deed: HunkDeed, layer: Layer = Layer.UNSTAGED) -> Callable[[LocalCockpit], Intent]:
    """The one hunk of a file that is staged, and changed again since."""

    def wish(cockpit: LocalCockpit) -> Intent:
        key = (layer, "src/module_1.py")
        files = cockpit.diff(ALPHA).files
        file = next(file for file in files if (file.layer, file.path) == key)
        what = hunk_identity(file, parse_hunks(file.body)[0])
        return ApplyHunk(ALPHA, deed, *key, what, force=True)

    return wish


def discarded(cockpit: LocalCockpit) -> None:
    dirty(cockpit)
    do(cockpit, hunk(HunkDeed.DISCARD)(cockpit))


def staged(cockpit: LocalCockpit) -> None:
    dirty(cockpit)
    do(cockpit, hunk(HunkDeed.STAGE)(cockpit))


def unstaged(cockpit: LocalCockpit) -> None:
    dirty(cockpit)
    do(cockpit, hunk(HunkDeed.UNSTAGE, Layer.STAGED)(cockpit))


def allowed(cockpit: LocalCockpit) -> None:
    """A background lane with a standing approval."""
    base(cockpit)
    do(cockpit, ApproveStanding(TIDY))


def worked(cockpit: LocalCockpit) -> None:
    """A background lane whose agent has done its work and rests."""
    allowed(cockpit)
    do(cockpit, RunBackground(TIDY, "every 5m"))
    folder = work_of(cockpit.root, "tidy")
    write(folder, "docs/guide.md", "# Guide\n\nTidied.\n")
    git(folder, "commit", "-q", "-am", "tidy the guide")
    at_rest(cockpit, TIDY)


def at_rest(cockpit: LocalCockpit, lane: LaneId) -> None:
    """The lane's agent shows that its turn has ended."""
    tmux = cockpit.work.tmux
    assert isinstance(tmux, PaperTmux)
    line = "─" * 12
    rows = ["● Done.", "", line, "❯", line, "  ? for shortcuts"]
    tmux.show(tmux.panes()[lane].ref.pane, rows)
