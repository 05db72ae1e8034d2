"""Path globs: `**`, `*`, `?`, `[…]`, `{a,b}`, matched component by component.

One matcher for zones, protected paths and append lists, so that the board, the edit hook
and the landing can never disagree. A glob becomes one regular expression whose sections
are atomic groups, so that no hostile path makes it slow: the leftmost place of the text
between two stars is always good enough.

What the words mean here:
- a glob is relative to the repository's root and anchored there (`*.py` is the top folder
  only, `**/*.py` every folder);
- a last component without a wildcard also covers what lies beneath it (`src/auth` is
  `src/auth/**` and a file of that name);
- comparison is after NFC and case folding, since two names that a file system of another
  machine holds for one must not be two here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cockpit.errors import UsageError

MAX_GLOB = 500
"""Characters of one glob."""

MAX_ALTERNATIVES = 64
"""What the braces of one glob may expand to."""

_WILD = re.compile(r"[*?\[]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


Span = tuple[int, int]
"""From one character to another, both included, by their code points."""


class Characters(NamedTuple):
    """Any one character of `spans` (negated: any other), but never a slash."""

    spans: tuple[Span, ...]
    negated: bool = False


def fold(path: str) -> str:
    """`path` in the form in which paths are compared: NFC, case folded."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


@lru_cache(32_768)
def why_not_glob(glob: str) -> str:
    """What is wrong with `glob`, as the end of a sentence; empty if it is fine."""
    if not glob.strip():
        return "is empty"
    if len(glob) > MAX_GLOB:
        return f"is longer than {MAX_GLOB} characters"
    if _CONTROL.search(glob):
        return "holds a control character"
    if "\\" in glob:
        return "holds a backslash; folders are separated by /"
    if glob.startswith("/"):
        return "begins with /; globs are relative to the repository's root"
    if glob.startswith("!"):
        return "begins with !; use exclude for what is not in the zone"
    try:
        for alternative in alternatives(glob):
            _why_components(alternative)
    except ValueError as error:
        return str(error)
    return ""


def _why_components(glob: str) -> None:
    for component in glob.removesuffix("/").split("/"):
        if component in ("", ".", ".."):
            raise ValueError(f"has a component {component!r}, which no path in a tree has")
        if "**" in component and component != "**":
            raise ValueError("has ** beside other text; ** stands alone between slashes")
        if component != "**":
            _component(component)


@lru_cache(maxsize=512)
def compile_globs(
    globs: tuple[str, ...], *, wide: bool = False, exact: bool = False
) -> re.Pattern[str]:
    """One expression for all `globs`, to be used with `fullmatch` on a folded path.

    `wide` is for lists that refuse: there `canon/**` also covers a file or link that takes
    the place of the folder `canon` itself. `exact` compares unfolded paths. Raises
    `UsageError` for a glob that `why_not_glob` complains of.
    """
    parts: list[str] = []
    for glob in globs:
        complaint = why_not_glob(glob)
        if complaint:
            raise UsageError(
                f"The glob {glob[:80]!r} {complaint}",
                hint="Globs are like src/auth/**, docs/*.md, {src,tests}/api/**.",
            )
        for alternative in alternatives(glob):
            parts.append(_translate(alternative if exact else fold(alternative), wide))
    return re.compile("|".join(parts) if parts else r"(?!)", re.DOTALL)


def matches(path: str, globs: tuple[str, ...], *, wide: bool = False) -> bool:
    """Whether any of `globs` covers `path` (a repository path, undecodable bytes as
    surrogates)."""
    return compile_globs(globs, wide=wide).fullmatch(fold(path)) is not None


def matches_exactly(path: str, globs: tuple[str, ...]) -> bool:
    """As `matches`, but letters' case and Unicode form must be the same too."""
    return compile_globs(globs, exact=True).fullmatch(path) is not None


# ---------------------------------------------------------------- braces


def alternatives(glob: str) -> list[str]:
    """`{a,b}` expanded. Raises `ValueError` for braces that don't pair and for bombs."""
    done: list[str] = []
    waiting = [glob]
    while waiting:
        text = waiting.pop()
        span = _innermost(text)
        if span is None:
            done.append(text)
        else:
            start, end = span
            choices = text[start + 1 : end].split(",")
            waiting.extend(text[:start] + choice + text[end + 1 :] for choice in reversed(choices))
        if len(done) + len(waiting) > MAX_ALTERNATIVES:
            raise ValueError(f"expands to more than {MAX_ALTERNATIVES} paths; write fewer braces")
    return done


def _innermost(text: str) -> tuple[int, int] | None:
    """The first brace pair without a brace inside."""
    end = text.find("}")
    start = text.rfind("{", 0, end) if end >= 0 else text.find("{")
    if end < 0 and start < 0:
        return None
    if end < 0 or start < 0:
        raise ValueError("has a brace without its pair")
    return start, end


# ---------------------------------------------------------------- to a regular expression


def _translate(glob: str, wide: bool) -> str:
    """One alternative as an expression: groups of components between `**`."""
    if glob.endswith("/"):
        glob += "**"
    components = glob.split("/")
    groups: list[list[str]] = [[]]
    for component in components:
        if component == "**":
            if groups[-1] or len(groups) == 1:
                groups.append([])
        else:
            groups[-1].append(component)
    if len(groups) == 1:
        return _joined(groups[0]) + _beneath(components[-1])
    *front, last = groups
    open_end = not last
    text = ""
    for index, group in enumerate(front):
        if not group:
            continue
        final = open_end and wide and index == len(front) - 1
        body = _joined(group) + (r"(?:/|\Z)" if final else "/")
        text += body if index == 0 else rf"(?>(?:[^/]+/)*?{body})"
    if open_end:
        return text + (".*" if wide and text else ".+")
    return text + r"(?:[^/]+/)*?" + _joined(last) + _beneath(components[-1])


def _joined(components: list[str]) -> str:
    return "/".join(_component(component) for component in components)


def _beneath(component: str) -> str:
    return "" if _WILD.search(component) else r"(?:/.*)?"


def _component(text: str) -> str:
    """One component; the text between two `*` is atomic. Raises `ValueError`."""
    sections = [""]
    for piece in characters(text):
        if piece is None:
            sections.append("")
        else:
            sections[-1] += _expression(piece)
    if len(sections) == 1:
        return sections[0]
    middle = "".join(f"(?>[^/]*?{section})" for section in sections[1:-1] if section)
    # a lone `*` must not match nothing: no path has an empty component
    lead = "(?=[^/])" if not sections[0] else ""
    return f"{lead}{sections[0]}{middle}[^/]*{sections[-1]}"


def characters(component: str) -> Iterator[Characters | None]:
    """What each place of one component stands for; None for `*`. Raises `ValueError`."""
    index = 0
    while index < len(component):
        char = component[index]
        if char == "[":
            skipped = 3 if component[index + 1 : index + 2] in ("!", "^") else 2
            end = component.find("]", index + skipped)
            if end < 0:
                raise ValueError("has a [ without its ]")
            yield _class(component[index + 1 : end])
            index = end
        elif char == "?":
            yield Characters((), negated=True)
        elif char == "*":
            yield None
        else:
            yield Characters(((ord(char), ord(char)),))
        index += 1


def _class(body: str) -> Characters:
    """`[…]`; `!` or `^` first negates."""
    negated = body[:1] in ("!", "^")
    body = body[1:] if negated else body
    spans: list[Span] = []
    index = 0
    while index < len(body):
        low = high = body[index]
        if body[index + 1 : index + 2] == "-" and index + 2 < len(body):
            high = body[index + 2]
            if low > high:
                raise ValueError(f"has the range {low}-{high}, which is empty")
            index += 2
        spans.append((ord(low), ord(high)))
        index += 1
    return Characters(tuple(spans), negated)


def _expression(wanted: Characters) -> str:
    if not wanted.spans:
        return "[^/]"
    if len(wanted.spans) == 1 and wanted.spans[0][0] == wanted.spans[0][1] and not wanted.negated:
        return re.escape(chr(wanted.spans[0][0]))
    text = "".join(
        re.escape(chr(low)) if low == high else f"{re.escape(chr(low))}-{re.escape(chr(high))}"
        for low, high in wanted.spans
    )
    return f"(?!/)[{'^' if wanted.negated else ''}{text}]"
