"""What the disk refuses becomes a `CockpitError` like everything else, at every method that
services call."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from cockpit.errors import CockpitError

P = ParamSpec("P")
T = TypeVar("T")


def told_as(title: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A method that raises `CockpitError` with this title where it would raise `OSError`."""

    def wrap(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return method(*args, **kwargs)
            except OSError as error:
                raise CockpitError(
                    title,
                    detail=str(error),
                    hint="Look at free space and permissions, then try again.",
                ) from error

        return call

    return wrap


def typed(method: Callable[P, T]) -> Callable[P, T]:
    """`told_as`, for what is of the repository as a whole."""
    return told_as("The disk refused what the repository needs.")(method)
