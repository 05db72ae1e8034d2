"""NameValues that come from templates: branches and worktree folders.

A template is the commander's (lanes.yaml); the values put into it are not always (a role,
a task's title). So every value is reduced to what may stand in one component of a path and
of a ref, and can't bring a slash, a `..`, a leading dash or a control character.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from cockpit.dataclass import dataclass
from cockpit.domain.text import safe
from cockpit.errors import UsageError

PLACEHOLDERS = ("repo", "lane", "agent", "role", "task", "slug", "user", "date")

MAX_VALUE = 60
"""Characters that a value may bring; four bytes each still fit a file name."""

MAX_COMPONENT = 240
"""Bytes of one component: a file name less git's `.lock`."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_HEX_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class NameValues:
    """The values for a template, raw. `date` is ISO (`2026-03-01`), given by the caller."""

    repo: str
    lane: str
    agent: str = ""
    role: str = ""
    task: str = ""
    slug: str = ""
    user: str = ""
    date: str = ""


def why_not_template(template: str, allowed: Iterable[str] = PLACEHOLDERS) -> str:
    """What is wrong with a template's placeholders, as the end of a sentence; else empty."""
    names = tuple(allowed)
    for match in _PLACEHOLDER.finditer(template):
        if match[1] not in names:
            known = ", ".join("{" + name + "}" for name in names)
            return f"has the placeholder {{{match[1][:40]}}}, but only {known} are known"
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        return "has a brace without its pair"
    return ""


def tidy(value: str) -> str:
    """`value` as text that may stand inside one component of a path and of a branch.

    Letters, marks, digits, `-`, `_` and `.` stay; anything else becomes one `-`. Can be
    empty. The result never begins or ends in `-` or `.`, and never ends in `.lock`.
    """
    text = safe(value, width=MAX_VALUE * 4).text
    kept = "".join(c if c in "-_." or unicodedata.category(c)[0] in "LMN" else "-" for c in text)
    kept = re.sub(r"\.{2,}", ".", re.sub(r"-{2,}", "-", kept))[:MAX_VALUE]
    before = None
    while before != kept:
        before = kept
        kept = re.sub(r"\.lock$", "", kept.strip("-."), flags=re.IGNORECASE)
    return kept


def expand_branch(template: str, names: NameValues) -> str:
    """The short branch name that `template` gives. Raises `UsageError` if git would not
    take it, whatever the values."""
    branch = "/".join(part for part in _expand(template, names) if part)
    if not is_safe_branch(branch):
        raise UsageError(
            f"The branch template {_shown(template)} gives {_shown(branch)}, "
            f"which can't name a branch",
            hint="Use letters, digits, - and / around the placeholders, as in {lane}/work.",
        )
    return branch


def expand_worktree(template: str, names: NameValues, root: Path) -> Path:
    """The absolute folder that `template` gives, relative to `root`, the main checkout.

    `root` must be a real path: `..` is resolved by name. Raises `UsageError` for a folder
    that is the checkout, holds it, or lies in a git folder.
    """
    path = _folder(template, names, root)
    complaint = "holds a control character" if path is None else why_not_folder(path, root)
    if path is None or complaint:
        raise UsageError(
            f"The worktree template {_shown(template)} gives a folder that {complaint}",
            hint="Use a folder beside the checkout, as in ../{repo}-{lane}, or trees/{lane}.",
        )
    return path


def _folder(template: str, names: NameValues, root: Path) -> Path | None:
    if _CONTROL.search(template):
        return None
    lead = "/" if template.startswith("/") else ""
    parts = [part for part in _expand(template, names) if part]
    return Path(os.path.normpath(root / (lead + "/".join(parts))))


def why_not_folder(path: Path, root: Path) -> str:
    """Why no worktree may lie at `path` (absolute, without `..`), as the end of a sentence; empty
    when it may. `root` is the main checkout."""
    if _CONTROL.search(str(path.name)):
        return "holds a control character"
    if any(part.casefold() == ".git" for part in path.parts):
        return "lies in a git folder"
    if path == root or path in root.parents:
        return "is the main checkout itself or holds it"
    if any(len(os.fsencode(part)) > 255 for part in path.parts):
        return "has a name longer than 255 bytes"
    return ""


def _expand(template: str, names: NameValues) -> list[str]:
    """The template's components with their values. A component whose placeholders came out
    empty is closed up (`{lane}-{task}` gives `alpha`), or empty if nothing is left."""
    complaint = why_not_template(template)
    if complaint:
        raise UsageError(f"The template {_shown(template)} {complaint}")
    values = _values(names, _PLACEHOLDER.findall(template))
    parts = []
    for component in template.split("/"):
        used = _PLACEHOLDER.findall(component)
        text = _PLACEHOLDER.sub(lambda match: values[match[1]], component)
        if any(not values[name] for name in used):
            text = re.sub(r"([-_.])[-_.]+", r"\1", text).strip("-_.")
        parts.append(text)
    return parts


def _values(names: NameValues, used: list[str]) -> dict[str, str]:
    """All values, tidied. Without a task, a template that doesn't name the lane gets the
    lane's name for `{task}` and `{slug}`, so that lanes stay apart."""
    raw = {name: str(getattr(names, name)) for name in PLACEHOLDERS}
    raw["repo"] = raw["repo"].removesuffix(".git")
    values = {name: tidy(value) for name, value in raw.items()}
    values["slug"] = values["slug"] or values["task"]
    if "lane" not in used:
        values["task"] = values["task"] or values["lane"]
        values["slug"] = values["slug"] or values["lane"]
    return values


def is_safe_branch(branch: str) -> bool:
    """Whether git takes `branch` as a branch's short name (git-check-ref-format(1)), and
    nobody can take it for something else (an option, an object id, a full ref)."""
    if not branch or branch in ("@", "HEAD") or branch.startswith(("-", "refs/")):
        return False
    if _FORBIDDEN_IN_REF.search(branch) or ".." in branch or "@{" in branch:
        return False
    if branch.endswith(".") or _HEX_ID.fullmatch(branch):
        return False
    return all(_is_safe_component(part) for part in branch.split("/"))


def _is_safe_component(part: str) -> bool:
    if not part or part.startswith(".") or part.endswith(".lock"):
        return False
    return len(part.encode()) <= MAX_COMPONENT


def refs_clash(one: str, two: str) -> bool:
    """Whether git can't hold both branches: the same, or one is the other's folder. Case is
    ignored, as file systems of other machines do."""
    left, right = one.casefold(), two.casefold()
    return left == right or left.startswith(right + "/") or right.startswith(left + "/")


def _shown(text: str) -> str:
    return f'"{safe(text, width=80).text}"'
