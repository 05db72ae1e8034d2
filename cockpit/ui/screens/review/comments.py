"""Viewed files and comments: gathered in the lane's review, sent to its agent as one prompt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex

from textual.content import Content

from cockpit.domain.hunks import HunkLine
from cockpit.domain.review import (
    HEAD,
    Comment,
    Review,
    Side,
    Viewed,
    digest,
    message,
    seen,
    with_comment,
    with_viewed,
    without_comment,
)
from cockpit.ui import present
from cockpit.ui.diff_rows import Kind
from cockpit.ui.screens.comments import CommentScreen, CommentsScreen
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.review.view import ReviewView

KEPT = 200
"""Lines that a comment quotes at most."""


class ReviewComments(ReviewView):
    def do_viewed(self) -> None:
        target = self.target
        if target is None:
            return
        if not digest(target.file):
            self.say("This file can't be known again, so it can't be marked as viewed.")
            return
        viewed = seen(self.page.review, target.file) is not Viewed.YES
        file = target.file
        self.cockpit.do(self._mark(target.place, lambda r: with_viewed(r, file, viewed=viewed)))

    async def _mark(self, place: int, edit: Callable[[Review], Review]) -> None:
        file = self.page.files[place]
        await self._edit(edit)
        if place >= len(self.page.files) or self.page.files[place] is not file:
            return  # the diff was read anew meanwhile
        self.page.forget_fold(place)
        self.page.refresh([place])
        self.page.count()
        viewed = seen(self.page.review, file) is Viewed.YES
        then = self.page.next_unviewed(place) if viewed else None
        self.body_rows.go_to(self.page.document.number(place, 0))
        self.show_page()
        if then is not None:
            self.body_rows.go_to(self.page.document.number(then, 0), top=True)
        elif viewed:
            self.say("Every file was viewed.")

    async def _edit(self, edit: Callable[[Review], Review]) -> None:
        """Change the review, durable, then here."""
        lane = self.lane
        ask = self.cockpit.supervisor.ask
        self.page.review = await ask(lambda cockpit: cockpit.change_review(lane, edit))

    # ------------------------------------------------------------ comments

    def do_range(self) -> None:
        view = self.body_rows
        view.set_mark(view.cursor if view.mark is None else None)
        self.redraw()

    def do_comment(self) -> None:
        view = self.body_rows
        if not self.page.files:
            return
        row = self.page.document.row(view.cursor)[1]
        if row.comment is not None:
            self.cockpit.do(self._change_comment(row.comment))
            return
        comment = self._comment_here(view.chosen)
        if comment is not None:
            self.cockpit.do(self._change_comment(comment))

    def _comment_here(self, chosen: range) -> Comment | None:
        """An empty comment on what the cursor or the range is on."""
        page = self.page
        place, _ = page.document.place(chosen.start)
        if page.document.place(chosen.stop - 1)[0] != place:
            self.say("A comment is about one file; end the range within it.")
            return None
        file = page.files[place]
        lines = self._lines(chosen)
        side = Side.NEW if any(line.new for line in lines) else Side.OLD
        found = [line.new if side is Side.NEW else line.old for line in lines]
        numbers = [number for number in found if number is not None]
        return Comment(
            id=token_hex(6),
            path=file.path,
            layer=file.layer,
            side=side,
            first=min(numbers, default=0),
            last=max(numbers, default=0),
            quoted=tuple((line.kind + line.text)[:400] for line in lines[:KEPT]),
            commit=page.diff.head,
            text="",
            at=self.cockpit.now(),
        )

    def _lines(self, chosen: range) -> list[HunkLine]:
        """The lines of some rows; a hunk's heading alone is all of the hunk."""
        document = self.page.document
        if len(chosen) == 1:
            rows, row = document.row(chosen.start)
            if row.kind is Kind.HUNK:
                return list(rows.hunks[row.hunk].lines)
        lines: list[HunkLine] = []
        for number in chosen:
            rows, row = document.row(number)
            if row.kind is Kind.LINE:
                both = (rows.at(row), rows.other(row) if rows.sides else None)
                lines += [line for line in both if line is not None and line not in lines]
        return lines

    async def _change_comment(self, comment: Comment) -> None:
        if comment.sent is not None:
            self.say("This comment was sent; write a new one.")
            return
        drafts = self.cockpit.comment_drafts
        known = self.page.review.comment(comment.id) is not None
        place = f"{comment.layer} {comment.side} {comment.place}"
        key = f"{self.lane} {comment.id if known else place}"
        screen = CommentScreen(comment.place, comment.quoted, drafts.get(key, comment.text))
        screen.key = key
        text = await self.cockpit.push_screen_wait(screen)
        if text is None:
            drafts.pop(key, None)
            if screen.unfinished.strip() and screen.unfinished != comment.text:
                drafts[key] = screen.unfinished
            return
        drafts.pop(key, None)
        kept = replace(comment, text=text, at=self.cockpit.now())
        await self._edit(lambda review: with_comment(review, kept))
        self.body_rows.set_mark(None)
        self._rebuild()

    def _rebuild(self) -> None:
        self.page.build_rows()
        self.show_page()

    def do_comments(self) -> None:
        if self.page.review.comments:
            self.cockpit.do(self._list_comments())
        else:
            key = self.cockpit.keymap.key("comment")
            self.say(f"There are no comments yet; {key} writes one on the line.")

    async def _list_comments(self) -> None:
        now = self.cockpit.now()
        listed = sorted(
            self.page.review.comments,
            key=lambda one: (one.sent is not None, one.path, one.first),
        )
        screen = CommentsScreen(listed, lambda at: present.age(now - at))
        if not await self.cockpit.push_screen_wait(screen) or screen.chosen is None:
            return
        chosen = screen.chosen
        if screen.deed == "edit":
            await self._change_comment(chosen)
        elif screen.deed == "delete":
            await self._delete(chosen)
        elif screen.deed == "send":
            await self._send()
        else:
            row = self.page.comment_row(chosen)
            if row is None:
                self.say("Its file is not in this diff any more.")
                return
            self.show_page()
            self.body_rows.go_to(row)

    async def _delete(self, comment: Comment) -> None:
        lines = [present.text(line) for line in comment.text.split("\n")[:KEPT]]
        question = Content.assemble("Delete the comment on ", present.text(comment.place), "?")
        if await self.cockpit.push_screen_wait(ConfirmScreen(question, lines)):
            await self._edit(lambda review: without_comment(review, comment.id))
            self._rebuild()

    def do_send_comments(self) -> None:
        self.cockpit.do(self._send())

    async def _send(self) -> None:
        """All drafts as one prompt, which is still edited; they count as sent when it was."""
        from cockpit.ui.deeds import write_prompt

        drafts = self.page.review.drafts
        if not drafts:
            key = self.cockpit.keymap.key("comment")
            self.say(f"There is nothing to send; {key} writes a comment on the line.")
            return
        app, lanes = self.cockpit, (self.lane,)
        text = message(drafts)
        kept = app.drafts.pop(lanes, "")
        own = kept.partition(HEAD)[0].rstrip()
        if text not in kept:
            kept = f"{own}\n\n{text}" if own else text
        await write_prompt(app, lanes, kept, comments=tuple(one.id for one in drafts))
