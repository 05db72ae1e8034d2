"""Rules for single values of lanes.yaml: each says what is wrong, as the end of a sentence.

Pure text in, complaint out (empty when the value is fine), so that the schema can name the
rule beside the key and tests can go through tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cockpit.domain.names import PLACEHOLDERS, is_safe_branch, why_not_template

Rule = Callable[[str], str]

MESSAGE_PLACEHOLDERS = ("lane", "key", "summary")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TMUX_KEY = re.compile(r"(?:C-|M-){1,2}(?:[a-z0-9]|Space)|(?:C-|M-|S-)*F(?:[1-9]|1[0-2])")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_AMOUNT = re.compile(r"\d{1,7}(?:\.\d{1,2})?")
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_ACTION = re.compile(r"[a-z][a-z0-9_.-]{0,59}")

OURS = ("TMUX", "COCKPIT_")
"""Variables that cockpit itself sets or keeps out of lanes."""

GIT_PLACES = frozenset(
    "GIT_" + name
    for name in (
        "DIR",
        "WORK_TREE",
        "INDEX_FILE",
        "COMMON_DIR",
        "OBJECT_DIRECTORY",
        "ALTERNATE_OBJECT_DIRECTORIES",
        "NAMESPACE",
        "CEILING_DIRECTORIES",
    )
)
"""Variables that would point a lane's git somewhere else."""


def fine(_text: str) -> str:
    """Anything goes."""
    return ""


def optional(rule: Rule) -> Rule:
    """`rule`, but empty text is fine too."""

    def check(text: str) -> str:
        return rule(text) if text else ""

    return check


def needed(text: str) -> str:
    return "" if text.strip() else "is empty"


def name(text: str) -> str:
    """Agents, presets, accounts, sessions: never an option, never a path."""
    if _NAME.fullmatch(text):
        return ""
    return "must be 1 to 40 letters, digits, '.', '_' and '-', beginning with a letter or digit"


def action(text: str) -> str:
    return (
        "" if _ACTION.fullmatch(text) else "is not an action's name, as `cockpit` help lists them"
    )


def model_name(text: str) -> str:
    """A model goes to the agent as an argument."""
    if text.startswith("-"):
        return "begins with -, which the agent would read as an option"
    return "is longer than 100 characters" if len(text) > 100 else ""


def lane_key(text: str) -> str:
    good = len(text) == 1 and text.isascii() and text.isalnum()
    return "" if good else "must be one letter A-Z or one digit"


def env_name(text: str) -> str:
    if not _ENV.fullmatch(text):
        return "is not a variable's name (letters, digits and _)"
    if text.startswith(OURS):
        return "is a variable that cockpit sets itself"
    if text in GIT_PLACES:
        return "would point the lane's git at another repository"
    return ""


def dropped_name(text: str) -> str:
    return "" if _ENV.fullmatch(text) else "is not a variable's name (letters, digits and _)"


def branch(text: str) -> str:
    return "" if is_safe_branch(text) else "can't name a branch"


def base(text: str) -> str:
    """A branch, a remote's branch, a tag or an id: anything git takes as a short ref name."""
    hexadecimal = re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text)
    plain = text.removeprefix("refs/")
    good = hexadecimal or (plain != text and is_safe_branch(plain)) or is_safe_branch(text)
    return "" if good else "can't name a branch or commit"


def template(text: str) -> str:
    return why_not_template(text, PLACEHOLDERS)


def branch_template(text: str) -> str:
    return needed(text) or template(text)


def folder_template(text: str) -> str:
    return folder(text) or template(text)


def message(text: str) -> str:
    return needed(text) or why_not_template(text, MESSAGE_PLACEHOLDERS)


def folder(text: str) -> str:
    """A folder of the commander's, relative to the checkout or absolute."""
    if not text.strip():
        return "is empty"
    if text.startswith("~") and not text.startswith("~/"):
        return "begins with ~; write the folder out, or ~/… for your home"
    if any(part.casefold() == ".git" for part in text.split("/")):
        return "lies in a git folder"
    return ""


def repo_path(text: str) -> str:
    """A file or folder inside the repository."""
    if not text.strip():
        return "is empty"
    if text.startswith(("/", "~")):
        return "is not inside the repository; write it relative to the repository's root"
    parts = text.removesuffix("/").split("/")
    if ".." in parts:
        return "leaves the repository (..)"
    if any(part in ("", ".") for part in parts):
        return "is not a plain path (no ./, no //)"
    if any(part.casefold() == ".git" for part in parts):
        return "lies in git's own folder"
    return ""


def file_name(text: str) -> str:
    """A file right in a known folder."""
    if "/" in text or text.startswith(".") or not text.strip():
        return "must be the name of a file in that folder, without a /"
    return ""


def remote(text: str) -> str:
    if text.startswith("-") or re.search(r"[\s:?*\[\\^~]|\.\.", text):
        return "is not the name of a remote, as `git remote` lists them"
    return ""


def remote_ref(text: str) -> str:
    """What a remote lane follows, `origin/claude/fix` or `refs/pull/12/head`."""
    return base(text)


def tmux_key(text: str) -> str:
    good = _TMUX_KEY.fullmatch(text)
    return (
        "" if good else "must be a key with Ctrl or Alt as tmux writes it (C-q, M-b), or F1 to F12"
    )


def board_key(text: str) -> str:
    good = 0 < len(text) <= 30 and text.isprintable() and " " not in text
    return "" if good else "is not a key's name (as in x, ctrl+x, f5)"


def owner(text: str) -> str:
    words = text.split(" ")
    good = all(_OWNER.fullmatch(word) for word in words)
    return "" if good else "must be owners as CODEOWNERS has them (@name, @org/team, mail address)"


def amount(text: str) -> str:
    return "" if _AMOUNT.fullmatch(text) else "must be an amount of money, as in 20 or 7.50"


def span(text: str) -> str:
    return "" if _SPAN.fullmatch(text) else "must be a span of the day, as in 22:00-07:30"


def container_word(text: str) -> str:
    if text.startswith("-") or re.search(r"\s", text):
        return "must be one word that doesn't begin with -"
    return ""


def derived_template(text: str, known: Iterable[str]) -> str:
    """A derived variable: its braces name ports of the plan, the lane or the slot."""
    return why_not_template(text, (*known, "lane", "slot"))
