"""Addresses of repositories as people may see them, and the folder that one is cloned into."""

from __future__ import annotations

import re

from cockpit.domain.names import tidy

_USERINFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*)://([^/\s'\"]*|[^/:\[\s'\"]*:(?!\d*/)[^\s'\"]*)@")
"""What stands before the last `@`; a `/` in it is not valid, but where no port stands after the
colon, it can only be a password's."""
_QUERY = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s'\"?]*)\?[^\s'\"]*")
_NAMELESS = frozenset({"http", "https"})
"""Schemes in which even a user's name alone is often a token."""


def without_secrets(text: str) -> str:
    """`text` with what may be a password or a token in its addresses replaced by `…`."""

    def hidden(match: re.Match[str]) -> str:
        scheme, user = match[1], match[2]
        if scheme.lower() in _NAMELESS:
            return f"{scheme}://…@"
        name, colon, _ = user.partition(":")
        return f"{scheme}://{name}{colon and ':…'}@"

    return _QUERY.sub(r"\1?…", _USERINFO.sub(hidden, text))


def has_secret(url: str) -> bool:
    """Whether the address seems to hold a password or a token."""
    return without_secrets(url) != url


def bare_name(url: str) -> str:
    """The bare folder's name for an address, `till.git`; empty where it gives none."""
    path = re.split(r"[?#]", url)[0].rstrip("/")
    name = tidy(re.split(r"[/:]", path)[-1].removesuffix(".git"))
    return f"{name}.git" if name else ""
