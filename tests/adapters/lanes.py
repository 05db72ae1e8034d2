"""A lane with all that plain git loses, and a picture of a folder to compare."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import git

Picture = dict[str, tuple[Any, ...]]


def picture(root: Path) -> Picture:
    """Everything below `root` that a snapshot keeps: type, mode, mtime, content."""
    found: Picture = {}
    top = os.fsencode(root)
    for folder, folders, files in os.walk(top):
        for name in [b"", *folders, *files] if folder == top else [*folders, *files]:
            path = os.path.join(folder, name).rstrip(b"/")
            facts = os.lstat(path)
            kind = stat.S_IFMT(facts.st_mode)
            if kind not in (stat.S_IFDIR, stat.S_IFREG, stat.S_IFLNK):
                continue
            content: object = None
            if kind == stat.S_IFREG:
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
            elif kind == stat.S_IFLNK:
                content = os.readlink(path)
            key = os.fsdecode(path[len(top) :])
            found[key] = (kind, stat.S_IMODE(facts.st_mode), facts.st_mtime_ns, content)
    return found


def admin_of(lane: Path) -> Path:
    return Path(git(lane, "rev-parse", "--absolute-git-dir").strip())


def fill(lane: Path) -> None:
    """Ignored and untracked files, nested repositories, odd names, modes and times, links,
    specials, and a conflicted index."""
    (lane / ".env").write_text("SECRET=1")
    (lane / ".env").chmod(0o600)
    (lane / "build").mkdir()
    (lane / "build" / "out.bin").write_bytes(bytes(range(256)) * 5000)
    (lane / "crlf.txt").write_bytes(b"a\r\nb\r\n$Id$\n")
    (lane / ".gitattributes").write_text("*.txt text eol=crlf ident\n")
    (lane / "empty" / "deeper").mkdir(parents=True)
    (lane / "run.sh").write_text("#!/bin/sh\n")
    (lane / "run.sh").chmod(0o4755)
    (lane / "readonly").mkdir()
    (lane / "readonly" / "f").write_text("x")
    (lane / "readonly").chmod(0o555)
    for raw in (
        b"new\nline",
        b"\xff\xfe",
        b'"quoted"\\',
        b"-dash",
        b" lead",
        b"tab\t",
        b"caf\xc3\xa9",
    ):
        with open(os.path.join(os.fsencode(lane), raw), "wb") as file:
            file.write(raw)
    for name in (".GIT", ".git ", "git~1", ".git...", ".gitmodules", "esc=.git", ".g\u200cit"):
        (lane / "odd").mkdir(exist_ok=True)
        (lane / "odd" / name).mkdir()
        (lane / "odd" / name / "config").write_text(name)
    os.symlink(b"\xff/../nowhere", os.fsencode(lane / "dangling"))
    (lane / "abs").symlink_to("/etc/passwd")
    os.mkfifo(lane / "fifo")
    os.link(lane / ".env", lane / "hard")
    (lane / "node_modules" / "x").mkdir(parents=True)
    (lane / "node_modules" / "x" / "i.js").write_text("x")
    for nested in (lane / "vendor" / "lib", lane / "build" / "ignored-repo"):
        nested.mkdir(parents=True)
        git(nested, "init", "-q")
        (nested / "f").write_text("nested")
        git(nested, "add", "f")
        git(nested, "commit", "-q", "-m", "nested")
        git(nested, "branch", "target/x")
    git(lane, "checkout", "-q", "-b", "side")
    (lane / "README.md").write_text("side\n")
    git(lane, "commit", "-q", "-am", "side")
    git(lane, "checkout", "-q", "alpha/work")
    (lane / "README.md").write_text("work\n")
    git(lane, "commit", "-q", "-am", "work")
    with pytest.raises(AssertionError):
        git(lane, "merge", "side")
    os.utime(lane / "run.sh", ns=(1, 1_000_000_007))
    os.utime(lane / "dangling", ns=(1, 2_000_000_009), follow_symlinks=False)
    os.utime(lane / "empty", ns=(1, 3_000_000_001))
