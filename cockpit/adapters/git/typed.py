"""What the disk refuses becomes a `CockpitError` like everything else, at every method that
services call."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from cockpit.errors import CockpitError

P = ParamSpec("P")
T = TypeVar("T")


def typed(method: Callable[P, T]) -> Callable[P, T]:
    """`method`, raising `CockpitError` where it would raise `OSError`."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except OSError as error:
            raise CockpitError(
                "The disk refused what the repository needs.",
                detail=str(error),
                hint="Look at free space and permissions, then try again.",
            ) from error

    return call
