"""Hunks and whole files staged, unstaged and discarded; the editor at a line.

Index and files are the agent's, so while it works a yes is asked for each time; a discard
asks always, and shows what would go.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from textual.content import Content

from cockpit.domain.activity import State
from cockpit.domain.change import FileDiff, Layer
from cockpit.domain.hunks import DEED_LAYERS, HunkDeed
from cockpit.domain.intents import ApplyHunk
from cockpit.ui import attach, present
from cockpit.ui.review_page import Target
from cockpit.ui.screens.comments import quoted
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.review.view import ReviewView

SHOWN = 200
"""Lines of a hunk that the question before a discard shows."""

_AT_WORK = frozenset(
    {State.WORKING, State.STARTING, State.SETUP, State.STALLED, State.LIMITED, State.UNKNOWN}
)
"""As `services.hunks.AT_WORK`: the agent may be writing."""

_WRONG_LAYER: dict[HunkDeed, dict[Layer, str]] = {
    HunkDeed.STAGE: {
        Layer.STAGED: "That is staged already.",
        Layer.COMMITTED: "That is committed already.",
    },
    HunkDeed.UNSTAGE: {
        Layer.UNSTAGED: "That is not staged.",
        Layer.UNTRACKED: "That is not staged.",
        Layer.COMMITTED: "That is committed; only staged work can be unstaged.",
    },
    HunkDeed.DISCARD: {
        Layer.STAGED: "That is staged; unstage it first, then discard it.",
        Layer.COMMITTED: "That is committed; only uncommitted work can be discarded.",
    },
}


def why_not_edit(file: FileDiff, path: Path) -> str:
    """Why a file of a lane is not opened, empty if it can be. Looks at the disk."""
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError):
        return "There is no such file in the lane's folder any more."
    if stat.S_ISLNK(mode):
        return "That is a symbolic link, which may lead out of the lane: it is not opened."
    if stat.S_ISDIR(mode):
        return "That is a folder (a repository of its own), not a file."
    if not stat.S_ISREG(mode):
        return "That is neither a file nor a link, so it is not opened."
    if file.is_binary:
        return "That file is binary, so it is not opened as text."
    return ""


class ReviewHunks(ReviewView):
    def do_stage(self) -> None:
        self.cockpit.do(self._apply(HunkDeed.STAGE))

    def do_unstage(self) -> None:
        self.cockpit.do(self._apply(HunkDeed.UNSTAGE))

    def do_discard(self) -> None:
        self.cockpit.do(self._apply(HunkDeed.DISCARD))

    async def _apply(self, deed: HunkDeed) -> None:
        target = self.target
        why = self._why_not(deed, target)
        if why or target is None:
            self.say(why)
            return
        force = self._at_work()
        if (deed is HunkDeed.DISCARD or force) and not await self._yes(deed, target, force):
            return
        file = target.file
        self.cockpit.supervisor.submit(
            ApplyHunk(self.lane, deed, file.layer, file.path, target.identity, force=force)
        )

    def _why_not(self, deed: HunkDeed, target: Target | None) -> str:
        if target is None:
            return "There is nothing here."
        if target.file.layer not in DEED_LAYERS[deed]:
            return _WRONG_LAYER[deed].get(target.file.layer, "That is committed.")
        if not target.file.loaded:
            return "The file is still being read."
        if self.page.ignore_space:
            key = self.cockpit.keymap.key("blanks")
            return f"Blanks are left out, so a hunk here is not the whole truth; {key} shows them."
        if target.hunk is not None and not target.hunk.complete:
            return "The hunk is cut here; go to the file's heading for the whole file."
        return ""

    def _at_work(self) -> bool:
        view = self.cockpit.supervisor.fleet.lane(self.lane)
        return view is not None and view.activity.state in _AT_WORK

    async def _yes(self, deed: HunkDeed, target: Target, at_work: bool) -> bool:
        part = "this hunk of " if target.hunk is not None else "all of "
        name = present.text(target.file.path, "bold $accent", width=200)
        question = Content.assemble(f"{deed.value.capitalize()} {part}", name, "?")
        lines: list[Content] = []
        if at_work:
            text = f"The agent of {self.lane} may be at work: its files and its index are its own."
            lines += [Content.styled(text, "bold $warning"), Content("")]
        if deed is HunkDeed.DISCARD:
            text = "It is kept in the vault first; undo brings it back."
            lines += [Content.styled(text, "$muted"), Content("")]
        lines += quoted(self._shown_lines(target), SHOWN)
        screen = ConfirmScreen(question, lines, yes=f"yes, {deed.value} it")
        return await self.cockpit.push_screen_wait(screen) is True

    def _shown_lines(self, target: Target) -> Sequence[str]:
        rows = self.page.document.files[target.place]
        hunks = rows.hunks if target.hunk is None else (target.hunk,)
        return [line.kind + line.text for hunk in hunks for line in hunk.lines]

    # ------------------------------------------------------------ elsewhere

    def do_undo_here(self) -> None:
        from cockpit.ui.deeds import undo_step

        self.cockpit.do(undo_step(self.cockpit, None))

    def do_edit_here(self) -> None:
        target = self.target
        view = self.cockpit.supervisor.fleet.lane(self.lane)
        if target is None or view is None or view.record is None:
            return
        path = view.record.worktree / target.file.path
        self.cockpit.do(self._edit_file(target.file, path, self._line_number()))

    async def _edit_file(self, file: FileDiff, path: Path, line: int) -> None:
        why = await self.cockpit.supervisor.ask(lambda _: why_not_edit(file, path))
        view = self.cockpit.supervisor.fleet.lane(self.lane)
        if why:
            self.say(why)
        elif view is not None and view.record is not None and self.is_open:
            argv = attach.editor_argv(os.environ, path, line=line)
            await attach.hand_over(self.cockpit, argv, cwd=view.record.worktree)

    def _line_number(self) -> int:
        """The line of the new side that the cursor is at, or the next one below it."""
        document, at = self.page.document, self.body_rows.cursor
        place, _ = document.place(at)
        while at < document.count and document.place(at)[0] == place:
            rows, row = document.row(at)
            for line in (rows.at(row), rows.other(row)):
                if line is not None and line.new is not None:
                    return line.new
            at += 1
        return 1
