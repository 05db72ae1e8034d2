"""A lane's change with every kind of file, for the review screen."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha1
from typing import Any

from cockpit.domain.change import LINK, NULL_MODE, SUBMODULE, CommitLine, FileDiff, LaneDiff, Layer
from tests.ui.fake import BASE, HEAD, NOW

PYTHON = (
    "@@ -1,6 +1,7 @@\n"
    " import time\n"
    "+\n"
    "+LIFETIME = 3600\n"
    " \n"
    " \n"
    "-def login(user, password):\n"
    "+def login(user: str, password: str) -> bool:\n"
    "     return True\n"
    "@@ -20,3 +21,3 @@ class Session:\n"
    "     def valid(self):\n"
    "-\treturn self.age < 60\n"
    "+\treturn self.age < LIFETIME\n"
    " # the end\n"
)
LETTERS = "@@ -1,3 +1,3 @@\n a\n-b\r\n+b\n c\n"


def file(path: str, layer: Layer, body: str = "", **more: Any) -> FileDiff:
    """One file of a diff; ids follow from its path and body."""
    added = sum(row.startswith("+") for row in body.split("\n"))
    removed = sum(row.startswith("-") for row in body.split("\n"))
    plain = FileDiff(
        *(path, path, layer, "M", added, removed, body),
        old_mode="100644",
        new_mode="100644",
        old_blob=sha1(path.encode()).hexdigest(),
        new_blob=sha1((path + body).encode()).hexdigest(),
    )
    return replace(plain, **more)


NEW = {"status": "A", "old_mode": NULL_MODE, "old_blob": "0" * 40}

FILES = (
    file("src/auth/session.py", Layer.COMMITTED, PYTHON),
    file("src/auth/new.py", Layer.COMMITTED, "@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n", **NEW),
    file(
        "docs/manual.md",
        Layer.COMMITTED,
        old_path="docs/deep/guide.md",
        status="R",
        similarity=100,
    ),
    file("run.sh", Layer.COMMITTED, new_mode="100755"),
    file(
        "vendor/lib",
        Layer.COMMITTED,
        "@@ -1 +1 @@\n-Subproject commit 111\n+Subproject commit 222\n",
        old_mode=SUBMODULE,
        new_mode=SUBMODULE,
        old_blob="1" * 40,
        new_blob="2" * 40,
    ),
    file("letters.txt", Layer.STAGED, LETTERS),
    file("letters.txt", Layer.UNSTAGED, "@@ -7 +7 @@ d\n-h\n+H\n\\ No newline at end of file\n"),
    file("link", Layer.UNSTAGED, "@@ -1 +1 @@\n-a\n+b\n", old_mode=LINK, status="T"),
    file(
        "logo.png",
        Layer.UNSTAGED,
        added=None,
        removed=None,
        old_size=1200,
        new_size=3_400_000,
    ),
    file("src/clash.py", Layer.UNSTAGED, "@@ -1 +1 @@\n-a\n+<<<<<<< a\n", conflicted=True),
    file("notes.txt", Layer.UNTRACKED, "@@ -0,0 +1 @@\n+remember [/x]\n", **NEW),
)
CHANGE = LaneDiff(BASE, HEAD, (CommitLine(HEAD, "Sessions end", "Alpha", NOW - 60),), FILES)


def large(count: int) -> LaneDiff:
    """A change of so many files, of which only the list was read."""
    files = tuple(
        replace(
            file(f"src/part{number % 50:02}/f{number:05}.py", Layer.COMMITTED),
            added=1,
            removed=0,
            loaded=False,
        )
        for number in range(count)
    )
    return LaneDiff(BASE, HEAD, (), files)
