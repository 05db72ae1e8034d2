"""Run the app with the fake on this terminal, to look at it: `python -m tests.ui.show [lanes]`."""

from __future__ import annotations

import asyncio
import sys

from cockpit.domain.activity import State
from cockpit.services.wiring import build_looks
from cockpit.ui.run import run_app
from tests.ui.fake import GREEK, NOW, FakeSupervisor, fleet_of, frame, view

CLAUDE = [
    "\x1b[1m✻ Welcome back!\x1b[0m",
    "",
    "\x1b[38;5;246m> Issue and verify tokens for the login flow\x1b[0m",
    "",
    "\x1b[32m●\x1b[0m \x1b[1mUpdate\x1b[0m(src/auth/token.py)",
    "  ⎿  Updated \x1b[1msrc/auth/token.py\x1b[0m with \x1b[32m12\x1b[0m additions",
    "\x1b[48;2;20;60;30m     41 +    token = issue(user, scope)" + " " * 30 + "\x1b[0m",
    "\x1b[48;2;70;25;30m     42 -    return False" + " " * 44 + "\x1b[0m",
    "",
    "\x1b[35m✢ Pondering…\x1b[0m \x1b[2m(12s · esc to interrupt)\x1b[0m",
    "╭──────────────────────────────────────────────────────────────────────────────╮",
    "│ >                                                                            │",
    "╰──────────────────────────────────────────────────────────────────────────────╯",
]
ASKING = [
    *CLAUDE[:6],
    "",
    "\x1b[1mBash command\x1b[0m",
    "  rm -rf build && make",
    "",
    "Do you want to proceed?",
    "\x1b[36m❯ 1. Yes\x1b[0m",
    "  2. Yes, and don't ask again",
    "  3. No, and tell Claude what to do differently",
]


class ShowSupervisor(FakeSupervisor):
    async def run(self) -> None:
        while not self.fake_live.watched:  # noqa: ASYNC110 - only to look at, not a test
            await asyncio.sleep(0.02)
        for number, each in enumerate(self.fleet.lanes.values(), 1):
            if each.record is not None:
                rows = ASKING if each.activity.state is State.ASKING else CLAUDE
                self.fake_live.on_frame(frame(number, rows, cursor=(4, 11)))
        await super().run()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    theme = sys.argv[2] if len(sys.argv) > 2 else "dark"
    states = (State.ASKING, State.WORKING, State.IDLE, State.EXITED, State.ERROR)
    views = [
        view(
            GREEK[index],
            index + 1,
            states[index % 5],
            started=index % 4 != 3 or count == 1,
            detail="1" if index % 5 == 3 else "",
        )
        for index in range(count)
    ]
    run_app(
        lambda: ShowSupervisor(fleet_of(*views)),
        hosted=False,
        looks=build_looks(),
        theme=theme,
        now=lambda: NOW,
    )


if __name__ == "__main__":
    main()
