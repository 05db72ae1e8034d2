"""Preset files: what cockpit knows of an agent's program, as data.

One TOML file an agent, shipped in `presets/` beside this module; a file of the same name in
`agents/` of the user's configuration folder takes its place. A preset says how the program is
started, how it shows what it does, and on which day that was checked. Everything wrong in a
file is one `UsageError` that names the file and the key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from cockpit import paths
from cockpit.adapters.agents.patterns import compiled
from cockpit.dataclass import dataclass
from cockpit.domain.activity import State
from cockpit.domain.evidence import ANY, CONTINUED, END, Maybe, Rules, ScreenRule, Step, TitleRule
from cockpit.domain.launch import AnswerKeys
from cockpit.errors import UsageError

SHIPPED = Path(__file__).resolve().parent / "presets"
GENERIC = "generic"
SIZE_CAP = 64 * 1024
"""Bytes of a preset file."""

PROMPTS = ("positional", "bare", "flag", "paste")
COMMITS = ("agent", "cockpit")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True, slots=True)
class Preset:
    """One agent's program. Lists are arguments in which `{session}`, `{model}`, `{permission}`
    and `{dir}` stand for a value; an empty list means that the program has no such option.
    """

    name: str
    path: Path
    checked: str
    """The day, `YYYY-MM-DD`, on which this was seen to be so, or read in its documentation."""
    seen: str = ""
    """The program's version whose screens were recorded; empty: all is documented only."""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    probe: tuple[str, ...] = ()
    """What makes the program say its version and end; empty: it can't be asked."""
    prompt: str = "paste"
    """How the first prompt is given: `positional` (after `--`), `bare` (a last argument of a
    program that knows no `--`), `flag`, or `paste`."""
    prompt_flag: str = ""
    session: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    """Goes before all other arguments, since it is a subcommand with some agents."""
    resume_last: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    permission: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    """Words that it takes for `permission`, as far as they are known; others are passed on."""
    modes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words for a lane's `permission` that are options of their own."""
    add_dir: tuple[str, ...] = ()
    """Repeated for each folder that it may read beside its own."""
    headless: tuple[str, ...] = ()
    """How it is run without a screen: for people, cockpit doesn't run it so."""
    hooks: str = ""
    """How its own hooks are set up: for people, cockpit reads screens and titles."""
    traps: tuple[str, ...] = ()
    """What surprises people who run it in a lane, a sentence each."""
    ready: str = ""
    interrupt: tuple[str, ...] = ("C-c",)
    commits: str = "agent"
    answer: AnswerKeys = field(default_factory=AnswerKeys)
    rules: Rules = field(default_factory=Rules)


class _Bad(ValueError):
    """What is wrong with a key, before the file is known. The first name between backticks is
    the key's."""


def find(name: str) -> Preset | None:
    """The preset of that name, the user's before the shipped one; None if there is none.
    Raises `UsageError` for a file that can't be used."""
    if not NAME.fullmatch(name):
        return None
    for folder in (paths.config_home() / "agents", SHIPPED):
        path = folder / f"{name}.toml"
        if path.is_file():
            return load(path)
    return None


def names() -> list[str]:
    """All preset names, shipped and the user's, sorted."""
    folders = (paths.config_home() / "agents", SHIPPED)
    return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})


def load(path: Path) -> Preset:
    """Read one preset file. Raises `UsageError` naming the file and the key."""
    text = ""
    try:
        raw = path.read_bytes()
        if len(raw) > SIZE_CAP:
            raise _Bad(f"it is larger than {SIZE_CAP // 1024} KB")
        text = raw.decode("utf-8")
        return _preset(path, tomllib.loads(text))
    except (OSError, _Bad, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        line = _line_of(text, str(error)) if isinstance(error, _Bad) else 0
        place = f"{path}:{line}" if line else f"{path}"
        raise UsageError(
            f"The agent preset {path} can't be used.",
            detail=f"{place}: {reason}",
            hint="Mend the file, or remove it to use the preset that ships with cockpit.",
        ) from error


def _line_of(text: str, message: str) -> int:
    """The line, from 1, of the key that a message names; 0 if it can't be found. Of an entry
    of [[title]] or [[screen]] whose key is missing it is the entry's own line."""
    named = re.search(r"`(?:(\w+)(?:\[(\d+)\])?\.)?([\w-]+)", message)
    if named is None:
        return 0
    table, entry, key = named[1], int(named[2] or 0), named[3]
    head = re.compile(rf"\s*\[\[?\s*{table}\s*\]") if table else None
    left, best = entry, 0
    for number, row in enumerate(text.splitlines(), 1):
        if best and re.match(r"\s*\[", row):
            break
        if head is not None and not best:
            if head.match(row):
                best, left = (number, left) if left == 0 else (0, left - 1)
        elif re.match(rf"""\s*(?:\[\[?\s*)?["']?{re.escape(key)}["']?\s*[=\].]""", row):
            return number
    return best


def _preset(path: Path, table: Mapping[str, Any]) -> Preset:
    _known(table, "", {*_TEXTS, *_LISTS, *_OTHERS})
    values: dict[str, Any] = {
        **{key: check(table[key], key) for key, check in _TEXTS.items() if key in table},
        **{key: _strings(table[key], key) for key in _LISTS if key in table},
    }
    if "checked" not in table:
        raise _Bad("`checked` is missing: the day on which the preset was checked")
    if values.get("prompt") == "flag" and not values.get("prompt_flag"):
        raise _Bad("`prompt` is `flag`, so `prompt_flag` must name it")
    values["answer"] = _answer(_table(table.get("answer", {}), "answer"))
    modes = _table(table.get("modes", {}), "modes")
    values["modes"] = {mode: _strings(modes[mode], f"modes.{mode}") for mode in modes}
    foreground = _bool(table.get("foreground", False), "foreground")
    values["rules"] = Rules(
        titles=tuple(_title(*entry) for entry in _entries(table, "title")),
        screens=tuple(_screen(*entry) for entry in _entries(table, "screen")),
        shells=frozenset(_strings(table.get("shells", []), "shells")),
        foreground=foreground,
    )
    return Preset(name=path.stem, path=path, **values)


def _answer(table: Mapping[str, Any]) -> AnswerKeys:
    _known(table, "answer.", {"choice", "yes", "no", "words", "typed"})
    lists = [key for key in table if key not in ("words", "typed")]
    keys = {key: _strings(table[key], f"answer.{key}") for key in lists}
    if "choice" in keys and not any("{n}" in key for key in keys["choice"]):
        raise _Bad("`answer.choice` must hold {n}, which stands for the choice's number")
    words = _pattern(table["words"], "answer.words").pattern if "words" in table else ""
    typed = _bool(table.get("typed", True), "answer.typed")
    return AnswerKeys(**keys, words=words, typed=typed)


def _title(table: Mapping[str, Any], where: str) -> TitleRule:
    _known(table, f"{where}.", {"name", "pattern", "states", "agrees"})
    states = _states(table.get("states"), f"{where}.states")
    if not states:
        raise _Bad(f"`{where}.states` must name at least one state")
    return TitleRule(
        _text(table.get("name"), f"{where}.name"),
        _pattern(table.get("pattern"), f"{where}.pattern"),
        states,
        _states(table.get("agrees", []), f"{where}.agrees"),
    )


def _screen(table: Mapping[str, Any], where: str) -> ScreenRule:
    keys = {"name", "state", "rows", "every", "none", "sequence", "foot", "own_title", "begins"}
    _known(table, f"{where}.", keys)
    rows = table.get("rows", 12)
    if type(rows) is not int or not 1 <= rows <= 60:
        raise _Bad(f"`{where}.rows` must be a number of rows from 1 to 60")
    own_title = _bool(table.get("own_title", False), f"{where}.own_title")
    if not any(key in table for key in ("every", "sequence", "foot")):
        raise _Bad(f"`{where}` says nothing: give `every`, `sequence` or `foot`")
    return ScreenRule(
        name=_text(table.get("name"), f"{where}.name"),
        state=_states([table.get("state")], f"{where}.state")[0],
        rows=rows,
        every=_patterns(table, where, "every"),
        none=_patterns(table, where, "none"),
        sequence=tuple(
            _step(text, f"{where}.sequence")
            for text in _strings(table.get("sequence", []), f"{where}.sequence")
        ),
        foot=_optional(table, where, "foot"),
        own_title=own_title,
        begins=_optional(table, where, "begins"),
    )


def _step(text: str, where: str) -> Step:
    if text in (ANY, CONTINUED, END):
        return text
    if text.startswith("?"):
        return Maybe(_pattern(text[1:], where))
    return _pattern(text, where)


# ---------------------------------------------------------------- single values


def _known(table: Mapping[str, Any], prefix: str, keys: set[str]) -> None:
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, sorted(keys), 1)
            hint = f"; did you mean `{prefix}{near[0]}`?" if near else ""
            raise _Bad(f"unknown key `{prefix}{key}`{hint}")


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Bad(f"`{where}` must be a table")
    return value


def _entries(table: Mapping[str, Any], key: str) -> list[tuple[Mapping[str, Any], str]]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise _Bad(f"`{key}` must be written as [[{key}]]")
    return [(_table(entry, f"{key}[{n}]"), f"{key}[{n}]") for n, entry in enumerate(value)]


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise _Bad(f"`{where}` must be a text that isn't empty")
    return value


def _bool(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _Bad(f"`{where}` must be true or false")
    return value


def _one_of(*allowed: str) -> Callable[[object, str], str]:
    def check(value: object, where: str) -> str:
        if value not in allowed:
            raise _Bad(f"`{where}` must be one of {', '.join(allowed)}")
        return str(value)

    return check


def _day(value: object, where: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise _Bad(f'`{where}` must be a day like "2026-08-28"')
    return value


def _strings(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _Bad(f"`{where}` must be a list of texts")
    if any("\0" in text for text in value):
        raise _Bad(f"`{where}` holds a NUL character")
    return tuple(value)


def _states(value: object, where: str) -> tuple[State, ...]:
    known = [state.value for state in State]
    if not isinstance(value, list) or not all(text in known for text in value):
        raise _Bad(f"`{where}` must be of these states: {', '.join(known)}")
    return tuple(State(text) for text in value)


def _pattern(value: object, where: str) -> re.Pattern[str]:
    text = _text(value, where)
    try:
        return compiled(text)
    except ValueError as error:
        raise _Bad(f"`{where}` {error}") from error


def _patterns(table: Mapping[str, Any], where: str, key: str) -> tuple[re.Pattern[str], ...]:
    name = f"{where}.{key}"
    return tuple(_pattern(text, name) for text in _strings(table.get(key, []), name))


def _optional(table: Mapping[str, Any], where: str, key: str) -> re.Pattern[str] | None:
    return _pattern(table[key], f"{where}.{key}") if key in table else None


def _ready(value: object, where: str) -> str:
    return _pattern(value, where).pattern if value != "" else ""


_TEXTS: Mapping[str, Callable[[object, str], str]] = {
    "checked": _day,
    "seen": _text,
    "hooks": _text,
    "prompt": _one_of(*PROMPTS),
    "prompt_flag": _text,
    "ready": _ready,
    "commits": _one_of(*COMMITS),
}
_LISTS = (
    "command",
    "args",
    "probe",
    "session",
    "resume",
    "resume_last",
    "model",
    "permission",
    "permissions",
    "add_dir",
    "headless",
    "interrupt",
    "traps",
)
_OTHERS = ("foreground", "shells", "answer", "modes", "title", "screen")
