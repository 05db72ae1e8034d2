"""Drives every public function of the repository and of its parts once over a planted scene."""

from __future__ import annotations

import inspect
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cockpit.adapters.git.repository import GitRepository
from cockpit.domain.change import LaneDiff, Layer, PathChange
from cockpit.domain.conflict import Conflict, Take
from cockpit.domain.ids import BlobId, CommitId, LaneId, RefName
from cockpit.domain.resolution import Resolution
from cockpit.errors import CockpitError
from tests.adapters.git.conftest import MAIN
from tests.adapters.git.vectors import Scene

ALPHA = LaneId("alpha")
WORK = RefName("refs/heads/alpha/work")
AUTH, GUIDE = "src/auth.py", "docs/guide.md"
NOT_DRIVEN = frozenset({"ground", "door"})
"""What tests reach through the repository and services don't."""


def parts_of(repository: GitRepository) -> Iterator[tuple[str, object]]:
    for name, part in sorted(vars(repository).items()):
        ours = type(part).__module__.startswith("cockpit.adapters.git.")
        if ours and not name.startswith("_") and name not in NOT_DRIVEN:
            yield name, part


def public_functions(repository: GitRepository) -> set[str]:
    """`name` of the repository's own, `part.name` of its parts'."""
    return _functions(repository) | {
        f"{part}.{name}" for part, found in parts_of(repository) for name in _functions(found)
    }


def _functions(found: object) -> set[str]:
    members = inspect.getmembers(type(found), inspect.isfunction)
    return {name for name, _ in members if not name.startswith("_")}


def quiet_git(cwd: Path, *argv: str) -> str:
    """The test's own questions, asked so that they run nothing either."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    options = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    done = subprocess.run(
        ["git", *options, *argv], cwd=cwd, env=clean, capture_output=True, text=True, check=True
    )
    return done.stdout


def quiet_tip(repo: Path, rev: str = "HEAD") -> CommitId:
    return CommitId(quiet_git(repo, "rev-parse", "--verify", rev).strip())


def nothing(_path: str) -> bool:
    return False


class Driver:
    """Calls functions by their names; remembers which, and which refused."""

    def __init__(self, scene: Scene, repository: GitRepository, folder: Path) -> None:
        self.scene = scene
        self.repository = repository
        self.folder = folder
        self.called: set[str] = set()
        self.refused: dict[str, str] = {}
        repo = scene.repo
        self.head, self.base = quiet_tip(repo), quiet_tip(repo, "HEAD~1")
        self.work, self.other = (quiet_tip(repo, f"refs/heads/{n}/work") for n in ("alpha", "beta"))

    def all(self) -> None:
        for part in (
            self.refs,
            self.looks,
            self.history,
            self.review,
            self.build,
            self.conflict,
            self.radar,
            self.edit,
            self.take,
            self.worktrees,
            self.remote,
            self.land,
            self.end,
        ):
            part()

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        self.called.add(name)
        found: Any = self.repository
        for word in name.split("."):
            found = getattr(found, word)
        try:
            return found(*args, **options)
        except CockpitError as error:
            self.refused[name] = f"{error.title} {error.detail}"
            return None

    # ------------------------------------------------------------ the repository itself

    def refs(self) -> None:
        self.call("require_commits")
        self.call("read_ref", MAIN)
        self.call("resolve", "alpha/work")
        self.call("refs", "refs/")
        self.call("is_valid_branch", "x")
        self.call("refs_containing", self.base)
        self.call("is_ancestor", self.base, self.head)
        self.call("merge_base", self.work, self.head)
        ref = RefName("refs/cockpit/x")
        self.call("move_ref", ref, new=self.work, old=None, reason="x")
        self.call("delete_ref", ref, old=self.work)

    def looks(self) -> None:
        lane, admin = self.scene.lane, self.scene.admin
        self.call("worktrees")
        self.call("head", lane)
        self.call("operation_under_way", lane)
        self.call("is_filled", lane, self.work)
        self.call("is_linked", lane)
        self.call("facts", lane, MAIN)
        self.call("dirty_paths", lane)
        self.call("tracked_folders", lane)
        self.call("holdings", lane)
        self.call("blob", BlobId(quiet_git(self.scene.repo, "rev-parse", "HEAD:README.md").strip()))
        self.call("tampering")
        self.call("tree_of", self.work)
        self.call("first_parent", self.work)
        self.call("entries_at", self.work, [AUTH, "src"])
        changes = self.call("changes", self.base, self.work)
        self.call("has_conflict_markers", changes)
        self.call("pin_lane", lane, admin, RefName("refs/cockpit/pin/x"), "x")
        self.call("verify_objects", self.work, self.base)
        self.call("own_objects", self.work, self.base)
        self.call("exclude", ["/tasks/"])
        self.call("end_orphans")
        self.call("clear_leavings", patience=0.0)
        self.call("lock_worktree", admin, "x")
        self.call("half_made_worktrees", lane, "x")
        self.call("why_not_move", lane)
        self.call("survey.unmerged", self.base, limit=10)
        self.call("survey.unseen", lane)
        self.call("survey.symbolic", RefName("refs/remotes/origin/HEAD"))

    def worktrees(self) -> None:
        """A lane and a gate's tree are made."""
        one, gate = self.folder / "one", self.folder / "gate"
        branch = RefName("refs/heads/one")
        self.call("add_worktree", one, branch=branch, commit=self.head, reason="x")
        self.call("fill_worktree", one, self.work)
        self.call("point_head", one, branch, "x")
        self.call("restored_links", one, self.repository.common_dir / "worktrees" / "one")
        self.call("add_worktree", gate, branch=None, commit=self.head, reason="x")
        self.call("switch_gate_tree", gate, self.work)

    def end(self) -> None:
        self.call("scout.close")
        self.call("close")

    # ------------------------------------------------------------ its parts

    def history(self) -> None:
        head, base, work = self.head, self.base, self.work
        self.call("history.changes", base, work)
        self.call("history.commits", base, work)
        self.call("history.lines", [work])
        self.call("history.ids", base, [head, work])
        self.call("history.lane_commits", head, work)
        self.call("history.first_parents", head, work)
        self.call("history.saying", head, ["^main"])
        self.call("history.log", [head, work], limit=50)
        self.call("history.inspect", work)
        self.call("history.identity")
        self.call("history.size_of", head, work)
        self.call("history.contributions", head, [work, self.other], limit=9)
        self.call("history.unmerged", work, head)
        self.call("history.to_replay", work, head)
        self.call("line_edits.between", base, work)
        self.call("line_edits.after", base, head, ["README.md"])
        self.call("line_edits.brought", base, base, head, ["README.md"])

    def review(self) -> None:
        lane = self.scene.lane
        for ignore_space in (False, True):
            self.call("review.diff", lane, MAIN, ignore_space=ignore_space)
            listed = self.call("review.diff", lane, MAIN, bodies=False)
            listed = listed or LaneDiff(self.base, self.work, (), ())
            self.call("review.bodies", lane, listed, listed.files, ignore_space=ignore_space)
        for layer, path in (
            (Layer.STAGED, AUTH),
            (Layer.UNSTAGED, AUTH),
            (Layer.UNTRACKED, "untracked"),
        ):
            self.call("review.uncommitted", lane, layer, path)

    def build(self) -> None:
        head, work = self.head, self.work
        with self.repository.looking():
            self.call("builder.merge", head, work)
            self.call("builder.replay", [work], head)
        self.called.add("looking")
        self.call("builder.identity")
        self.call("builder.merge", head, work)
        self.call("builder.merge", self.other, work)
        tree = self.repository.tree_of(work)
        made = self.call("builder.commit_tree", tree, [head, work], "land whatever it is")
        self.call("builder.tree_with", work, {AUTH: None})
        for keep in (False, True):
            self.call("builder.replay", [work], head, keep=keep)
        self.call("builder.replay_line", work, head)
        self.call("builder.revert_tree", made, made)
        self.call("builder.reword", [made], head, lambda text, last: text + "more\n")
        self.call("builder.sign", made, head)

    def conflict(self) -> None:
        found: Conflict | None = self.call("conflicts.look", self.work, self.other, ALPHA, "beta")
        assert found is not None and found.files
        state = Resolution(found)
        for file in range(len(found.files)):
            state = state.choose_file(file, Take.OURS)
        results = [state.entries(file) for file in range(len(found.files))]
        self.call("conflicts.resolved_tree", found, results)
        self.call("conflicts.peeks", found)
        self.call("conflicts.recorded", found)
        for command in ("true", "vimdiff"):
            call = self.call("conflicts.merge_tool", found, 0, b"merged\n", command)
            self.call("conflicts.merge_tool_done", call)

    def radar(self) -> None:
        snapshots = [
            self.call("scout.snapshot", folder, skip=nothing)
            for folder in (self.scene.lane, self.scene.lane.with_name("beta"), self.scene.repo)
        ]
        one, two, three = snapshots
        self.call("scout.meetings", [(one, two), (one, three), (two, three)])
        self.call("scout.clash_paths", one, two)
        held = self.call("scout.holding", self.work, [self.other])
        self.call("scout.meetings", [(held, three)])
        self.call("scout.tidy", snapshots)

    def edit(self) -> None:
        """The lane's guide is staged, then discarded; and put back for the control."""
        lane, staging = self.scene.lane, self.repository.common_dir / "cockpit-edit" / "x"
        before = (lane / GUIDE).read_bytes()
        side, disk = (self.call(f"edit.{n}", lane, GUIDE) for n in ("index_side", "disk_file"))
        self.call("edit.raw_id", before)
        self.call("edit.refuse_filters", lane, GUIDE)
        self.call("edit.as_kept", lane, GUIDE, before)
        self.call("edit.store", before, worktree=lane)
        blob = self.call("edit.store", before, worktree=lane, clean_as=GUIDE) or side.blob
        self.call("edit.pin_blobs", RefName("refs/cockpit/pin/y"), [blob], "x")
        old = self.call("edit.as_checked_out", lane, GUIDE, staging) or disk
        staged = PathChange(GUIDE, side.mode, side.mode, side.blob, blob)
        back = PathChange(GUIDE, side.mode, side.mode, blob, side.blob)
        for change in (staged, back):
            self.call("edit.edit_index", lane, [change], staging)
        kept, _ = self.call("edit.lay_out", staging, disk, old)
        self.call(
            "edit.edit_file",
            lane,
            GUIDE,
            old=disk.facts,
            new=old.facts,
            source=kept / "new",
            staging=staging,
        )
        self.call("edit.drop", staging, disk.facts)
        (lane / GUIDE).write_bytes(before)

    def take(self) -> None:
        """The lane's new file becomes a commit."""
        lane = self.scene.lane
        self.call("taker.uncommitted", lane, skip=nothing)
        found = self.call("taker.uncommitted", lane, ["untracked"], skip=nothing, keep=True)
        new, index = self.work, ()
        if found is not None:
            new = self.repository.builder.commit_tree(found.tree, [self.work], "take")
            index = found.index
        options = {"old": self.work, "new": new, "index": index, "reason": "take"}
        self.call("taker.move", lane, WORK, **options)

    def remote(self) -> None:
        remote = self.call("remotes.remote", "origin")
        upstream = self.call("remotes.upstream", MAIN)
        self.call("remotes.fetch", upstream)
        self.call("remotes.push", remote, self.head, RefName("refs/heads/pushed"))

    def land(self) -> None:
        """What the agent committed lands on main, and the checkout follows."""
        repo, head, work = self.scene.repo, self.head, self.work
        tree = self.repository.tree_of(work)
        new = self.repository.builder.commit_tree(tree, [head, work], "land whatever it is")
        staging = self.repository.common_dir / "cockpit-staging" / "x"
        plan = self.call("follower.plan", repo, head, new, staging)
        self.call("follower.stage", plan)
        self.call("move_ref", MAIN, new=new, old=head, reason="land")
        self.call("follower.finish", plan)
        self.call("follower.drop", staging)
        with self.call("follower.hold", self.scene.lane):
            pass
