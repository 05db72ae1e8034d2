"""What is used of a remote without asking: what was used before, or what the commander accepted.

Agents can write in the repository's configuration, so an address, a push address or what the
target follows may be another than the commander's. Each is remembered the first time that it
was used, and one that is another now is used only after a yes to exactly what was shown.

The memory is two facts. A death between their two writes leaves one of them as it was: what it
holds is then asked about, or remembered, the next time.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.ids import RefName, branch_ref
from cockpit.domain.upstream import Remote, RemoteChange, Upstream
from cockpit.errors import Refused
from cockpit.services.workplace import Workplace

ADDRESSES = "remotes"
"""State file: of each remote's name, the address and the push address that were used last."""

FOLLOWED = "followed"
"""State file: of each target, the remote and the branch that it followed when either was used
last; both empty where it followed nothing."""


def of_address(work: Workplace, remote: Remote) -> tuple[RemoteChange, ...]:
    """Addresses of `remote` that are others than before; none for a remote that is new."""
    known = (work.state.read(ADDRESSES) or {}).get(remote.name)
    if known is None:
        return ()
    was, was_push = map(str, known)
    found = [RemoteChange(f"the address of {remote.name}", was, remote.url)]
    if was != was_push or remote.url != remote.push_url:
        what = f"the push address of {remote.name}"
        found.append(RemoteChange(what, was_push, remote.push_url))
    return tuple(one for one in found if one.was != one.now)


def of_followed(work: Workplace, upstream: Upstream | None) -> tuple[RemoteChange, ...]:
    """Whether the target follows another branch than before; with the addresses of a remote
    that comes in new by that."""
    known = (work.state.read(FOLLOWED) or {}).get(work.target)
    if known is None or list(known) == _pair(upstream):
        return ()
    what = f"what {work.config.target} follows"
    found = [RemoteChange(what, _spelled(*map(str, known)), _spelled(*_pair(upstream)))]
    if upstream is not None:
        remote = upstream.remote
        if remote.name not in (work.state.read(ADDRESSES) or {}):
            found.append(RemoteChange(f"the address of {remote.name}", "", remote.url))
            if remote.url != remote.push_url:
                what = f"the push address of {remote.name}"
                found.append(RemoteChange(what, "", remote.push_url))
    return tuple(found)


def of_upstream(work: Workplace, upstream: Upstream) -> tuple[RemoteChange, ...]:
    """What changed of what the target follows."""
    return (*of_followed(work, upstream), *of_address(work, upstream.remote))


def of_all(work: Workplace, upstream: Upstream | None) -> tuple[RemoteChange, ...]:
    """What changed of all that lanes.yaml leads to: the upstream, the remote that is pushed to,
    and those that lanes start from."""
    found = of_upstream(work, upstream) if upstream is not None else of_followed(work, None)
    more = [change for remote in _named(work) for change in of_address(work, remote)]
    return tuple(dict.fromkeys((*found, *more)))


def branch_of_remote(work: Workplace, base: str) -> Upstream | None:
    """The remote's branch that `REMOTE/BRANCH` names, the remote with the longest name first;
    None where there is no such remote."""
    parts = base.split("/")
    for count in range(len(parts) - 1, 0, -1):
        name, branch = "/".join(parts[:count]), "/".join(parts[count:])
        remote = work.git.remotes.remote(name) if branch else None
        if remote is not None:
            tracking = RefName(f"refs/remotes/{name}/{branch}")
            return Upstream(remote, branch_ref(branch), tracking)
    return None


def clause(changes: Sequence[RemoteChange]) -> str:
    """All of them with both values, and the way on; empty where nothing changed."""
    if not changes:
        return ""
    said = [
        f"{one.what} changed since cockpit last used it: it was {one.was} and is {one.now}"
        if one.was
        else f"{one.what} is {one.now}"
        for one in changes
    ]
    return f"{'; '.join(said)} (`cockpit follow --accept-address` asks and uses it)"


def accept(work: Workplace, upstream: Upstream | None, accepted: Sequence[RemoteChange]) -> None:
    """Remember what there is now if it is just what was shown. Raises `Refused` where it is
    not; nothing is to do where it was accepted already."""
    if not accepted:
        return
    named, now = _named(work), of_all(work, upstream)
    if now and tuple(accepted) != now:
        raise Refused(
            "What is configured now is not what was shown.",
            detail="\n".join(f"{one.what} is {one.now}" for one in now),
            hint="Look at it again; nothing was accepted.",
        )
    if now:
        remember_followed(work, upstream)
        remember(work, *(one for one in (upstream and upstream.remote, *named) if one))


def remember(work: Workplace, *remotes: Remote) -> None:
    """Their addresses are the ones that may be used."""
    known = dict(work.state.read(ADDRESSES) or {})
    fresh = {**known, **{one.name: [one.url, one.push_url] for one in remotes}}
    if fresh != known:
        work.state.write(ADDRESSES, fresh)


def remember_followed(work: Workplace, upstream: Upstream | None) -> None:
    """What the target follows is what it may follow; None is nothing."""
    known = dict(work.state.read(FOLLOWED) or {})
    if known.get(work.target) != _pair(upstream):
        work.state.write(FOLLOWED, {**known, work.target: _pair(upstream)})


def _named(work: Workplace) -> list[Remote]:
    """Remotes that lanes.yaml names: the one that is pushed to, and those of bases."""
    name = work.config.merge.push
    found = [work.git.remotes.remote(name)] if name else []
    bases = [work.config.base, *(lane.base for lane in work.config.lanes.values())]
    for base in dict.fromkeys(base for base in bases if "/" in base):
        upstream = branch_of_remote(work, base)
        found.append(upstream.remote if upstream is not None else None)
    return list(dict.fromkeys(remote for remote in found if remote is not None))


def _pair(upstream: Upstream | None) -> list[str]:
    return [upstream.remote.name, upstream.branch] if upstream is not None else ["", ""]


def _spelled(remote: str, branch: str) -> str:
    """`main of origin`: one way to read it, which `origin/main` is not."""
    return f"{branch.removeprefix('refs/heads/')} of {remote}" if remote else "nothing"
