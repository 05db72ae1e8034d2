"""The wheel in an empty environment: everything that the program needs at run time is in it.

Built and installed without a network: hatchling is a development dependency, and the new
environment sees the libraries of this one through a `.pth` file (which does not carry this
one's editable install over: `.pth` files beside those libraries are not read again).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from cockpit import __version__

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("cockpit", "themes", "pyproject.toml", "lanes.example.yaml", "README.md", "LICENSE")


def run(*argv: str | Path, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a program away from the checkout, so that nothing is imported from it by accident."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(word) for word in argv],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel, from a copy of the sources (the checkout stays untouched)."""
    base = tmp_path_factory.mktemp("wheel")
    source, out = base / "source", base / "dist"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy2(ROOT / name, source / name)
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=source)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel and sees our libraries."""
    place = tmp_path_factory.mktemp("installed")
    venv.create(place / "venv", with_pip=False, symlinks=True)
    python = place / "venv" / "bin" / "python"
    done = run(
        sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python,
        "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=place,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    asked = run(python, "-c", "import sysconfig as s; print(s.get_path('purelib'))", cwd=place)
    (Path(asked.stdout.strip()) / "libraries.pth").write_text(
        sysconfig.get_path("purelib") + "\n" + sysconfig.get_path("platlib") + "\n"
    )
    return python.parent


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {"cockpit/lanes.example.yaml"}
    wanted |= {f"cockpit/themes/{path.name}" for path in (ROOT / "themes").glob("*.yaml")}
    for folder in ("ui/tcss", "adapters/agents/presets", "demo/scripts"):
        files = [
            path for path in (ROOT / "cockpit" / folder).iterdir()
            if path.is_file() and path.suffix != ".pyc"
        ]  # fmt: skip
        assert files, folder
        wanted |= {f"cockpit/{folder}/{path.name}" for path in files}
    assert not wanted - names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "tests/" in name or "__pycache__" in name]


def test_the_wheel_says_who_it_is(wheel: Path) -> None:
    assert wheel.name == f"lanes_cockpit-{__version__}-py3-none-any.whl"
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
    metadata = archive.read(name).decode()
    for line in ("Name: lanes-cockpit", "Requires-Python: >=3.11", "License-Expression: MIT"):
        assert line in metadata
    (name,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
    assert "cockpit = cockpit.cli.main:main" in archive.read(name).decode()


def test_it_runs_from_its_own_place(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "cockpit", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"cockpit {__version__}\n")
    where = run(installed / "python", "-c", "import cockpit; print(cockpit.__file__)", cwd=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(installed.parent)


def test_shipped_files_are_found(installed: Path, repo: Path) -> None:
    assert run(installed / "cockpit", "-C", repo, "init", cwd=repo).returncode == 0
    done = run(installed / "cockpit", "-C", repo, "check", "--json", cwd=repo)
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True)
    example = run(installed / "cockpit", "init", "--example", cwd=repo)
    assert example.stdout == (ROOT / "lanes.example.yaml").read_text(encoding="utf-8")
    themes = "from cockpit.config.themes import load_themes; print(*sorted(load_themes()))"
    shown = run(installed / "python", "-c", themes, cwd=repo)
    assert shown.stdout.split() == sorted(path.stem for path in (ROOT / "themes").glob("*.yaml"))


@pytest.mark.tmux
@pytest.mark.slow
def test_the_demo_runs_headless_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "cockpit", "demo", "--headless", "--json", cwd=tmp_path, timeout=170)
    document = json.loads(done.stdout)
    wrong = [step for step in document["steps"] if not step["ok"]]
    assert not wrong, wrong
    assert done.returncode == 0, done.stderr
    got = {(step["step"], step["lane"], step["got"]) for step in document["steps"]}
    assert {
        ("land", "alpha", "landed"),
        ("land", "beta", "conflict"),
        ("land", "gamma", "gate red"),
        ("land", "delta", "refused"),
        ("undo landing", "alpha", "undone"),
        ("undo teardown", "delta", "restored"),
    } <= got
    assert not Path(document["repository"]).exists()


def test_the_demo_where_there_is_no_tmux(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails with a sentence, leaves nothing behind, or exactly what it was asked to keep."""
    tools, scratch, full = (tmp_path / name for name in ("bin", "scratch", "full"))
    for folder in (tools, scratch, full):
        folder.mkdir()
    (full / "mine").write_text("mine")
    for name in ("git", "env", "sh"):
        (tools / name).symlink_to(os.path.realpath(shutil.which(name) or name))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("TMPDIR", str(scratch))
    demo = (installed / "cockpit", "demo", "--headless")
    refused = run(*demo, "--keep", "full", cwd=tmp_path)
    assert (refused.returncode, [path.name for path in full.iterdir()]) == (3, ["mine"])
    gone = run(*demo, cwd=tmp_path)
    assert gone.returncode == 1
    assert "tmux" in gone.stdout + gone.stderr
    assert "Traceback" not in gone.stderr
    assert not list(scratch.iterdir())
    kept = run(*demo, "--keep", "kept", cwd=tmp_path)
    assert kept.returncode == 1
    assert (tmp_path / "kept" / "till" / ".git").is_dir()
    log = run(installed / "cockpit", "-C", "kept/till", "log", "--json", cwd=tmp_path)
    assert json.loads(log.stdout)["operations"]
