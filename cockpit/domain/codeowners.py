"""CODEOWNERS as GitHub and GitLab read it: lines of a pattern and its owners; the last pattern
that matches a path wins. Patterns become our globs; a line that can't is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cockpit.domain.findings import OwnedPaths
from cockpit.domain.globs import why_not_glob

PLACES = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may lie."""

MOST = 2_000
"""Lines that are read."""

_SECTION = re.compile(r"\^?\[[^\]]*\]")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def parse_codeowners(text: str) -> list[OwnedPaths]:
    """The lines that own something, in the file's order."""
    return [found for line in text.splitlines()[:MOST] for found in _line(line)]


def _line(line: str) -> Iterator[OwnedPaths]:
    """At most one. Sections of GitLab, negations and comments own nothing."""
    line = line.strip()
    if not line or line.startswith(("#", "!")) or _SECTION.match(line):
        return
    words = _WORD.findall(line)
    pattern, rest = (words or [""])[0], words[1:]
    owners = []
    for word in rest:
        if word.startswith("#"):
            break
        if _OWNER.fullmatch(word):
            owners.append(word)
    glob = as_glob(pattern)
    if owners and glob:
        yield OwnedPaths(glob, tuple(owners))


def as_glob(pattern: str) -> str:
    """The glob of ours that means the same; empty where there is none."""
    pattern = re.sub(r"\\(.)", r"\1", pattern)
    anchored = "/" in pattern.rstrip("/")
    below = pattern.endswith("/")
    core = pattern.strip("/")
    if core in ("*", "**", ""):
        return "**"
    if not anchored and not core.startswith("**"):
        core = f"**/{core}"
    glob = f"{core}/**" if below and not core.endswith("**") else core
    return glob if glob.isprintable() and not why_not_glob(glob) else ""


def team_of(owner: str) -> str:
    """An owner's name without what it is wrapped in: `@org/team-alpha` is `alpha`."""
    if owner.startswith("@"):
        name = owner.rpartition("/")[2].removeprefix("@")
    else:
        name = owner.partition("@")[0]
    bare = name.removeprefix("team-").removesuffix("-team")
    return bare or name
