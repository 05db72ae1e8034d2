"""What bringing the target after its upstream would do, built as objects: exact, and nothing of
ours moves. It is the one look that leaves the machine: the remote is asked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit.domain.upstream import FollowPreview, Relation, RemoteChange
from cockpit.services import remote_trust, target, upstream
from cockpit.services.workplace import Workplace


def preview(work: Workplace, accepted: Sequence[RemoteChange] = ()) -> FollowPreview:
    """`accepted` is what was shown as changed and is the commander's; without it a remote that
    is another than before is not asked. Raises `Refused` when the target follows nothing, or
    what changed is not what was accepted."""
    found = work.git.remotes.upstream(work.target)
    remote_trust.accept(work, found, accepted)
    changed = remote_trust.of_all(work, found)
    name = found.name if found is not None else work.config.merge.push
    shown = FollowPreview(name, work.target, work.git.read_ref(work.target), changed=changed)
    if changed:
        return shown
    if found is None:
        raise upstream.no_upstream(work)
    unread = upstream.fetched(work, found)
    seen = upstream.standing(work, found)
    said = upstream.check_of(work, found, seen).text
    why_not = unread[0].text if unread else ""
    shown = replace(shown, old=seen.mine, standing=seen, said=said, why_not=why_not)
    if seen.relation not in (Relation.BEHIND, Relation.DIVERGED):
        return shown
    with work.git.looking():
        return _built(work, shown)


def _built(work: Workplace, shown: FollowPreview) -> FollowPreview:
    """The commit that the target would move to, or the conflict."""
    old, tip = shown.old, shown.standing.tip
    assert old is not None and tip is not None
    shown = replace(shown, incoming=tuple(work.git.history.commits(old, tip)), new=tip)
    if shown.standing.relation is Relation.DIVERGED:
        done = work.git.builder.replay_line(old, tip)
        line = {commit for commit, _ in done.made} | {done.stuck}
        own = [one for one in work.git.history.commits(tip, old) if one.commit in line]
        shown = replace(shown, rebuilt=tuple(reversed(own)), new=done.tip)
        if done.tip is None:
            return replace(shown, conflicts=done.conflicts, stuck=done.stuck)
    assert shown.new is not None
    info = target.checkout_of(work, work.target)
    return replace(
        shown,
        changes=tuple(work.git.changes(old, shown.new)),
        checkout=str(info.path) if info is not None else "",
        why_not=shown.why_not or target.why_not_follow(work, info),
        in_the_way=target.in_the_way(work, info, old, shown.new),
    )
