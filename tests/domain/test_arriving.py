"""A file counts when it has been the same for a moment."""

from __future__ import annotations

from cockpit.domain.arriving import STILL, Arrivals
from cockpit.domain.bus import BusFile

WALL = 1_700_000_000.0


def file(content: str, *, name: str = "task-001.md", changed: float = WALL) -> BusFile:
    return BusFile(name, content.encode(), "", changed)


def look(arrivals: Arrivals, now: float, *files: BusFile) -> set[str]:
    return set(arrivals.look(files, now=now, wall=WALL + now))


def test_old_files_are_taken_at_the_first_look_and_fresh_ones_later() -> None:
    arrivals = Arrivals()
    fresh = file("x", name="task-002.md")
    assert look(arrivals, 0.1, file("old", changed=WALL - 60), fresh) == {"task-002.md"}
    assert arrivals.due == 0.1 + STILL
    assert look(arrivals, 0.1 + STILL, file("old", changed=WALL - 60), fresh) == set()
    assert arrivals.due is None


def test_each_change_starts_the_moment_anew() -> None:
    arrivals = Arrivals()
    look(arrivals, 0.0)
    for at in (1.0, 1.2, 1.4, 1.6):
        assert look(arrivals, at, file(f"written up to {at}")) == {"task-001.md"}
    assert look(arrivals, 1.6 + STILL / 2, file("written up to 1.6")) == {"task-001.md"}
    assert look(arrivals, 1.6 + STILL, file("written up to 1.6")) == set()
    assert look(arrivals, 9.0, file("written up to 1.6")) == set()


def test_the_same_text_written_again_arrives_again() -> None:
    arrivals = Arrivals()
    look(arrivals, 0.0, file("x", changed=WALL - 60))
    assert look(arrivals, 1.0, file("x", changed=WALL + 1)) == {"task-001.md"}


def test_a_file_that_comes_later_with_an_old_time_arrives_all_the_same() -> None:
    arrivals = Arrivals()
    look(arrivals, 0.0)
    assert look(arrivals, 1.0, file("copied", changed=WALL - 9_999)) == {"task-001.md"}


def test_a_clock_that_jumped_back_takes_nothing_for_ever() -> None:
    arrivals = Arrivals()
    ahead = file("x", changed=WALL + 9_999)
    assert look(arrivals, 0.0, ahead) == {"task-001.md"}
    assert look(arrivals, STILL, ahead) == set()


def test_a_file_that_went_away_is_forgotten() -> None:
    arrivals = Arrivals()
    look(arrivals, 0.0)
    look(arrivals, 1.0, file("x"))
    assert look(arrivals, 1.1) == set()
    assert arrivals.due is None
