"""What bringing the target after its upstream would do, built as objects: exact, and nothing of
ours moves. It is the one look that leaves the machine: the remote is asked first.
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.domain.upstream import FollowPreview, Relation
from cockpit.services import target, upstream
from cockpit.services.workplace import Workplace


def preview(work: Workplace, *, accept_address: bool = False) -> FollowPreview:
    """`accept_address` takes the address that the remote has now as the commander's; without
    it a remote whose address changed is not asked. Raises `Refused` when the target follows
    nothing."""
    found = work.git.remotes.upstream(work.target)
    if found is None:
        raise upstream.no_upstream(work)
    shown = FollowPreview(found.name, work.target, work.git.read_ref(work.target))
    if accept_address:
        upstream.remember_address(work, found.remote)
    changed = upstream.changed_address(work, found.remote)
    if changed is not None:
        return replace(shown, addresses=changed)
    unread = upstream.fetched(work, found)
    seen = upstream.standing(work, found)
    said = upstream.check_of(work, found, seen).text
    shown = replace(shown, standing=seen, said=said, why_not=unread[0].text if unread else "")
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
