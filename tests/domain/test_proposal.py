"""From findings to proposed lanes: tables, without any repository."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.domain.codeowners import as_glob, parse_codeowners, team_of
from cockpit.domain.findings import (
    Findings,
    FoundBranch,
    FoundWorktree,
    OwnedPaths,
    PlannedLane,
    Unseen,
)
from cockpit.domain.gate_guess import guess_copies, guess_gate, guess_links
from cockpit.domain.lane_guess import custom_of, free_name, lane_name, lane_of_worktree
from cockpit.domain.proposal import Proposal, Wishes, propose

ROOT = Path("/src/prover")
BARE = Findings(ROOT, "prover", "main", "the usual name", head="main", user="ann")


def worktrees(*pairs: tuple[str, str]) -> tuple[FoundWorktree, ...]:
    return tuple(FoundWorktree(Path(path), branch) for path, branch in pairs)


def lanes(proposal: Proposal) -> dict[str, tuple[str, str]]:
    return {lane.name: (lane.worktree, lane.branch) for lane in proposal.lanes}


def test_nothing_found_gives_two_plain_lanes() -> None:
    proposal = propose(BARE)
    assert lanes(proposal) == {"alpha": ("", ""), "beta": ("", "")}
    assert {lane.agent for lane in proposal.lanes} == {"shell"}
    assert (proposal.worktrees, proposal.branch, proposal.gate) == (None, None, None)


def test_wishes_come_first() -> None:
    proposal = propose(
        replace(BARE, agents=("claude", "codex")), Wishes(("codex", "claude"), 3, "trunk")
    )
    assert [lane.agent for lane in proposal.lanes] == ["codex", "claude", "codex"]
    assert (proposal.target, len(proposal.lanes)) == ("trunk", 3)
    assert propose(replace(BARE, agents=("claude", "codex"))).lanes[1].agent == "claude"


@pytest.mark.parametrize(
    ("branch", "lane", "template"),
    [
        ("alpha/work", "alpha", "{lane}/work"),
        ("agent/donchian/task-042-atr", "donchian", "agent/{lane}/{task}"),
        ("agent/coder", "coder", "agent/{lane}/{task}"),
        ("ws/task-3/docs", "docs", "ws/{task}/{lane}"),
        ("worktree-fix-login", "fix-login", "worktree-{lane}"),
        ("ann/new-parser", "new-parser", "{user}/{slug}"),
    ],
)
def test_customs_of_branches(branch: str, lane: str, template: str) -> None:
    known = custom_of(branch, "ann")
    assert known is not None
    assert (known[0].template, known[1]) == (template, lane)
    found = replace(BARE, branches=(FoundBranch(branch, 1.0),))
    first = propose(found).lanes[0]
    assert (first.name, first.branch, first.worktree) == (lane, branch, "")


@pytest.mark.parametrize("branch", ["fix-login", "bob/parser", "ann/a/b", "work", "a/b/work", ""])
def test_other_branches_are_no_lanes(branch: str) -> None:
    assert custom_of(branch, "ann") is None
    proposal = propose(replace(BARE, branches=(FoundBranch(branch, 1.0),)))
    assert list(lanes(proposal)) == ["alpha", "beta"]
    assert proposal.left_out == (f"the branch {branch}",)


@pytest.mark.parametrize(
    ("path", "branch", "lane"),
    [
        ("/src/prover-alpha", "alpha/work", "alpha"),
        ("/src/prover-wt-donchian", "topic", "donchian"),
        ("/src/prover-agent-coder", "feature/long-name", "coder"),
        ("/src/prover-worktrees/task-1", "x", "task-1"),
        ("/src/prover/trees/Big Thing", "x", "big-thing"),
        ("/elsewhere/Ωmega", "team/β", "mega"),
        ("/elsewhere/ω", "β", "lane"),
        ("/src/prover-x", "agent/real/task", "real"),
    ],
)
def test_the_lane_of_a_worktree(path: str, branch: str, lane: str) -> None:
    one = FoundWorktree(Path(path), branch)
    assert lane_of_worktree(one, root=ROOT, repository="prover", user="ann") == lane


@pytest.mark.parametrize(
    ("pairs", "folder", "branch"),
    [
        ([("/src/prover-a", "a/work")], None, None),
        (
            [("/src/prover-worktrees/a", "agent/a/t1")],
            "../{repo}-worktrees/{lane}",
            "agent/{lane}/{task}",
        ),
        (
            [("/src/prover/trees/a", "x"), ("/src/prover/trees/b", "ws/t/b")],
            "trees/{lane}",
            "ws/{task}/{lane}",
        ),
        ([("/src/prover-wt-a", "topic"), ("/far/b", "b")], "../{repo}-wt-{lane}", None),
        ([("/src/prover/.worktrees/a", "ann/a")], ".worktrees/{lane}", "{user}/{slug}"),
        ([("/far/away/a", "zz")], None, None),
    ],
)  # fmt: skip
def test_layouts(pairs: list[tuple[str, str]], folder: str | None, branch: str | None) -> None:
    proposal = propose(replace(BARE, worktrees=worktrees(*pairs)))
    assert (proposal.worktrees and proposal.worktrees.value) == folder
    assert (proposal.branch and proposal.branch.value) == branch
    bound = [lane for lane in proposal.lanes if lane.worktree]
    assert {lane.branch for lane in bound} == {branch for _, branch in pairs}


def test_a_layouts_own_folder_alone_is_enough() -> None:
    found = replace(BARE, folders=frozenset({"../{repo}-worktrees"}))
    template = propose(found).worktrees
    assert template is not None and template.value == "../{repo}-worktrees/{lane}"


def test_worktrees_come_as_they_lie() -> None:
    found = replace(
        BARE,
        worktrees=worktrees(
            ("/src/prover-a", "a/work"),
            ("/src/prover-wt-a", "other"),
            ("/far/b", "b"),
            ("/src/prover-main", "main"),
            ("/src/prover-{x}", "c/work"),
            ("/src/prover-y\u202e", "d/work"),
        ),
        left_worktrees=(Path("/src/loose"),),
    )
    proposal = propose(found)
    assert lanes(proposal) == {
        "a": ("../prover-a", "a/work"),
        "a-2": ("../prover-wt-a", "other"),
        "b": ("/far/b", "b"),
    }
    assert len(proposal.left_out) == 3 and "/src/loose" in proposal.left_out[-1]


def test_a_coordination_file_and_its_owners_and_worktrees() -> None:
    planned = (
        PlannedLane("alpha", "Commander", ("src/auth/**", "ledgers/*-a.csv"), ledger="ledgers/a"),
        PlannedLane("beta", "Adjudicator", ("src/api/**",)),
    )
    found = replace(
        BARE,
        planned=planned,
        owned=(
            OwnedPaths("src/auth/**", ("@team-alpha",)),
            OwnedPaths("docs/**", ("@team-delta",)),
        ),
        worktrees=worktrees(("/src/prover-alpha", "alpha/work"), ("/src/prover-x", "x/work")),
    )
    alpha, beta, x = propose(found).lanes
    assert (alpha.title, alpha.owner, alpha.ledger, alpha.agent) == (
        "Commander",
        "@team-alpha",
        "ledgers/a",
        "shell",
    )
    assert (alpha.worktree, alpha.branch) == ("../prover-alpha", "alpha/work")
    assert "coordination.yaml" in alpha.why and "worktree" in alpha.why
    assert (beta.worktree, beta.owner) == ("", "")
    assert (x.name, x.zone) == ("x", ())


def test_owners_become_lanes_and_the_last_line_wins() -> None:
    owned = parse_codeowners("* @us/core\n/docs/ @us/team-docs\n*.ts @us/web-team @us/core\n")
    found = replace(BARE, owned=tuple(owned), owners_file="CODEOWNERS")
    core, docs, web = propose(found).lanes
    assert (core.name, core.zone, core.exclude) == ("core", ("**",), ("docs/**", "**/*.ts"))
    assert (docs.name, docs.owner, docs.zone) == ("docs", "@us/team-docs", ("docs/**",))
    assert (web.name, web.why) == ("web", "CODEOWNERS")


@pytest.mark.parametrize("owners", [1, 8])
def test_one_owner_or_a_crowd_are_no_lanes(owners: int) -> None:
    owned = tuple(OwnedPaths(f"d{n}/**", (f"@o{n}",)) for n in range(owners))
    assert list(lanes(propose(replace(BARE, owned=owned)))) == ["alpha", "beta"]


def test_many_worktrees_are_taken_by_number_and_a_few_of_the_rest_are_named() -> None:
    found = [(f"/src/wt{n}", f"t/b{n}") for n in (10, 2, 1, *range(100, 140), 3)]
    found.append(("/src/wt\u00b2\udcff", "t/odd"))
    proposal = propose(replace(BARE, worktrees=worktrees(*found)))
    assert [lane.worktree for lane in proposal.lanes][:5] == [
        "../wt1", "../wt2", "../wt3", "../wt10", "../wt100"
    ]  # fmt: skip
    assert len(proposal.lanes) == 15 and len(proposal.left_out) == 30
    assert len(proposal.left_out_shown) == 13
    assert proposal.left_out_shown[-1] == "and 18 more"


def test_the_newest_branches_and_no_more() -> None:
    branches = tuple(FoundBranch(f"l{n}/work", 9.0 - n) for n in range(6))
    proposal = propose(replace(BARE, branches=branches))
    assert lanes(proposal) == {f"l{n}": ("", f"l{n}/work") for n in range(3)}
    assert proposal.left_out == tuple(f"the branch l{n}/work" for n in range(3, 6))


def test_names_that_git_can_not_hold_are_avoided() -> None:
    assert list(lanes(propose(replace(BARE, target="alpha")))) == ["beta", "gamma"]
    found = replace(BARE, taken=frozenset({"main", "beta", "core/work"}))
    assert list(lanes(propose(found))) == ["alpha", "gamma"]
    found = replace(found, planned=(PlannedLane("core"), PlannedLane("beta"), PlannedLane("main")))
    assert {name: branch for name, (_, branch) in lanes(propose(found)).items()} == {
        "core": "lanes/core",
        "beta": "lanes/beta",
        "main": "lanes/main",
    }


@pytest.mark.parametrize(
    ("files", "command", "sure"),
    [
        ({"Makefile": "all:\n\ntest: build\n\tx\n"}, "make test", True),
        ({"Makefile": "check:\n", "Cargo.toml": ""}, "make check", True),
        ({"Makefile": "test := 3\n"}, None, False),
        ({"package.json": '{"scripts": {"test": "vitest"}}'}, "npm test", True),
        ({"package.json": '{"scripts": {"test": "vitest"}}', "yarn.lock": ""}, "yarn test", True),
        ({"package.json": '{"scripts": {"test": "echo no test specified"}}'}, None, False),
        ({"package.json": "[" * 100_000}, None, False),
        ({"package.json": '{"scripts": ["test"]}'}, None, False),
        ({"Cargo.toml": ""}, "cargo test", True),
        ({"go.mod": ""}, "go test ./...", True),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, "pytest -q", True),
        ({"pyproject.toml": 'dev = ["pytest"]', "uv.lock": ""}, "uv run pytest -q", True),
        ({"pyproject.toml": 'dev = ["pytest"]'}, "pytest -q", False),
        ({"tox.ini": "[pytest]\n"}, "pytest -q", True),
        ({"pyproject.toml": ""}, None, False),
        ({"justfile": "test *args:\n  x\n"}, "just test", True),
        ({}, None, False),
    ],
)  # fmt: skip
def test_gates(files: dict[str, str], command: str | None, sure: bool) -> None:
    tools = frozenset(["make", "npm", "yarn", "cargo", "go", "pytest", "uv", "just"])
    found = guess_gate(files, tools)
    assert (found and found.command) == command
    assert found is None or (found.sure is sure and found.why)
    missing = guess_gate(files, frozenset())
    assert missing is None or (not missing.sure and "not installed" in missing.why)


def test_setup_takes_what_is_known() -> None:
    ignored = [".env", "api/.env.local", "build/", "node_modules/", "web/node_modules/", "x.log"]
    assert guess_copies(ignored) == (".env", "api/.env.local")
    assert guess_links(ignored) == ("node_modules", "web/node_modules")
    assert guess_copies(["a\nb/.env", "\u202e/.env"]) == ()
    proposal = propose(replace(BARE, unseen=Unseen(ignored=tuple(ignored))))
    assert (len(proposal.copies), len(proposal.links)) == (2, 2)


@pytest.mark.parametrize(
    ("pattern", "glob"),
    [
        ("*", "**"),
        ("/", "**"),
        ("*.js", "**/*.js"),
        ("/docs/", "docs/**"),
        ("docs/", "**/docs/**"),
        ("docs/*", "docs/*"),
        ("src/auth/**", "src/auth/**"),
        ("/apps/github", "apps/github"),
        ("**/logs", "**/logs"),
        ("my\\ dir/", "**/my dir/**"),
        ("a\\\\b", ""),
        ("[", ""),
        ("x\u202ey", ""),
    ],
)
def test_patterns_of_codeowners(pattern: str, glob: str) -> None:
    assert as_glob(pattern) == glob


def test_lines_of_codeowners() -> None:
    text = (
        "# all\n\n* @a # @b\n[Section][2] @x\n^[Other]\n!no @a\n/lonely\n/x not-an-owner\n"
        "a\\ b @org/team m@x.org\n"
    )
    assert parse_codeowners(text) == [
        OwnedPaths("**", ("@a",)),
        OwnedPaths("**/a b", ("@org/team", "m@x.org")),
    ]
    names = {"@us/team-alpha": "alpha", "@beta": "beta", "m.x@y.org": "m.x", "@team": "team"}
    assert {owner: team_of(owner) for owner in names} == names


def test_names() -> None:
    assert lane_name("Ärger & Co.") == "rger-co"
    assert len(lane_name("x" * 99)) == 40 and lane_name("--") == ""
    assert free_name("a" * 40, {"a" * 40}) == "a" * 38 + "-2"
