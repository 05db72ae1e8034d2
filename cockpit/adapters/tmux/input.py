"""Text and keys on their way into tmux: quoting, escaping, cleaning. Pure.

tmux has three parsers in the way, each with traps of its own (measured on 3.3a):

- its argument list: an argument that ends in `;` ends the command, and what follows runs as
  a command of its own (`send-keys -l 'foo;' kill-session` ran the kill): `argument`;
- its command language (control mode, `source-file`): `$`, `~`, `"`, `\\` expand: `quote`;
- the program in the pane: ESC[201~ inside a paste ends the paste, and what follows counts
  as typed: `cleaned`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.errors import UsageError

Command = Sequence[str]
"""One tmux command with its arguments, each meant literally."""

_ESCAPED = frozenset('"\\$~')
_NAMED_KEYS = (
    "Enter|Escape|Tab|BTab|Space|BSpace|Up|Down|Left|Right|Home|End|"
    "PageUp|PgUp|PPage|PageDown|PgDn|NPage|IC|Insert|DC|Delete|F[1-9]|F1[0-2]|"
    "KP[0-9/*+.-]|KPEnter"
)
_KEY = re.compile(rf"(?:[CMS]-){{0,3}}(?:{_NAMED_KEYS}|[!-~])")
_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def argument(text: str) -> str:
    """`text` as one element of tmux's argument list: a final `;` is escaped."""
    return text[:-1] + "\\;" if text.endswith(";") else text


def quote(text: str) -> str:
    """`text` as one double-quoted word of tmux's command language, on one line.

    Everything that expands there, and every control character, is written in octal. Raises
    `UsageError` for a NUL, which no argument can hold.
    """
    if "\0" in text:
        raise UsageError("Text with a NUL character can't be given to tmux.")
    return '"' + "".join(map(_quoted, text)) + '"'


def _quoted(char: str) -> str:
    if char < " " or char == "\x7f" or char in _ESCAPED:
        return f"\\{ord(char):03o}"
    return char


def line(command: Command) -> str:
    """A command as one line of tmux's command language."""
    return " ".join(map(quote, command))


def script(commands: Sequence[Command]) -> str:
    """Commands as one line: they run in one turn of the server, up to the first that fails."""
    return " ; ".join(map(line, commands)) + "\n"


def cleaned(text: str) -> str:
    """`text` with only newlines and tabs left of all control characters (C0, DEL, C1).

    Without ESC and U+009B nothing in it can end a bracketed paste or drive the program as
    keys would. Line ends become newlines, lone surrogates U+FFFD.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    dropped = _DROPPED.sub("", unified)
    return dropped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def key(name: str) -> str:
    """`name` if tmux knows it as a key (`Enter`, `C-c`, `M-Left`, `y`); an unknown name would
    be typed letter by letter. Raises `UsageError`."""
    if not _KEY.fullmatch(name):
        raise UsageError(
            f"tmux knows no key by the name {name!r}.",
            hint="Key names are like Enter, Escape, C-c, M-Left, F5, or one character.",
        )
    return name


def shown_key(name: str) -> str:
    """A key's name for people: `C-q` is `Ctrl-Q`."""
    *modifiers, last = re.split(r"(?<=[CMS]-)(?=.)", name)
    words = {"C-": "Ctrl-", "M-": "Alt-", "S-": "Shift-"}
    return "".join(words[modifier] for modifier in modifiers) + (
        last.upper() if len(last) == 1 and modifiers else last
    )
