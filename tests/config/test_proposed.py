"""The text of a proposed lanes.yaml loads, whatever names stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config.load import parse_config
from cockpit.config.problems import ConfigError
from cockpit.config.proposed import WIDTH, proposal_text, valid_text
from cockpit.domain.codeowners import parse_codeowners
from cockpit.domain.findings import Findings, FoundBranch, FoundWorktree, PlannedLane, Unseen
from cockpit.domain.gate_guess import Guess
from cockpit.domain.globs import why_not_glob
from cockpit.domain.names import is_safe_branch
from cockpit.domain.proposal import Proposal, ProposedLane, Template, Wishes, propose

ROOT = Path("/src/project")
FILE = ROOT / "lanes.yaml"
PRESETS = ("claude", "codex", "shell", "no")

FULL = Proposal(
    target="odd'branch#1",
    target_why="origin's default branch",
    lanes=(
        ProposedLane("alpha", "claude", "the worktree ../project-alpha", ("src/**",), ("x/**",)),
        ProposedLane("no", "no", "", title="Commander: COO # no", owner="@us/team"),
        ProposedLane("c", "codex", ledger="ledgers/c.csv", branch="lanes/c", worktree="../a b"),
    ),
    worktrees=Template("trees/{lane}", "trees/x lies so already"),
    branch=Template("agent/{lane}/{task}", "agent/a/b is named so already"),
    gate=Guess("make test", "Makefile has the target test"),
    copies=(".env", "api/.env"),
    links=("node_modules",),
    left_out=("the branch x\ntarget: evil", "y" * 300),
)


def test_every_value_arrives() -> None:
    text, kept = valid_text(FULL, FILE, PRESETS)
    assert kept == FULL
    config = parse_config(text, FILE, preset_names=PRESETS)
    assert (config.target, config.worktrees, config.branch) == (
        "odd'branch#1",
        "trees/{lane}",
        "agent/{lane}/{task}",
    )
    alpha, no, c = config.lanes.values()
    assert (alpha.zone.include, alpha.zone.exclude) == (("src/**",), ("x/**",))
    assert (no.lane, no.agent, no.title, no.owner) == (
        "no",
        "no",
        "Commander: COO # no",
        "@us/team",
    )
    assert (c.ledger, c.branch, c.worktree) == ("ledgers/c.csv", "lanes/c", "../a b")
    assert (config.gate.run, config.setup.copy, config.setup.link) == (
        ("make test",),
        (".env", "api/.env"),
        ("node_modules",),
    )
    assert "# (Makefile has the target test)" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_an_unsure_gate_is_a_comment() -> None:
    unsure = Proposal("main", "", (), gate=Guess("pytest -q", "it is named", sure=False))
    text, _ = valid_text(unsure, FILE, PRESETS)
    assert '# gate: {run: ["pytest -q"]' in text
    assert parse_config(text, FILE).gate.run == ()


def test_what_can_not_be_is_left_out_and_named() -> None:
    lanes = (
        ProposedLane("a", "shell", "the worktree ../x", worktree="../x"),
        ProposedLane("b", "shell", "the worktree ../x/y", worktree="../x/y"),
        ProposedLane("c", "shell", "the worktree .git", worktree=".git/z"),
    )
    text, kept = valid_text(Proposal("main", "", lanes), FILE, PRESETS)
    assert [lane.name for lane in kept.lanes] == ["a"]
    assert kept.left_out[0].startswith("the worktree .git (") or len(kept.left_out) == 2
    assert list(parse_config(text, FILE).lanes) == ["a"]


def test_a_target_that_can_not_be_one_is_told() -> None:
    with pytest.raises(ConfigError, match="can't name a branch"):
        valid_text(propose(Findings(ROOT, "project", "--evil", "")), FILE, PRESETS)
    with pytest.raises(ConfigError, match="not allowed"):
        valid_text(propose(Findings(ROOT, "project", "a\u202eb", "")), FILE, PRESETS)


ANY = st.text(st.characters(codec=None), min_size=1, max_size=30)
ODD = st.sampled_from(
    ["alpha", "main", "a: b", "- x", "{lane}", "#", "'", '"', "\\", "..", "~", "~x", "-x", "no",
     "\u202ex", "x\ny", "\udc80", "é", "😀", "\ufffe", "a/b/work", "agent/x/y", "main/work",
     ".git", "x.lock", "*", "!", "&a", "%", "@", "null", " ", "\t", "key: [", "ann/x"]
)  # fmt: skip
NAME = ANY | ODD
BRANCH = NAME.filter(is_safe_branch)
FOLDERS = NAME.map(lambda name: Path("/src") / name.replace("\0", "").lstrip("/"))


@settings(deadline=None)
@given(
    st.lists(st.builds(FoundWorktree, FOLDERS, BRANCH), max_size=5, unique_by=lambda w: w.branch),
    st.lists(st.builds(FoundBranch, BRANCH, st.just(1.0)), max_size=5),
    st.lists(NAME, max_size=4).map("\n".join),
    st.lists(NAME, max_size=4).map(tuple),
    st.lists(NAME, max_size=4, unique=True),
    BRANCH,
    st.sampled_from(["ann", "", "..", "\u202e"]),
)
def test_any_findings_give_a_file_that_loads(
    worktrees: list[FoundWorktree],
    branches: list[FoundBranch],
    owners: str,
    ignored: tuple[str, ...],
    titles: list[str],
    target: str,
    user: str,
) -> None:
    planned = tuple(
        PlannedLane(f"lane-{at}", title[:100], tuple(g for g in (title,) if not why_not_glob(g)))
        for at, title in enumerate(titles)
    )
    found = Findings(
        ROOT,
        "project",
        target,
        "why: # not\n",
        user=user,
        worktrees=tuple(worktrees),
        branches=tuple(branches),
        taken=frozenset(one.branch for one in worktrees) | {one.name for one in branches},
        planned=planned if len(titles) % 2 else (),
        owned=tuple(parse_codeowners(f"{owners} @a\nsrc/{owners} @b @c\n* @d\n")),
        owners_file="CODEOWNERS",
        unseen=Unseen(ignored=tuple(f"{name}/.env" for name in ignored)),
    )
    try:
        text, kept = valid_text(propose(found, Wishes(("claude", "no"))), FILE, PRESETS)
    except ConfigError:
        assert not target.isprintable(), "only a target that no file can name"
        return
    config = parse_config(text, FILE, preset_names=PRESETS)
    assert config.target == target
    assert list(config.lanes) == [lane.name for lane in kept.lanes]
    for lane in kept.lanes:
        written = config.lanes[next(name for name in config.lanes if name == lane.name)]
        assert not lane.branch or written.branch == lane.branch
        assert not lane.worktree or written.worktree == lane.worktree
        assert written.zone.include == (lane.zone or ("**",))
    assert proposal_text(kept) == text
