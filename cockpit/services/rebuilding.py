"""Building what was not pushed anew on what the remote has, as objects.

The target's own line is followed, parent by first parent, and each commit of it built on what
was built so far: a landing stays a merge of the same lane's commit, with its message and its
trailers, so that the history still says what came from whom.
"""

from __future__ import annotations

from cockpit.domain.ids import CommitId
from cockpit.errors import Conflict
from cockpit.services.workplace import Workplace


def on_top(work: Workplace, mine: CommitId, theirs: CommitId) -> CommitId:
    """`mine` built anew on `theirs`. Raises `Conflict` naming the commit and the paths."""
    done = work.git.builder.replay_line(mine, theirs)
    if done.tip is None:
        stuck = str(done.stuck)[:10]
        raise Conflict(
            f"What was not pushed does not go onto the remote's: {stuck} conflicts in "
            f"{len(done.conflicts)} file(s); nothing was changed.",
            paths=done.conflicts,
            detail="\n".join(done.conflicts),
            hint="Undo that landing (`cockpit log` names its step), follow, then land it again.",
        )
    return done.tip
