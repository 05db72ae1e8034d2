"""Theme files: the shipped ones hold, wrong ones are named, and the app wears them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.themes import load_themes, read_theme
from cockpit.domain.activity import State
from cockpit.domain.theme import COLOURS
from cockpit.errors import UsageError
from cockpit.paths import config_home, shipped
from cockpit.ui.themes import DEFAULTS, to_textual
from tests.ui.drive import opened
from tests.ui.fake import fleet_of, fleet_of_size, view


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_shipped_themes_are_complete_and_readable() -> None:
    themes = load_themes()
    assert {"dark", "light", "high-contrast"} <= set(themes)
    for theme in themes.values():
        ground = theme.colours["background"]
        assert contrast(theme.colours["foreground"], ground) >= 7
        for name in (*("muted", "accent", "success", "warning", "error"),):
            assert contrast(theme.colours[name], ground) >= 4.5, (theme.name, name)
        for state, colour in theme.states.items():
            assert contrast(colour, ground) >= 4.5, (theme.name, state)
        textual = to_textual(theme)
        assert textual.variables.keys() >= DEFAULTS.keys()


def a_theme(**changes: str) -> str:
    colours = "".join(f'  {name}: "#123456"\n' for name in COLOURS)
    states = "".join(f'  {state.value}: "#123456"\n' for state in State)
    text = f"name: mine\ndark: true\ncolours:\n{colours}states:\n{states}"
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def test_the_users_theme_is_found_and_replaces_a_shipped_one() -> None:
    folder = config_home() / "themes"
    folder.mkdir(parents=True)
    (folder / "dark.yaml").write_text(a_theme(mine="dark"))
    (folder / "mine.yaml").write_text(a_theme())
    themes = load_themes()
    assert themes["dark"].colours["accent"] == "#123456"
    assert themes["mine"].dark is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not valid"),
        ("just text", "is not valid"),
        ("- a\n- b\n", "is not valid"),
        ("name: [", "YAML|expected|flow"),
        (a_theme(mine="Mine!"), "name must be"),
        (a_theme(true="yes"), "dark must be true or false"),
        (a_theme(accent="acent"), "colours.accent is missing\ncolours.acent is not known"),
        (a_theme() + "extra: 1\n", "extra is not known"),
        (a_theme().replace('  asking: "#123456"\n', ""), "states.asking is missing"),
        (a_theme().replace('asking: "#123456"', "asking: red"), "states.asking must be a colour"),
        (a_theme() + "name: again\n", "name"),
        (a_theme().replace("name: mine", "name: &a mine"), "anchor"),
        ("x: " * 5, "YAML|not|mapping"),
        ("a: \x1b[2J", "not allowed"),
        ("#" * 70_000, "larger"),
    ],
)
def test_a_wrong_theme_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_theme(path)
    said = f"{caught.value.title}\n{caught.value.detail}"
    assert "odd.yaml" in said
    assert any(word in said for word in words.split("|")), said
    assert "\x1b" not in said


def test_unreadable_and_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can not be read"):
        read_theme(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="can not be read"):
        read_theme(tmp_path)
    (tmp_path / "bytes.yaml").write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(UsageError):
        read_theme(tmp_path / "bytes.yaml")
    assert shipped("themes").is_dir()


async def test_themes_change_while_running() -> None:
    async with opened(fleet_of_size(4)) as session:
        worn = [session.app.theme]
        for _ in load_themes():
            session.app.perform("theme")
            await session.settle()
            worn.append(session.app.theme)
        assert worn[0] == worn[-1] == "cockpit-dark"
        assert len(set(worn)) == 3


async def test_a_foreign_theme_lacks_none_of_our_variables() -> None:
    async with opened(fleet_of(view("alpha"))) as session:
        session.app.theme = "nord"
        await session.press("m", "escape", "D")
        assert session.app.theme == "nord"
