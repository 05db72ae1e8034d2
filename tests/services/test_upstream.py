"""The target and its remote: looked at, followed, built anew on it, pushed to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Follow, Land, PullRequest, Undo
from cockpit.domain.operation import OpKind, OpState
from cockpit.domain.upstream import is_relative, why_not_reach
from cockpit.errors import CockpitError, Conflict, Refused
from cockpit.services import upstream
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA = LaneId("alpha")
PUSHING = LANES + "merge: {push: origin}\n"


class Origin:
    """A remote that others push to."""

    def __init__(self, desk: Desk, tmp: Path) -> None:
        self.bare, self.other = tmp / "origin.git", tmp / "other"
        git(tmp, "init", "-q", "--bare", str(self.bare))
        git(desk.root, "remote", "add", "origin", str(self.bare))
        git(desk.root, "push", "-q", "-u", "origin", "main")
        git(tmp, "clone", "-q", str(self.bare), str(self.other))

    def push(self, path: str = "docs/theirs.md", text: str = "theirs\n") -> str:
        """A commit that someone else pushes; its id."""
        git(self.other, "pull", "-q", "--rebase")
        (self.other / path).write_text(text)
        git(self.other, "add", "-A")
        git(self.other, "commit", "-q", "-m", "theirs")
        git(self.other, "push", "-q")
        return git(self.other, "rev-parse", "HEAD").strip()

    def main(self) -> str:
        return git(self.bare, "rev-parse", "refs/heads/main").strip()


@pytest.fixture
def origin(desk: Desk, tmp_path: Path) -> Origin:
    return Origin(desk, tmp_path)


def notes(desk: Desk, *, fetch: bool = True) -> list[tuple[bool, str]]:
    found = upstream.notes(desk.cockpit().work, desk.events.append, fetch=fetch)
    return [(check.ok, check.text) for check in found]


def test_a_target_without_an_upstream_has_nothing_to_say(desk: Desk) -> None:
    assert notes(desk) == []
    with pytest.raises(Refused, match="follows no branch"):
        desk.do(Follow())


def test_a_target_that_is_behind_is_followed_and_taken_back(desk: Desk, origin: Origin) -> None:
    before = desk.main()
    assert notes(desk) == [(True, "main is where origin/main is")]
    theirs = origin.push()
    assert notes(desk, fetch=False)[0][0], "nothing was fetched yet"
    assert notes(desk) == [(False, "origin/main has 1 commit that main lacks: follow it first")]
    (desk.root / "README.md").write_text("# the commander's own line\n")
    done = desk.do(Follow())
    assert desk.main() == theirs
    assert (desk.root / "docs/theirs.md").read_text() == "theirs\n"
    assert git(desk.root, "status", "--porcelain") == " M README.md\n"
    desk.do(Undo(done.data["undo"]))
    assert desk.main() == before
    assert not (desk.root / "docs/theirs.md").exists()


def test_work_in_the_way_refuses_with_nothing_changed(desk: Desk, origin: Origin) -> None:
    before = desk.main()
    origin.push()
    (desk.root / "docs/theirs.md").write_text("mine\n")
    with pytest.raises(Refused, match="in the way"):
        desk.do(Follow())
    assert desk.main() == before
    assert (desk.root / "docs/theirs.md").read_text() == "mine\n"


def test_a_landing_waits_for_what_the_remote_has(desk: Desk, origin: Origin) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    origin.push()
    before = desk.main()
    with pytest.raises(Refused, match="follow it first"):
        desk.do(Land(ALPHA))
    assert desk.main() == before
    desk.do(Follow())
    desk.do(Land(ALPHA))
    assert (desk.root / "src/api.py").read_text() == "mine\n"


def test_what_was_not_pushed_is_built_anew_landing_by_landing(desk: Desk, origin: Origin) -> None:
    desk.start()
    lane = desk.commit("alpha", "src/api.py", "mine\n")
    desk.do(Land(ALPHA))
    message = git(desk.root, "log", "-1", "--format=%B", "main")
    theirs = origin.push()
    with pytest.raises(Refused, match="went apart"):
        desk.do(Follow())
    done = desk.do(Follow(rebase=True))
    parents = git(desk.root, "rev-parse", "main^1", "main^2").split()
    assert parents == [theirs, lane], "a landing stays a merge of the same commit"
    assert git(desk.root, "log", "-1", "--format=%B", "main") == message
    assert (desk.root / "docs/theirs.md").exists() and not git(desk.root, "status", "--porcelain")
    assert notes(desk) == [(True, "main has 2 commits that origin/main lacks")]
    assert done.data["relation"] == "diverged"


def test_what_does_not_go_onto_the_remote_changes_nothing(desk: Desk, origin: Origin) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    desk.do(Land(ALPHA))
    before = desk.main()
    origin.push("src/api.py", "theirs\n")
    with pytest.raises(Conflict) as refused:
        desk.do(Follow(rebase=True))
    assert refused.value.paths == ("src/api.py",)
    assert desk.main() == before


def test_a_landing_is_pushed(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = make_desk(lanes=PUSHING)
    origin = Origin(desk, tmp_path)
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    done = desk.do(Land(ALPHA))
    assert done.data["pushed"] == "Pushed main to origin."
    assert origin.main() == desk.main()
    assert notes(desk, fetch=False) == [(True, "main is where origin/main is")]


def test_a_refused_push_leaves_the_landing(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = make_desk(lanes=PUSHING)
    origin = Origin(desk, tmp_path)
    git(origin.bare, "config", "receive.hideRefs", "refs/heads/main")
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    before = origin.main()
    done = desk.do(Land(ALPHA))
    assert done.data["pushed"].startswith("Not pushed: origin refused it")
    assert origin.main() == before != desk.main()
    pushes = [op for op in desk.cockpit().log() if op.kind is OpKind.PUSH]
    assert [op.state for op in pushes] == [OpState.ABANDONED]


def test_hooks_of_a_remote_on_this_machine_do_not_run(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk(lanes=PUSHING)
    origin = Origin(desk, tmp_path)
    hook = origin.bare / "hooks/pre-receive"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/RAN\n")
    hook.chmod(0o755)
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    before = origin.main()
    said = desk.do(Land(ALPHA)).data["pushed"]
    assert said.startswith("Not pushed to origin: The remote origin is a repository on this")
    assert said.endswith(f"pre-receive in {origin.bare}")
    assert origin.main() == before != desk.main()
    assert not (tmp_path / "RAN").exists()
    hook.chmod(0o644)
    desk.commit("alpha", "src/auth.py", "mine\n")
    assert desk.do(Land(ALPHA)).data["pushed"] == "Pushed main to origin."


def test_a_remote_that_is_gone_stops_nobody(desk: Desk, origin: Origin) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    origin.bare.rename(origin.bare.with_name("elsewhere.git"))
    (unread, _) = notes(desk)
    assert unread[0] and "can't be asked now" in unread[1]
    desk.do(Land(ALPHA))
    with pytest.raises(CockpitError, match="could not be fetched"):
        desk.do(Follow())


def test_an_address_that_changed_is_not_asked(desk: Desk, origin: Origin, tmp_path: Path) -> None:
    notes(desk)
    evil = tmp_path / "evil.git"
    git(tmp_path, "clone", "-q", "--bare", str(origin.bare), str(evil))
    git(desk.root, "remote", "set-url", "origin", str(evil))
    ok, text = notes(desk)[0]
    assert not ok and "changed since cockpit last used it" in text
    with pytest.raises(Refused, match="was not fetched"):
        desk.do(Follow())
    desk.do(Follow(accepted=desk.cockpit().preview_follow().changed))
    assert notes(desk) == [(True, "main is where origin/main is")]


def test_nothing_of_the_remote_s_section_but_its_address_counts(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk(lanes=PUSHING)
    origin = Origin(desk, tmp_path)
    flag = tmp_path / "RAN"
    for key in ("remote.origin.uploadpack", "remote.origin.receivepack", "core.sshCommand"):
        git(desk.root, "config", key, f"touch {flag}; git-upload-pack")
    git(desk.root, "config", "remote.origin.vcs", "ext")
    git(desk.root, "config", f"url.ext::sh -c 'touch {flag}'.insteadOf", str(origin.bare))
    hook = desk.root / ".git/hooks/pre-push"
    hook.write_text(f"#!/bin/sh\ntouch {flag}\n")
    hook.chmod(0o755)
    theirs = origin.push()
    desk.do(Follow())
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    assert desk.do(Land(ALPHA)).data["pushed"] == "Pushed main to origin."
    assert origin.main() == desk.main() != theirs
    assert not flag.exists()


# ---------------------------------------------------------------- pull requests

COMMAND = """echo "$COCKPIT_TITLE|$COCKPIT_BRANCH|$COCKPIT_TARGET" > made; echo https://h/pull/7"""
ASKING = LANES + f"merge: {{push: origin, pull_request: {COMMAND!r}}}\n"


def test_a_pull_request_pushes_what_was_approved(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk(lanes=ASKING)
    origin = Origin(desk, tmp_path)
    desk.start()
    source = desk.commit("alpha", "src/api.py", "mine\n", "add $(touch PWNED) `x`")
    before = desk.main()
    done = desk.do(PullRequest(ALPHA))
    assert done.data["said"] == "https://h/pull/7"
    assert git(origin.bare, "rev-parse", "refs/heads/alpha/work").strip() == source
    assert (desk.root / "made").read_text().endswith("|alpha/work|main\n")
    assert "$(touch PWNED)" in (desk.root / "made").read_text()
    assert desk.main() == before == origin.main()
    assert desk.cockpit().pinned(ALPHA) is None, "the approval was used"
    git(desk.root.parent / "project-alpha", "commit", "-q", "--amend", "-m", "again")
    desk.do(PullRequest(ALPHA))
    assert git(origin.bare, "log", "-1", "--format=%s", "alpha/work").strip() == "again"


def test_a_branch_that_others_pushed_to_is_not_replaced(
    make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk(lanes=ASKING)
    origin = Origin(desk, tmp_path)
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    git(origin.other, "checkout", "-q", "-b", "alpha/work")
    git(origin.other, "commit", "-q", "--allow-empty", "-m", "theirs")
    git(origin.other, "push", "-q", "origin", "alpha/work")
    with pytest.raises(Refused, match="refused the lane's branch"):
        desk.do(PullRequest(ALPHA))
    assert git(origin.bare, "log", "-1", "--format=%s", "alpha/work").strip() == "theirs"
    assert not (desk.root / "made").exists()


def test_a_command_that_fails_is_told(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    desk = make_desk(lanes=LANES + "merge: {push: origin, pull_request: 'echo no; exit 3'}\n")
    Origin(desk, tmp_path)
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    with pytest.raises(CockpitError, match="ended with code 3"):
        desk.do(PullRequest(ALPHA))
    assert desk.cockpit().pinned(ALPHA), "it can be tried again"


def test_without_a_command_or_a_remote_nothing_is_made(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    with pytest.raises(Refused, match="does not say how"):
        desk.do(PullRequest(ALPHA))
    desk.configure(ASKING % '"true"')
    desk.trust()
    with pytest.raises(Refused, match="No remote"):
        desk.do(PullRequest(ALPHA))


@pytest.mark.parametrize(
    "url",
    ["", "-x", "ext::sh -c id", "fd::7", "foo+bar::x", "ftp://host/x", "a\nb", "https://h/\x1b[2J"],
)
def test_addresses_that_are_not_used(url: str) -> None:
    assert why_not_reach(url)


@pytest.mark.parametrize(
    ("url", "relative"),
    [
        ("../origin.git", True),
        ("origin.git", True),
        ("/srv/origin.git", False),
        ("git@host:team/x.git", False),
        ("https://host/x.git", False),
        ("./a:b", True),
    ],
)
def test_relative_addresses(url: str, relative: bool) -> None:
    assert is_relative(url) is relative
    assert not why_not_reach(url)


# ---------------------------------------------------------------- the look before it


def test_the_look_asks_the_remote_and_moves_nothing(desk: Desk, origin: Origin) -> None:
    before, theirs = desk.main(), origin.push("docs/a\x1bb.md")
    shown = desk.cockpit().preview_follow()
    assert (shown.name, shown.old, shown.new, shown.rebuilt) == ("origin/main", before, theirs, ())
    assert [one.commit for one in shown.incoming] == [theirs]
    assert [one.path for one in shown.changes] == ["docs/a\x1bb.md"]
    assert shown.checkout == str(desk.root) and shown.may_follow
    assert desk.main() == before
    landing = desk.cockpit().preview_follow()
    origin.push("docs/more.md")
    with pytest.raises(Refused, match="origin/main moved since it was shown"):
        desk.do(Follow(seen=landing.new, target_old=landing.old))
    assert desk.main() == before
    again = desk.cockpit().preview_follow()
    desk.do(Follow(seen=again.new, target_old=again.old))
    assert desk.main() == again.new


def test_the_look_at_what_went_apart_is_what_the_yes_builds(desk: Desk, origin: Origin) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    desk.do(Land(ALPHA))
    mine, theirs = desk.main(), origin.push()
    shown = desk.cockpit().preview_follow()
    assert [one.commit for one in shown.rebuilt] == [mine], "the landing, not the lane's commits"
    assert shown.new is not None and shown.standing.tip == theirs
    with pytest.raises(AssertionError, match="cat-file"):
        git(desk.root, "cat-file", "-e", shown.new)
    assert not desk.cockpit().preview_landing(ALPHA).may_land
    desk.do(Follow(rebase=True, seen=shown.standing.tip, target_old=shown.old))
    tree = f"{desk.main()}^{{tree}}"
    assert git(desk.root, "rev-parse", tree).strip() != ""
    assert git(desk.root, "log", "-1", "--format=%s", "main") == git(
        desk.root, "log", "-1", "--format=%s", mine
    )


def test_the_look_names_what_conflicts_and_what_is_in_the_way(desk: Desk, origin: Origin) -> None:
    desk.start()
    desk.commit("alpha", "src/api.py", "mine\n")
    desk.do(Land(ALPHA))
    origin.push("src/api.py", "theirs\n")
    shown = desk.cockpit().preview_follow()
    assert shown.conflicts == ("src/api.py",) and shown.stuck == desk.main()
    assert not shown.may_follow
    desk.do(Undo())
    (desk.root / "src" / "api.py").write_text("dirty\n")
    shown = desk.cockpit().preview_follow()
    assert shown.in_the_way == ("src/api.py",) and not shown.may_follow


def test_a_changed_address_is_not_asked_before_it_is_accepted(desk: Desk, origin: Origin) -> None:
    desk.cockpit().preview_follow()
    theirs = origin.push()
    moved = origin.bare.with_name("moved.git")
    origin.bare.rename(moved)
    git(desk.root, "remote", "set-url", "origin", str(moved))
    shown = desk.cockpit().preview_follow()
    assert shown.changed and not shown.may_follow
    assert git(desk.root, "rev-parse", "origin/main").strip() != theirs
    assert desk.cockpit().preview_follow(accepted=shown.changed).new == theirs


def test_an_unreachable_remote_says_so_in_the_look(desk: Desk, origin: Origin) -> None:
    origin.bare.rename(origin.bare.with_name("gone.git"))
    shown = desk.cockpit().preview_follow()
    assert "can't be asked now" in shown.why_not and not shown.may_follow
