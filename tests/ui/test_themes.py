"""Theme files: the shipped ones hold, wrong ones are named, and the app wears them."""

from __future__ import annotations

import itertools
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.config.themes import load_themes, read_theme
from cockpit.domain.activity import NEEDS_COMMANDER, State
from cockpit.domain.theme import COLOURS, TERMINAL, contrast, hard_to_read
from cockpit.errors import UsageError
from cockpit.paths import config_home, shipped
from cockpit.ui.diff_colours import tints
from cockpit.ui.themes import DEFAULTS, to_textual
from tests.ui.drive import opened
from tests.ui.fake import fleet_of, view

SHIPPED = load_themes()
FIXED = [name for name, theme in SHIPPED.items() if not theme.terminal]


def test_the_shipped_themes() -> None:
    assert set(SHIPPED) == {"dark", "light", "high-contrast", "colour-blind", "terminal"}
    assert SHIPPED["high-contrast"].contrast == 7
    for theme in SHIPPED.values():
        assert to_textual(theme).variables.keys() >= DEFAULTS.keys()


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("name", FIXED)
def test_every_text_can_be_read_on_every_ground_that_it_is_painted_on(name: str) -> None:
    theme = SHIPPED[name]
    assert hard_to_read(theme, tints(theme)) == []
    assert len(set(tints(theme).values())) == 4, "added and removed, lines and words differ"


@pytest.mark.parametrize("name", FIXED)
def test_the_chosen_row_has_a_ground_of_its_own(name: str) -> None:
    """Headings, fields and panels stand on the others."""
    colours = SHIPPED[name].colours
    assert colours["cursor"] not in {colours[one] for one in ("background", "surface", "panel")}


def test_contrast_that_is_too_small_is_seen() -> None:
    theme = SHIPPED["dark"]
    pale = replace(theme, colours={**theme.colours, "muted": "#5a6470"})
    assert {pair.text for pair in hard_to_read(pale)} == {"muted"}
    dim = replace(theme, colours={**theme.colours, "border": "#20262d"})
    assert str(hard_to_read(dim)[0]).startswith("border on background has a contrast of 1.")
    inked = replace(theme, colours={**theme.colours, "ink": "#9fb0c3"})
    assert {pair.text for pair in hard_to_read(inked)} == {"ink"}
    strict = replace(theme, contrast=7.0)
    assert hard_to_read(strict)


DEUTERANOPIA = ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969))
PROTANOPIA = ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052))
"""Machado, Oliveira and Fernandes 2009, in full, on linear RGB."""


def seen_by(eyes: tuple[tuple[float, ...], ...], colour: str) -> tuple[float, float, float]:
    """The colour as these eyes see it, in CIE Lab."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    r, g, b = (
        min(1.0, max(0.0, sum(w * c for w, c in zip(row, linear, strict=True)))) for row in eyes
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def closest(name: str, eyes: tuple[tuple[float, ...], ...]) -> float:
    """How far apart the two nearest of a theme's meanings are for these eyes."""
    meant = [SHIPPED[name].colours[key] for key in ("success", "warning", "error")]
    seen = [seen_by(eyes, colour) for colour in meant]
    return min(math.dist(one, other) for one, other in itertools.combinations(seen, 2))


def test_the_colour_blind_theme_keeps_well_and_wrong_apart() -> None:
    kinds = (DEUTERANOPIA, PROTANOPIA)
    assert min(closest("colour-blind", eyes) for eyes in kinds) > 25
    assert min(closest("dark", eyes) for eyes in kinds) < 10, "else it would not be needed"


XTERM = {"red": "#cd0000", "magenta": "#cd00cd", "green": "#00cd00", "white": "#e5e5e5"}
TANGO = {"red": "#cc0000", "magenta": "#75507b", "green": "#4e9a06", "white": "#d3d7cf"}
VGA = {"red": "#aa0000", "magenta": "#aa00aa", "green": "#00aa00", "white": "#aaaaaa"}


@pytest.mark.parametrize("palette", [XTERM, TANGO, VGA])
def test_the_terminals_colours_are_read_on_dark_and_on_light(palette: dict[str, str]) -> None:
    """The palette is anyone's, so no more can be asked than that no common one hides them."""
    theme = SHIPPED["terminal"]
    assert theme.colours["foreground"] == theme.colours["background"] == "default"
    for colour in {*theme.colours.values(), *theme.states.values()} - {"default", "white"}:
        for ground in ("#000000", "#ffffff"):
            assert contrast(palette[colour], ground) >= 2, (colour, ground)
    for state in NEEDS_COMMANDER:
        block = theme.states[state]
        assert block != "default", "it has to be seen from across the room"
        assert contrast(palette[theme.colours["ink"]], palette[block]) >= 2.5, block


def test_the_terminals_colours_are_eight() -> None:
    """A terminal with 8 colours has no bright ones."""
    theme = SHIPPED["terminal"]
    assert {*theme.colours.values(), *theme.states.values()} <= set(TERMINAL)


def a_theme(**changes: str) -> str:
    grounds = ("background", "surface", "panel")
    colours = "".join(
        f'  {name}: "{"#101010" if name in grounds else "#b0b0b0"}"\n' for name in COLOURS
    )
    states = "".join(f'  {state.value}: "#b0b0b0"\n' for state in State)
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
    assert themes["dark"].colours["accent"] == "#b0b0b0"
    assert themes["mine"].dark is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "odd.yaml:1: name: must be lower-case"),
        ("just text", "odd.yaml:1: a theme is a table"),
        ("- a\n- b\n", "odd.yaml:1: a theme is a table"),
        ("name: [", "YAML|expected|flow"),
        (a_theme(mine="Mine!"), "odd.yaml:1: name: must be"),
        (a_theme(true="yes"), "odd.yaml:2: dark: must be true or false"),
        (a_theme(accent="acent"), "odd.yaml:9: colours.acent: unknown key; did you mean accent?"),
        (a_theme(accent="acent"), "odd.yaml:3: colours.accent: is missing"),
        (a_theme() + "extra: 1\n", "odd.yaml:27: extra: unknown key"),
        (a_theme() + "contrast: 3\n", "odd.yaml:27: contrast: must be 4.5 or 7"),
        (a_theme().replace('  asking: "#b0b0b0"\n', ""), "odd.yaml:14: states.asking: is missing"),
        (a_theme().replace('asking: "#b0b0b0"', "asking: red"), "states.asking: must be a colour"),
        (a_theme().replace('accent: "#b0b0b0"', "accent: [1]"), "colours.accent: must be a colour"),
        (a_theme() + "name: again\n", "name"),
        (a_theme() + "terminal: true\n", "colours.background: must be one of default, black"),
        (a_theme().replace("name: mine", "name: &a mine"), "anchor"),
        (a_theme().replace('accent: "#b0b0b0"', 'accent: "#181818"'), "colours.accent: can't be"),
        (a_theme().replace('idle: "#b0b0b0"', 'idle: "#101010"'), "states.idle: can't be read"),
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
    with pytest.raises(UsageError, match="There is no"):
        read_theme(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="not a regular file"):
        read_theme(tmp_path)
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(UsageError, match="not a regular file"):
        read_theme(tmp_path / "pipe.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(UsageError):
        read_theme(tmp_path / "bytes.yaml")
    assert shipped("themes").is_dir()


async def test_a_foreign_theme_lacks_none_of_our_variables() -> None:
    async with opened(fleet_of(view("alpha"))) as session:
        session.app.theme = "nord"
        await session.press("m", "escape", "D")
        assert session.app.theme == "nord"
