"""Our `dataclass` is the standard library's to whoever uses it."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from cockpit import dataclass as ours


class Plain:
    """Documented."""

    one: int
    two: str = "two"
    three: list[int] = field(default_factory=list)
    four: object = field(default=None, compare=False)

    def doubled(self) -> int:
        return 2 * self.one


class Own:
    one: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "mine"


class Empty:
    pass


BARE: Any = ours.dataclass
FROZEN = {"frozen": True, "slots": True}
Make = Callable[[type], Any]
MAKERS = [
    pytest.param(dataclasses.dataclass(**FROZEN), id="standard"),
    pytest.param(ours.dataclass(**FROZEN), id="ours"),
]


def fresh(of: type) -> type:
    """The class as its source has it: a decorator takes the defaults away."""
    kept = {k: v for k, v in vars(of).items() if k not in ("__dict__", "__weakref__")}
    for name, value in kept.items():
        if isinstance(value, dataclasses.Field):
            kept[name] = copy.copy(value)
    return type(of.__name__, (), kept)


def decorated(of: type, **options: bool) -> Any:
    return BARE(**options)(fresh(of))


@pytest.mark.parametrize("make", MAKERS)
class TestBoth:
    def test_made_read_and_compared(self, make: Make) -> None:
        made = make(fresh(Plain))
        first, same, other = made(1), made(one=1, two="two"), made(1, "three", [4], four=5)
        assert (first.one, first.two, first.three, first.four) == (1, "two", [], None)
        assert first.three is not same.three, "a default of its own"
        assert first == same and first != other and first != (1, "two", [], None)
        assert made(1, four=1) == made(1, four=2), "what is not compared"
        assert first.doubled() == 2
        assert repr(other) == "Plain(one=1, two='three', three=[4], four=5)"
        assert made.__doc__ == "Documented."

    def test_what_the_library_does_with_it(self, make: Make) -> None:
        made = make(fresh(Plain))
        other = dataclasses.replace(made(1), two="x")
        assert (other.one, other.two) == (1, "x")
        assert dataclasses.asdict(other) == {"one": 1, "two": "x", "three": [], "four": None}
        assert [one.name for one in dataclasses.fields(made)] == ["one", "two", "three", "four"]
        assert copy.deepcopy(other) == copy.copy(other) == other
        match other:
            case made(one, two):
                assert (one, two) == (1, "x")
        assert not hasattr(other, "__dict__")

    def test_frozen(self, make: Make) -> None:
        made = make(fresh(Plain))(1)
        for name in ("one", "new"):
            with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
                setattr(made, name, 2)
            with pytest.raises((dataclasses.FrozenInstanceError, TypeError, AttributeError)):
                delattr(made, name)
        assert made.one == 1

    @pytest.mark.parametrize(
        ("given", "named", "said"),
        [
            ((), {}, r"Plain.__init__\(\) missing 1 required positional argument: 'one'"),
            ((1,), {"five": 5}, r"got an unexpected keyword argument 'five'"),
            ((1,), {"one": 5}, r"got multiple values for argument 'one'"),
            ((1, 2, 3, 4, 5), {}, r"takes from 2 to 5 positional arguments but 6 were given"),
        ],
    )
    def test_given_wrongly(
        self, make: Make, given: tuple[Any, ...], named: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(TypeError, match=said):
            make(fresh(Plain))(*given, **named)

    def test_methods_of_its_own_are_kept(self, make: Make) -> None:
        made = make(fresh(Own))
        assert made(1) == made(2) and hash(made(1)) == 7 and repr(made(1)) == "mine"

    def test_hash_by_what_is_compared(self, make: Make) -> None:
        made = make(fresh(Plain))
        assert hash(made(1, three=(), four=1)) == hash(made(1, three=(), four=2))
        with pytest.raises(TypeError, match="unhashable"):
            hash(made(1))

    def test_nothing_in_it(self, make: Make) -> None:
        made = make(fresh(Empty))
        assert made() == made() and len({made(), made()}) == 1 and repr(made()) == "Empty()"

    def test_derived(self, make: Make) -> None:
        base = make(fresh(Plain))
        derived = make(type("Derived", (base,), {"__annotations__": {"five": int}, "five": 5}))
        made = derived(1, five=6)
        assert (made.one, made.five) == (1, 6)
        assert made != base(1) and base(1) != made
        assert repr(made).startswith("Derived(one=1")
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
            made.five = 7


@ours.dataclass(frozen=True, slots=True)
class Pickled:
    one: int
    two: tuple[int, ...] = ()


def test_pickled() -> None:
    made = Pickled(1, (2,))
    assert pickle.loads(pickle.dumps(made)) == made


def test_every_other_form_is_the_standard_one() -> None:
    ordered: Any = decorated(Plain, frozen=True, slots=True, order=True)
    assert ordered(1) < ordered(2)
    made = decorated(Plain, slots=True)(1)
    made.one = 2
    assert made.one == 2
    bare: Any = BARE(fresh(Empty))
    assert bare() == bare()


def test_what_it_can_not_do_is_an_error() -> None:
    only_named = type("Named", (), {"__annotations__": {"one": int}, "one": field(kw_only=True)})
    with pytest.raises(TypeError, match=r"Named\.one"):
        decorated(only_named, frozen=True, slots=True)(one=1)
