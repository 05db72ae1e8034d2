"""Who may import whom (DESIGN §5), read from the source and, for the command line, at run time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.modules import Module, package, parse

GROUND = {"errors", "paths", "__init__", "dataclass"}
"""What any layer may use, `domain` the errors and the decorator alone: the errors, the names of
places, the version, and how classes are made."""

LAYERS: dict[str, set[str]] = {
    "__init__": set(),
    "dataclass": set(),
    "errors": set(),
    "paths": set(),
    "domain": {"domain", "errors", "dataclass"},
    "config": {"config", "domain", *GROUND},
    "adapters": {"adapters", "domain", *GROUND},
    "services": {"services", "config", "domain", *GROUND},
    "ui": {"ui", "services", "domain", *GROUND},
    "cli": {"cli", "services", "config", "domain", *GROUND},
    "demo": {"demo", "services", "config", "domain", *GROUND},
    "__main__": {"cli"},
}

EXCEPTIONS: dict[str, dict[str, str]] = {
    "services.wiring": {"adapters": "the composition root"},
    "services.quick": {"adapters": "a composition root that starts at once, for completion"},
    "cli.commands.up": {"ui": "runs the app"},
    "cli.commands.check": {"ui": "the registry knows the actions; it goes without Textual"},
    "cli.commands.demo": {"demo": "builds and drives the demo"},
}
"""Module → further layer → why."""

THIRD_PARTY: dict[str, tuple[str, ...]] = {
    "textual": ("ui",),
    "rich": ("ui",),
    "pygments": ("ui.syntax",),
    "libtmux": ("adapters.tmux",),
    "git": ("adapters.git",),
    "gitdb": ("adapters.git",),
    "watchfiles": ("adapters.watch",),
    "yaml": ("config.yaml_events", "config.yaml_edit"),
}
"""Library → the only modules (and what lies below them) that may import it."""

SUBPROCESS: dict[str, str] = {
    "adapters.git.run": "the git door",
    "adapters.tmux.run": "the tmux door",
    "adapters.runner": "gate and setup commands",
    "adapters.platform.ask": "asks a program one question (its version, `ps`)",
    "adapters.vault_git": "git on our own vault, which is not the user's repository",
    "ui.attach": "hands the terminal to a tmux client",
    "cli.editor": "hands the terminal to the commander's editor",
    "demo": "scripted agents are programs that run programs",
}
"""Module → why it may start processes."""

STARTERS = {"subprocess", "pty", "multiprocessing"}
OS_STARTERS = {"system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile"}
ASYNC_STARTERS = {"create_subprocess_exec", "create_subprocess_shell", "subprocess_exec"}


def below(name: str, places: tuple[str, ...] | dict[str, str]) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


def layer_faults(module: Module) -> Iterator[str]:
    allowed = LAYERS[module.layer] | set(EXCEPTIONS.get(module.name, ()))
    for imported in module.imports():
        if imported.top != "cockpit":
            continue
        layer = imported.name.split(".")[1] if "." in imported.name else "__init__"
        if layer not in allowed:
            yield f"{module.name}:{imported.line} imports {imported.name}"


def adapter_faults(module: Module) -> Iterator[str]:
    """Adapters use no other adapter's inside: git knows no tmux, and so on."""
    folders = ("git", "tmux", "bus", "agents")
    parts = module.name.split(".")
    own = parts[1] if module.layer == "adapters" and len(parts) > 1 else ""
    for imported in module.imports():
        words = imported.name.split(".")
        if own in folders and words[:2] == ["cockpit", "adapters"] and len(words) > 2:
            other = words[2]
            if other in folders and other != own:
                yield f"{module.name}:{imported.line} imports {imported.name}"


def library_faults(module: Module) -> Iterator[str]:
    for imported in module.imports():
        places = THIRD_PARTY.get(imported.top)
        if places is not None:
            if not below(module.name, places):
                yield f"{module.name}:{imported.line} imports {imported.name}"
        elif imported.top != "cockpit" and imported.top not in sys.stdlib_module_names:
            yield f"{module.name}:{imported.line} imports {imported.name}, which nobody may"


def process_faults(module: Module) -> Iterator[str]:
    if below(module.name, SUBPROCESS):
        return
    import ast

    for imported in module.imports():
        if imported.top in STARTERS:
            yield f"{module.name}:{imported.line} imports {imported.name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            of_os = isinstance(node.value, ast.Name) and node.value.id == "os"
            starts = (of_os and node.attr in OS_STARTERS) or node.attr in ASYNC_STARTERS
            if starts or (of_os and node.attr.startswith("spawn")):
                yield f"{module.name}:{node.lineno} uses {node.attr}"


RULES = (layer_faults, adapter_faults, library_faults, process_faults)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_imports(rule: object) -> None:
    assert callable(rule)
    faults = [fault for module in package() for fault in rule(module)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("name", "source", "rule"),
    [
        ("domain.x", "from cockpit.paths import state_dir", layer_faults),
        ("domain.x", "import cockpit.adapters.git.run", layer_faults),
        ("services.x", "from cockpit.adapters.clock import SystemClock", layer_faults),
        ("services.x", "def f():\n    from cockpit.adapters import clock", layer_faults),
        ("adapters.x", "from cockpit.services.ports import Git", layer_faults),
        ("ui.x", "from cockpit.config.model import Config", layer_faults),
        ("cli.commands.status", "from cockpit.ui.app import App", layer_faults),
        ("adapters.git.x", "from cockpit.adapters.tmux import run", adapter_faults),
        ("cli.x", "import textual.app", library_faults),
        ("adapters.tmux.x", "from git import Repo", library_faults),
        ("services.x", "import yaml", library_faults),
        ("domain.x", "import requests", library_faults),
        ("services.x", "import subprocess", process_faults),
        ("services.x", "import os\nos.system('x')", process_faults),
        ("services.x", "import os\nos.spawnvp(0, 'x', [])", process_faults),
        ("ui.x", "import asyncio\nasyncio.create_subprocess_exec('x')", process_faults),
    ],
)
def test_each_rule_sees_its_fault(tmp_path: Path, name: str, source: str, rule: object) -> None:
    file = tmp_path / "x.py"
    file.write_text(source)
    assert callable(rule)
    assert list(rule(parse(file, name)))


def test_exceptions_are_used() -> None:
    """An exception that nobody needs any more is taken out of the list."""
    used = {
        module.name: {i.name.split(".")[1] for i in module.imports() if "." in i.name}
        for module in package()
        if module.name in EXCEPTIONS
    }
    stale = [
        f"{name} → {layer}"
        for name, layers in EXCEPTIONS.items()
        for layer in layers
        if layer not in used.get(name, set())
    ]
    assert not stale


def test_no_folder_shadows_a_library() -> None:
    """A top-level module named `git` would hide GitPython."""
    tops = {module.name.partition(".")[0] for module in package()}
    assert not tops & set(THIRD_PARTY)


HEAVY = (
    "textual",
    "rich",
    "libtmux",
    "git",
    "yaml",
    "watchfiles",
    "asyncio",
    "cockpit.ui",
    "cockpit.adapters",
)


def loaded_after(*words: str) -> set[str]:
    """The modules that a fresh interpreter has after running this command line."""
    code = (
        "import sys, json, contextlib, io\n"
        "from cockpit.cli.main import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    main(json.loads(sys.argv[1]))\n"
        "sys.stdout.write(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(words)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("command", ["status", "up", "demo", "start", "merge"])
def test_help_loads_nothing_heavy(command: str) -> None:
    loaded = loaded_after(command, "--help")
    assert f"cockpit.cli.commands.{command}" in loaded
    assert not [name for name in HEAVY if name in loaded]


def test_the_version_loads_nothing_of_ours_but_itself() -> None:
    loaded = {name for name in loaded_after("--version") if name.startswith("cockpit")}
    assert loaded == {"cockpit", "cockpit.cli", "cockpit.cli.main"}


def test_a_real_status_never_loads_textual(repo: Path) -> None:
    (repo / "lanes.yaml").write_text("lanes:\n  alpha: {agent: shell}\n")
    loaded = loaded_after("-C", str(repo), "status", "--json")
    assert "cockpit.services.wiring" in loaded
    assert not [name for name in ("textual", "rich", "watchfiles", "cockpit.ui") if name in loaded]
