"""The demo flow by keys in a real tmux pane: from the first screen until every lane is landed,
refused with the reason, or undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.conftest import COCKPIT
from tests.e2e.screen import Screen

PACE = "0.1"
ALL_DONE = r"alpha \? asking(.|\n)*beta ○ idle(.|\n)*gamma ○ idle(.|\n)*delta ○ idle"


def target(till: Path) -> str:
    return git(till, "rev-parse", "main").strip()


def on_target(till: Path, path: str) -> str:
    return git(till, "show", f"main:{path}")


@pytest.mark.tmux
def test_the_demo_by_keys(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    till = kept / "till"
    demo = [*COCKPIT, "demo", "--pace", PACE, "--keep", str(kept)]
    with Screen(demo, cwd=tmp_path) as screen:
        screen.wait_for(ALL_DONE, r"Do you want to proceed\?", seconds=60)
        answer_the_question(screen)
        land_alpha(screen, till)
        beta_conflicts(screen, till)
        gamma_is_red_then_mended(screen, till)
        delta_is_outside_its_zone(screen, till)
        teardown_and_back(screen, kept)
        undo_alpha(screen, till)
        screen.leave()
    assert git(till, "status", "--porcelain") == ""
    come_back(tmp_path, till)


def answer_the_question(screen: Screen) -> None:
    """Step in with Enter, answer, come back with Ctrl-Q."""
    screen.press("Enter")
    screen.wait_for(r"lane alpha .*Ctrl-Q back to the board")
    screen.press("1")
    screen.wait_for("Give a tenth off from ten pieces on")
    screen.press("C-q")
    screen.wait_for("alpha ○ idle", "till → main")


def land_alpha(screen: Screen, till: Path) -> None:
    """Read the diff, go on to the preview, approve: three keys from idle to landed."""
    before = target(till)
    at = len(screen.pressed)
    screen.press("d")
    screen.wait_for(r"tests/test_discount\.py \+11 new, committed", "cents \\* 9 // 10")
    screen.press("m")
    screen.wait_for("may land", r"✓ 2 paths, all in the zone", "Cockpit-Approved")
    assert target(till) == before, "a preview moves nothing"
    screen.press("Enter")
    screen.wait_for("✓ landed alpha on main", r"Ran 7 tests")
    assert screen.pressed[at:] == ["d", "m", "Enter"]
    assert "cents * 9 // 10" in (till / "shop" / "prices.py").read_text()
    assert git(till, "rev-parse", "main^1").strip() == before
    screen.press("Enter")
    screen.wait_for("alpha ○ idle", "till → main")


def beta_conflicts(screen: Screen, till: Path) -> None:
    before = target(till)
    screen.press("2", "m")
    screen.wait_for("beta .* can not land", r"conflicts with main .*\n +shop/prices\.py")
    screen.press("Enter")
    screen.wait_for("It can not land")
    assert target(till) == before
    screen.press("Escape")
    screen.wait_for("till → main")


def gamma_is_red_then_mended(screen: Screen, till: Path) -> None:
    """The gate's output is live; `o` has a draft for the agent; mended, it lands."""
    before = target(till)
    screen.press("3", "m")
    screen.wait_for("gamma .* may land")
    screen.press("Enter")
    screen.wait_for("FAIL: test_half_a_cent_goes_up", "✗ The gate is red", seconds=60)
    assert target(till) == before
    screen.press("o")
    screen.wait_for("Prompt to gamma", r"The gate is red: python3", "then commit")
    screen.press("C-s")
    screen.wait_for("till → main", "gamma ○ idle", r"gamma/work +↑2", seconds=60)
    screen.press("m")
    screen.wait_for("gamma .* may land")
    screen.press("Enter")
    screen.wait_for("✓ landed gamma on main", seconds=60)
    screen.press("Escape")
    screen.wait_for("till → main")


def delta_is_outside_its_zone(screen: Screen, till: Path) -> None:
    before = target(till)
    screen.press("4", "m")
    screen.wait_for("can not land", "outside the zone of delta", r"tools/export\.py")
    screen.press("Escape")
    screen.wait_for("till → main")
    assert target(till) == before


def teardown_and_back(screen: Screen, kept: Path) -> None:
    folder = kept / "till-delta"
    work = git(folder, "rev-parse", "HEAD")
    screen.press("D")
    screen.wait_for(r"Tear down delta\?", "Export the report as CSV", "delta/work at")
    screen.press("D", "Enter")
    screen.wait_for("delta · planned", "starts this lane", seconds=60)
    assert not folder.exists()
    screen.press("g")
    screen.wait_for("✓ teardown +delta")
    screen.press("u")
    screen.wait_for(r"Undo step \d+: tear down delta\?", "the folder comes back")
    screen.press("y")
    screen.wait_for("✓ undo +delta", seconds=60)
    screen.press("Escape")
    screen.wait_for("delta ■ exited", "runs its agent again")
    assert git(folder, "rev-parse", "HEAD") == work


def undo_alpha(screen: Screen, till: Path) -> None:
    """Undone from the journal although gamma landed after it: gamma's work stays."""
    screen.press("g")
    screen.wait_for("✓ land +gamma", "✓ land +alpha")
    rows = [line for line in screen.text().split("\n") if line[:5].strip().isdigit()]
    alpha = next(at for at, line in enumerate(rows) if "✓ land      alpha" in line)
    screen.press(*["Down"] * alpha, "u")
    screen.wait_for(r"Undo step \d+: land alpha on main\?", "the work stays on alpha/work")
    screen.press("y")
    screen.wait_for("✓ undo +alpha", seconds=60)
    screen.press("Escape")
    screen.wait_for("till → main")
    assert "9 // 10" not in on_target(till, "shop/prices.py")
    assert "Decimal" in on_target(till, "shop/money.py")


def come_back(tmp_path: Path, till: Path) -> None:
    """What was left is found: lanes, states and the journal."""
    with Screen([*COCKPIT, "-C", str(till), "up"], cwd=tmp_path, name="again") as screen:
        screen.wait_for("alpha ○ idle", "beta ○ idle", "gamma ○ idle", "delta ■ exited", seconds=60)
        screen.leave()
