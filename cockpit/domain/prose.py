"""The text below a header: what stands first in it, as one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cockpit.domain.header import LINE

_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_LEAD = re.compile(r"[ \t]*(?:[-+*•>][ \t]+|[0-9]{1,3}[.)][ \t]+|\[[ xX]\][ \t]+)*")

CAP = 500
"""Characters of the line that is given back."""


def opening(body: str) -> str:
    """The first heading of `body`; without one its first line of text."""
    first = ""
    for line in _lines(body):
        heading = _HEADING.fullmatch(line)
        if heading is not None and heading.group(1).strip():
            return _tidy(heading.group(1))
        first = first or _tidy(line)
    return first


def first_line(body: str) -> str:
    """The first line of text in `body` that is no heading; else its first heading."""
    heading = ""
    for line in _lines(body):
        found = _HEADING.fullmatch(line)
        if found is None and not line.lstrip().startswith("#"):
            text = _tidy(line)
            if text:
                return text
        elif found is not None:
            heading = heading or _tidy(found.group(1))
    return heading


def _lines(body: str) -> Iterator[str]:
    """Lines with text that are not in a code block."""
    fence = ""
    for match in LINE.finditer(body):
        line = match.group().rstrip("\r\n")
        mark = _FENCE.match(line)
        if mark is not None and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark.group(1)
        elif not fence and line.strip() and line.strip("-=_* \t"):
            yield line


def _tidy(line: str) -> str:
    text = _LEAD.sub("", line[: CAP * 4], count=1)
    for mark in ("**", "__"):
        if text.startswith(mark) and text.count(mark) == 2:
            text = text.replace(mark, "")
    return " ".join(text.split())[:CAP]
