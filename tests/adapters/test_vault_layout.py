from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.vault_layout import (
    Entry,
    Kind,
    Manifest,
    blob_path,
    escaped,
    manifest_from_bytes,
    manifest_to_bytes,
    unescaped,
)
from cockpit.errors import CockpitError


@pytest.mark.parametrize(
    ("name", "is_escaped"),
    [
        (".git", True),
        (".GIT", True),
        (".gitignore", True),
        (".git ", True),
        (".git.", True),
        ("git~1", True),
        ("GIT~12", True),
        ("gi7eba~1", True),
        (".g\u200cit", True),
        ("a\\.git", True),
        ("esc=x", True),
        ("git", False),
        ("digit.py", False),
        ("a.git", False),
        ("x~", False),
        ("\udcff", False),
    ],
)
def test_which_names_are_escaped(name: str, is_escaped: bool) -> None:
    assert (escaped(name) != name) is is_escaped
    assert unescaped(escaped(name)) == name


NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
    | st.sampled_from(list(".gitGITesc=~1 \\\u200c\udc80")),
    min_size=1,
    max_size=12,
)


@given(NAMES, NAMES)
def test_escaping_is_reversible_and_collides_never(one: str, two: str) -> None:
    assert unescaped(escaped(one)) == one
    assert (escaped(one) == escaped(two)) is (one == two)
    assert escaped(escaped(one)) != escaped(one) or escaped(one) == one


@given(st.lists(NAMES.filter(lambda name: name not in (".", "..")), min_size=1, max_size=4))
def test_the_manifest_comes_back(parts: list[str]) -> None:
    path = "/".join(parts)
    entries = [Entry("", Kind.FOLDER, 0o755, 1), Entry(path, Kind.FILE, 0o4600, 2, 3, True, 4)]
    manifest = Manifest("/w\udcff", "/a", 1.5, {"files": entries, "admin": []})
    content = manifest_to_bytes(manifest)
    assert manifest_from_bytes(content) == manifest
    assert blob_path("files", tuple(parts)).count("/") == len(parts)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"version": 1}', b'{"version": 99}', b"\xff", b"[" * 99999],
)
def test_a_damaged_manifest_is_said(content: bytes) -> None:
    with pytest.raises(CockpitError) as caught:
        manifest_from_bytes(content)
    assert caught.value.hint


def test_a_manifest_that_leads_outside_is_refused() -> None:
    for path in ("../x", "a/../../x", "/etc/x", "a//b"):
        manifest = Manifest(
            "/w", "/a", 1.0, {"files": [Entry(path, Kind.FILE, 0o600, 1)], "admin": []}
        )
        with pytest.raises(CockpitError):
            manifest_from_bytes(manifest_to_bytes(manifest))
