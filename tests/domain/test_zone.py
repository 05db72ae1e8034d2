"""Zones: the evasions that were seen, each on a real repository's raw diff, and a table."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.change import NULL_MODE, PathChange
from cockpit.domain.control import control_file
from cockpit.domain.zone import Zone, ZoneVerdict, check_zone, resolve_link, why_path_outside
from tests.conftest import git

AUTH = Zone(("src/auth/**",))


def change(path: str, old: str = NULL_MODE, new: str = "100644") -> PathChange:
    return PathChange(path, old, new, "0" * 40, "1" * 40)


def verdict(*changes: PathChange, zone: Zone = AUTH, **more: object) -> ZoneVerdict:
    return check_zone(changes, zone, **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------- on a real repository


@pytest.fixture
def lane(repo: Path) -> Path:
    """The repository with a lane checked out whose zone is src/auth."""
    for folder in ("src/auth", "src/api", "canon"):
        (repo / folder).mkdir(parents=True, exist_ok=True)
        (repo / folder / "a.py").write_text(f"# {folder}\n" * 9)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "zones")
    git(repo, "checkout", "-qb", "alpha/work")
    return repo


def landed(lane: Path, **more: object) -> ZoneVerdict:
    """The verdict on everything that the lane has, as a landing would judge it."""
    git(lane, "add", "-A")
    tree = git(lane, "write-tree").strip()
    raw = git(
        lane, "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "main^{tree}", tree
    )
    changes, links = [], {}
    fields = iter(raw.split("\0"))
    for head in fields:
        if not head:
            break
        old_mode, new_mode, old, new, _ = head.removeprefix(":").split(" ")
        path = next(fields)
        changes.append(PathChange(path, old_mode, new_mode, old, new))
        if new_mode == "120000":
            links[path] = git(lane, "cat-file", "blob", new)
    return check_zone(changes, AUTH, link_targets=links, **more)  # type: ignore[arg-type]


def test_work_in_the_zone_is_fine(lane: Path) -> None:
    (lane / "src/auth/a.py").write_text("changed\n")
    (lane / "src/auth/deep").mkdir()
    (lane / "src/auth/deep/new.py").write_text("new\n")
    assert landed(lane) == ZoneVerdict()


def test_an_edit_outside_is_named(lane: Path) -> None:
    (lane / "src/api/a.py").write_text("changed\n")
    found = landed(lane)
    assert found.paths == ("src/api/a.py",)
    assert "outside the lane's zone" in found.outside[0].why


def test_a_move_out_of_a_foreign_zone_shows_the_foreign_side(lane: Path) -> None:
    git(lane, "mv", "src/api/a.py", "src/auth/taken.py")
    assert landed(lane).paths == ("src/api/a.py",)


def test_a_move_into_a_foreign_zone_too(lane: Path) -> None:
    git(lane, "mv", "src/auth/a.py", "src/api/given.py")
    assert landed(lane).paths == ("src/api/given.py",)


def test_a_sibling_with_the_same_beginning_is_outside(lane: Path) -> None:
    (lane / "src/auth-evil").mkdir()
    (lane / "src/auth-evil/a.py").write_text("x\n")
    assert landed(lane).paths == ("src/auth-evil/a.py",)


@pytest.mark.parametrize("target", ["../api/a.py", "../../canon", "/etc/passwd", "../../..", ".."])
def test_a_link_that_leads_out_of_the_zone_is_outside(lane: Path, target: str) -> None:
    os.symlink(target, lane / "src/auth/link")
    assert landed(lane).paths == ("src/auth/link",)


def test_a_link_inside_the_zone_is_fine(lane: Path) -> None:
    os.symlink("../auth/./a.py", lane / "src/auth/link")
    assert landed(lane).ok


def test_a_link_through_a_link_is_followed(lane: Path) -> None:
    os.symlink("..", lane / "src/auth/up")
    os.symlink("up/api/a.py", lane / "src/auth/link")
    assert set(landed(lane).paths) == {"src/auth/up", "src/auth/link"}


def test_a_folder_replaced_by_a_link_shows_all_its_files(lane: Path) -> None:
    git(lane, "rm", "-rq", "src/api")
    os.symlink("auth", lane / "src/api")
    assert set(landed(lane).paths) == {"src/api", "src/api/a.py"}


def test_a_submodule_is_never_a_lanes_to_add(lane: Path) -> None:
    inner = lane / "src/auth/inner"
    inner.mkdir()
    git(inner, "init", "-q")
    git(inner, "commit", "-q", "--allow-empty", "-m", "x")
    found = landed(lane)
    assert found.paths == ("src/auth/inner",)
    assert "submodule" in found.outside[0].why


def test_a_control_file_in_the_own_zone_is_pointed_out(lane: Path) -> None:
    (lane / "src/auth/.gitattributes").write_text("* filter=x\n")
    found = landed(lane)
    assert found.ok
    assert [note.path for note in found.notes] == ["src/auth/.gitattributes"]


def test_a_mode_change_is_pointed_out_and_judged(lane: Path) -> None:
    (lane / "src/auth/a.py").chmod(0o755)
    (lane / "src/api/a.py").chmod(0o755)
    found = landed(lane)
    assert found.paths == ("src/api/a.py",)
    assert ("src/auth/a.py", "becomes executable") in found.notes


def test_names_git_quotes_are_judged_as_they_are(lane: Path) -> None:
    (lane / "src/auth/a\nb\t\"'.py").write_text("in\n")
    with open(os.fsencode(lane / "src/api") + b"/\xff\n--x", "w") as file:
        file.write("out\n")
    assert landed(lane).paths == (os.fsdecode(b"src/api/\xff\n--x"),)


def test_an_evil_merge_is_seen_in_the_tree(lane: Path) -> None:
    git(lane, "checkout", "-q", "main")
    (lane / "README.md").write_text("# Project\n\nMore.\n")
    git(lane, "commit", "-qam", "main goes on")
    git(lane, "checkout", "-q", "alpha/work")
    (lane / "src/auth/a.py").write_text("mine\n")
    git(lane, "commit", "-qam", "mine")
    git(lane, "merge", "-q", "--no-commit", "main")
    (lane / "canon/a.py").write_text("slipped in\n")
    git(lane, "commit", "-qam", "merge main")
    assert landed(lane).paths == ("canon/a.py",)


def test_another_lanes_work_merged_in_is_outside(lane: Path) -> None:
    git(lane, "checkout", "-qb", "beta/work")
    (lane / "src/api/b.py").write_text("beta's\n")
    git(lane, "add", "-A")
    git(lane, "commit", "-qm", "beta")
    git(lane, "checkout", "-q", "alpha/work")
    git(lane, "merge", "-q", "beta/work")
    assert landed(lane).paths == ("src/api/b.py",)


def test_protected_beats_zone_and_append(lane: Path) -> None:
    (lane / "src/auth/a.py").write_text("changed\n")
    found = landed(lane, protected=("src/auth/a.py",), append=("src/auth/*",))
    assert found.paths == ("src/auth/a.py",)
    assert "protected" in found.outside[0].why


# ---------------------------------------------------------------- tables


def test_protected_covers_a_file_in_the_folders_place() -> None:
    whole = Zone()
    assert not verdict(change("canon"), zone=whole, protected=("canon/**",)).ok
    assert not verdict(change("CANON/x"), zone=whole, protected=("canon/**",)).ok
    assert verdict(change("canonical"), zone=whole, protected=("canon/**",)).ok


def test_append_is_allowed_and_listed() -> None:
    found = verdict(change("package-lock.json", "100644"), append=("package-lock.json",))
    assert found.ok
    assert found.appended == ("package-lock.json",)


def test_exclude_beats_include() -> None:
    zone = Zone(("src/**",), ("src/secret/**",))
    assert verdict(change("src/a"), zone=zone).ok
    found = verdict(change("src/secret/a"), change("src/secret"), zone=zone)
    assert found.paths == ("src/secret/a", "src/secret")
    assert "excluded" in found.outside[0].why


def test_own_results_may_be_written_but_not_removed_or_linked() -> None:
    assert verdict(change("results/task-001-result.md")).ok
    assert verdict(change("results/task-001-auth-result.md", "100644")).ok
    assert not verdict(change("results/task-001-result.md", "100644", NULL_MODE)).ok
    link = change("results/task-001-result.md", NULL_MODE, "120000")
    assert not verdict(link, link_targets={link.path: "../src/auth/a"}).ok
    assert not verdict(change("results/other.md")).ok
    assert not verdict(change("results/task-001/x"), own=("results/task-001-*",)).ok
    assert not verdict(change("tasks/task-001-auth.md")).ok


def test_a_zone_without_globs_is_the_whole_repository_but_no_more() -> None:
    zone = Zone()
    assert verdict(change("anything/at all"), zone=zone).ok
    assert not verdict(change("x", NULL_MODE, "160000"), zone=zone).ok
    link = change("x", NULL_MODE, "120000")
    assert verdict(link, zone=zone, link_targets={"x": "y"}).ok
    assert not verdict(link, zone=zone, link_targets={"x": "../y"}).ok
    assert not verdict(link, zone=zone, link_targets={"x": ".git/config"}).ok
    assert not verdict(link, zone=zone).ok


def test_a_link_into_protected_is_outside() -> None:
    link = change("a", NULL_MODE, "120000")
    links = {"a": "canon/x"}
    found = verdict(link, zone=Zone(), protected=("canon/**",), link_targets=links)
    assert "protected" in found.outside[0].why


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "src/auth/../api/a", "src//auth", "./x", "", ".git/config", "src/.GIT/hooks/x",
     "src/.git /x", "GIT~1/x", ".g\u200cit/config", ".git::$INDEX_ALLOCATION/x"],
)  # fmt: skip
def test_names_no_healthy_tree_has_are_outside(path: str) -> None:
    assert not verdict(change(path), zone=Zone()).ok
    assert why_path_outside(path, Zone())


@pytest.mark.parametrize("mode", ["040000", "100664", "000001", "nonsense"])
def test_unknown_modes_are_outside(mode: str) -> None:
    assert not verdict(change("src/auth/a", NULL_MODE, mode)).ok


def test_type_changes_and_removed_submodules_are_pointed_out() -> None:
    was_link = change("src/auth/a", "120000", "100644")
    was_module = change("src/auth/b", "160000", NULL_MODE)
    notes = dict(verdict(was_link, was_module).notes)
    assert notes["src/auth/a"] == "was a link and becomes a file"
    assert notes["src/auth/b"] == "removes a submodule"


def test_a_path_in_the_zone_by_case_alone_is_pointed_out() -> None:
    found = verdict(change("SRC/auth/a.py"), change("src/auth/B.py"))
    assert found.ok
    assert [note.path for note in found.notes] == ["SRC/auth/a.py"]


@pytest.mark.parametrize(
    "path",
    [".github/workflows/x.yml", ".gitlab-ci.yml", "a/.gitignore", ".gitmodules", "b/.gitattributes",
     ".claude/settings.json", "deep/.claude/x", ".mcp.json", "CLAUDE.md", "sub/AGENTS.md", ".envrc",
     ".vscode/tasks.json", "lanes.yaml", "coordination.yaml", ".github/CODEOWNERS", "Jenkinsfile",
     ".husky/pre-commit", ".pre-commit-config.yaml", "CLAUDE.local.md", ".claude"],
)  # fmt: skip
def test_control_files(path: str) -> None:
    assert control_file(path)


@pytest.mark.parametrize("path", ["src/auth.py", "docs/claude.txt", "README.md", ".github/x.md"])
def test_other_files(path: str) -> None:
    assert control_file(path) == ""


@pytest.mark.parametrize(
    ("path", "links", "place"),
    [
        ("a/l", {"a/l": "b"}, "a/b"),
        ("a/l", {"a/l": "../b"}, "b"),
        ("a/l", {"a/l": "b//c/."}, "a/b/c"),
        ("a/l", {"a/l": "../../b"}, None),
        ("a/l", {"a/l": "/b"}, None),
        ("a/l", {"a/l": ""}, None),
        ("a/l", {"a/l": ".."}, None),
        ("a/l", {"a/l": "l"}, None),
        ("a/l", {"a/l": "m", "a/m": "l"}, None),
        ("a/l", {"a/l": "m/x", "a/m": "../b"}, "b/x"),
        ("a/l", {"a/l": "m/../x", "a/m": "../b/c"}, "b/x"),
    ],
)
def test_resolving_links(path: str, links: dict[str, str], place: str | None) -> None:
    assert resolve_link(path, links) == place


PARTS = st.sampled_from(["a", "b", "..", ".", "", "l", "m"])
TARGETS = st.lists(PARTS, max_size=6).map("/".join)


@given(TARGETS, TARGETS)
def test_resolving_always_ends_inside_or_nowhere(one: str, two: str) -> None:
    place = resolve_link("a/l", {"a/l": one, "a/m": two, "b": two})
    assert place is None or not {"..", ".", ""} & set(place.split("/"))


TEXTS = st.text(alphabet=st.characters(codec=None), min_size=1, max_size=20)


@given(st.lists(TEXTS, max_size=5), st.sampled_from(["100644", "120000", "160000", NULL_MODE]))
def test_any_names_get_a_verdict(paths: list[str], mode: str) -> None:
    found = check_zone([change(path, "100644", mode) for path in paths], AUTH)
    assert set(found.paths) <= set(paths)
