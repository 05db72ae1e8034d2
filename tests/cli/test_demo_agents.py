"""The demo's scripted agents, in real tmux panes and a real repository, read by their preset."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.agents.catalogue import AgentCatalogue
from cockpit.demo.repository import build_demo_repository, contains, kept, tip
from cockpit.demo.script import BadScript, load, steps_of
from cockpit.domain.activity import Activity, State
from cockpit.domain.ids import LaneId, PaneId, SessionId, WindowId
from cockpit.domain.lane import PaneRef
from cockpit.domain.pane import PaneInfo
from cockpit.errors import Refused
from tests.conftest import git, retry_until

TMUX = ["tmux", "-L", "demo", "-f", os.devnull]
PACE = "0.05"
FORMAT = "#{pane_dead}\t#{pane_dead_status}\t#{pane_current_command}\t#{pane_title}"


def tmux(*argv: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        [*TMUX, *argv], capture_output=True, text=True, input=stdin, timeout=10, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Lane:
    """One agent in a pane of its own, in a worktree of its own."""

    def __init__(self, root: Path, name: str, *words: str, pace: str = PACE, width: int = 100):
        self.folder = root.parent / name
        self.branch = f"{name}/work"
        if not self.folder.exists():
            git(root, "worktree", "add", "-q", str(self.folder), "-b", self.branch)
        self.base = tip(root, self.branch)
        self.pane = tmux(
            *("new-session", "-d", "-P", "-F", "#{pane_id}", "-x", str(width), "-y", "30"),
            *("-c", str(self.folder), "-e", f"DEMO_PACE={pace}"),
            *("--", sys.executable, "-P", "-m", "cockpit.demo.agent", *(words or (name,))),
            *(";", "set-option", "-w", "remain-on-exit", "on"),
        ).strip()
        self.agents = AgentCatalogue({})

    def rows(self) -> list[str]:
        return tmux("capture-pane", "-p", "-t", self.pane).split("\n")

    def screen(self) -> str:
        return "\n".join(self.rows())

    def read(self) -> Activity:
        dead, code, command, title = (
            tmux("display-message", "-p", "-t", self.pane, FORMAT).rstrip("\n").split("\t")
        )
        info = PaneInfo(
            ref=PaneRef(SessionId("$1"), WindowId("@1"), PaneId(self.pane), 1),
            lane=LaneId("x"),
            op="",
            dead=dead == "1",
            exit_code=int(code) if code else None,
            title=title,
            command=command,
            in_mode=False,
            width=100,
            height=30,
        )
        return self.agents.judge("demo", pane=info, rows=self.rows(), previous=None, now=1.0)

    def wait(self, state: State, and_: Callable[[], bool] = lambda: True) -> Activity:
        """Until the preset reads `state` (and more); fails with the screen."""
        try:
            retry_until(lambda: self.read().state is state and and_(), seconds=15)
        except AssertionError as error:
            raise AssertionError(f"{state}: {self.read()}\n{self.screen()}") from error
        return self.read()

    def ended(self) -> Activity:
        """The end with its exit code, which tmux 3.3a often learns only with its next child."""

        def known() -> bool:
            tmux("run-shell", "-b", "true")
            return "unknown" not in self.read().rule

        return self.wait(State.EXITED, known)

    def paste(self, text: str) -> None:
        tmux("load-buffer", "-b", "p", "-", stdin=text)
        tmux("paste-buffer", "-p", "-r", "-d", "-b", "p", "-t", self.pane)

    def press(self, *keys: str) -> None:
        tmux("send-keys", "-t", self.pane, *keys)

    def prompt(self, text: str) -> None:
        self.paste(text)
        self.press("Enter")

    def done(self) -> bool:
        return tip(self.folder, "HEAD") != self.base

    def tests_pass(self) -> bool:
        return (
            subprocess.run(
                ["python3", "-m", "unittest", "-q"],
                cwd=self.folder,
                capture_output=True,
                check=False,
            ).returncode
            == 0
        )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return build_demo_repository(tmp_path / "shop", pace=0.05)


# ---------------------------------------------------------------- the repository


def test_the_repository_is_the_same_everywhere(shop: Path, tmp_path: Path, isolated: Path) -> None:
    (isolated / ".gitconfig").unlink()
    other = build_demo_repository(tmp_path / "other", pace=0.05)
    assert tip(shop, "HEAD") == tip(other, "HEAD")
    assert git(shop, "log", "--format=%an").split("\n").count("Ada Example") > 2
    assert len(git(shop, "log", "--format=%H").split()) == 12
    assert git(shop, "status", "--porcelain") == ""
    assert len(list((shop / "tasks").iterdir())) == 4


def test_its_tests_pass(shop: Path) -> None:
    done = subprocess.run(
        ["python3", "-m", "unittest", "-q"], cwd=shop, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "Ran 5 tests" in done.stderr
    assert git(shop, "status", "--porcelain") == ""


def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(Refused):
        build_demo_repository(tmp_path)
    assert not (tmp_path / ".git").exists()


def test_plain_git_tells_what_is_kept(shop: Path) -> None:
    head, gone = tip(shop, "main"), "0" * 40
    found = kept(shop, {"a": head, "b": gone})
    assert found["a"].exists and found["a"].refs == ("refs/heads/main",)
    assert not found["b"].exists
    assert contains(shop, head, "main") and not contains(shop, head, "nope")


# ---------------------------------------------------------------- the four agents


@pytest.mark.tmux
def test_alpha_asks_and_goes_on_after_yes(shop: Path) -> None:
    lane = Lane(shop, "alpha", pace="0.2")
    assert lane.wait(State.WORKING).source == "title"
    asked = lane.wait(State.ASKING)
    assert "python3 -m unittest -q" in asked.detail
    assert "❯ 1. Yes" in asked.detail
    assert not lane.done(), "nothing is committed before the answer"
    lane.press("1")
    lane.wait(State.IDLE, lane.done)
    assert "Ran 7 tests" in lane.screen()
    assert lane.tests_pass()
    assert git(lane.folder, "status", "--porcelain") == ""
    assert "status: done" in (lane.folder / "results/task-001-discount-result.md").read_text()


ANSWERS = {"Down Enter": True, "y": True, "2": True, "n": False, "Escape": False, "3": False}


@pytest.mark.tmux
def test_the_answers_to_a_question(shop: Path) -> None:
    lanes = {keys: Lane(shop, f"lane-{number}", "alpha") for number, keys in enumerate(ANSWERS)}
    for keys, lane in lanes.items():
        lane.wait(State.ASKING)
        lane.press(*keys.split())
    for keys, ran in ANSWERS.items():
        lane = lanes[keys]
        lane.wait(State.IDLE, lane.done)
        assert ("Ran 7 tests" in lane.screen()) is ran, keys
        assert ("Not allowed" in lane.screen()) is not ran, keys


@pytest.mark.tmux
def test_only_a_pasted_answer_is_one_and_it_is_taken_once(shop: Path) -> None:
    lane = Lane(shop, "alpha")
    lane.wait(State.ASKING)
    lane.paste("please go on with all of it")
    assert lane.wait(State.ASKING).detail
    lane.prompt("1")
    lane.wait(State.IDLE, lane.done)
    assert "Ran 7 tests" in lane.screen()
    assert "❯ 1" not in lane.screen()


@pytest.mark.tmux
def test_beta_clashes_with_alpha_and_mends_it_by_a_real_merge(shop: Path) -> None:
    alpha, beta = Lane(shop, "alpha"), Lane(shop, "beta")
    alpha.wait(State.ASKING)
    alpha.press("1")
    alpha.wait(State.IDLE, alpha.done)
    beta.wait(State.IDLE, beta.done)
    assert beta.tests_pass()
    git(shop, "merge", "-q", "--no-ff", "--no-edit", "alpha/work")
    with pytest.raises(AssertionError, match="git merge"):
        git(shop, "merge", "-q", "--no-edit", "beta/work")
    assert git(shop, "diff", "--name-only", "--diff-filter=U").split() == ["shop/prices.py"]
    git(shop, "merge", "--abort")
    beta.prompt("Please fix the conflict with main.")
    beta.wait(State.IDLE, lambda: contains(shop, tip(shop, "beta/work"), "main"))
    git(shop, "merge", "-q", "--no-edit", "beta/work")
    assert beta.tests_pass()
    assert "discount" in " ".join(os.listdir(beta.folder / "tests"))


@pytest.mark.tmux
def test_gamma_breaks_the_tests_and_mends_them(shop: Path) -> None:
    lane = Lane(shop, "gamma")
    lane.wait(State.IDLE, lane.done)
    assert not lane.tests_pass()
    broken = tip(lane.folder, "HEAD")
    lane.prompt("fix the tests")
    lane.wait(State.IDLE, lambda: tip(lane.folder, "HEAD") != broken)
    assert lane.tests_pass()
    lane.prompt("fix it again")
    lane.wait(State.IDLE, lambda: lane.screen().count("Already so") == 2)


@pytest.mark.tmux
def test_delta_strays_and_comes_back(shop: Path) -> None:
    lane = Lane(shop, "delta")
    lane.wait(State.IDLE, lane.done)
    changed = git(lane.folder, "diff", "--name-only", "main", "HEAD").split()
    assert "tools/export.py" in changed
    strayed = tip(lane.folder, "HEAD")
    lane.prompt("Please fix: stay in your zone.")
    lane.wait(State.IDLE, lambda: tip(lane.folder, "HEAD") != strayed)
    changed = git(lane.folder, "diff", "--name-only", "main", "HEAD").split()
    assert changed == ["shop/report/export.py", "tests/test_export.py"]
    assert lane.tests_pass()


# ---------------------------------------------------------------- the program


@pytest.mark.tmux
def test_escape_stops_a_turn_and_the_program_under_it(shop: Path) -> None:
    lane = Lane(shop, "gamma", "gamma", "--", "DO: think 0")
    lane.wait(State.IDLE)
    lane.prompt("DO: run sleep 4321 | write never.txt x")
    lane.wait(State.WORKING, lambda: "sleep 4321" in lane.screen())
    lane.press("Escape")
    lane.wait(State.IDLE, lambda: "Interrupted" in lane.screen())
    assert not (lane.folder / "never.txt").exists()
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "sleep 4321" not in listed.stdout.split("\n")


@pytest.mark.tmux
def test_a_failed_step_is_an_error_until_the_next_prompt(shop: Path) -> None:
    lane = Lane(shop, "gamma", "gamma", "--", "DO: fail " + "the model is overloaded " * 8)
    assert lane.wait(State.ERROR).rule == "failed step"
    lane.prompt("DO: say better now")
    lane.wait(State.IDLE, lambda: "better now" in lane.screen())


@pytest.mark.tmux
def test_it_ends_with_a_code_and_last_words(shop: Path) -> None:
    lane = Lane(shop, "gamma", "gamma", "--", "DO: say out of credit | leave 3")
    ended = lane.ended()
    assert ended.rule == "exit code 3"
    assert "out of credit" in ended.detail
    other = Lane(shop, "delta", "delta", "--resume")
    other.wait(State.IDLE)
    assert not other.done(), "a resumed session starts nothing by itself"
    other.prompt("/exit")
    assert other.ended().rule == "exit code 0"


@pytest.mark.tmux
def test_hostile_prompts_are_shown_as_text(shop: Path) -> None:
    lane = Lane(shop, "gamma", "gamma", "--", "DO: say \x1b]2;owned\x07 \x1b[2J -x; $(id) `id`")
    lane.wait(State.IDLE)
    assert "owned" not in tmux("display-message", "-p", "-t", lane.pane, "#{pane_title}")
    assert "$(id) `id`" in lane.screen()
    lane.prompt("DO: write ../outside.txt x")
    lane.wait(State.ERROR, lambda: "outside my folder" in lane.screen())
    assert not (lane.folder.parent / "outside.txt").exists()


@pytest.mark.tmux
def test_typed_text_stands_in_the_box_and_survives_a_new_size(shop: Path) -> None:
    lane = Lane(shop, "gamma", "gamma", "--", "DO: say " + "many words " * 40)
    lane.wait(State.IDLE)
    lane.paste("half a\nprompt 漢字")
    retry_until(lambda: "❯ half a⏎prompt 漢字" in lane.screen())
    for width, height in ((60, 20), (140, 45)):
        tmux("resize-window", "-t", lane.pane, "-x", str(width), "-y", str(height))
        retry_until(lambda width=width: "─" * width in lane.rows())  # type: ignore[misc]
        lane.wait(State.IDLE, lambda: "❯ half a⏎prompt 漢字" in lane.screen())
        assert lane.screen().count("? for shortcuts") == 1
    lane.press("C-u")
    lane.press("C-c")
    lane.press("C-c")
    assert lane.ended().rule == "exit code 0"


@pytest.mark.parametrize(
    ("words", "told"),
    [((), "usage"), (("a", "b"), "usage"), (("alpha",), "needs a terminal")],
)
def test_it_says_why_it_does_not_start(words: tuple[str, ...], told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "cockpit.demo.agent", *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=10,
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_it_loads_nothing_heavy() -> None:
    code = "import sys, cockpit.demo.agent; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    ours = [name for name in done.stdout.split() if name.startswith("cockpit.")]
    known = ("cockpit.demo", "cockpit.dataclass")
    assert all(name.startswith(known) for name in ours), ours
    assert not {"git", "textual", "libtmux", "asyncio"} & set(done.stdout.split())


def test_scripts_and_carried_steps() -> None:
    for name in ("alpha", "beta", "gamma", "delta"):
        assert load(name).work and load(name).fix
    with pytest.raises(BadScript, match="shipped scripts: alpha, beta"):
        load("nobody")
    assert steps_of("just talk") is None
    steps = steps_of("DO: write a.txt hello world | run git status | think 0.5")
    assert steps is not None
    assert [step.kind for step in steps] == ["write", "run", "think"]
    assert steps[0].more == {"text": "hello world\n"}
    for bad in ("DO: dance", "DO: think much", "DO: run 'open"):
        with pytest.raises(BadScript):
            steps_of(bad)


def test_tmux_is_there() -> None:
    assert shutil.which("tmux")
