"""Absolute paths of one folder turned into another's, inside a file's text: pure.

For files such as `.mcp.json` that name the main checkout by its absolute path.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_BEFORE = rb"(?:(?<![A-Za-z0-9_.\-\x80-\xff])|(?<=-[A-Z]))"
"""A path begins here: not in the middle of a longer one, but right after `-I` and its like."""
_AFTER = rb"(?![A-Za-z0-9_\-\x80-\xff]|\.[A-Za-z0-9_\-])"
"""The last component ends here: `/x/app` is not in `/x/app-alpha` or `/x/app.git`."""


def moved_paths(content: bytes, old: Path, new: Path) -> bytes:
    """`content` with each mention of `old` (itself or something below it) pointing to `new`.

    JSON's escaped form (`\\/`) is found too and kept. Doing it twice changes nothing, also
    where one folder lies in the other.
    """
    for slash in (b"/", b"\\/"):
        before = os.fsencode(old).replace(b"/", slash)
        after = os.fsencode(new).replace(b"/", slash)
        content = _replace(content, before, after)
    return content


def _replace(content: bytes, before: bytes, after: bytes) -> bytes:
    """Where `after` already stands it is taken as a whole, so that it can't grow."""
    pattern = _BEFORE + b"(?:" + re.escape(after) + b"|" + re.escape(before) + b")" + _AFTER
    if len(before) > len(after):  # the longer one first: it may contain the other
        pattern = _BEFORE + b"(?:" + re.escape(before) + b"|" + re.escape(after) + b")" + _AFTER
    return re.sub(pattern, lambda match: after, content)
