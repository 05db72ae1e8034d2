"""A scripted coding agent: the program that runs in a lane of `cockpit demo`.

    python -m cockpit.demo.agent SCRIPT [--resume] [-- PROMPT]

It shows itself as real agents do (banner, spinner and title while it works, numbered choices
when it needs leave, a prompt box when its turn ended), takes typed and pasted prompts, stops
on Escape or ctrl-c, and works for real. `DEMO_PACE` scales its pauses (1 by default).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from cockpit.demo.canvas import SPINNER, Canvas
from cockpit.demo.script import BadScript, Script, Step, load, steps_of
from cockpit.demo.steps import Interrupted, Leave, StepFailed, perform
from cockpit.demo.terminal import Key, Terminal

CHOICES = ("Yes", "Yes, and don't ask again this session", "No, go on without it (esc)")
BEAT = 0.25
"""Seconds between two frames of the spinner."""
AGAIN = 2.0
"""Seconds in which a second ctrl-c ends the program."""


class Quit(Exception):
    """The program ends now, with exit code 0."""


class Agent:
    """One scripted agent on one terminal."""

    def __init__(self, script: Script, terminal: Terminal, pace: float) -> None:
        self.name = script.name
        self._script = script
        self._terminal = terminal
        self._canvas = Canvas(terminal, f"{script.name}: {script.title}")
        self._pace = pace
        self._line = ""
        self._waiting: list[str] = []
        self._always = False
        self._began = 0.0
        self._stopped_at = 0.0
        self._has_task = False
        """Whether the first prompt, which is the task, was taken."""

    # ------------------------------------------------------------ the stage of the steps

    def say(self, *lines: str) -> None:
        self._canvas.say(*lines)

    def pause(self, seconds: float) -> None:
        self.beat(seconds * self._pace)

    def beat(self, seconds: float) -> None:
        """Work for `seconds`: spinner and title move, keys are heard."""
        deadline = time.monotonic() + seconds
        while True:
            self._show_work()
            left = deadline - time.monotonic()
            key = self._terminal.read(max(0.0, min(left, BEAT)))
            if key is not None:
                if key.name in ("escape", "interrupt"):
                    raise Interrupted
                self._hear(key)
            elif left <= 0:
                return

    def allowed(self, command: Sequence[str], why: str) -> bool:
        if self._always:
            return True
        self._canvas.title_resting()
        at = 0
        while True:
            self._canvas.resized()
            self._canvas.question("Bash command", [" ".join(command), why], CHOICES, at)
            key = self._terminal.read(None)
            if key is None:
                continue
            if key.name in ("up", "down"):
                at = (at + (1 if key.name == "down" else -1)) % len(CHOICES)
                continue
            if key.name == "gone":
                raise Quit
            chosen = at if key.name == "enter" else _choice(key)
            if chosen is not None:
                self._show_work()
                self._always = chosen == 1
                return chosen < 2

    # ------------------------------------------------------------ turns

    def run(self, prompt: str, *, resume: bool) -> int:
        """Live on the terminal until the commander quits; returns the exit code."""
        self._canvas.say(*_banner(self._script), "")
        if resume:
            self._has_task = True
            self._canvas.say("● Session resumed.", "")
        elif prompt or self._script.prompt:
            self._waiting.append(prompt or self._script.prompt)
        try:
            while True:
                self._turn(self._waiting.pop(0) if self._waiting else self._next_prompt())
        except Quit:
            code = 0
        except Leave as leave:
            code = int(leave.args[0])
        self._canvas.close()
        told = "Resume this session with --resume." if code == 0 else f"Leaving with {code}."
        self._terminal.write(told + "\r\n")
        return code

    def _turn(self, prompt: str) -> None:
        first, *more = prompt.strip("\n").split("\n")
        self._canvas.say(f"❯ {first}", *(f"  {line}" for line in more), "")
        self._began = time.monotonic()
        try:
            steps, self._has_task = self._steps(prompt), True
            for step in steps:
                perform(step, self)
            took = time.monotonic() - self._began
            self._canvas.say(f"✻ Worked for {took:.0f}s", "")
        except Interrupted:
            self._canvas.say("  ⎿  Interrupted · What should I do instead?", "")
        except (StepFailed, BadScript) as error:
            self._canvas.say(f"● Error: {error}", "")

    def _steps(self, prompt: str) -> Sequence[Step]:
        """What a prompt makes the agent do: its own steps, the script's repair, or the work."""
        carried = steps_of(prompt)
        if carried is not None:
            return carried
        if not self._has_task:
            return self._script.work
        if "fix" in prompt.lower():
            return self._script.fix or (Step("say", "There is nothing to fix here.", {}),)
        return (Step("say", "I only follow a script. Ask me to fix my work.", {}),)

    def _next_prompt(self) -> str:
        """Sit at the prompt until one is entered. Raises `Quit`."""
        self._canvas.title_resting()
        while True:
            self._canvas.resized()
            self._canvas.box(self._line)
            key = self._terminal.read(None)
            if key is not None:
                if key.name == "interrupt":
                    self._leave_on_second()
                self._hear(key)
            if self._waiting:
                return self._waiting.pop(0)

    def _leave_on_second(self) -> None:
        now = time.monotonic()
        if now - self._stopped_at < AGAIN:
            raise Quit
        self._stopped_at = now
        self._line = ""
        self._canvas.say("  Press ctrl-c again to exit", "")

    def _hear(self, key: Key) -> None:
        """A key in the prompt box, also while working; Enter queues the line."""
        match key.name:
            case "":
                self._line += key.text
            case "backspace":
                self._line = self._line[:-1]
            case "clear" | "escape":
                self._line = ""
            case "enter":
                line, self._line = self._line.strip(), ""
                if line == "/exit":
                    raise Quit
                if line:
                    self._waiting.append(line)
            case "end" if not self._line:
                raise Quit
            case "gone":
                raise Quit

    def _show_work(self) -> None:
        passed = time.monotonic() - self._began
        beat = int(passed / BEAT)
        self._canvas.resized()
        self._canvas.title_working(beat // 2)
        spinner = SPINNER[beat % len(SPINNER)]
        self._canvas.box(self._line, working=f"{spinner} Working… ({passed:.0f}s)")


def _choice(key: Key) -> int | None:
    """The choice that a key or a pasted answer names; None for anything else."""
    if key.name == "escape":
        return 2
    word = key.text.strip().lower()
    return {"1": 0, "y": 0, "yes": 0, "2": 1, "3": 2, "n": 2, "no": 2}.get(word)


def _banner(script: Script) -> list[str]:
    inner = f" Demo agent · {script.name} · everything is real but the model "
    return [f"╭{'─' * len(inner)}╮", f"│{inner}│", f"╰{'─' * len(inner)}╯"]


def _pace() -> float:
    try:
        return min(10.0, max(0.0, float(os.environ.get("DEMO_PACE", "1"))))
    except ValueError:
        return 1.0


def main(argv: Sequence[str]) -> int:
    """Run the agent; 2 when it can't start."""
    words, prompt = list(argv), ""
    if "--" in words:
        at = words.index("--")
        words, prompt = words[:at], "\n".join(words[at + 1 :])
    resume = "--resume" in words
    names = [word for word in words if not word.startswith("-")]
    if len(names) != 1:
        print("usage: python -m cockpit.demo.agent SCRIPT [--resume] [-- PROMPT]", file=sys.stderr)
        return 2
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("The demo agent needs a terminal.", file=sys.stderr)
        return 2
    try:
        script = load(names[0])
    except BadScript as error:
        print(f"The script can't be used: {error}", file=sys.stderr)
        return 2
    with Terminal() as terminal:
        return Agent(script, terminal, _pace()).run(prompt, resume=resume)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
