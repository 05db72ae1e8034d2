"""Planted vectors: what agents can put into a shared repository so that git runs it.

Each vector has a control that shows it alive with plain git; then every public function of
the adapter is driven over it, and its marker must not appear (`facts/security.md` §3.1).
"""

from __future__ import annotations

import inspect
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cockpit.adapters.git.repository import GitRepository, open_repository
from cockpit.adapters.git.run import Call
from cockpit.domain.ids import BlobId, CommitId, RefName
from cockpit.errors import CockpitError
from tests.adapters.git.conftest import MAIN, commit_all, tip
from tests.conftest import git

HOOKS = (
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "reference-transaction",
    "post-index-change",
    "pre-auto-gc",
    "post-rewrite",
    "fsmonitor-watchman",
)


@dataclass
class Scene:
    """A repository with a lane in which an agent has worked; `evil` writes `marker`."""

    repo: Path
    lane: Path
    admin: Path
    evil: Path
    marker: Path
    env: dict[str, str] = field(default_factory=dict)

    def plain(self, *argv: str, cwd: Path | None = None) -> None:
        """Plain git, as a naive tool would call it; its failure doesn't matter."""
        subprocess.run(
            ["git", *argv],
            cwd=cwd or self.lane,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )

    def config(self, *pairs: str) -> None:
        for pair in pairs:
            key, value = pair.split("=", 1)
            git(self.repo, "config", key, value)


@pytest.fixture
def scene(repo: Path, tmp_path: Path) -> Scene:
    evil, marker = tmp_path / "evil.sh", tmp_path / "PWNED"
    evil.write_text(
        f"#!/bin/sh\necho \"$0 $@\" >> '{marker}'\ntimeout 0.3 cat 2>/dev/null\nexit 0\n"
    )
    evil.chmod(0o755)
    lane = tmp_path / "alpha"
    git(repo, "worktree", "add", "-q", "--lock", "-b", "alpha/work", str(lane))
    (lane / "src" / "api.py").write_text("def answer():\n    return 43\n")
    commit_all(lane, "lane work")
    (lane / "src" / "auth.py").write_text("def login():\n    return True\n")
    (lane / "untracked").write_text("x\n")
    (repo / "README.md").write_text("# Moved on\n")
    commit_all(repo, "main work")
    return Scene(repo, lane, repo / ".git" / "worktrees" / "alpha", evil, marker)


# ---------------------------------------------------------------- the vectors


def fsmonitor(s: Scene) -> None:
    s.config(f"core.fsmonitor={s.evil}")


def hooks(s: Scene) -> None:
    for name in HOOKS:
        hook = s.repo / ".git" / "hooks" / name
        hook.write_bytes(s.evil.read_bytes())
        hook.chmod(0o755)


def hooks_path(s: Scene) -> None:
    folder = s.lane / "tools"
    folder.mkdir()
    for name in HOOKS:
        (folder / name).write_bytes(s.evil.read_bytes())
        (folder / name).chmod(0o755)
    s.config(f"core.hooksPath={folder}")


def include(s: Scene) -> None:
    (s.lane / "more").write_text(f"[core]\n\tfsmonitor = {s.evil}\n")
    s.config(f"include.path={s.lane}/more")


def include_if(s: Scene) -> None:
    (s.lane / "more").write_text(f"[core]\n\tfsmonitor = {s.evil}\n")
    s.config(f"includeIf.gitdir:{s.repo}/.path={s.lane}/more")


def worktree_config(s: Scene) -> None:
    s.config("extensions.worktreeConfig=true")
    (s.admin / "config.worktree").write_text(f"[core]\n\tfsmonitor = {s.evil}\n")


def diff_external(s: Scene) -> None:
    s.config(f"diff.external={s.evil}")


def diff_command(s: Scene) -> None:
    s.config(f"diff.x.command={s.evil}")
    (s.lane / ".gitattributes").write_text("* diff=x\n")


def textconv(s: Scene) -> None:
    s.config(f"diff.x.textconv={s.evil}")
    (s.repo / ".git" / "info" / "attributes").write_text("* diff=x\n")


def filter_clean(s: Scene) -> None:
    s.config(f"filter.x.clean={s.evil}")
    (s.lane / ".gitattributes").write_text("* filter=x\n")


def filter_smudge_in_history(s: Scene) -> None:
    (s.lane / ".gitattributes").write_text("* filter=x\n")
    commit_all(s.lane, "attributes")
    (s.lane / "untracked").write_text("y\n")
    s.config(f"filter.x.smudge={s.evil}", f"filter.x.process={s.evil}")


def filter_by_info_attributes(s: Scene) -> None:
    s.config(f"filter.x.clean={s.evil}", f"filter.x.smudge={s.evil}")
    (s.repo / ".git" / "info" / "attributes").write_text("* filter=x\n")


def merge_driver(s: Scene) -> None:
    for folder, word in ((s.lane, "a"), (s.repo, "b")):
        (folder / "clash").write_text(word)
        commit_all(folder)
    s.config(f"merge.x.driver={s.evil}", "merge.default=x")
    (s.repo / ".git" / "info" / "attributes").write_text("* merge=x\n")


def signature(s: Scene) -> None:
    text = git(s.lane, "cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    made = git(s.lane, "hash-object", "-t", "commit", "-w", "--stdin", stdin=text).strip()
    git(s.lane, "update-ref", "HEAD", made)
    s.config(f"gpg.program={s.evil}", "log.showSignature=true")


def sign_commits(s: Scene) -> None:
    s.config(f"gpg.program={s.evil}", "commit.gpgSign=true", "tag.gpgSign=true")


def private_git_dir(s: Scene) -> None:
    """The lane's own `.git` file, rewritten; the shared git directory is untouched."""
    private = s.lane / "private"
    git(s.lane, "init", "-q", "--bare", str(private))
    git(s.lane, "--git-dir", str(private), "config", "core.bare", "false")
    git(s.lane, "--git-dir", str(private), "config", "core.fsmonitor", str(s.evil))
    (s.lane / ".git").write_text(f"gitdir: {private}\n")


def nested_repository(s: Scene) -> None:
    """A gitlink whose folder is a repository with its own fsmonitor."""
    nested = s.lane / "nested"
    git(s.lane, "init", "-q", str(nested))
    (nested / "f").write_text("x\n")
    commit_all(nested)
    git(s.lane, "update-index", "--add", "--cacheinfo", f"160000,{tip(nested)},nested")
    git(s.lane, "commit", "-q", "-m", "link")
    (nested / "f").write_text("y\n")
    git(nested, "config", "core.fsmonitor", str(s.evil))


def untracked_repository(s: Scene) -> None:
    nested = s.lane / "clone"
    git(s.lane, "init", "-q", str(nested))
    (nested / "f").write_text("x\n")
    commit_all(nested)
    git(nested, "config", "core.fsmonitor", str(s.evil))


def editor(s: Scene) -> None:
    s.config(f"core.editor={s.evil}", f"sequence.editor={s.evil}", f"core.pager={s.evil}")


def upload_pack(s: Scene) -> None:
    s.config(f"remote.origin.url={s.repo}", f"remote.origin.uploadpack={s.evil}")


def ssh_command(s: Scene) -> None:
    s.config(f"core.sshCommand={s.evil}", "remote.origin.url=ssh://nowhere.invalid/x")


def promisor(s: Scene) -> None:
    """A partial clone's remote: a missing object makes git fetch by itself."""
    blob = git(s.lane, "rev-parse", "HEAD:docs/guide.md").strip()
    (s.repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    s.config(
        "core.repositoryFormatVersion=1",
        "extensions.partialClone=origin",
        "remote.origin.promisor=true",
        f"remote.origin.url=ext::{s.evil} x",
        f"remote.origin.uploadpack={s.evil}",
        "protocol.ext.allow=always",
        "remote.origin.partialclonefilter=blob:none",
    )


def inherited_diff(s: Scene) -> None:
    s.env["GIT_EXTERNAL_DIFF"] = str(s.evil)


def inherited_config(s: Scene) -> None:
    s.env.update(
        GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="core.fsmonitor", GIT_CONFIG_VALUE_0=str(s.evil)
    )


def submodule_update(s: Scene) -> None:
    sub = s.lane / "sub"
    git(s.lane, "init", "-q", str(sub))
    (sub / "f").write_text("x\n")
    first = commit_all(sub)
    (sub / "f").write_text("y\n")
    commit_all(sub)
    git(s.lane, "update-index", "--add", "--cacheinfo", f"160000,{first},sub")
    (s.lane / ".gitmodules").write_text('[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n')
    git(s.lane, "add", ".gitmodules")
    git(s.lane, "commit", "-q", "-m", "sub")
    s.config(
        "submodule.sub.url=./sub",
        f"submodule.sub.update=!{s.evil}",
        "submodule.recurse=true",
        "diff.submodule=diff",
        "status.submoduleSummary=true",
    )


@dataclass(frozen=True)
class Vector:
    plant: Callable[[Scene], None]
    control: tuple[tuple[str, ...], ...]
    refuses: frozenset[str] = frozenset()
    """Functions that may say no here (a filter that we don't run, a missing object)."""


def vector(plant: Callable[[Scene], None], *control: str, refuses: tuple[str, ...] = ()) -> Vector:
    return Vector(plant, tuple(tuple(line.split()) for line in control), frozenset(refuses))


WRITES = ("fill_worktree", "switch_gate_tree", "stage_sync", "finish_sync")
MISSING = (*WRITES, "has_conflict_markers", "blob", "diff", "facts", "merge", "revert_tree")

VECTORS = [
    vector(fsmonitor, "status"),
    vector(hooks, "update-ref refs/x HEAD"),
    vector(hooks_path, "update-ref refs/x HEAD"),
    vector(include, "status"),
    vector(include_if, "-C {repo} status"),
    vector(worktree_config, "status"),
    vector(diff_external, "diff"),
    vector(diff_command, "diff"),
    vector(textconv, "diff"),
    vector(filter_clean, "add src/auth.py", refuses=WRITES),
    vector(filter_smudge_in_history, "checkout -- src/auth.py", refuses=WRITES),
    vector(filter_by_info_attributes, "add src/auth.py"),
    vector(merge_driver, "merge-tree --write-tree main~1 alpha/work"),
    vector(signature, "log -1"),
    vector(sign_commits, "commit -q --allow-empty -m x"),
    vector(private_git_dir, "status"),
    vector(nested_repository, "status"),
    vector(untracked_repository, "add -A", "status"),
    vector(editor, "commit --amend --allow-empty"),
    vector(upload_pack, "fetch origin"),
    vector(ssh_command, "fetch origin"),
    vector(promisor, "cat-file -p HEAD:docs/guide.md", refuses=MISSING),
    vector(inherited_diff, "diff"),
    vector(inherited_config, "status"),
    vector(submodule_update, "submodule update"),
]


# ---------------------------------------------------------------- driving everything


class Driver:
    """Calls every public function once; remembers which, and which refused."""

    def __init__(self, scene: Scene, repository: GitRepository) -> None:
        self.scene = scene
        self.repository = repository
        self.called: set[str] = set()
        self.refused: set[str] = set()

    def call(self, name: str, *args: object, **options: object) -> object:
        self.called.add(name)
        try:
            return getattr(self.repository, name)(*args, **options)
        except CockpitError:
            self.refused.add(name)
            return None

    def looks(self) -> None:
        lane, main = self.scene.lane, self.scene.repo
        head, base = tip(main), tip(main, "HEAD~1")
        work = CommitId(git(main, "rev-parse", "refs/heads/alpha/work").strip())
        for name, args in (
            ("require_commits", ()),
            ("read_ref", (MAIN,)),
            ("resolve", ("alpha/work",)),
            ("refs", ("refs/",)),
            ("is_valid_branch", ("x",)),
            ("refs_containing", (base,)),
            ("is_ancestor", (base, head)),
            ("merge_base", (work, head)),
            ("worktrees", ()),
            ("head", (lane,)),
            ("operation_under_way", (lane,)),
            ("is_filled", (lane, work)),
            ("is_linked", (lane,)),
            ("facts", (lane, MAIN)),
            ("dirty_paths", (lane,)),
            ("tracked_folders", (lane,)),
            ("holdings", (lane,)),
            ("diff", (lane, MAIN)),
            ("commits", (base, work)),
            ("unmerged_commits", (work, head)),
            ("changes", (base, work)),
            ("blob", (BlobId(git(main, "rev-parse", "HEAD:README.md").strip()),)),
            ("tampering", ()),
            ("tree_of", (work,)),
            ("has_conflict_markers", (self.repository.changes(base, work),)),
            ("merge", (head, work)),
            ("pin_lane", (lane, self.scene.admin, RefName("refs/cockpit/pin/x"), "x")),
            ("verify_objects", (work, base)),
            ("own_objects", (work, base)),
            ("exclude", (["/tasks/"],)),
            ("end_orphans", ()),
            ("lock_worktree", (self.scene.admin, "x")),
            ("half_made_worktrees", (lane, "x")),
        ):
            self.call(name, *args)
        self.call("clear_leavings", patience=0.0)

    def acts(self, tmp_path: Path) -> None:
        """A lane and a gate's tree are made; what the agent committed lands on main."""
        repo = self.scene.repo
        head = tip(repo)
        work = CommitId(git(repo, "rev-parse", "refs/heads/alpha/work").strip())
        self.call(
            "add_worktree", tmp_path / "b", branch=RefName("refs/heads/b"), commit=head, reason="x"
        )
        self.call("fill_worktree", tmp_path / "b", work)
        self.call("restored_links", tmp_path / "b", repo / ".git" / "worktrees" / "b")
        self.call("add_worktree", tmp_path / "gate", branch=None, commit=head, reason="x")
        self.call("switch_gate_tree", tmp_path / "gate", work)
        ref = RefName("refs/cockpit/x")
        self.call("move_ref", ref, new=work, old=None, reason="x")
        self.call("delete_ref", ref, old=work)
        new = self.repository.commit_tree(
            self.repository.tree_of(work), [head, work], "land whatever it is"
        )
        self.called |= {"commit_tree", "tree_of"}
        staging = self.repository.common_dir / "cockpit-staging" / "x"
        plan = self.call("plan_sync", repo, head, new, staging)
        self.call("stage_sync", plan)
        self.call("move_ref", MAIN, new=new, old=head, reason="land")
        self.call("finish_sync", plan)
        self.call("drop_staging", staging)
        self.call("revert_tree", new, new)


def public_functions() -> set[str]:
    return {
        name
        for name, member in inspect.getmembers(GitRepository, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.mark.parametrize("vector", VECTORS, ids=[v.plant.__name__ for v in VECTORS])
def test_a_planted_vector_runs_in_plain_git_and_in_none_of_our_calls(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vector: Vector
) -> None:
    vector.plant(scene)
    scene.marker.unlink(missing_ok=True)
    seen: list[Call] = []
    with monkeypatch.context() as patch:
        patch.setattr("tests.adapters.git.test_vectors.git", quiet_git)
        patch.setattr("tests.adapters.git.test_vectors.tip", quiet_tip)
        for name, value in scene.env.items():
            patch.setenv(name, value)
        repository = open_repository(scene.repo)
        repository.door.observers.append(seen.append)
        driver = Driver(scene, repository)
        driver.looks()
        driver.acts(tmp_path)
        repository.close()
        driver.called.add("close")
    ran = scene.marker.read_text() if scene.marker.exists() else ""
    assert ran == "", "one of our calls ran it"
    assert driver.called == public_functions()
    assert driver.refused <= vector.refuses
    assert len(seen) > 60
    control(scene, vector)


def control(scene: Scene, vector: Vector) -> None:
    """The vector is alive: plain git does run it."""
    os.utime(scene.lane / "src" / "auth.py", (1, 1))
    for argv in vector.control:
        scene.plain(*(word.format(repo=scene.repo) for word in argv))
    assert scene.marker.exists(), "the control shows nothing: the vector is dead"


def quiet_git(cwd: Path, *argv: str, stdin: str | None = None) -> str:
    """The test's own questions, asked so that they run nothing either."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    options = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    done = subprocess.run(
        ["git", *options, *argv], cwd=cwd, env=clean, capture_output=True, text=True, check=True
    )
    return done.stdout


def quiet_tip(repo: Path, rev: str = "HEAD") -> CommitId:
    return CommitId(quiet_git(repo, "rev-parse", "--verify", rev).strip())


def test_every_call_goes_through_the_shadow_or_is_the_one_that_must_not(
    scene: Scene, tmp_path: Path
) -> None:
    repository = open_repository(scene.repo)
    seen: list[Call] = []
    repository.door.observers.append(seen.append)
    driver = Driver(scene, repository)
    driver.looks()
    driver.acts(tmp_path)
    repository.close()
    shadow = str(repository.ground.shadow.git_dir)
    for call in seen:
        assert call.env["GIT_NO_REPLACE_OBJECTS"] == "1"
        assert call.env["GIT_OPTIONAL_LOCKS"] == "0"
        past = "worktree" in call.argv[:8] or call.env["GIT_DIR"] == "/dev/null"
        assert past or call.env["GIT_COMMON_DIR"] == shadow, call.argv
        assert "-A" not in call.argv and "stash" not in call.argv
    assert not {call.argv[0] for call in seen} & {"merge", "checkout", "reset", "stash", "gc"}
    in_main = [call.argv[0] for call in seen if call.env.get("GIT_WORK_TREE") == str(scene.repo)]
    assert not {"read-tree"} & {
        call.argv[0]
        for call in seen
        if call.env.get("GIT_WORK_TREE") == str(scene.repo) and "-u" in call.argv
    }
    assert in_main
