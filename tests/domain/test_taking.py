"""Which paths a choice of files and folders means."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.taking import chosen_of

PATHS = st.lists(st.text(alphabet="ab/\udcff\n", min_size=1, max_size=8), max_size=12)


def lies_below(path: str, chosen: str) -> bool:
    folder = chosen.rstrip("/")
    return path.rstrip("/") == folder or path.startswith(folder + "/")


def test_folders_mean_what_is_in_them_and_nothing_beside_them() -> None:
    paths = ["a", "a/b", "a/b/c", "ab", "a.b", "new/"]
    for chosen, taken, missing in (
        (["a/"], ["a", "a/b", "a/b/c"], []),
        (["a/b", "a/b/c", "new"], ["a/b", "a/b/c", "new/"], []),
        (["b", "a/b/", "", "/"], ["a/b", "a/b/c"], ["b", "", "/"]),
    ):
        assert chosen_of(paths, chosen) == (frozenset(taken), missing)


@given(PATHS, PATHS)
def test_as_path_by_path(paths: list[str], chosen: list[str]) -> None:
    found, missing = chosen_of(paths, chosen)
    assert found == {path for path in paths if any(lies_below(path, one) for one in chosen)}
    assert missing == [one for one in chosen if not any(lies_below(path, one) for path in paths)]
