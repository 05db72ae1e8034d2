"""The environment that every git process of ours gets, before the shadow is added to it."""

from __future__ import annotations

import os
from collections.abc import Mapping

_KEEP = frozenset(
    {
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
    }
)
"""The commander's own identity and where their own configuration lies; every other `GIT_*`
may come from a hook or alias that started us and would point git elsewhere."""

FIXED_ENV: Mapping[str, str] = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "true",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "/bin/false",
    "SSH_ASKPASS": "/bin/false",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "C",
}


def scrubbed_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without what steers git, but for the commander's own identity."""
    source = os.environ if environ is None else environ
    kept = {
        name: value
        for name, value in source.items()
        if not name.startswith("GIT_") or name in _KEEP
    }
    return {**kept, **FIXED_ENV}
