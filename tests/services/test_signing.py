"""Landings that are signed, with a real key."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters.git import sign
from cockpit.domain.ids import LaneId
from cockpit.domain.intents import Land
from cockpit.errors import Refused
from tests.conftest import git
from tests.services.conftest import LANES, Desk

ALPHA = LaneId("alpha")


@pytest.fixture
def key(isolated: Path) -> Path:
    """A key of the commander's own, in their own configuration."""
    key = isolated / "id"
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    try:
        subprocess.run(made, check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no ssh-keygen to sign with")
    public = (isolated / "id.pub").read_text().split()
    (isolated / "signers").write_text(f"commander@example.org {public[0]} {public[1]}\n")
    with (isolated / ".gitconfig").open("a") as config:
        config.write(
            f'[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tallowedSignersFile = {isolated}/signers\n'
            f"[user]\n\tsigningKey = {key}.pub\n"
        )
    return key


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_what_lands_is_signed_and_else_the_same(
    make_desk: Callable[..., Desk], key: Path, how: str
) -> None:
    desk = make_desk(lanes=LANES + f"merge: {{how: {how}, sign: true, sign_off: true}}\n")
    desk.start()
    desk.commit("alpha", "src/api.py", "one\n", "first\n\nwith a body")
    desk.commit("alpha", "src/auth.py", "two\n", "second")
    before = desk.main()
    shown = desk.cockpit().preview_landing(ALPHA)
    done = desk.do(Land(ALPHA))
    assert done.data["new"] == desk.main()
    new = git(desk.root, "rev-list", "--first-parent", f"{before}..main").split()
    assert len(new) == (2 if how == "rebase" else 1)
    for commit in new:
        git(desk.root, "verify-commit", commit)
    assert git(desk.root, "rev-parse", "main^{tree}").strip() == shown.tree
    message = git(desk.root, "log", "-1", "--format=%B", "main")
    assert message.strip() == shown.message.strip()
    assert "Signed-off-by: Commander <commander@example.org>" in message
    assert not git(desk.root, "status", "--porcelain")


def test_a_key_that_is_not_there_lands_nothing(make_desk: Callable[..., Desk], key: Path) -> None:
    desk = make_desk(lanes=LANES + "merge: {sign: true}\n")
    key.unlink()
    desk.start()
    desk.commit("alpha", "src/api.py", "one\n")
    before = desk.main()
    with pytest.raises(Refused, match="could not be signed"):
        desk.do(Land(ALPHA))
    assert desk.main() == before


def test_a_program_that_hangs_lands_nothing(
    make_desk: Callable[..., Desk], isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(lanes=LANES + "merge: {sign: true}\n")
    hanging = isolated / "gpg"
    hanging.write_text("#!/bin/sh\nexec sleep 600\n")
    hanging.chmod(0o755)
    with (isolated / ".gitconfig").open("a") as config:
        config.write(f"[gpg]\n\tprogram = {hanging}\n")
    monkeypatch.setattr(sign, "DEADLINE", 1.0)
    desk.start()
    desk.commit("alpha", "src/api.py", "one\n")
    before = desk.main()
    with pytest.raises(Refused, match="did not end within"):
        desk.do(Land(ALPHA))
    assert desk.main() == before


def test_a_program_that_the_repository_names_does_not_run(
    make_desk: Callable[..., Desk], key: Path, tmp_path: Path
) -> None:
    desk = make_desk(lanes=LANES + "merge: {sign: true}\n")
    flag = tmp_path / "RAN"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {flag}\nexit 1\n")
    evil.chmod(0o755)
    for name in ("gpg.program", "gpg.ssh.program"):
        git(desk.root, "config", name, str(evil))
    desk.start()
    desk.commit("alpha", "src/api.py", "one\n")
    desk.do(Land(ALPHA))
    assert not flag.exists()
