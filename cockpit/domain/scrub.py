"""The environment of `gate` and `setup`: they run the lane's code, so no credentials go in.

Names decide, since nothing else can: what sounds like a secret is dropped, and so is what
would make a program talk to our tmux server, a git folder that is not the lane's, or cockpit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SECRET = re.compile(
    r"""
      (?:.*_)?(?:TOKEN|SECRET|KEY|APIKEY|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|CREDENTIALS?|AUTH|COOKIE)S?
      (?:_(?:ID|FILE|PATH|BASE64|JSON|VALUE))?
    | .*(?:PASSWORD|SECRET|CREDENTIAL|PRIVATE_KEY|API_KEY|ACCESS_KEY|ACCESS_TOKEN|AUTH_TOKEN).*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HARMLESS = frozenset({"PWD", "OLDPWD"})
_DROPPED_PREFIXES = (
    "TMUX",
    "GIT_",
    "COCKPIT_",
    "SSH_",
    "GPG_",
    "AWS_",
    "AZURE_",
    "ARM_CLIENT_",
    "GOOGLE_",
    "GCLOUD_",
    "CLOUDSDK_",
    "GCP_",
    "GITHUB_",
    "GH_",
    "GITLAB_",
    "CI_JOB_",
    "ANTHROPIC_",
    "CLAUDE",
    "OPENAI_",
    "CODEX_",
    "GEMINI_",
    "MISTRAL_",
    "DEEPSEEK_",
    "OPENROUTER_",
    "HF_TOKEN",
    "HUGGING",
    "TWINE_",
    "UV_PUBLISH_",
    "UV_INDEX_",
    "POETRY_HTTP_BASIC_",
    "POETRY_PYPI_TOKEN",
    "NPM_CONFIG__AUTH",
    "NODE_AUTH",
    "VAULT_",
    "KUBECONFIG",
    "DOCKER_AUTH",
    "DBUS_",
    "GNOME_KEYRING",
    "XDG_RUNTIME_DIR",
)
_DROPPED = frozenset(
    {
        "PGPASSFILE",
        "NETRC",
        "DATABASE_URL",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "TERM_PROGRAM",
        "TERM_PROGRAM_VERSION",
        "COLUMNS",
        "LINES",
        "STY",
        "WINDOWID",
        "OLDPWD",
        "PWD",
        "_",
    }
)
_URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s@:]*:[^/\s@]+@", re.IGNORECASE)


def is_dropped(name: str) -> bool:
    """Whether a variable of this name stays away from the lane's code."""
    upper = name.upper()
    if upper in _DROPPED or upper.startswith(_DROPPED_PREFIXES):
        return True
    return sounds_secret(name)


def sounds_secret(name: str) -> bool:
    """Whether a variable of this name may hold a password, a key or a token."""
    upper = name.upper()
    return upper not in _HARMLESS and _SECRET.fullmatch(upper) is not None


def gate_environment(base: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """What a gate or setup command gets: `base` without credentials and without what leads
    to tmux, git or cockpit, TERM=dumb, then `extra` (the lane's own variables) as it is.

    PATH, HOME, LANG, LC_*, TMPDIR, USER, SHELL and all else that sounds harmless stay. A
    value that is a URL with a password in it is dropped whatever its name.
    """
    kept = {
        name: value
        for name, value in base.items()
        if not is_dropped(name) and _URL_WITH_PASSWORD.search(value) is None
    }
    kept["TERM"] = "dumb"
    kept.update(extra)
    return kept
