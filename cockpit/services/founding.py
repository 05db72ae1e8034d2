"""Setting a repository up for cockpit: look at it, propose a lanes.yaml, show what would start,
write the file. Nothing but that one file is written, and none is ever replaced."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Collection
from pathlib import Path

from cockpit.config.load import COORDINATION_FILE, FILE, load_coordination, parse_config
from cockpit.config.model import Config
from cockpit.config.proposed import valid_text
from cockpit.dataclass import dataclass
from cockpit.domain.codeowners import PLACES, parse_codeowners
from cockpit.domain.findings import Findings, FoundWorktree, PlannedLane, Unseen
from cockpit.domain.gate_guess import NAMED_FILES, PROGRAMS
from cockpit.domain.ids import branch_name, branch_ref
from cockpit.domain.lane_guess import OWN_FOLDERS
from cockpit.domain.names import tidy
from cockpit.domain.proposal import NO_WISHES, Proposal, Wishes, propose
from cockpit.domain.starting import StartPreview
from cockpit.errors import CockpitError, Refused
from cockpit.services import start_preview
from cockpit.services.first_target import first_target
from cockpit.services.ports import Agents, Git, Surroundings
from cockpit.services.workplace import Workplace

BRANCHES = 40
"""Unmerged branches that are looked at, the newest."""

PREFERRED = ("claude", "codex")
"""Agents that are suggested before others where several are installed: the two whose screens
have been followed longest."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that could be written, and what it was made of."""

    text: str
    proposal: Proposal
    findings: Findings


class Founding:
    """One repository without a lanes.yaml. Blocking; `close` it at the end."""

    def __init__(
        self,
        git: Git,
        root: Path,
        *,
        repository: str,
        user: str,
        agents: Agents,
        presets: Collection[str],
        surroundings: Surroundings,
        workplace: Callable[[Config], Workplace],
    ) -> None:
        self.git = git
        self.root = Path(os.path.realpath(root))
        self.repository = repository
        self.path = root / FILE
        self._user = user
        self._agents = agents
        self._presets = presets
        self._around = surroundings
        self._workplace = workplace

    def close(self) -> None:
        self.git.close()

    # ------------------------------------------------------------ the proposal

    def draft(self, wishes: Wishes = NO_WISHES, findings: Findings | None = None) -> Draft:
        """The file that `init` would write. Raises `ConfigError` where the target can't be
        one, `Refused` for an agent that nobody knows."""
        found = findings or self.look()
        for agent in wishes.agents:
            if agent not in self._presets:
                known = ", ".join(name for name in self._presets)
                raise Refused(f"Nobody knows an agent {agent!r}.", hint=f"Known: {known}.")
        text, proposal = valid_text(propose(found, wishes), self.path, self._presets)
        return Draft(text, proposal, found)

    def preview(self, text: str) -> StartPreview:
        """What `start --all` would do if this were the file. Raises `ConfigError`."""
        config = parse_config(text, self.path, preset_names=self._presets)
        return start_preview.preview(self._workplace(config), list(config.lanes))

    def write(self, text: str) -> Path:
        """Write the file. Raises `ConfigError` for a text that is none, `Refused` when there is
        one already."""
        parse_config(text, self.path, preset_names=self._presets)
        self._around.write_new(self.path, text.encode("utf-8"))
        return self.path

    # ------------------------------------------------------------ the findings

    def look(self) -> Findings:
        """Everything there is to go by. What can't be read is told in `problems`."""
        problems: list[str] = []
        target, why = first_target(self.git, self.root)
        tip = self.git.read_ref(branch_ref(target))
        worktrees, left, held = self._worktrees(target)
        texts = self._around.texts(self.root, [*NAMED_FILES, *PLACES])
        owners = next((name for name in PLACES if name in texts), "")
        head = self.git.head(self.root).ref
        unmerged = self.git.survey.unmerged(tip, limit=BRANCHES) if tip is not None else []
        return Findings(
            root=self.root,
            repository=self.repository,
            target=target,
            target_why=why,
            head=branch_name(head) if head is not None else "",
            user=self._user,
            has_commits=tip is not None,
            worktrees=tuple(worktrees),
            left_worktrees=tuple(left),
            branches=tuple(one for one in unmerged if one.name not in held),
            taken=frozenset(branch_name(ref) for ref in self.git.refs("refs/heads")),
            folders=self._folders(),
            agents=tuple(sorted(self._agents.installed(), key=_rank)),
            planned=tuple(self._planned(target, problems)),
            owned=tuple(parse_codeowners(texts.get(owners, ""))),
            owners_file=owners,
            files={name: texts[name] for name in NAMED_FILES if name in texts},
            programs=frozenset(self._around.installed(PROGRAMS)),
            unseen=self._unseen(problems),
            problems=tuple(problems),
        )

    def _worktrees(self, target: str) -> tuple[list[FoundWorktree], list[Path], set[str]]:
        """Worktrees that can be lanes, those that can't, and all branches that are checked out."""
        good, left, held = [], [], {target}
        for info in self.git.worktrees():
            ref = info.head.ref
            if ref is not None:
                held.add(branch_name(ref))
            path = Path(os.path.realpath(info.path))
            if info.main or path == self.root or not info.exists or ref == branch_ref(target):
                continue
            if ref is not None and info.head.commit is not None:
                good.append(FoundWorktree(path, branch_name(ref)))
            elif not (info.locked or "").startswith("cockpit"):
                left.append(path)
        return good, left, held

    def _folders(self) -> frozenset[str]:
        """Folders of layouts that are there. One inside the checkout with a common name may
        hold anything, so only hidden ones count."""
        named = {
            name: Path(os.path.normpath(self.root / name.replace("{repo}", tidy(self.repository))))
            for name in OWN_FOLDERS
            if name.startswith(".")
        }
        there = self._around.folders(named.values())
        return frozenset(name for name, path in named.items() if path in there)

    def _planned(self, target: str, problems: list[str]) -> list[PlannedLane]:
        path = self.root / COORDINATION_FILE
        if not os.path.lexists(path):
            return []
        try:
            config = load_coordination(path, target=target)
        except CockpitError as error:
            problems.append(f"{COORDINATION_FILE} was left out: {error.title}")
            return []
        return [
            PlannedLane(lane.lane, lane.title, lane.zone.include, lane.zone.exclude, lane.ledger)
            for lane in config.lanes.values()
        ]

    def _unseen(self, problems: list[str]) -> Unseen:
        try:
            return self.git.survey.unseen(self.root)
        except CockpitError as error:
            problems.append(f"What lies uncommitted here could not be seen: {error.title}")
            return Unseen()


def _rank(agent: str) -> tuple[int, str]:
    return (PREFERRED.index(agent) if agent in PREFERRED else len(PREFERRED), agent)


def place_of(git: Git) -> Path:
    """Where lanes.yaml belongs: the main checkout, in a bare repository the target's worktree.
    Raises `Refused` where there is none."""
    if git.main_checkout is not None:
        return git.main_checkout
    target, _ = first_target(git, None)
    for info in git.worktrees():
        if info.exists and info.head.ref == branch_ref(target):
            return info.path
    name = git.common_dir.name.removesuffix(".git") or "project"
    add = ("worktree", "add", f"../{name}-{tidy(target)}", target)
    raise Refused(
        f"This bare repository has no worktree of {target}, where lanes.yaml would lie: "
        f"{git.common_dir}",
        hint=f"Add one: {shlex.join(['git', '-C', str(git.common_dir), *add])}",
    )
