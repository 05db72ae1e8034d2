"""The commander's own themes and keys: read, worn, tried on, remembered, and read again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.config.own import load_own, own_path, parse_own, with_theme
from cockpit.config.problems import ConfigError
from cockpit.domain.keys import KeyWish
from cockpit.errors import UsageError
from cockpit.paths import config_home
from cockpit.services.looks import Look
from cockpit.services.wiring import build_looks
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.pick import PickScreen
from tests.ui.drive import Session, known_themes, opened
from tests.ui.fake import NOW, FakeSupervisor, fleet_of, view
from tests.ui.test_themes import a_theme

ONE = fleet_of(view("alpha", 1), view("beta", 2))
PATH = Path("/home/me/.config/cockpit/config.yaml")


# ------------------------------------------------------------------ the file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "theme: light\n"),
        ("# mine\nkeys: {diff: f5}", "# mine\nkeys: {diff: f5}\ntheme: light\n"),
        ("theme: dark  # night\nkeys:\n  log: x\n", "theme: light  # night\nkeys:\n  log: x\n"),
        ('theme: "dark"\r\nkeys: {}\r\n', "theme: light\r\nkeys: {}\r\n"),
    ],
)  # fmt: skip
def test_the_theme_is_written_and_all_else_stays(before: str, after: str) -> None:
    assert with_theme(before.encode(), PATH, "light") == after.encode()


@pytest.mark.parametrize(
    "text", ["{theme: dark, keys: {diff: f5}}", "theme: >-\n  dark\n", "theme:\n  dark\n"]
)
def test_a_file_that_can_not_be_edited_by_line_is_left_alone(text: str) -> None:
    with pytest.raises(UsageError, match="can't be changed for you"):
        with_theme(text.encode(), PATH, "light")


def test_a_file_that_is_wrong_is_not_written() -> None:
    with pytest.raises(ConfigError, match="thme"):
        with_theme(b"thme: dark\n", PATH, "light")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keys: {diff: {a: b}}", "config.yaml:1: keys.diff: must be a key, list of keys, or none"),
        ("keys:\n  diff: [a b]", 'config.yaml:2: keys.diff: "a b" is not a key\'s name'),
        ("keys: {diff: [[a]]}", "a list is not a key's name"),
        ("keys: [x]", "must be a mapping"),
        ("keys: {Diff: x}", "is not an action's name"),
        ("colour: red", "config.yaml:1: colour: unknown key"),
        ("keys: {diff: \x1b]0;t}", "not allowed"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_own(text, PATH)
    assert said in str(caught.value.problems[0])


def test_keys_one_several_or_none() -> None:
    own = parse_own("keys:\n  diff: [f5, v]\n  park: none\n  log: x\n  graph: []\n", PATH)
    assert {name: wish.keys for name, wish in own.keys.items()} == {
        "diff": ("f5", "v"),
        "park": (),
        "log": ("x",),
        "graph": (),
    }
    assert own.keys["log"].line == 4 and own.keys["log"].own


def test_remembering_keeps_links_and_modes_and_survives_refusal() -> None:
    looks = build_looks()
    looks.remember("light")
    assert own_path().read_text() == "theme: light\n"
    assert own_path().stat().st_mode & 0o777 == 0o600
    dotfiles = config_home() / "dotfiles.yaml"
    own_path().rename(dotfiles)
    dotfiles.chmod(0o644)
    own_path().symlink_to(dotfiles)
    looks.remember("dark")
    assert own_path().is_symlink()
    assert dotfiles.read_text() == "theme: dark\n"
    assert dotfiles.stat().st_mode & 0o777 == 0o644
    assert load_own().theme == "dark"
    dotfiles.write_text("thme: x\n")
    with pytest.raises(ConfigError):
        looks.remember("light")
    assert dotfiles.read_text() == "thme: x\n"


def test_broken_files_keep_the_last_good_and_never_raise() -> None:
    mine = config_home() / "themes" / "mine.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text(a_theme())
    own_path().write_text("theme: mine\nkeys: {diff: f5}\n")
    looks = build_looks()
    first = looks.read()
    assert first.problems == () and first.theme == "mine" and "mine" in first.themes
    mine.write_text("name: mine\n")
    own_path().write_text("keys: [\n")
    second = looks.read()
    assert (second.themes["mine"], second.theme) == (first.themes["mine"], "mine")
    assert second.keys == first.keys
    assert len(second.problems) == 2
    assert "mine.yaml:1" in second.problems[0].title
    fresh = build_looks().read()
    assert "mine" not in fresh.themes and fresh.theme == ""
    assert len(fresh.problems) == 2
    mine.unlink()
    os.mkfifo(mine)
    assert len(build_looks().read().problems) == 2


# ------------------------------------------------------------------ in the app


async def worn_by(app: CockpitApp, session: Session, *keys: str) -> str:
    await session.press(*keys)
    return app.theme


async def test_a_theme_is_tried_on_and_taken_or_given_back() -> None:
    async with opened(ONE) as session:
        session.app.perform("theme")
        await session.settle()
        assert isinstance(session.app.screen, PickScreen)
        before = session.app.theme
        await session.press("down")
        assert session.app.theme != before
        await session.press("escape")
        assert session.app.theme == before
        session.app.perform("theme")
        await session.settle()
        await session.press(*"light")
        assert session.app.theme == "cockpit-light"
        await session.press("enter")
        assert session.app.theme == "cockpit-light"
        assert len(session.app.screen_stack) == 1


async def test_the_choice_is_remembered_and_changes_count_at_once() -> None:
    looks = build_looks()
    fake = FakeSupervisor(ONE)
    mine = config_home() / "themes" / "mine.yaml"
    mine.parent.mkdir(parents=True)
    app = CockpitApp(
        fake, hosted=False, look=looks.read(), looks=looks, theme="high-contrast", now=lambda: NOW
    )
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        session = Session(app, fake, pilot)
        await session.settle()
        assert app.theme == "cockpit-high-contrast"
        await session.press("colon", *"theme colour", "enter")
        await session.until(lambda: own_path().exists())
        assert own_path().read_text() == "theme: colour-blind\n"
        assert app.theme == "cockpit-colour-blind"
        app.wear("light")
        assert app.theme == "cockpit-colour-blind", "the commander's choice goes before"

        mine.write_text(a_theme())
        own_path().write_text("theme: mine\nkeys: {log: f7, diff: none}\n")
        fake.on_looks()
        await session.until(lambda: app.theme == "cockpit-mine")
        assert app.keymap.key("log") == "F7" and not app.keymap.key("diff")
        assert "F7 log" in session.text()

        mine.write_text(a_theme().replace("#101010", "#202020"))
        fake.on_looks()
        await session.until(lambda: app.theme_variables["background"] == "#202020")
        mine.write_text("name: mine\n")
        fake.on_looks()
        await session.until(lambda: any("mine.yaml:1: dark" in said for said in session.toasts()))
        assert app.theme == "cockpit-mine"
        assert app.theme_variables["background"] == "#202020"


async def test_the_repositorys_keys_are_taken_over_while_running() -> None:
    async with opened(ONE) as session:
        session.app.take_keys([KeyWish("log", ("f7",), file="lanes.yaml", line=3)])
        await session.settle()
        assert "F7 log" in session.text()
        await session.press("f7")
        assert session.app.screen is not session.app.board


async def test_unknown_themes_and_hard_ones_are_named() -> None:
    pale = dict(known_themes())
    dark = pale["dark"]
    from dataclasses import replace

    pale["pale"] = replace(dark, name="pale", colours={**dark.colours, "muted": "#5a6470"})
    fake = FakeSupervisor(ONE)
    app = CockpitApp(fake, hosted=False, look=Look(pale, "pale"), theme="nope", now=lambda: NOW)
    async with app.run_test(notifications=True) as pilot:
        await Session(app, fake, pilot).settle()
        said = " ".join(Session(app, fake, pilot).toasts())
        assert "There is no theme nope; there are: " in said
        assert "The theme pale is hard to read: muted on" in said
        assert app.theme == "cockpit-pale"


async def test_without_colours_no_theme_has_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(ONE) as session:
        assert session.app.theme == "cockpit-terminal"
        session.app.perform("theme")
        await session.settle()
        assert session.app.screen is session.app.board
        assert any("NO_COLOR is set" in said for said in session.toasts())
    monkeypatch.setenv("NO_COLOR", "")
    async with opened(ONE) as session:
        assert session.app.theme == "cockpit-dark", "an empty NO_COLOR asks for nothing"
