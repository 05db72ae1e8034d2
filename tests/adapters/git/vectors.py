"""What agents can plant into a shared repository so that git runs it, each with a control: a
plain git call that does run it (`facts/security.md` §3.1)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.adapters.git.conftest import commit_all, tip
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


SIGNER = """#!/bin/sh
cat >/dev/null
printf '\\n[GNUPG:] SIG_CREATED D 1 8 00 0 0\\n' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'
"""
"""What the commander's own configuration signs with."""


def scene_in(repo: Path, home: Path) -> Scene:
    """Lane `alpha` with commits, changed and new files; lane `beta`, which clashes with it; a
    target that went on; a remote that it follows; and a key of the commander's own."""
    around = repo.parent
    evil, marker = around / "evil.sh", around / "PWNED"
    evil.write_text(
        f"#!/bin/sh\necho \"$0 $@\" >> '{marker}'\ntimeout 0.3 cat 2>/dev/null\nexit 0\n"
    )
    signer = around / "signer.sh"
    signer.write_text(SIGNER)
    for script in (evil, signer):
        script.chmod(0o755)
    with (home / ".gitconfig").open("a") as config:
        config.write(f"[gpg]\n\tprogram = {signer}\n")
    for name, answer in (("beta", "44"), ("alpha", "43")):
        lane = around / name
        git(repo, "worktree", "add", "-q", "--lock", "-b", f"{name}/work", str(lane))
        (lane / "src" / "api.py").write_text(f"def answer():\n    return {answer}\n")
        commit_all(lane, "lane work")
        (lane / "src" / "auth.py").write_text("def login():\n    return True\n")
        (lane / "docs" / "guide.md").write_text("# Guide\n\nRead.\n")
        (lane / "untracked").write_text("x\n")
    (repo / "README.md").write_text("# Moved on\n")
    commit_all(repo, "main work")
    git(around, "clone", "-q", "--bare", str(repo), "origin.git")
    settings = {
        "remote.origin.url": str(around / "origin.git"),
        "branch.main.remote": "origin",
        "branch.main.merge": "refs/heads/main",
    }
    for key, value in settings.items():
        git(repo, "config", key, value)
    return Scene(repo, around / "alpha", repo / ".git" / "worktrees" / "alpha", evil, marker)


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
        git(folder, "add", "clash")
        git(folder, "commit", "-q", "-m", "clash")
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


def remote_hooks(s: Scene) -> None:
    """A remote on this machine: a push runs what lies there."""
    for name in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction"):
        hook = s.repo.parent / "origin.git" / "hooks" / name
        hook.write_bytes(s.evil.read_bytes())
        hook.chmod(0o755)


def remote_hooks_path(s: Scene) -> None:
    remote_hooks(s)
    origin = s.repo.parent / "origin.git"
    (origin / "hooks").rename(origin / "elsewhere")
    git(origin, "config", "core.hooksPath", str(origin / "elsewhere"))


def remote_alternates(s: Scene) -> None:
    """A remote that borrows objects asks a command for the refs of what it borrows from."""
    origin = s.repo.parent / "origin.git"
    (origin / "objects" / "info" / "alternates").write_text(f"{s.repo}/.git/objects\n")
    git(origin, "config", "core.alternateRefsCommand", str(s.evil))


def remote_checkout(s: Scene) -> None:
    """A remote with files, which a push brings up to date."""
    origin = s.repo.parent / "seen"
    git(s.repo, "clone", "-q", str(s.repo), str(origin))
    git(origin, "checkout", "-q", "-b", "pushed", "HEAD~1")
    (origin / ".git" / "info" / "attributes").write_text("* filter=x\n")
    for key, value in (
        ("receive.denyCurrentBranch", "updateInstead"),
        ("filter.x.smudge", str(s.evil)),
        ("core.fsmonitor", str(s.evil)),
    ):
        git(origin, "config", key, value)
    s.config(f"remote.origin.url={origin}")


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


WRITES = ("fill_worktree", "switch_gate_tree", "follower.stage", "follower.finish")
FILTERED = (
    *WRITES,
    *("edit.refuse_filters", "edit.as_kept", "edit.store", "edit.as_checked_out"),
    "taker.uncommitted",
)
MISSING = (
    *WRITES,
    *("is_filled", "facts", "blob", "has_conflict_markers", "review.diff", "review.uncommitted"),
    *("edit.as_checked_out", "builder.tree_with", "remotes.fetch", "remotes.push"),
)

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
    vector(filter_clean, "add src/auth.py", refuses=FILTERED),
    vector(filter_smudge_in_history, "checkout -- src/auth.py", refuses=FILTERED),
    vector(filter_by_info_attributes, "add src/auth.py"),
    vector(merge_driver, "merge-tree --write-tree main~1 alpha/work"),
    vector(signature, "log -2"),
    vector(sign_commits, "commit -q --allow-empty -m x"),
    vector(private_git_dir, "status"),
    vector(nested_repository, "status"),
    vector(untracked_repository, "add -A", "status"),
    vector(editor, "commit --amend --allow-empty"),
    vector(upload_pack, "fetch origin"),
    vector(remote_hooks, "push origin HEAD:refs/heads/evil", refuses=("remotes.push",)),
    vector(remote_hooks_path, "push origin HEAD:refs/heads/evil", refuses=("remotes.push",)),
    vector(remote_alternates, "push origin HEAD:refs/heads/evil"),
    vector(remote_checkout, "push origin +HEAD:refs/heads/pushed"),
    vector(ssh_command, "fetch origin", refuses=("remotes.fetch", "remotes.push")),
    vector(promisor, "cat-file -p HEAD:docs/guide.md", refuses=MISSING),
    vector(inherited_diff, "diff"),
    vector(inherited_config, "status"),
    vector(submodule_update, "submodule update"),
]
