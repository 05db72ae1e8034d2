"""Habits of STYLE.md that a machine can see: sizes, no shell, no silent or bare except, one
place that prints, no registry's address."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.modules import ROOT, Module, package, parse

MOST_LINES = 400
MOST_TEST_LINES = 750
"""A file of tests is read test by test, so it may be longer; one file a module under test."""
LARGE: dict[str, str] = {
    "cockpit/services/ports.py": "every port in one place, so that they are read together",
    "cockpit/ui/actions.py": "the one registry of actions is a table",
}
"""Files that may be larger, each with the reason."""

PRINTERS = ("cli.output", "demo")


def shell_faults(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.keyword) and node.arg == "shell":
            value = node.value
            if not (isinstance(value, ast.Constant) and value.value is False):
                yield f"{module.name}:{value.lineno} shell="
        elif isinstance(node, ast.Attribute) and node.attr == "create_subprocess_shell":
            yield f"{module.name}:{node.lineno} a shell string"


def except_faults(module: Module) -> Iterator[str]:
    """A bare `except:`, and one that passes without a word why."""
    lines = module.source.splitlines()
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        if node.type is None:
            yield f"{module.name}:{node.lineno} bare except"
        last = node.body[-1]
        if len(node.body) == 1 and isinstance(last, ast.Pass):
            said = lines[node.lineno - 1 : last.end_lineno]
            if not any("#" in line for line in said):
                yield f"{module.name}:{node.lineno} except that passes without a reason"


def print_faults(module: Module) -> Iterator[str]:
    if any(module.name == place or module.name.startswith(place + ".") for place in PRINTERS):
        return
    for node in ast.walk(module.tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in ("print", "input", "breakpoint"):
            yield f"{module.name}:{called.lineno} {called.id}()"


def wait_for_faults(module: Module) -> Iterator[str]:
    """Python 3.11's `wait_for` swallows a cancellation that comes together with the answer, and
    a loop around it then never ends; `asyncio.timeout` does not."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr == "wait_for":
            yield f"{module.name}:{node.lineno} asyncio.wait_for"


SYSTEM_CALLS = {"pidfd_open", "pidfd_send_signal", "waitid"}
SYSTEM_WORDS = ("/proc/", "renameat2", "syncfs", "libproc")


def system_faults(module: Module) -> Iterator[str]:
    """What only some systems have stands in `adapters.platform`, beside what else is done."""
    if module.name.startswith("adapters.platform"):
        return
    docs = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in SYSTEM_CALLS:
            yield f"{module.name}:{node.lineno} {node.attr}"
        elif isinstance(node, ast.Import) and any(name.name == "ctypes" for name in node.names):
            yield f"{module.name}:{node.lineno} ctypes"
        elif isinstance(node, ast.Constant) and id(node) not in docs:
            text = node.value if isinstance(node.value, str) else ""
            if text.startswith(SYSTEM_WORDS):
                yield f"{module.name}:{node.lineno} {text}"


RULES = (shell_faults, except_faults, print_faults, wait_for_faults, system_faults)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_habits(rule: object) -> None:
    assert callable(rule)
    faults = [fault for module in package() for fault in rule(module)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("run('x', shell=True)", shell_faults),
        ("run('x', shell=yes)", shell_faults),
        ("try:\n    f()\nexcept:\n    raise", except_faults),
        ("try:\n    f()\nexcept OSError:\n    pass", except_faults),
        ("print('x')", print_faults),
        ("input()", print_faults),
        ("import asyncio\nasyncio.wait_for(x, 1)", wait_for_faults),
        ("import os\nos.pidfd_open(1)", system_faults),
        ("import ctypes", system_faults),
        ("open(f'/proc/{pid}/stat')", system_faults),
    ],
)
def test_each_habit_sees_its_fault(tmp_path: Path, source: str, rule: object) -> None:
    file = tmp_path / "x.py"
    file.write_text(source)
    assert callable(rule)
    assert list(rule(parse(file, "services.x")))


def python_files() -> list[Path]:
    return sorted([*ROOT.joinpath("cockpit").rglob("*.py"), *ROOT.joinpath("tests").rglob("*.py")])


def test_files_stay_readable() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files()
    }
    large = [
        f"{name}: {lines}"
        for name, lines in sizes.items()
        if lines > (MOST_TEST_LINES if name.startswith("tests/") else MOST_LINES)
        and name not in LARGE
    ]
    assert not large, "look for the noun that hides in them:\n" + "\n".join(large)
    stale = [name for name in LARGE if sizes.get(name, 0) <= MOST_LINES]
    assert not stale, f"no longer large: {stale}"


def test_every_module_says_why_it_is_there() -> None:
    silent = [
        module.name
        for module in package()
        if module.source.strip() and not ast.get_docstring(module.tree)
    ]
    assert not silent


def committed() -> list[Path]:
    """What git would commit; the whole tree where there is no git directory."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode == 0:
        names = [name.decode("utf-8", "surrogateescape") for name in done.stdout.split(b"\0")]
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    skipped = {".venv", ".git", "dist", "build"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not skipped & set(path.relative_to(ROOT).parts)
    ]


REGISTRY = re.compile(
    rb"(?i)https?://[^\s\"'>)]*(?:py" + rb"pi|python" + rb"hosted|/sim" + rb"ple/)"
)


def test_no_registry_address_is_committed() -> None:
    found = [str(path) for path in committed() if REGISTRY.search(path.read_bytes())]
    assert not found


def test_the_registry_rule_sees_its_fault() -> None:
    for address in (b"https://py" + b"pi.org/x", b"http://mirror.local/sim" + b"ple/textual"):
        assert REGISTRY.search(b"url = '" + address + b"'")
