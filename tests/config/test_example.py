"""The example and the reference are made from the schema, current, and true."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.example import example_yaml, reference_markdown
from cockpit.config.load import parse_config
from cockpit.config.schema import TOP
from cockpit.config.shapes import MapOf, Struct

ROOT = Path(__file__).parents[2]
REMAKE = "make it anew with: python -m cockpit.config.example"


def test_the_committed_example_is_current() -> None:
    assert (ROOT / "lanes.example.yaml").read_text() == example_yaml(), REMAKE


def test_the_committed_reference_is_current() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == reference_markdown(), REMAKE


def test_the_example_is_a_valid_configuration() -> None:
    config = parse_config(
        example_yaml(), Path("/r/lanes.yaml"), preset_names=("claude", "codex", "shell")
    )
    assert list(config.lanes) == ["alpha", "beta", "gamma", "delta"]
    assert set(config.agents) == {"claude", "mybot"}
    assert config.gate.run == ("make test",)
    assert config.ports.vars == {"BACKEND_PORT": 9100, "FRONTEND_PORT": 9200}


def _names(struct: Struct) -> list[str]:
    found = []
    for key in struct.keys:
        found.append(key.name)
        inner = key.kind.value if isinstance(key.kind, MapOf) else key.kind
        if isinstance(inner, Struct):
            found += _names(inner)
    return found


@pytest.mark.parametrize("name", sorted(set(_names(TOP))))
def test_every_key_is_in_the_example_and_the_reference(name: str) -> None:
    assert any(line.strip().startswith(f"{name}:") for line in example_yaml().splitlines())
    assert f"{name}`" in reference_markdown() or f"## {name}\n" in reference_markdown()


def test_lines_fit_a_terminal() -> None:
    assert max(map(len, example_yaml().splitlines())) <= 100
