"""The package's modules as syntax trees, for tests of its structure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "cockpit"


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name; `runs` is False below `if TYPE_CHECKING`."""

    name: str
    line: int
    runs: bool = True

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """One file of the package. `name` without the leading `cockpit.`."""

    path: Path
    name: str
    source: str
    tree: ast.Module

    @property
    def layer(self) -> str:
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[Import]:
        yield from _imports(self.tree, runs=True)


def _imports(node: ast.AST, *, runs: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, runs)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"relative import in line {child.lineno}"
            base = child.module or ""
            yield Import(base, child.lineno, runs)
            for alias in child.names:
                if _is_module(f"{base}.{alias.name}"):
                    yield Import(f"{base}.{alias.name}", child.lineno, runs)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for statement in child.body:
                yield from _imports(ast.Module([statement], []), runs=False)
            for statement in child.orelse:
                yield from _imports(ast.Module([statement], []), runs=runs)
        else:
            yield from _imports(child, runs=runs)


def _is_module(name: str) -> bool:
    """Whether `name` is one of our own modules (`from cockpit.services import start`)."""
    if not name.startswith("cockpit."):
        return False
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def parse(path: Path, name: str) -> Module:
    source = path.read_text(encoding="utf-8")
    return Module(path, name, source, ast.parse(source, filename=str(path)))


@cache
def package() -> tuple[Module, ...]:
    """Every module of the package."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(parse(path, name or "__init__"))
    return tuple(found)
