"""A password may hold an @: all of it is hidden."""

from __future__ import annotations

import pytest

from cockpit.domain.addresses import without_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pa@ss@host/x.git", "https://…@host/x.git"),
        ("ssh://me:pa@ss@host/x.git", "ssh://me:…@host/x.git"),
        ("see https://t@k@one/a and https://two/b@c", "see https://…@one/a and https://two/b@c"),
        ("https://u:tok/en@h/x.git", "https://…@h/x.git"),
        ("ssh://u:1/2@x@h/x.git", "ssh://u:1/2@x@h/x.git"),  # a port, and a path
        ("ssh://u:p@h:22/a@b and http://h:80/a@b", "ssh://u:…@h:22/a@b and http://h:80/a@b"),
        ("ssh://[::1]/a@b", "ssh://[::1]/a@b"),
    ],
)
def test_what_stands_before_the_last_at_is_hidden(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
