"""Landing one lane: the exact preview, the yes, and the other ways there are."""

from __future__ import annotations

from textual.widgets import TextArea

from cockpit.domain.intents import Land, Queue
from cockpit.domain.merge import LandingPreview
from cockpit.ui import mends
from cockpit.ui.screens.landing_view import LandingView, Stage


class LandingScreen(LandingView):
    """Enter approves what is shown and nothing else: the intent names both commits and the
    task's text, so what moved or changed meanwhile is refused, not landed."""

    # ------------------------------------------------------------ the yes

    def do_approve(self) -> None:
        preview = self.preview
        if self.stage is Stage.ENDED:
            self.do_close()
            return
        if self.stage is not Stage.SHOWN or preview is None:
            if self.stage is Stage.STALE:
                self.say("This is not what is there now; look again first.")
            return
        if not preview.may_land:
            self.say("It can not land: each ✗ says what is in the way.", "bold $error")
            return
        message = self.query_one("#message", TextArea).text
        self.run_shown("approved; landing …")
        self.cockpit.supervisor.submit(
            Land(
                self.lane,
                preview.source,
                preview.target_old,
                message=message,
                task_digest=preview.task_digest,
                terms=preview.terms,
            )
        )

    # ------------------------------------------------------------ other ways

    def do_queue_this(self) -> None:
        """Into the train; once it has landed the key leaves, as it does elsewhere."""
        if self.stage in (Stage.SHOWN, Stage.STALE):
            self.cockpit.supervisor.submit(Queue(self.lane))
            self.dismiss()
        elif self.stage is Stage.ENDED:
            self.dismiss()
        else:
            self.say(f"It can not be queued now; {self.cockpit.keymap.key('close')} goes back.")

    def do_gate_again(self) -> None:
        if not self.may_gate():
            self.say("There is nothing to run the gate on now.")
            return
        self.run_shown("running the gate; nothing lands …", only_gate=True)
        mends.run_gate(self.cockpit, self.lane)

    def do_land_red(self) -> None:
        if self.stage is Stage.ENDED and self.red:
            self.cockpit.do(self._land_red())
        else:
            self.say("Only after a red gate can it land red.")

    async def _land_red(self) -> None:
        message = self.query_one("#message", TextArea).text
        if await mends.land_red(self.cockpit, self.lane, said=self.failed, message=message):
            self.run_shown("landing red …", red=True)

    def do_follow_first(self) -> None:
        if self.offers("follow_first"):
            self.cockpit.do(mends.follow(self.cockpit, lambda said: self.say(said, "$accent")))
        else:
            self.say("The target follows no branch of a remote, or something runs.")

    def do_request(self) -> None:
        preview = self.preview
        if preview is None or not self.offers("request"):
            self.say(self._why_not_request())
            return
        self.cockpit.do(self._request(preview))

    def _why_not_request(self) -> str:
        if not self.makes_requests:
            return "lanes.yaml does not say how a pull request is made: merge.pull_request."
        if self.stage is Stage.SHOWN:
            return "It can not go as a pull request: each ✗ says what is in the way."
        return f"Not now; {self.cockpit.keymap.key('look_again')} looks again."

    async def _request(self, preview: LandingPreview) -> None:
        message = self.query_one("#message", TextArea).text
        if await mends.request(self.cockpit, preview, message):
            self.run_shown("approved; making a pull request …", request=True)

    def do_resolve_this(self) -> None:
        if self.offers("resolve_this"):
            mends.resolve(self.cockpit, self.lane)
        else:
            self.say("It does not conflict with the target.")

    def do_take_rest(self) -> None:
        if self.offers("take_rest"):
            self.cockpit.do(mends.take_rest(self.cockpit, self.lane))
        else:
            self.say("There is nothing uncommitted to take.")

    def do_leave_out(self) -> None:
        if self.offers("leave_out"):
            self.cockpit.do(mends.leave_out(self.cockpit, self.lane))
        else:
            self.say("There is no file that could be left out now.")

    def do_mend(self) -> None:
        """The prompt editor with a draft that names what is in the way; sending it goes back to
        the board, where the agent's answer is."""
        if not self.may_ask() or self.preview is None:
            self.say("Nothing is known to be in the way of this landing.")
            return
        self.cockpit.do(self._ask_agent(self.preview))

    async def _ask_agent(self, preview: LandingPreview) -> None:
        sent = await mends.ask_agent(self.cockpit, preview, error=self.failed, output=self.output)
        if sent and self.is_current:
            self.dismiss()

    def do_diff_this(self) -> None:
        from cockpit.ui.screens.diff import DiffScreen

        if self.stage is not Stage.RUNNING:
            self.app.switch_screen(DiffScreen(self.lane))

    def do_message(self) -> None:
        if self.stage is Stage.SHOWN:
            self.query_one("#message", TextArea).focus()

    def on_key(self, event: object) -> None:
        area = self.query_one("#message", TextArea)
        if area.has_focus and getattr(event, "key", "") in {"escape", "ctrl+q"}:
            self.set_focus(None)
