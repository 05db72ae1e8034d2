"""Names from templates: the seeds' layouts, hostile values, and git's own word on branches."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.ids import LANE_NAME
from cockpit.domain.names import (
    PLACEHOLDERS,
    NameValues,
    expand_branch,
    expand_worktree,
    is_safe_branch,
    refs_clash,
    tidy,
    why_not_template,
)
from cockpit.errors import UsageError

ROOT = Path("/home/me/project")
FULL = NameValues(
    repo="project.git",
    lane="alpha",
    agent="claude",
    role="Chief Technical Officer",
    task="task-001",
    slug="Add OAuth: login & logout",
    user="me",
    date="2026-03-01",
)
BARE = NameValues(repo="project", lane="alpha", user="me")


@pytest.mark.parametrize(
    ("template", "with_task", "without"),
    [
        ("../{repo}-{lane}", "/home/me/project-alpha", "/home/me/project-alpha"),
        ("../{repo}-worktrees/{task}", "/home/me/project-worktrees/task-001",
         "/home/me/project-worktrees/alpha"),
        ("trees/{lane}", "/home/me/project/trees/alpha", "/home/me/project/trees/alpha"),
        (".worktrees/{lane}-{task}", "/home/me/project/.worktrees/alpha-task-001",
         "/home/me/project/.worktrees/alpha"),
        ("/srv/trees/{repo}/{lane}", "/srv/trees/project/alpha", "/srv/trees/project/alpha"),
        ("../{lane}/{role}/x", "/home/me/alpha/Chief-Technical-Officer/x", "/home/me/alpha/x"),
    ],
)  # fmt: skip
def test_worktree_layouts(template: str, with_task: str, without: str) -> None:
    assert expand_worktree(template, FULL, ROOT) == Path(with_task)
    assert expand_worktree(template, BARE, ROOT) == Path(without)


@pytest.mark.parametrize(
    ("template", "with_task", "without"),
    [
        ("{lane}/work", "alpha/work", "alpha/work"),
        ("agent/{lane}/{task}", "agent/alpha/task-001", "agent/alpha"),
        ("ws/{task}/{lane}", "ws/task-001/alpha", "ws/alpha"),
        ("{user}/{slug}", "me/Add-OAuth-login-logout", "me/alpha"),
        ("{date}-{lane}", "2026-03-01-alpha", "alpha"),
    ],
)
def test_branch_layouts(template: str, with_task: str, without: str) -> None:
    assert expand_branch(template, FULL) == with_task
    assert expand_branch(template, BARE) == without


@pytest.mark.parametrize(
    "template",
    ["", ".", "..", "../..", "../project", "trees/..", ".git/x", "../x/.GIT/{lane}", "/", "{nope}",
     "{lane", "lane}", "a\nb", "a\x00b", "\udcff", "x" * 256],
)  # fmt: skip
def test_worktrees_that_would_harm_are_refused(template: str) -> None:
    with pytest.raises(UsageError):
        expand_worktree(template, BARE, ROOT)


@pytest.mark.parametrize("template", ["", "-{lane}", "{lane}..x", "a b", "{lane}.lock", "x//{no}"])
def test_branches_git_would_not_take_are_refused(template: str) -> None:
    with pytest.raises(UsageError):
        expand_branch(template, BARE)


HOSTILE = ["../../etc", "--output=x", "a/b", "x.lock", "..", ".", "/", "\x1b]52;x\a", "a\nb",
           "#(id)", "#{pane_id}", "$(id)", "\u202eevil", "\udcff", "a" * 500, "😀", "refs/x",
           "@{-1}", ".git", "HEAD", "~", "^", "..lock.lock", "-", "%s", "C:\\x"]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_stay_in_their_component(value: str) -> None:
    names = NameValues(repo="project", lane="alpha", role=value, task=value, slug=value)
    for template in ("{lane}/{role}", "{role}-{lane}", "{lane}/{task}/{slug}"):
        branch = expand_branch(template, names)
        assert is_safe_branch(branch)
        assert len(branch.split("/")) <= len(template.split("/"))
    folder = expand_worktree("../trees/{lane}-{role}-{task}", names, ROOT)
    assert folder.parent == Path("/home/me/trees")


@given(st.text())
def test_tidy_values_fit_a_component(value: str) -> None:
    text = tidy(value)
    assert text == tidy(text)
    assert "/" not in text
    assert ".." not in text
    assert text.isprintable()
    assert not text.startswith(("-", "."))
    assert not text.endswith((".", "-", ".lock"))
    assert len(text.encode()) <= 240


LANE = st.from_regex(LANE_NAME, fullmatch=True)
ANY = st.text(max_size=20)


@given(st.builds(NameValues, ANY, LANE, *([ANY] * (len(PLACEHOLDERS) - 2))))
def test_any_values_give_a_safe_branch_and_folder(names: NameValues) -> None:
    assert is_safe_branch(expand_branch("x/{lane}/{role}-{user}/{task}", names))
    folder = expand_worktree("../w/{repo}-{lane}-{slug}-{date}", names, ROOT)
    assert folder.parent == Path("/home/me/w")


GOOD = ["main", "alpha/work", "a", "ws/01/x", "ünïcode/ä", "a.b", "a@b", "feature#1", "x{y}", "a-",
        "@a", "a/@/b", "HEAD/x", "1"]  # fmt: skip
BAD = ["", "-x", ".x", "x.", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "/a",
       "a/", "a//b", "a.lock", "a.lock/b", "a/.b", "a@{b", "a\x7f", "a\tb", "a\nb",
       "HEAD"]  # fmt: skip
STRICTER = ["@", "a" * 300, "refs/heads/x", "0" * 40, "f" * 64, "\udcff"]


@pytest.mark.parametrize("branch", [*GOOD, *BAD])
def test_branches_are_judged_as_git_does(branch: str, tmp_path: Path) -> None:
    argv = ["git", "check-ref-format", "--branch", branch]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, timeout=20, check=False)
    assert is_safe_branch(branch) == (done.returncode == 0)
    assert is_safe_branch(branch) == (branch in GOOD)


@pytest.mark.parametrize("branch", STRICTER)
def test_branches_that_could_be_taken_for_something_else(branch: str) -> None:
    assert not is_safe_branch(branch)


def test_refs_that_git_cannot_both_hold() -> None:
    assert refs_clash("a", "a")
    assert refs_clash("a", "a/b")
    assert refs_clash("A/b", "a")
    assert not refs_clash("a/b", "a/c")
    assert not refs_clash("ab", "a")


def test_template_complaints_name_what_is_known() -> None:
    assert why_not_template("{lane}/{repo}") == ""
    assert "{nope}" in why_not_template("{nope}")
    assert "{summary}" in why_not_template("{x}", ("summary",))
    assert why_not_template("}{")
