"""Remotes: the only calls of ours that leave the machine.

The address comes from the repository's configuration, read as data (agents can write there),
and is given to git literally, so nothing else of a `[remote]` or `[url]` section there counts:
no `uploadpack`, no `receivepack`, no `vcs`, no rewriting. What the commander's own
`~/.gitconfig` says (credentials, `insteadOf`, ssh) holds. Which protocols may be used stands in
the shadow's configuration. Nothing asks on the terminal, and every call has a deadline. A
repository on this machine is one that agents can write in too (`remote_here.py`).
"""

from __future__ import annotations

import re
from pathlib import Path

from cockpit.adapters.git import argv, remote_here
from cockpit.adapters.git.ground import Ground
from cockpit.adapters.git.shadow import Setting, read_settings
from cockpit.domain.ids import CommitId, RefName, branch_name
from cockpit.domain.upstream import PushAnswer, Remote, Upstream, is_relative, why_not_reach
from cockpit.errors import CockpitError, Refused, Unavailable

DEADLINE = 120.0
"""Seconds that a fetch or a push may take."""

_REFUSED = "!\t"
"""How the line of a ref that was not taken begins (git-push(1), `--porcelain`)."""

_NO_REPORT = "[remote failure]"
"""Says in such a line that the remote did not report what became of the ref."""

_NOT_REACHED = re.compile(
    r"fatal: (Could not read from remote repository|unable to (access|connect|look up) "
    r"|Authentication failed|could not read (Username|Password)|repository '.*' not found"
    r"|'.*' does not appear to be a git repository|transport '.*' not allowed)"
)
"""How git ends when it did not come as far as to send anything."""


class Remotes:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def remote(self, name: str) -> Remote | None:
        """The remote called `name`; None where the configuration has none."""
        return _remote(read_settings(self.ground.door, self.ground.common / "config"), name)

    def upstream(self, branch: RefName) -> Upstream | None:
        """What the configuration says that `branch` follows; None when nothing, or a branch of
        this very repository."""
        settings = read_settings(self.ground.door, self.ground.common / "config")
        short = branch_name(branch)
        name = _last(settings, f"branch.{short}.remote")
        merge = _last(settings, f"branch.{short}.merge")
        if not name or name == "." or not merge.startswith("refs/heads/"):
            return None
        remote = _remote(settings, name)
        if remote is None:
            return None
        tracking = f"refs/remotes/{name}/{merge.removeprefix('refs/heads/')}"
        return Upstream(remote, RefName(merge), RefName(tracking))

    def fetch(self, upstream: Upstream) -> None:
        """Bring `upstream.tracking` to where the remote's branch is; no tags, no FETCH_HEAD.

        Raises `Refused` for an address that is not used, `TimedOut`, and `CockpitError` with
        what git says (no network, no such branch, no permission).
        """
        spec = f"+{upstream.branch}:{upstream.tracking}"
        url = self._address(upstream.remote, upstream.remote.url)
        self.ground.run(argv.fetch(url, spec), deadline=DEADLINE)

    def push(
        self, remote: Remote, commit: CommitId, ref: RefName, *, lease: CommitId | None = None
    ) -> PushAnswer:
        """Push `commit` to `ref` of the remote: only forward, unless `lease` says where it must
        be to be replaced. No hook runs here. A refusal is an answer.

        Raises `Refused` for an address that is not used and for a repository on this machine
        that has hooks for it, `Unavailable` for a remote that can't be reached: nothing was
        pushed then. After any other `CockpitError` nobody can tell whether it arrived.
        """
        url = self._address(remote, remote.push_url)
        receive = self._receive_pack(remote, url)
        answer = self.ground.run(
            argv.push(url, f"{argv.object_id(commit)}:{ref}", ref, lease, receive),
            deadline=DEADLINE,
            ok=(0, 1, 128),
        )
        if answer.code == 0:
            return PushAnswer(True)
        lines = answer.out.decode("utf-8", "replace").splitlines()
        said = [line for line in lines if line.startswith(_REFUSED)]
        if said and not any(_NO_REPORT in line for line in said):
            return PushAnswer(False, "\n".join(said))
        raise _unanswered(remote, answer.err)

    def _receive_pack(self, remote: Remote, url: str) -> str:
        """What takes the push, where that is this machine."""
        folder = remote_here.folder_of(url)
        if folder is None:
            return ""
        hooks = remote_here.hooks_of(self.ground.door, folder)
        if hooks:
            raise Refused(
                f"The remote {remote.name} is a repository on this machine with hooks of its own, "
                "which cockpit doesn't run.",
                detail=f"{', '.join(hooks)} in {folder}",
                hint=f"Push it yourself: `git push {remote.name}`.",
            )
        return remote_here.receive_pack(self.ground.door.git)

    def _address(self, remote: Remote, url: str) -> str:
        why = why_not_reach(url)
        if why:
            raise Refused(
                f"The remote {remote.name} is not used: {why}.",
                hint=f"Look at `git remote -v`; `git remote set-url {remote.name} …` mends it.",
            )
        if is_relative(url):
            return str(Path(self.ground.checkout or self.ground.common) / url)
        return url


def _unanswered(remote: Remote, err: str) -> CockpitError:
    """The error for a push that no line of an answer came to."""
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    detail = "\n".join(lines[-10:])
    if any(_NOT_REACHED.match(line) for line in lines):
        return Unavailable(
            f"{remote.name} can't be reached.",
            detail=detail,
            hint=f"Nothing was pushed. `git push {remote.name}` shows the same, and asks where "
            "it needs a password.",
        )
    return CockpitError(
        f"{remote.name} did not say whether it took the push.",
        detail=detail,
        hint="The next fetch tells.",
    )


def _remote(settings: list[Setting], name: str) -> Remote | None:
    url = _last(settings, f"remote.{name}.url")
    if not url:
        return None
    return Remote(name, url, _last(settings, f"remote.{name}.pushurl") or url)


def _last(settings: list[Setting], wanted: str) -> str:
    section, _, rest = wanted.partition(".")
    values = [
        value or "" for key, value in settings if key == f"{section}.{rest}" and value is not None
    ]
    return values[-1] if values else ""
