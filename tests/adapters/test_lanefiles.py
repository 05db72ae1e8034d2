from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.lanefiles import SafeLaneFiles
from cockpit.adapters.rewriting import moved_paths
from cockpit.errors import CockpitError, Refused
from tests.adapters.killing import full_at_each_step, killed_at_each_step

FILES = SafeLaneFiles()


@pytest.fixture
def main(tmp_path: Path) -> Path:
    folder = tmp_path / "main"
    folder.mkdir()
    return folder


@pytest.fixture
def lane(tmp_path: Path) -> Path:
    folder = tmp_path / "main-alpha"
    folder.mkdir()
    return folder


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_copies_with_modes(main: Path, lane: Path) -> None:
    (main / ".env").write_text("SECRET=1")
    (main / ".env").chmod(0o600)
    (main / "conf").mkdir()
    (main / "conf" / "-run me\n").write_text("#!")
    (main / "conf" / "-run me\n").chmod(0o755)
    assert FILES.copy(main, lane, [".env", "conf/-run me\n", "missing", "no/such"]) == [
        "missing",
        "no/such",
    ]
    assert (lane / ".env").read_text() == "SECRET=1"
    assert _mode(lane / ".env") == 0o600
    assert _mode(lane / "conf" / "-run me\n") == 0o755
    assert sorted(os.listdir(lane)) == [".env", "conf"]


def test_copies_folders_with_links_and_modes(main: Path, lane: Path) -> None:
    tree = main / "fixtures" / "deep"
    tree.mkdir(parents=True)
    (tree / "b\udcff").write_bytes(b"\0\1")
    (tree / "link").symlink_to("../outside")
    (tree / "empty").mkdir()
    os.mkfifo(tree / "fifo")
    (tree / "closed").mkdir()
    (tree / "closed" / "f").touch()
    (tree / "closed").chmod(0o555)
    assert FILES.copy(main, lane, ["fixtures/"]) == []
    copy = lane / "fixtures" / "deep"
    assert (copy / "b\udcff").read_bytes() == b"\0\1"
    assert os.readlink(copy / "link") == "../outside"
    assert (copy / "empty").is_dir()
    assert _mode(copy / "closed") == 0o555
    assert (copy / "closed" / "f").exists()
    assert not (copy / "fifo").exists()
    assert FILES.copy(main, lane, ["fixtures"]) == []


def test_a_symlink_that_the_commander_named_is_followed(main: Path, lane: Path) -> None:
    (main.parent / "dotenv").write_text("x")
    (main / ".env").symlink_to("../dotenv")
    assert FILES.copy(main, lane, [".env"]) == []
    assert not (lane / ".env").is_symlink()
    assert (lane / ".env").read_text() == "x"


def test_never_through_a_symlink_in_the_lane(main: Path, lane: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    victim = tmp_path / "outside" / "bashrc"
    victim.write_text("mine")
    (main / ".env").write_text("new")
    (main / "conf").mkdir()
    (main / "conf" / "bashrc").write_text("new")
    (lane / ".env").symlink_to(victim)
    (lane / "conf").symlink_to(victim.parent)
    assert FILES.copy(main, lane, [".env"]) == [".env (exists and differs)"]
    for act in (FILES.copy, FILES.link, FILES.rewrite):
        with pytest.raises(Refused, match="symlink"):
            act(main, lane, ["conf/bashrc"])
    with pytest.raises(Refused):
        FILES.write(lane, "conf/bashrc", b"new")
    with pytest.raises(Refused):
        FILES.copy(main, lane, ["conf"])
    FILES.write(lane, ".env", b"new")
    assert (lane / ".env").read_bytes() == b"new"
    assert victim.read_text() == "mine"
    assert os.listdir(victim.parent) == ["bashrc"]


def test_what_differs_is_left_and_reported(main: Path, lane: Path) -> None:
    for name in ("same", "other"):
        (main / name).write_text("source")
    (lane / "same").write_text("source")
    (lane / "other").write_text("agent's")
    (main / "d").mkdir()
    (main / "d" / "f").write_text("source")
    (lane / "d").mkdir()
    (lane / "d" / "f").write_text("agent's")
    assert FILES.copy(main, lane, ["same", "other", "d"]) == [
        "other (exists and differs)",
        "d (1 files in it exist and differ)",
    ]
    assert (lane / "other").read_text() == "agent's"
    assert (lane / "d" / "f").read_text() == "agent's"


def test_what_appears_at_the_last_moment_is_not_replaced(
    main: Path, lane: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (main / ".env").write_text("source")
    (lane / ".env").write_text("agent's")
    monkeypatch.setattr("cockpit.adapters.lane_copy._exists", lambda parent, last: False)
    assert FILES.copy(main, lane, [".env"]) == [".env (exists and differs)"]
    assert (lane / ".env").read_text() == "agent's"
    assert os.listdir(lane) == [".env"]


def test_a_fifo_hangs_neither_side(main: Path, lane: Path) -> None:
    os.mkfifo(main / "pipe")
    (main / "f").write_text("x")
    os.mkfifo(lane / "f")
    assert FILES.copy(main, lane, ["pipe", "f"]) == [
        "pipe (neither a file nor a folder in the source)",
        "f (exists and differs)",
    ]
    assert FILES.rewrite(main, lane, ["f"]) == [
        "f (not a regular file in the lane, or one with hard links)"
    ]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "", ".git/config", "a/.GIT/hooks/x"])
def test_names_that_lead_outside_or_into_git_are_refused(main: Path, lane: Path, name: str) -> None:
    for act in (FILES.copy, FILES.link, FILES.rewrite):
        with pytest.raises(Refused):
            act(main, lane, [name])
    with pytest.raises(Refused):
        FILES.write(lane, name, b"x")
    assert os.listdir(lane) == []


def test_links(main: Path, lane: Path) -> None:
    (main / "node_modules").mkdir()
    (main / "cache").mkdir()
    (lane / "cache").mkdir()
    for _ in range(2):
        assert FILES.link(main, lane, ["node_modules", "cache", "gone"]) == [
            "cache (something else exists there)",
            "gone",
        ]
    assert os.readlink(lane / "node_modules") == str(main / "node_modules")


def test_rewrites_once(main: Path, lane: Path) -> None:
    (main / ".mcp.json").write_text(f'{{"a": "{main}/bin", "b": "{main}"}}')
    for _ in range(2):
        assert FILES.copy(main, lane, [".mcp.json"]) == []
        assert FILES.rewrite(main, lane, [".mcp.json", "gone"]) == ["gone"]
        assert (lane / ".mcp.json").read_text() == f'{{"a": "{lane}/bin", "b": "{lane}"}}'


def test_kills_leave_no_half_file(main: Path, lane: Path) -> None:
    (main / ".env").write_text("A=1\n" * 100)
    (main / ".env").chmod(0o600)
    for _ in killed_at_each_step(lambda: void(FILES.copy(main, lane, [".env"]))):
        for path in lane.iterdir():
            assert _mode(path) == 0o600
        if (lane / ".env").exists():
            assert (lane / ".env").read_text() == "A=1\n" * 100
            (lane / ".env").unlink()
    assert FILES.copy(main, lane, [".env"]) == []
    assert os.listdir(lane) == [".env"]
    assert (lane / ".env").stat().st_nlink == 1


def test_a_full_disk_leaves_nothing(main: Path, lane: Path) -> None:
    (main / ".env").write_text("A=1\n" * 100)
    for _ in full_at_each_step(lambda: void(FILES.copy(main, lane, [".env"])), CockpitError):
        assert set(os.listdir(lane)) <= {".env"}
        (lane / ".env").unlink(missing_ok=True)


def void(_: object) -> None:
    return None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/h/app", "/h/lane"),
        ("/h/app/x", "/h/lane/x"),
        ('"/h/app"', '"/h/lane"'),
        ("file:///h/app/x", "file:///h/lane/x"),
        ("PATH=/a:/h/app/bin:/b", "PATH=/a:/h/lane/bin:/b"),
        ("-I/h/app/include", "-I/h/lane/include"),
        (r'"\/h\/app\/x"', r'"\/h\/lane\/x"'),
        ("see /h/app.", "see /h/lane."),
        ("/h/app-alpha", "/h/app-alpha"),
        ("/h/app.git/x", "/h/app.git/x"),
        ("/h/apple", "/h/apple"),
        ("/mnt/h/app", "/mnt/h/app"),
    ],
)
def test_paths_are_moved_as_wholes(before: str, after: str) -> None:
    assert moved_paths(before.encode(), Path("/h/app"), Path("/h/lane")) == after.encode()


@given(
    st.lists(
        st.sampled_from([b"/h/app", b"/trees/a", b"/", b" ", b'"', b"x", b"-", b".", b"\\/"])
    ).map(b"".join),
    st.sampled_from(["/h/app/trees/a", "/h/app-a", "/h", "/elsewhere"]),
)
def test_moving_twice_is_moving_once(content: bytes, new: str) -> None:
    once = moved_paths(content, Path("/h/app"), Path(new))
    assert moved_paths(once, Path("/h/app"), Path(new)) == once
