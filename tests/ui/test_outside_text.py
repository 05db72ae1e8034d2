"""A lint of our own: no bare outside string reaches a widget (DESIGN §15).

The rule that can be checked: what shows text in `cockpit/ui` is given `Content`, or a literal
of ours. So the calls that take text in Textual may not be given names, attributes, f-strings
or calls that make a `str`, but for the few that make `Content`.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "cockpit" / "ui"

SHOWS = {
    "Static": "all",
    "Label": "all",
    "Button": "all",
    "Markdown": "all",
    "RichLog": "all",
    "Log": "all",
    "OptionList": "all",
    "DataTable": "all",
    "Tree": "all",
    "Tooltip": "all",
    "ListItem": "all",
}
"""Widgets of Textual that take a `str` as markup: only `Content` or nothing."""

FORBIDDEN_CALLS = {"from_markup", "notify", "update", "render_str", "write_line", "add_row"}
FORBIDDEN_TARGETS = {"border_title", "border_subtitle", "tooltip", "sub_title", "markup"}
ALLOWED = {
    ("app.py", "notify"): "the one place; `Content.plain` with markup off",
    ("founding_app.py", "notify"): "the same in the app before there is a fleet",
}


def calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            found.append((name, node))
    return found


def is_content(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    text = ast.unparse(node.func)
    return text == "Content" or text.startswith(("Content.", "present."))


def problems(source: str, name: str) -> list[str]:
    tree = ast.parse(source)
    found = []
    for called, node in calls(tree):
        if called in SHOWS and not all(is_content(argument) for argument in node.args):
            found.append(f"{name}:{node.lineno}: {called} is given something that is not Content")
        if called in FORBIDDEN_CALLS and (name, called) not in ALLOWED:
            found.append(f"{name}:{node.lineno}: {called} takes markup")
        for keyword in node.keywords:
            if keyword.arg == "markup" and ast.unparse(keyword.value) != "False":
                found.append(f"{name}:{node.lineno}: markup is on")
    for part in ast.walk(tree):
        if isinstance(part, ast.Assign):
            for target in part.targets:
                if isinstance(target, ast.Attribute) and target.attr in FORBIDDEN_TARGETS:
                    found.append(f"{name}:{part.lineno}: {target.attr} takes markup")
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(part, functions) and part.name.startswith("action_"):
            found.append(f"{name}:{part.lineno}: {part.name} could be named by markup")
    return found


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.stem)
def test_widgets_take_only_content(path: Path) -> None:
    assert problems(path.read_text(), path.name) == []


@pytest.mark.parametrize(
    "source",
    [
        "Static(view.title)",
        "Static(f'{view.lane}')",
        "Label('[b]' + name)",
        "self.query_one(Static).update(name)",
        "app.notify(text)",
        "Content.from_markup(text)",
        "widget.border_title = name",
        "self.app.bell(markup=True)",
        "class A:\n    def action_merge(self): ...",
    ],
)
def test_the_lint_sees_what_it_is_for(source: str) -> None:
    assert problems(source, "x.py")
