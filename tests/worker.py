"""A worker that knows only the file formats: it is told a task, works in its folder, commits,
and writes a result. Its screen is that of the demo's agent, so that cockpit can read it.

    python worker.py [--resume] [-- PROMPT]

`WORKER_SECONDS` says how long a task takes (`WS-22=0.2,…`, else a tenth of a second). A task
whose text holds `ASK` gets `status: blocked` with a question until a prompt answers it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import termios
import time
import tty
from pathlib import Path

LINE = "─" * 40
TASK = re.compile(r"Your task is ([a-z]+-\d+)", re.IGNORECASE)


def show(*rows: str, title: str) -> None:
    sys.stdout.write("\033]2;" + title + "\007\033[2J\033[H" + "\r\n".join(rows) + "\r\n")
    sys.stdout.flush()


def rest(said: str) -> None:
    show(f"● {said}", "", LINE, "❯", LINE, "  ? for shortcuts", title="✳ worker")


def working(task: str) -> None:
    show(f"● Working on {task}", "", LINE, "❯", LINE, "  esc to interrupt", title="⠂ worker")


def git(*argv: str) -> str:
    done = subprocess.run(["git", *argv], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def seconds(task: str) -> float:
    told = dict(part.split("=") for part in os.environ.get("WORKER_SECONDS", "").split(",") if part)
    return float(told.get(task.upper(), told.get(task, "0.1")))


def result(task: str, status: str, **more: str) -> None:
    head = {"task": task, "status": status, **more}
    lines = ["---", *(f"{key}: {value}" for key, value in head.items()), "---", f"{task} was here."]
    folder = Path("results")
    folder.mkdir(exist_ok=True)
    made = folder / f".{task}.tmp"
    made.write_text("\n".join(lines) + "\n")
    made.rename(folder / f"{task}-result.md")


def work(task: str, prompt: str, *, asked: bool) -> None:
    working(task)
    time.sleep(seconds(task))
    if "ASK" in prompt and not asked:
        result(task, "blocked", questions="Which colour shall it have?")
        return
    Path("work").mkdir(exist_ok=True)
    made = Path("work") / f"{task}.txt"
    made.write_text(f"{task}\n{prompt.splitlines()[0][:80] if asked else ''}\n")
    git("add", str(made))
    git("commit", "-q", "-m", f"{task}: done")
    result(task, "done", commit=git("rev-parse", "HEAD"), files=str(made), tests="none")


def main() -> None:
    words = sys.argv[1:]
    prompt = "\n".join(words[words.index("--") + 1 :]) if "--" in words else ""
    tty.setraw(sys.stdin.fileno(), termios.TCSANOW)
    sys.stdout.write("\033[?2004h")
    task = ""
    while True:
        found = TASK.search(prompt)
        if found is not None:
            task = found.group(1).lower()
            work(task, prompt, asked=False)
        elif prompt and task:
            work(task, prompt, asked=True)
        rest(f"Done with {task or 'nothing'}")
        prompt = listen()


def listen() -> str:
    """What is pasted, then entered."""
    text = ""
    while True:
        read = os.read(sys.stdin.fileno(), 65536)
        if not read:
            sys.exit(0)
        text += read.decode("utf-8", "replace")
        plain = text.replace("\033[200~", "").replace("\033[201~", "")
        if plain.endswith("\r") and "\033[200~" not in text.rpartition("\033[201~")[2]:
            return plain.strip()
        show(f"● {plain[:60]!r}", "", LINE, f"❯ {len(plain)}", LINE, "  ? for shortcuts",
             title="✳ worker")  # fmt: skip


if __name__ == "__main__":
    main()
