"""Argument lists for git: pure builders, so that every option stands in one place.

Outside names never come where an option could be read: ids are checked to be full hex ids,
refs to be full ref names, paths stand after `--` (and are literal: `GIT_LITERAL_PATHSPECS`)
or go through standard input.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cockpit.adapters.git.parse import REF_FORMAT, is_full_id
from cockpit.errors import UsageError

NO_SUBMODULES = "--ignore-submodules=dirty"
"""git drops our environment when it enters a submodule, and a planted nested repository's
fsmonitor ran in status and diff; with this it isn't entered (DESIGN §7, edge 1)."""

QUIET_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", NO_SUBMODULES)
EXACT_DIFF = (*QUIET_DIFF, "--no-renames")


def object_id(text: str) -> str:
    """`text` if it is a full object id; raises `UsageError` otherwise."""
    if not is_full_id(text):
        raise UsageError(f"{text[:80]!r} is not a full object id.")
    return text


def list_config() -> list[str]:
    """All settings of a configuration file given on standard input, includes not followed."""
    return ["config", "--file", "-", "--no-includes", "-z", "--list"]


def known_filters() -> list[str]:
    return ["config", "-z", "--includes", "--get-regexp", r"^filter\..*\.(clean|smudge|process)$"]


def status(*, ignored: bool = False) -> list[str]:
    argv = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames"]
    argv += ["--no-ahead-behind", NO_SUBMODULES]
    return [*argv, "--ignored=matching"] if ignored else argv


def count_sides(left: str, right: str) -> list[str]:
    return ["rev-list", "--left-right", "--count", f"{object_id(left)}...{object_id(right)}", "--"]


def committed_lines(base: str, head: str) -> list[str]:
    argv = ["diff-tree", "-r", "--numstat", "-z", *EXACT_DIFF]
    return [*argv, object_id(base), object_id(head), "--"]


def lines_since_base(old: str, new: str) -> list[str]:
    """The same since the merge base, without asking for that first (git 2.30)."""
    argv = ["diff-tree", "-r", "--merge-base", "--numstat", "-z", *EXACT_DIFF]
    return [*argv, object_id(old), object_id(new), "--"]


def lines_of_many() -> list[str]:
    """For each line of a side and its base, on standard input: the side's id, then lines."""
    return ["diff-tree", "--stdin", "--always", "-r", "--numstat", "-z", *EXACT_DIFF]


def worktree_lines(base: str, paths: Sequence[str]) -> list[str]:
    """Lines of `paths` (empty: all) between tree `base` and the worktree."""
    return ["diff", "--numstat", "-z", *EXACT_DIFF, object_id(base), "--", *paths]


def changes(old: str, new: str) -> list[str]:
    """`-t` is off: trees don't appear. Both sides by full id, both names of a rename."""
    argv = ["diff-tree", "-r", "--raw", "-z", "--no-abbrev", *EXACT_DIFF]
    return [*argv, object_id(old), object_id(new), "--"]


_PATCH = ("--patch", "--raw", "--numstat", "--full-index", *QUIET_DIFF, "--find-renames", "-U3")


def committed_patch(base: str, head: str) -> list[str]:
    return ["diff-tree", "-r", *_PATCH, object_id(base), object_id(head), "--"]


def staged_patch(head: str) -> list[str]:
    return ["diff-index", "--cached", *_PATCH, object_id(head), "--"]


def unstaged_patch() -> list[str]:
    """`diff`, not `diff-files`: it looks into files whose times alone changed. `--ours`
    compares an unmerged path with our side instead of printing a combined diff."""
    return ["diff", *_PATCH, "--ours", "--"]


def index(*, flags: bool = False) -> list[str]:
    return ["ls-files", "-s", *(["-v"] if flags else []), "-z"]


def tree(tree_ish: str) -> list[str]:
    return ["ls-tree", "-r", "-z", "--full-tree", object_id(tree_ish)]


def refs(*patterns: str) -> list[str]:
    return ["for-each-ref", f"--format={REF_FORMAT}", "--", *patterns]


def symbolic(ref: str) -> list[str]:
    return ["symbolic-ref", "--quiet", ref]


def unmerged_branches(target: str, limit: int) -> list[str]:
    """Local branches with commits that `target` doesn't have, newest first, with the time."""
    fields = "--format=%(committerdate:unix) %(refname)"
    argv = ["for-each-ref", f"--no-merged={object_id(target)}", "--sort=-committerdate"]
    return [*argv, f"--count={limit}", fields, "--", "refs/heads"]


def refs_unopened(prefix: str) -> list[str]:
    """Refs without a look at their objects: works where one of these is missing."""
    return ["for-each-ref", "--format=%(objectname) %(refname)", "--", prefix]


def refs_containing(commit: str) -> list[str]:
    return ["for-each-ref", f"--contains={object_id(commit)}", f"--format={REF_FORMAT}"]


def peel(rev: str, kind: str = "commit") -> list[str]:
    """`rev` (a full id or full ref name) peeled to `kind`."""
    return ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{{kind}}}"]


def move_ref(ref: str, new: str, old: str, reason: str) -> list[str]:
    note = " ".join(reason.split()) or "cockpit"
    argv = ["update-ref", "--no-deref", "--create-reflog", "-m", note]
    return [*argv, ref, object_id(new), object_id(old)]


def pack_new(base: Path) -> list[str]:
    """A pack of what stdin's revisions hold, `<base>-<hash>.pack`; borrowed objects too."""
    return ["pack-objects", "--revs", "--non-empty", "-q", str(base)]


def verify_pack(index: Path) -> list[str]:
    return ["verify-pack", "--", str(index)]


def delete_ref(ref: str, old: str) -> list[str]:
    return ["update-ref", "--no-deref", "-d", ref, object_id(old)]


def point_head(ref: str, reason: str) -> list[str]:
    """HEAD of a worktree becomes a link to `ref`; index and files stay."""
    return ["symbolic-ref", "-m", reason, "HEAD", ref]


def detach_head(commit: str) -> list[str]:
    return ["update-ref", "--no-deref", "-m", "cockpit: gate", "HEAD", object_id(commit)]


def is_ancestor(old: str, new: str) -> list[str]:
    return ["merge-base", "--is-ancestor", object_id(old), object_id(new)]


def merge_base(one: str, two: str) -> list[str]:
    return ["merge-base", object_id(one), object_id(two)]


def commits_between(old: str, new: str, limit: int, without: Sequence[str] = ()) -> list[str]:
    """What `new` has and neither `old` nor any of `without`."""
    argv = ["rev-list", f"--max-count={limit}", object_id(new)]
    return [*argv, *(f"^{object_id(one)}" for one in (old, *without)), "--"]


def commits_of_many(old: str, new: Sequence[str], limit: int) -> list[str]:
    """What any of `new` has and `old` lacks, in the order of `commits_between`, each line with
    its parents."""
    argv = ["rev-list", "--parents", f"--max-count={limit}", *map(object_id, new)]
    return [*argv, f"^{object_id(old)}", "--"]


def lane_commits(onto: str, source: str, without: Sequence[str] = ()) -> list[str]:
    """What a rebase would replay, oldest first, each with its parents."""
    argv = ["rev-list", "--topo-order", "--reverse", "--parents", object_id(source)]
    return [*argv, *(f"^{object_id(one)}" for one in (onto, *without)), "--"]


def first_parents(onto: str, source: str) -> list[str]:
    """The line of `source` that `onto` lacks, parent by first parent, oldest first."""
    argv = ["rev-list", "--first-parent", "--reverse", object_id(source)]
    return [*argv, f"^{object_id(onto)}", "--"]


def picks(target: str, tip: str) -> list[str]:
    """Commits of `tip` whose patch id is not in `target`, merges left out."""
    argv = ["rev-list", "--cherry-pick", "--right-only", "--no-merges"]
    return [*argv, f"{object_id(target)}...{object_id(tip)}", "--"]


def merges(target: str, tip: str) -> list[str]:
    argv = ["rev-list", "--merges", "--parents", "--max-count=100"]
    return [*argv, object_id(tip), f"^{object_id(target)}", "--"]


def own_commits(tip: str, without: str) -> list[str]:
    """Commits of `tip` that `without` lacks, newest first, merges left out; each line with
    its parents."""
    argv = ["rev-list", "--topo-order", "--no-merges", "--parents"]
    return [*argv, object_id(tip), f"^{object_id(without)}", "--"]


def own_line(without: str, tip: str) -> list[str]:
    """The first-parent line of `tip` down to what `without` has; each line with its parents."""
    argv = ["rev-list", "--first-parent", "--parents"]
    return [*argv, object_id(tip), f"^{object_id(without)}", "--"]


def above(commit: str, tip: str) -> list[str]:
    """Commits between `commit` and `tip` that descend from `commit`; each line an id."""
    return ["rev-list", "--ancestry-path", object_id(tip), f"^{object_id(commit)}", "--"]


def parents_of(commit: str) -> list[str]:
    return ["rev-list", "--max-count=1", "--parents", object_id(commit), "--"]


def merge_tree(ours: str, theirs: str) -> list[str]:
    argv = ["merge-tree", "--write-tree", "-z", "--name-only", "--messages"]
    return [*argv, object_id(ours), object_id(theirs)]


def commit_tree(tree: str, parents: Sequence[str], *, sign: bool = False) -> list[str]:
    argv = ["commit-tree", *(["-S"] if sign else []), object_id(tree)]
    for parent in parents:
        argv += ["-p", object_id(parent)]
    return [*argv, "-F", "-"]


def fetch(url: str, spec: str) -> list[str]:
    """One branch of the repository at `url` into the ref that `spec` names, nothing else."""
    quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
    return ["fetch", *quiet, "--no-auto-maintenance", "--refmap=", "--end-of-options", url, spec]


def push(url: str, spec: str, ref: str, lease: str | None, receive: str = "") -> list[str]:
    """One commit to one ref of the repository at `url`, forward only; with `lease` in place of
    just that commit. `receive` is the command that takes it, where it isn't git's own."""
    argv = ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"]
    if lease is not None:
        argv.append(f"--force-with-lease={ref}:{object_id(lease)}")
    if receive:
        argv.append(f"--receive-pack={receive}")
    return [*argv, "--end-of-options", url, spec]


def hash_commit() -> list[str]:
    """Store a commit given on standard input as it would lie in the repository; a malformed
    one is refused."""
    return ["hash-object", "-t", "commit", "-w", "--stdin"]


def identity(variable: str) -> list[str]:
    """`GIT_COMMITTER_IDENT` or `GIT_AUTHOR_IDENT` of now, as it stands in a commit."""
    return ["var", variable]


def add_worktree(path: Path, *, branch: str | None, commit: str, reason: str) -> list[str]:
    """The branch must exist; `-c` turns off what the repository's own configuration could
    run, since this one call goes past the shadow (DESIGN §7, edge 2)."""
    argv = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"]
    argv += ["worktree", "add", "--no-checkout", "--lock", "--reason", reason or "cockpit"]
    if branch is None:
        return [*argv, "--detach", "--", str(path), object_id(commit)]
    return [*argv, "--", str(path), branch]


def read_tree(commit: str, *, into_worktree: bool = False) -> list[str]:
    update = ["--reset", "-u"] if into_worktree else []
    return ["read-tree", *update, object_id(commit)]


def checkout_all() -> list[str]:
    """Two workers: 67 against 129 ms for 1,000 files; more gain nothing on a slow disk."""
    return ["-c", "checkout.workers=2", "checkout-index", "--all", "--force", "--index"]


def checkout_some(prefix: Path) -> list[str]:
    return ["checkout-index", "--force", f"--prefix={prefix}/", "-z", "--stdin"]


def clean() -> list[str]:
    return ["clean", "-ffdq"]


def hash_files(paths: Sequence[str]) -> list[str]:
    """Blob ids of files as `git add` would store them (filters by their own path)."""
    return ["hash-object", "--", *paths]


def filters_of(*, cached: bool) -> list[str]:
    return ["check-attr", *(["--cached"] if cached else []), "-z", "--stdin", "filter"]


def hash_as(path: str, file: Path) -> list[str]:
    """The blob id that `file` would have if it lay at `path`."""
    return ["hash-object", f"--path={path}", "--", str(file)]


def add_files(*, keep: bool) -> list[str]:
    """Files given on standard input into an index, gone ones out of it. Without `keep` their
    contents are hashed and not stored."""
    stored = [] if keep else ["--info-only"]
    return ["update-index", "--add", "--remove", "--replace", *stored, "-z", "--stdin"]


def write_tree(*, missing_ok: bool) -> list[str]:
    return ["write-tree", *(["--missing-ok"] if missing_ok else [])]


def update_index() -> list[str]:
    return ["update-index", "-z", "--index-info"]


def flag_index(flag: str) -> list[str]:
    """`flag` is `--skip-worktree` or `--assume-unchanged`."""
    return ["update-index", flag, "-z", "--stdin"]


def refresh_index() -> list[str]:
    return ["update-index", "-q", "--ignore-submodules", "--refresh"]
