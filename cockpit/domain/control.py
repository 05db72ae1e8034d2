"""Control files: paths whose content steers git, CI, editors or agents.

A lane may own them; the commander should still see that they changed, since what they say
runs later, elsewhere, with other powers than the lane's.
"""

from __future__ import annotations

from cockpit.domain.globs import compile_globs, fold

_GIT = ("**/.gitattributes", "**/.gitmodules", "**/.gitignore", "**/.lfsconfig", "**/.mailmap")
_OWNERS = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")
_CI = (
    ".github/workflows/**",
    ".github/actions/**",
    ".github/dependabot.yml",
    ".gitlab-ci.yml",
    ".gitlab/ci/**",
    ".circleci/**",
    ".buildkite/**",
    ".woodpecker/**",
    ".woodpecker.{yml,yaml}",
    ".forgejo/workflows/**",
    ".gitea/workflows/**",
    ".travis.yml",
    ".drone.yml",
    ".cirrus.yml",
    ".appveyor.yml",
    "appveyor.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
    ".ci/**",
)
_HOOKS = (
    "**/.husky/**",
    ".githooks/**",
    ".pre-commit-config.yaml",
    "{.,}lefthook.{yml,yaml}",
    "**/.envrc",
)
_AGENTS = (
    "**/.claude/**",
    "**/.mcp.json",
    "**/{CLAUDE,AGENTS,GEMINI}{.local,}.md",
    "**/.codex/**",
    "**/.gemini/**",
    "**/.cursor/**",
    "**/.cursorrules",
    "**/.aider.*",
    "**/.opencode/**",
    "opencode.{json,jsonc}",
    ".github/copilot-instructions.md",
    ".openclaw/**",
)
_EDITORS = ("**/.vscode/**", "**/.idea/**", "**/.devcontainer/**", "**/.devcontainer.json")
_COCKPIT = ("lanes.yaml", "coordination.yaml")

_KINDS = (
    (_COCKPIT, "is a control file: cockpit's own settings"),
    (_AGENTS, "is a control file: an agent's settings or instructions"),
    (_CI, "is a control file: it decides what CI runs"),
    (_GIT, "is a control file: it changes how git treats other files"),
    (_HOOKS, "is a control file: it runs commands on its own"),
    (_OWNERS, "is a control file: it decides who reviews"),
    (_EDITORS, "is a control file: editors run what it says"),
)


def control_file(path: str) -> str:
    """What kind of control file `path` is, as the end of a sentence; empty if it is none."""
    folded = fold(path)
    for globs, kind in _KINDS:
        if compile_globs(globs, wide=True).fullmatch(folded):
            return kind
    return ""
