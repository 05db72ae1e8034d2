"""What lies in the shared git directory that a merge should not meet unseen.

Nothing here stops cockpit (the shadow is not affected), but plain git, run by the commander
or an agent, would execute or believe it. Each finding is one sentence that holds the content
or a digest of it, so that a change makes a new sentence; which are new is for services to say.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator

from cockpit.adapters.git import argv, parse
from cockpit.adapters.git.files import lstat, read_small
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.shadow import Setting, read_settings
from cockpit.adapters.git.worktree import read_head
from cockpit.errors import CockpitError

_EXECUTES = re.compile(
    r"core\.(fsmonitor|hookspath|sshcommand|editor|pager|askpass|gitproxy|attributesfile"
    r"|alternaterefscommand|worktree)"
    r"|filter\..+\.(clean|smudge|process|required)"
    r"|diff\.external|diff\..+\.(command|textconv)"
    r"|merge\..+\.driver|mergetool\..+\.cmd|difftool\..+\.cmd"
    r"|include\.path|includeif\..+\.path"
    r"|gpg\.program|gpg\..+\.program|gpg\.ssh\.defaultkeycommand"
    r"|sequence\.editor|credential\.(.+\.)?helper|uploadpack\.packobjectshook"
    r"|remote\..+\.(uploadpack|receivepack|vcs|proxy)|url\..+\.(insteadof|pushinsteadof)"
    r"|pager\..+|interactive\.difffilter|trailer\..+\.(command|cmd)"
    r"|extensions\.worktreeconfig|branch\..+\.mergeoptions|rerere\.(enabled|autoupdate)"
    r"|gc\.(pruneexpire|reflogexpire|reflogexpireunreachable|worktreepruneexpire)|gc\..+\.reflogexpire"
    r"|submodule\..+\.update|protocol\..+"
)
"""Settings through which plain git runs something, fetches from elsewhere, looks elsewhere or
forgets (`facts/security.md` §3.1, §3.2)."""

_SHOWN = 300


def tampering(ground: Ground) -> list[str]:
    """All findings, in a stable order. A part that can't be looked at is a finding too."""
    sentences: list[str] = []
    for look in (_refs, _data_files, _hooks, _settings, _main_head):
        try:
            sentences += look(ground)
        except (CockpitError, OSError) as error:
            name = look.__name__.strip("_").replace("_", " ")
            sentences.append(f"The {name} of the repository can't be looked at: {error}")
    return sentences


def _refs(ground: Ground) -> Iterator[str]:
    """Replaced objects, and refs that are broken."""
    answer = ground.run(argv.refs_unopened("refs"))
    found = [line.partition(" ") for line in os.fsdecode(answer.out).splitlines()]
    for name, _, ref in found:
        if ref.startswith("refs/replace/"):
            yield f"The object {ref.removeprefix('refs/replace/')} is replaced by {name}."
    stdin = "".join(f"{name}\n" for name, _, _ in found).encode("ascii")
    there = parse.object_types(ground.run(["cat-file", "--batch-check"], stdin=stdin).out)
    for name, _, ref in found:
        if name not in there:
            yield f"The ref {ref} is broken: its object {name} is missing."
    for line in answer.err.splitlines():
        if "broken ref" in line:
            yield f"A ref is broken: {line.removeprefix('warning: ')}"


def _data_files(ground: Ground) -> Iterator[str]:
    for name, meaning in (
        ("info/grafts", "history is bent by grafts"),
        ("info/attributes", "attributes outside of any commit hold"),
        ("objects/info/alternates", "objects are borrowed from another folder"),
        ("objects/info/http-alternates", "objects are borrowed from another place"),
        ("shallow", "history ends at commits named there"),
        ("commondir", "git looks for everything shared elsewhere"),
    ):
        if not os.path.lexists(ground.common / name):
            continue
        content = read_small(ground.common / name)
        if content is None:
            yield f"The file .git/{name} is not a plain file."
        elif lines := [x for x in content.splitlines() if x.strip() and x[:1] != b"#"]:
            first = os.fsdecode(lines[0])[:_SHOWN]
            yield f"The file .git/{name} has content ({_digest(content)}): {meaning}: {first}"


def _hooks(ground: Ground) -> Iterator[str]:
    folder = ground.common / "hooks"
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    for name in names:
        if name.endswith(".sample"):
            continue
        try:
            seen = os.stat(folder / name)
        except OSError:
            yield f"The hook {name} can't be looked at."
            continue
        if stat.S_ISREG(seen.st_mode) and seen.st_mode & 0o111:
            content = read_small(folder / name, follow=True) or b""
            yield f"The hook {name} would be run by plain git ({_digest(content)})."


def _settings(ground: Ground) -> Iterator[str]:
    """Of the shared configuration and of every worktree's own."""
    files = [("config", ground.common / "config")]
    files.append(("config.worktree", ground.common / "config.worktree"))
    for admin, _ in ground.admin_folders():
        files.append((f"worktrees/{admin.name}/config.worktree", admin / "config.worktree"))
    for name, path in files:
        for key, value in read_settings(ground.door, path):
            if _is_odd(ground, (key, value)):
                shown = "" if value is None else f" = {value[:_SHOWN]}"
                yield f"The setting {key}{shown} stands in .git/{name}"


def _is_odd(ground: Ground, setting: Setting) -> bool:
    key, value = setting
    if key.startswith("alias."):
        return (value or "").lstrip().startswith("!")
    if key == "core.bare":  # said of a repository that has a checkout
        true = value is None or value.lower() in ("true", "yes", "on", "1")
        return true and (ground.common / "index").exists()
    return _EXECUTES.fullmatch(key) is not None


def _main_head(ground: Ground) -> Iterator[str]:
    head = read_head(ground.common)
    if (lstat_link := lstat(ground.common / "HEAD")) and stat.S_ISLNK(lstat_link.st_mode):
        yield "The main HEAD is a symbolic link."
    if head is None:
        yield "The main HEAD is damaged or names no branch."
    elif head[0] is not None and not head[0].startswith("refs/heads/"):
        yield f"The main HEAD names {head[0]}, which is no branch."


def _digest(content: bytes) -> str:
    return "sha256 " + hashlib.sha256(content).hexdigest()[:12]
