"""The shadow common directory: git's data through links, everything that can run from us.

Agents share `.git` and can plant configuration, hooks, attributes, grafts and filters there.
A `GIT_COMMON_DIR` of our own, with links to objects, refs and logs, executes none of it
(17 of 21 planted vectors ran in naive calls, none through the shadow; `facts/security.md`
§3.1). Its configuration is written from an allow-list and written anew when that part of the
repository's own changes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.environment import scrubbed_environment
from cockpit.adapters.git.files import lstat, read_small, write_whole
from cockpit.adapters.git.run import GitDoor
from cockpit.errors import Refused, Unavailable

Setting = tuple[str, str | None]

_CORE = frozenset(
    f"core.{name}"
    for name in (
        "filemode",
        "symlinks",
        "ignorecase",
        "precomposeunicode",
        "autocrlf",
        "eol",
        "sharedrepository",
        "sparsecheckout",
        "sparsecheckoutcone",
        "trustctime",
        "checkstat",
    )
)
_PEOPLE = frozenset(
    f"{who}.{what}" for who in ("user", "author", "committer") for what in ("name", "email")
)
_STOCK_LFS = {
    "filter.lfs.clean": "git-lfs clean -- %f",
    "filter.lfs.smudge": "git-lfs smudge -- %f",
    "filter.lfs.process": "git-lfs filter-process",
    "filter.lfs.required": "true",
}
_PROMISOR = ("url", "promisor", "partialclonefilter")
_LINKS = ("objects", "refs", "logs", "packed-refs", "worktrees", "shallow", "modules", "HEAD")

OURS: Sequence[Setting] = (
    ("core.bare", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.fsync", "committed"),
    ("core.commitGraph", "false"),
    ("core.logAllRefUpdates", "true"),
    ("core.filesRefLockTimeout", "2500"),
    ("core.packedRefsTimeout", "2500"),
    ("core.quotePath", "false"),
    ("core.pager", "cat"),
    ("core.editor", "true"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("commit.gpgSign", "false"),
    ("log.showSignature", "false"),
    ("rerere.enabled", "false"),
    ("submodule.recurse", "false"),
    ("diff.ignoreSubmodules", "dirty"),
    ("diff.noprefix", "false"),
    ("diff.mnemonicPrefix", "false"),
    ("diff.renames", "true"),
    ("diff.autoRefreshIndex", "true"),
    ("merge.conflictStyle", "merge"),
    ("i18n.logOutputEncoding", "utf-8"),
    ("color.ui", "false"),
    ("protocol.allow", "never"),
    ("protocol.https.allow", "always"),
    ("protocol.http.allow", "always"),
    ("protocol.ssh.allow", "always"),
    ("protocol.git.allow", "always"),
    ("protocol.file.allow", "always"),
)
"""Settings that hold whatever the repository or the user's configuration says. The commit
graph is a file beside the objects that git believes unread: a forged one shows another tree
under review than the one that lands."""

ATTRIBUTES = b"* !diff\n"
"""`info/attributes` outranks a lane's `.gitattributes`: a `-diff` there can hide nothing
from review, and what is binary is decided by the content (`facts/security.md` §3.2 A2.12)."""


def allowed(settings: Iterable[Setting]) -> list[Setting]:
    """The part of a repository's own settings that the shadow takes over (DESIGN §7, edge 3).

    Raises `Refused` for a ref storage that git 2.39 and the shadow don't know.
    """
    settings = list(settings)
    promisors = {
        key.split(".", 1)[1].rsplit(".", 1)[0]
        for key, value in settings
        if key.startswith("remote.") and key.endswith(".promisor") and _is_true(value)
    }
    kept: list[Setting] = []
    for key, value in settings:
        section, _, rest = key.partition(".")
        if key == "extensions.refstorage" and (value or "").lower() != "files":
            raise Refused(
                f"The repository keeps its refs as {value}, which cockpit can't drive yet.",
                hint="`git refs migrate --ref-format=files` turns it into the usual form.",
            )
        if (
            key in _CORE
            or key in _PEOPLE
            or key == "core.repositoryformatversion"
            or (section == "extensions" and key not in _IGNORED_EXTENSIONS)
            or _STOCK_LFS.get(key, "") == value
            or (
                section == "remote"
                and rest.rpartition(".")[0] in promisors
                and rest.rpartition(".")[2] in _PROMISOR
            )
        ):
            kept.append((key, value))
    return kept


_IGNORED_EXTENSIONS = frozenset({"extensions.worktreeconfig", "extensions.refstorage"})


def _is_true(value: str | None) -> bool:
    return value is None or value.lower() in ("true", "yes", "on", "1")


def as_config(settings: Iterable[Setting]) -> str:
    """A configuration file's text with every value quoted."""
    lines = []
    for key, value in settings:
        section, _, rest = key.partition(".")
        subsection, dot, name = rest.rpartition(".")
        head = f"[{section} {_quoted(subsection)}]" if dot else f"[{section}]"
        lines.append(f"{head}\n\t{name}" + ("" if value is None else f" = {_quoted(value)}"))
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def read_settings(door: GitDoor, path: Path) -> list[Setting]:
    """What a configuration file says, as data: includes are not followed, nothing is run.

    A missing file has no settings. Raises `Unavailable` for one that isn't a plain file.
    """
    if not os.path.lexists(path):
        return []
    content = read_small(path, follow=True)
    if content is None:
        raise Unavailable(
            "The repository's configuration can't be read as a plain file.",
            detail=str(path),
            hint="Look at what lies there; cockpit opens no pipe or device as configuration.",
        )
    env = {**scrubbed_environment(), "GIT_DIR": "/dev/null"}
    return parse.config(door.run(argv.list_config(), env=env, cwd=Path("/"), stdin=content).out)


class Shadow:
    """`folder` holds `.git` (the common directory) and `empty` (a worktree with nothing)."""

    def __init__(self, door: GitDoor, common: Path, folder: Path) -> None:
        self.door = door
        self.common = common
        self.git_dir = folder / ".git"
        self.empty = folder / "empty"
        self.settings: list[Setting] = []
        """The repository's own settings as they were when the shadow was last written."""
        self._seen: tuple[object, ...] | None = None

    def refresh(self) -> None:
        """Build the shadow, or mend it, if anything it depends on changed since last time.

        Cheap when nothing did (four `stat`). Each piece is put in place by a rename or
        tolerates being there, so two cockpits may do this at once.
        """
        if self._seen is not None and self._seen == self._stamp():
            return
        stamp = self._source_stamp()
        self.settings = read_settings(self.door, self.common / "config")
        text = as_config([*allowed(self.settings), *OURS]).encode("utf-8", "surrogateescape")
        for folder in (self.git_dir / "hooks", self.git_dir / "info", self.empty):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.common / "logs").mkdir(exist_ok=True)  # a bare repository has none
        for name in _LINKS:
            _link(self.git_dir / name, self.common / name)
        _link(self.git_dir / "info" / "exclude", self.common / "info" / "exclude")
        _write_if_other(self.git_dir / "info" / "attributes", ATTRIBUTES)
        _write_if_other(self.git_dir / "config", text)
        self._seen = (stamp, *self._own_stamps())

    def _stamp(self) -> tuple[object, ...]:
        return (self._source_stamp(), *self._own_stamps())

    def _source_stamp(self) -> object:
        return _identity(self.common / "config", follow=True)

    def _own_stamps(self) -> tuple[object, ...]:
        names = ("config", "objects", "info/attributes")
        return tuple(_identity(self.git_dir / name) for name in names)

    def environment(self, git_dir: Path, work_tree: Path | None) -> dict[str, str]:
        """The environment of a call on `git_dir`; without a work tree nothing can be read
        from one, attributes included."""
        env = scrubbed_environment()
        env["GIT_DIR"] = str(git_dir)
        env["GIT_COMMON_DIR"] = str(self.git_dir)
        env["GIT_WORK_TREE"] = str(work_tree or self.empty)
        if work_tree is None:
            env["GIT_INDEX_FILE"] = str(self.git_dir / "no-index")
        return env

    def untrusted_filters(self, known: Callable[[], set[str]]) -> tuple[set[str], bool]:
        """Filter drivers that only the repository's own configuration names, and whether it
        includes other files (which may name more). `known` asks for those that our calls
        have; it is only called when needed."""
        includes = any(key.split(".", 1)[0] in ("include", "includeif") for key, _ in self.settings)
        named = {
            key.split(".", 1)[1].rsplit(".", 1)[0]
            for key, _ in self.settings
            if key.startswith("filter.") and key.count(".") > 1
        }
        return (named - known() if named else set()), includes


def _identity(path: Path, *, follow: bool = False) -> object:
    try:
        seen = os.stat(path) if follow else os.lstat(path)
    except OSError:
        return None
    return (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def _link(link: Path, target: Path) -> None:
    try:
        if os.readlink(link) == str(target):
            return
    except OSError:
        pass  # it isn't there, or isn't a link: it is put in place below
    temporary = link.with_name(f".{link.name}.{os.getpid()}.{os.urandom(4).hex()}")
    os.symlink(target, temporary)
    os.rename(temporary, link)


def _write_if_other(path: Path, content: bytes) -> None:
    seen = lstat(path)
    if seen is None or read_small(path) != content:
        write_whole(path, content, mode=0o600)
