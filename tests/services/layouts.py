"""Repositories of every kind, as their users have them, and one life of two lanes in them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.domain.events import GitFactsChanged
from cockpit.domain.ids import LaneId, branch_name
from cockpit.domain.intents import (
    Approve,
    Gate,
    Intent,
    Land,
    Park,
    Rename,
    Resume,
    Start,
    Stop,
    Sync,
    Teardown,
    Undo,
)
from cockpit.domain.lane import GitFacts
from cockpit.domain.operation import OpKind
from cockpit.services.api import Outcome
from cockpit.services.watched import WatchedFolders
from tests.conftest import git
from tests.services.conftest import Desk

ALPHA, BETA, GAMMA = LaneId("alpha"), LaneId("beta"), LaneId("gamma")

CONFIG = """\
target: main
worktrees: {worktrees}
branch: "{branch}"
agents:
  sh: {{command: [sh], preset: shell}}
lanes:
  alpha: {{agent: sh}}
  beta: {{agent: sh}}
gate: {{run: ["test -e README.md"], timeout: 20s, retry: 0}}
"""


def config(worktrees: str = "../{repo}-{lane}", branch: str = "{lane}/work") -> str:
    return CONFIG.format(worktrees=f'"{worktrees}"', branch=branch)


def plain(root: Path, text: str = "", *init: str) -> None:
    """A repository with a history, lanes.yaml in it."""
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main", *init)
    for name in ("README.md", "src/api.py", "docs/guide.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(f"{name}\n" * 5)
    (root / ".gitignore").write_text(".env\nbuild/\n")
    (root / "lanes.yaml").write_text(text or config())
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    (root / "docs/guide.md").write_text("read me\n")
    git(root, "commit", "-qam", "second")


@dataclass
class Life:
    """One life of two lanes; what it asserts holds in every layout."""

    desk: Desk
    clean: list[str] = field(default_factory=list)
    """What status says of the checkout from the start."""
    checkout: bool = True
    """Whether there is a main checkout to be looked at."""
    moves: bool = True
    """Whether a lane's folder can be renamed."""

    def status(self, folder: Path) -> list[str]:
        said = git(folder, "status", "--porcelain", "--untracked-files=all").splitlines()
        return [line for line in said if not line.endswith("lanes.yaml")]

    def do(self, intent: Intent) -> Outcome:
        """In a process of its own, as far as cockpit can tell."""
        cockpit = self.desk.cockpit()
        outcome = self.desk.do(intent, cockpit=cockpit)
        assert self.status(self.desk.root) == self.clean, f"{intent} touched the checkout"
        assert cockpit.faults() == [], intent
        assert cockpit.recover(self.desk.events.append) == []
        return outcome

    def folder(self, lane: LaneId) -> Path:
        return self.desk.cockpit().work.record(lane).worktree

    def branch(self, lane: LaneId) -> str:
        return branch_name(self.desk.cockpit().work.record(lane).branch)

    def facts(self, lane: LaneId) -> GitFacts:
        for event in self.desk.cockpit().observe([lane]):
            if isinstance(event, GitFactsChanged):
                return event.facts
        raise AssertionError(f"nothing is known of {lane}")

    def commit(self, lane: LaneId, path: str, text: str) -> None:
        folder = self.folder(lane)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        git(folder, "add", path)
        git(folder, "commit", "-q", "-m", f"{lane} works")

    def seq(self, kind: OpKind, lane: LaneId) -> int:
        return max(op.seq for op in self.desk.cockpit().log() if (op.kind, op.lane) == (kind, lane))

    def main(self) -> str:
        return git(self.desk.root, "rev-parse", "refs/heads/main").strip()

    # ------------------------------------------------------------ its stages

    def live(self) -> None:
        self.begin()
        self.work()
        self.land()
        self.rest()
        if self.moves:
            self.rename()
        self.end()

    def begin(self) -> None:
        self.clean = self.status(self.desk.root)
        for lane in (ALPHA, BETA):
            self.do(Start(lane))
            assert self.status(self.folder(lane)) == []
            listed = git(self.desk.root, "worktree", "list", "--porcelain", "-z")
            assert os.fsdecode(os.fsencode(self.folder(lane))) in listed
        work = self.desk.cockpit().work
        watched = WatchedFolders(lambda: work)
        watched.find()
        own = [folder for lane in (ALPHA, BETA) for folder in (self.folder(lane),)]
        for lane, folder in zip((ALPHA, BETA), own, strict=True):
            others = [other for other in own if other != folder]
            assert folder in watched.now()[lane]
            assert not any(
                place.is_relative_to(other) for place in watched.now()[lane] for other in others
            )

    def work(self) -> None:
        self.commit(ALPHA, "src/mine.py", "mine = 1\n")
        (self.folder(ALPHA) / "README.md").write_text("changed by alpha\n")
        (self.folder(ALPHA) / "loose.txt").write_text("loose\n")
        facts = self.facts(ALPHA)
        assert (facts.ahead, facts.behind, facts.dirty) == (1, 0, 2)
        (self.folder(BETA) / "README.md").write_text("changed by beta\n")
        radar = self.desk.cockpit().clashes()
        assert [(clash.lane, clash.other) for clash in radar.clashes] == [(ALPHA, BETA)]
        assert not radar.unseen
        paths = {file.path for file in self.desk.cockpit().diff(ALPHA).files}
        assert paths == {"src/mine.py", "README.md", "loose.txt"}
        git(self.folder(BETA), "checkout", "-q", "README.md")
        git(self.folder(ALPHA), "checkout", "-q", "README.md")

    def land(self) -> None:
        (self.folder(ALPHA) / "loose.txt").unlink()
        before = self.main()
        self.do(Approve(ALPHA))
        self.do(Gate(ALPHA))
        preview = self.desk.cockpit().preview_landing(ALPHA)
        assert [check.text for check in preview.checks if not check.ok] == []
        self.do(Land(ALPHA))
        assert self.main() != before
        assert git(self.desk.root, "show", "main:src/mine.py") == "mine = 1\n"
        self.do(Undo())
        assert self.main() == before
        self.do(Land(ALPHA))
        assert self.facts(BETA).behind > 0
        self.do(Sync(BETA))
        assert (self.folder(BETA) / "src/mine.py").read_text() == "mine = 1\n"
        assert self.facts(BETA).behind == 0

    def rest(self) -> None:
        folder = self.folder(BETA)
        (folder / "loose.txt").write_text("loose\n")
        (folder / ".env").write_text("SECRET\n")
        self.do(Park(BETA))
        assert not folder.exists()
        self.do(Resume(BETA))
        assert (folder / ".env").read_text() == "SECRET\n"
        assert self.status(folder) == ["?? loose.txt"]
        self.do(Park(BETA))
        self.do(Undo())
        assert self.status(folder) == ["?? loose.txt"]

    def rename(self) -> None:
        text = (self.desk.root / "lanes.yaml").read_text()
        folder, branch = self.folder(ALPHA), self.branch(ALPHA)
        self.do(Stop(ALPHA))
        self.do(Rename(ALPHA, GAMMA))
        assert not folder.exists() and "gamma" in str(self.folder(GAMMA))
        assert self.branch(GAMMA) == branch.replace("alpha", "gamma") != branch
        self.do(Park(GAMMA))
        self.do(Resume(GAMMA))
        assert self.status(self.folder(GAMMA)) == []
        self.do(Stop(GAMMA))
        self.do(Undo(self.seq(OpKind.RENAME, ALPHA)))
        assert (self.folder(ALPHA), self.branch(ALPHA)) == (folder, branch)
        assert (self.desk.root / "lanes.yaml").read_text() == text

    def end(self) -> None:
        folder, branch = self.folder(BETA), self.branch(BETA)
        self.do(Teardown(BETA))
        assert not folder.exists()
        assert branch not in git(self.desk.root, "for-each-ref", "refs/heads")
        self.do(Undo())
        assert self.status(folder) == ["?? loose.txt"]
        started = self.seq(OpKind.START, BETA)
        self.do(Undo(started))
        assert not folder.exists()
        self.do(Start(BETA))
        assert self.status(self.folder(BETA)) == []
        for lane in (ALPHA, BETA):
            self.do(Teardown(lane))
        assert self.desk.cockpit().work.registry.lanes() == {}
        entries = {entry.name for entry in self.desk.cockpit().trash()}
        assert len(entries) >= 3
        said = git(self.desk.root, "worktree", "list", "--porcelain")
        assert not re.search("alpha|beta|gamma", said)
        git(self.desk.root, "fsck", "--no-dangling")


Make = Callable[[Path], Life]
