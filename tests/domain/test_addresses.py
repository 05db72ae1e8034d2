"""Addresses without their secrets, and what a clone's folder is called."""

from __future__ import annotations

import pytest

from cockpit.domain.addresses import bare_name, has_secret, without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ann:hunter2@example.org/x.git", "https://…@example.org/x.git"),
        ("no access to 'https://TOKEN@h/x': no", "no access to 'https://…@h/x': no"),
        ("ssh://git@example.org/x", "ssh://git@example.org/x"),
        ("ssh://git:pw@example.org/x", "ssh://git:…@example.org/x"),
        ("HTTPS://a:b@h/x https://c:d@h/y", "HTTPS://…@h/x https://…@h/y"),
        ("https://h/x?private_token=abc", "https://h/x?…"),
        ("git@example.org:us/x.git", "git@example.org:us/x.git"),
        ("/src/x", "/src/x"),
    ],
)  # fmt: skip
def test_without_secrets(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
    assert has_secret(text) is (text != shown)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/us/till.git", "till.git"),
        ("https://example.org/us/till/", "till.git"),
        ("git@example.org:till", "till.git"),
        ("git@example.org:us/till.git", "till.git"),
        ("../origin", "origin.git"),
        ("https://h/x y\u202e.git?token=1", "x-y.git"),
        ("https://h/..", ""),
        ("/", ""),
    ],
)
def test_names(url: str, name: str) -> None:
    assert bare_name(url) == name
