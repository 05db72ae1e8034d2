"""What is wrong with a command line, as a sentence: argparse says it in words of its own."""

from __future__ import annotations

import re
from collections.abc import Collection

from cockpit.domain.text import safe

WIDTH = 400
"""Characters of a message that are kept: words of the command line come back in it."""

_REQUIRED = "the following arguments are required: "
_UNKNOWN = "unrecognized arguments: "
_ARGUMENT = re.compile(r"argument (?P<name>[^:]+): (?P<said>.*)", re.DOTALL)
_CHOICE = re.compile(r"invalid choice: (?P<word>.*) \(choose from (?P<known>.*)\)", re.DOTALL)
_VALUE = re.compile(r"invalid (?P<type>\w+) value: (?P<word>.*)", re.DOTALL)
_KINDS = {"int": "a whole number", "float": "a number"}


def sentence(command: str, message: str, optional: Collection[str] = ()) -> str:
    """argparse's `message` about `cockpit command`. Of what it calls required, `optional` are
    not: it names arguments that may be given any number of times among them."""
    line = f"`cockpit {command}`"
    if message.startswith(_REQUIRED):
        names = message.removeprefix(_REQUIRED).split(", ")
        wanted = [name for name in names if name not in optional] or names
        return f"{line} needs {_listed(wanted)}."
    if message.startswith(_UNKNOWN):
        return f"{line} does not take {_shown(message.removeprefix(_UNKNOWN))}."
    about = _ARGUMENT.fullmatch(message)
    if about is None:
        return f"{line}: {_shown(message)}."
    name, said = about["name"], about["said"]
    if choice := _CHOICE.fullmatch(said):
        known = choice["known"].replace("'", "")
        return f"{line} does not know {_shown(choice['word'])}: it takes {known}."
    if (value := _VALUE.fullmatch(said)) and value["type"] in _KINDS:
        return f"{name} of {line} is {_KINDS[value['type']]}, not {_shown(value['word'])}."
    if said == "expected one argument":
        return f"{name} of {line} needs a value."
    return f"{name} of {line}: {_shown(said)}."


def _shown(text: str) -> str:
    return str(safe(text, width=WIDTH))


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
