"""Templates of prompts: filled in one pass, whatever the values hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.template import fill, unknown

VALUES = {"name": "alpha", "zone": "", "note": "be {{name}}"}


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("lane {{name}}", "lane alpha\n"),
        ("{{#zone}}only {{zone}}{{/zone}}free", "free\n"),
        ("{{#name}}in {{name}}{{/name}}.", "in alpha.\n"),
        ("{{note}}", "be {{name}}\n"),
        ("{{nobody}} {{ name }}", "{{nobody}} {{ name }}\n"),
        ("a{{#zone}}b{{#name}}c{{/name}}d{{/zone}}e", "ae\n"),
        ("a{{#zone}}never closed", "a\n"),
        ("a{{/zone}}b", "ab\n"),
        ("", "\n"),
    ],
)
def test_what_is_filled_in(template: str, made: str) -> None:
    assert fill(template, VALUES) == made


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("{{name}} {{#zone}}x{{/zone}}", ()),
        ("{{nobody}}", ("{{nobody}}",)),
        ("{{#zone}}x", ("{{#zone}}",)),
        ("x{{/zone}}", ("{{/zone}}",)),
        ("{{#zone}}{{#name}}{{/zone}}{{/name}}", ("{{/zone}}", "{{/name}}")),
    ],
)
def test_what_is_wrong_with_a_template(template: str, wrong: tuple[str, ...]) -> None:
    assert unknown(template, VALUES) == wrong


@given(st.text(), st.text())
def test_a_value_is_never_read_as_a_template(before: str, value: str) -> None:
    plain = before.replace("{", "")
    assert fill(plain + "{{name}}", {"name": value}) == (plain + value).strip() + "\n"
