"""Following the upstream, and a pull request, by keys: what is shown, what the yes names, and
what is said afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from cockpit.domain.events import GateOutput, OperationEnded
from cockpit.domain.ids import CommitId, LaneId, OpId
from cockpit.domain.intents import Follow, Land, PullRequest
from cockpit.domain.merge import UPSTREAM, Check
from cockpit.domain.operation import OpKind
from cockpit.domain.upstream import FollowPreview, Relation, RemoteChange, Standing
from cockpit.errors import Refused
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.following import changed_lines, follow_lines
from cockpit.ui.screens.landing import LandingScreen
from cockpit.ui.screens.landing_view import Stage
from cockpit.ui.screens.train import TrainScreen
from tests.ui import trains
from tests.ui.drive import Session, opened
from tests.ui.fake import BASE, HEAD, TASK, TERMS, FakeSupervisor, behind, fleet_of, landing, view

ALPHA = LaneId("alpha")
TIP = CommitId("f" * 40)
BEHIND = Check(UPSTREAM, False, "origin/main has 2 commits that main lacks", key="f")
EQUAL = Check(UPSTREAM, True, "main is where origin/main is")
FOLLOWED = OperationEnded(OpId("9-follow-0"), OpKind.FOLLOW, None, "brought 2 commits")
CHANGED = (
    RemoteChange("the address of origin", "https://a/x", "https://evil/x\x1b]0;"),
    RemoteChange("the push address of origin\x1b", "", "https://push/x"),
)
DIVERGED = behind(
    standing=Standing(Relation.DIVERGED, TIP, 1, 2),
    said="main and origin/main went apart (1 here, 2 there)",
    rebuilt=behind().incoming,
)


def lane(*checks: Check, **answers: Any) -> FakeSupervisor:
    fake = FakeSupervisor(fleet_of(view("alpha", 1)))
    fake.fake.answers.update({"landing": landing(ALPHA, checks=checks), **answers})
    return fake


def requesting(*checks: Check) -> FakeSupervisor:
    fake = lane(*checks)
    merge: Any = fake.fake.config.merge
    merge.pull_request = "gh pr create --fill [/x]"
    return fake


def text_of(shown: FollowPreview) -> str:
    return "\n".join(line.plain for line in follow_lines(shown))


async def opens(session: Session, *keys: str) -> ConfirmScreen:
    await session.press(*keys)
    found = session.app.screen
    assert isinstance(found, ConfirmScreen), session.text()
    return found


# ------------------------------------------------------------------ f on the landing


async def test_behind_f_shows_what_comes_in_and_the_yes_is_bound_to_it() -> None:
    fake = lane(BEHIND)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m", "enter")
        assert fake.intents == [], "what is behind lands nothing"
        assert "f brings it after its upstream" in session.text()
        assert "f follow" in session.text().splitlines()[-1]
        await opens(session, "f")
        text = session.text()
        assert "Bring main after origin/main?" in text and "Theirs [/x]" in text
        assert "changes in /tmp/project: 1 file" in text and "src/api.py" in text
        await session.press("y")
        assert fake.intents == [Follow(rebase=False, seen=TIP, target_old=BASE)]
        fake.fake.answers["landing"] = landing(ALPHA, checks=(EQUAL,))
        fake.tell(FOLLOWED)
        await session.settle()
        assert "main is where origin/main is" in session.text(), "it was looked at anew"
        await session.press("enter")
        assert isinstance(fake.intents[-1], Land)


async def test_apart_the_yes_builds_anew_what_is_not_pushed() -> None:
    fake = lane(BEHIND, follow=DIVERGED)
    async with opened(fake.fleet, supervisor=fake) as session:
        await opens(session, "m", "f")
        assert "Build main anew on origin/main?" in session.text()
        assert "not pushed, gets a new id on top of that: 1 commit" in session.text()
        await session.press("y")
        assert fake.intents == [Follow(rebase=True, seen=TIP, target_old=BASE)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"new": None, "conflicts": ("a\x1b]0;.py",), "stuck": HEAD}, "conflicts with it"),
        ({"in_the_way": ("src/api.py",)}, "Your own work is in the way"),
        ({"why_not": "a rebase is under way in /tmp/project"}, "Not now: a rebase is under way"),
        ({"new": None, "incoming": (), "changes": ()}, "main has nothing to follow in"),
    ],
)
async def test_what_can_not_follow_says_why_and_takes_no_yes(
    changes: dict[str, Any], said: str
) -> None:
    fake = lane(BEHIND, follow=behind(**changes))
    async with opened(fake.fleet, supervisor=fake) as session:
        await opens(session, "m", "f")
        assert said in session.text() and "\x1b" not in session.text()
        await session.press("y", "escape")
        assert fake.intents == []


async def test_a_changed_address_is_asked_about_before_the_remote_is() -> None:
    changed = replace(behind(), changed=CHANGED)
    fake = lane(BEHIND, follow=changed)
    fake.fake.answers["follow accepted"] = behind()
    async with opened(fake.fleet, supervisor=fake) as session:
        await opens(session, "m", "f")
        assert "Use origin/main although it changed?" in session.text()
        assert "https://a/x" in session.text() and "https://evil/x" in session.text()
        assert "https://push/x" in session.text(), "everything that a yes accepts"
        await session.press("n")
        assert fake.intents == []
        await opens(session, "f", "y")
        assert "Bring main after origin/main?" in session.text()
        await session.press("y")
        assert fake.intents == [Follow(seen=TIP, target_old=BASE)]
    assert all("\x1b" not in line.plain for line in changed_lines(CHANGED))


async def test_without_an_upstream_the_key_says_so_and_is_no_hint() -> None:
    fake = lane(Check("tree", True, "clean"))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m")
        assert "follow" not in session.text().splitlines()[-1]
        await session.press("f")
        assert "follows no branch of a remote" in session.text()
        assert isinstance(session.app.screen, LandingScreen)


async def test_a_remote_that_can_not_be_asked_is_a_toast_and_the_board_has_it_too() -> None:
    fake = lane(BEHIND, follow=Refused("main follows no branch of a remote.", hint="Set it."))
    async with opened(fake.fleet, supervisor=fake) as session:
        session.app.perform("follow")
        await session.settle()
        assert any("follows no branch" in toast for toast in session.toasts())


# ------------------------------------------------------------------ a refused push


async def test_a_refused_push_is_said_beside_the_landing_with_the_way_on() -> None:
    fake = lane(EQUAL)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m", "enter")
        fake.tell(OperationEnded(OpId("6-land-0"), OpKind.LAND, ALPHA, "landed alpha on main"))
        refused = "origin refused it: [rejected] (fetch first)"
        fake.tell(OperationEnded(OpId("7-push-0"), OpKind.PUSH, None, "", refused, "Follow."))
        await session.settle()
        text = session.text()
        assert " landed " in text.splitlines()[0], "the landing stays"
        assert f"landed here, but not pushed: {refused}" in text
        assert "f brings in what the remote has" in text
        assert "f follow" in text.splitlines()[-1]
        assert session.toasts() == []
        await opens(session, "f")


# ------------------------------------------------------------------ P


async def test_a_pull_request_names_what_leaves_and_lands_nothing_here() -> None:
    fake = requesting(EQUAL)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m")
        assert "P pull request" in session.text().splitlines()[-1]
        await opens(session, "P")
        text = session.text()
        assert "gh pr create --fill [/x]" in text and "the remote that main follows" in text
        assert "title   blitz: merge lane alpha" in text
        await session.press("enter")
        assert fake.intents == [], "Enter is no yes to what leaves the machine"
        await session.press("y")
        message = "blitz: merge lane alpha\n\nCockpit-Lane: alpha\n"
        assert fake.intents == [PullRequest(ALPHA, HEAD, message, TASK, TERMS)]
        fake.tell(GateOutput(ALPHA, ("all passed",)))
        fake.tell(OperationEnded(OpId("5-gate-0"), OpKind.GATE, ALPHA, "the gate is green"))
        await session.settle()
        found = session.app.screen
        assert isinstance(found, LandingScreen) and found.stage is Stage.RUNNING
        done = OperationEnded(OpId("6-pr-0"), OpKind.PULL_REQUEST, ALPHA, "made a pull request")
        fake.tell(done)
        await session.settle()
        assert " requested " in session.text().splitlines()[0]
        assert "once it is merged there, f here brings the target after it" in session.text()


async def test_behind_its_upstream_it_can_go_as_a_request_but_not_land() -> None:
    fake = requesting(BEHIND)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m", "enter")
        assert fake.intents == []
        await opens(session, "P")


async def test_without_a_command_or_with_what_can_not_land_there_is_no_request() -> None:
    fake = lane(EQUAL)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m", "P")
        assert "lanes.yaml does not say how a pull request is made" in session.text()
    fake = requesting(Check("tree", False, "1 uncommitted path", key="C"))
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m", "P")
        assert "can not go as a pull request" in session.text()
        assert fake.intents == []


# ------------------------------------------------------------------ f on the train


async def test_a_train_that_is_behind_offers_f_and_is_built_anew_after_it() -> None:
    full = replace(trains.riders(2), notes=(BEHIND,))
    fake = FakeSupervisor(trains.idle_fleet(2))
    fake.fake.answers["train"] = full
    async with opened(fake.fleet, supervisor=fake, size=(80, 24)) as session:
        await session.press("M", "enter")
        assert fake.intents == []
        assert "f follow" in session.text().splitlines()[-1]
        assert "No train can run before the target has followed; f shows that." in session.text()
        await opens(session, "f")
        await session.press("y")
        assert fake.intents == [Follow(seen=TIP, target_old=BASE)]
        fake.fake.answers["train"] = replace(full, notes=(EQUAL,))
        fake.tell(FOLLOWED)
        await session.settle()
        assert "Enter approves and lands 2" in session.text()


async def test_a_go_that_the_fetch_refused_shows_the_train_as_it_stands_now() -> None:
    full = replace(trains.riders(2), notes=(EQUAL,))
    fake = FakeSupervisor(trains.idle_fleet(2))
    fake.fake.answers["train"] = full
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("M", "enter")
        fake.fake.answers["train"] = replace(full, notes=(BEHIND,))
        refused = "Nothing can land now: origin/main has 2 commits that main lacks."
        fake.tell(OperationEnded(OpId("8-train-0"), OpKind.TRAIN, None, "", refused))
        await session.settle()
        assert isinstance(session.app.screen, TrainScreen)
        assert refused in session.text()
        assert "f follow" in session.text().splitlines()[-1]
        await opens(session, "f")


def test_long_lists_are_counted() -> None:
    many = behind(incoming=behind().incoming * 30, changes=behind().changes * 30)
    assert text_of(many).count("… 22 more") == 2


async def test_an_answer_that_comes_after_the_commander_left_opens_nothing() -> None:
    fake = lane(BEHIND)
    async with opened(fake.fleet, supervisor=fake) as session:
        await session.press("m")
        gate = asyncio.Event()
        usual = fake.ask

        async def slow(query: Any) -> Any:
            await gate.wait()
            return await usual(query)

        fake.ask = slow  # type: ignore[method-assign]
        await session.press("f", "escape")
        assert session.app.screen is session.app.board
        gate.set()
        await session.settle()
        assert session.app.screen is session.app.board
        assert fake.intents == []
