"""`dataclass` as the standard library has it, without the wait.

The standard one compiles six methods for every class while its module is imported: for the 340
classes that a command loads, 0.4 of its 0.7 s. Of a frozen class with slots only `__init__` is
compiled here, when the first object is made; the other methods share their code. All other
forms are left to the standard library.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

FROZEN = {"frozen": True, "slots": True}

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """The decorator, with and without options."""
        if cls is None:
            return lambda made: dataclass(made, **options)
        if options != FROZEN or hasattr(cls, "__post_init__"):
            return dataclasses.dataclass(cls, **options)
        return _frozen(cls)


def _frozen(cls: type) -> type:
    own = set(cls.__dict__)
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # else the signature is worked out for it
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    names = tuple(field.name for field in fields)
    compared = _values_of([field.name for field in fields if field.compare])

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        made.__init__ = init = _compiled_init(made)
        init(self, *args, **kwargs)

    def __eq__(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    def __hash__(self: Any) -> int:
        return hash(compared(self))

    def __setattr__(self: Any, name: str, value: object) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self: Any, name: str) -> None:
        if type(self) is made or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        object.__delattr__(self, name)

    for method in (__init__, __eq__, __hash__, __setattr__, __delattr__, _repr, _state, _set_state):
        name = _SPECIAL.get(method.__name__, method.__name__)
        if name not in own or (name == "__hash__" and cls.__dict__[name] is None):
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


@reprlib.recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_SPECIAL = {"_repr": "__repr__", "_state": "__getstate__", "_set_state": "__setstate__"}


def _values_of(names: list[str]) -> Callable[[Any], object]:
    """What two objects are compared by."""
    return attrgetter(*names) if names else lambda _: ()


_MISSING = dataclasses.MISSING
_ABSENT = object()


def _compiled_init(made: Any) -> Callable[..., None]:
    """`__init__` as the standard library would write it."""
    known: dict[str, Any] = {"ABSENT": _ABSENT}
    parameters, body = [], []
    for field in dataclasses.fields(made):
        name, value = field.name, field.name
        known[f"set_{name}"] = getattr(made, name).__set__
        parameter = name
        if field.default is not _MISSING:
            known[f"default_{name}"] = field.default
            parameter = f"{name}=default_{name}"
        elif field.default_factory is not _MISSING:
            known[f"make_{name}"] = field.default_factory
            parameter = f"{name}=ABSENT"
            value = f"make_{name}() if {name} is ABSENT else {name}"
        if not field.init or field.kw_only:
            raise TypeError(f"{made.__qualname__}.{name}: not for {__name__}")
        parameters.append(parameter)
        body.append(f"    set_{name}(self, {value})")
    text = "\n".join((f"def __init__({', '.join(('self', *parameters))}):", *body, "    return"))
    exec(text, known)
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init
