"""lanes.example.yaml and docs/configuration.md, both made from the schema.

`python -m cockpit.config.example` prints the example, with `reference` as argument the
reference; tests compare the committed files with what is made here.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator

from cockpit.config.kinds import Kind
from cockpit.config.own import OWN
from cockpit.config.schema import COORDINATION, TOP
from cockpit.config.shapes import Key, MapOf, Struct, ZoneOf

WIDTH = 96

_EXAMPLE_HEAD = """\
# Every key of lanes.yaml, with what it means and its default. Copy what you need; all keys
# are optional. A small file is enough:
#
#   target: main
#   lanes:
#     alpha: {agent: claude, zone: ["src/auth/**"]}
#     beta:  {agent: codex,  zone: ["src/api/**"]}
#
# `cockpit check` explains what is wrong in a file. Text is taken as it is written (no, 1.10 and
# 012 stay text); anchors, aliases, tags and merge keys are not read. What is marked (trust) can
# run something or reach out of the repository: it takes effect once you have trusted it.
"""

_REFERENCE_HEAD = """\
# Configuration

`lanes.yaml` lies at the root of the repository. Every key is optional; an unknown key, a
duplicate key or a value of the wrong type is an error with its line, and `cockpit check` lists
all of them. [lanes.example.yaml](../lanes.example.yaml) shows every key in place.

- Text is taken as it is written: `no`, `1.10`, `012` and dates stay text. `true` and `false` are
  the only truth values. Anchors, aliases, tags, merge keys and a second document are refused.
- A duration is a number with a unit (`500ms`, `2s`, `10m`, `4h`, `2d`, `1h30m`), a size one with
  `B`, `K`, `M`, `G` or `T` (powers of 1024).
- Templates may hold `{repo}` `{lane}` `{agent}` `{role}` `{task}` `{slug}` `{user}` `{date}`.
  Values are reduced to letters, digits, `-`, `_` and `.`. Without a task, `{lane}-{task}` gives
  the lane's name alone, and a template without `{lane}` gets it for `{task}` and `{slug}`.
- Globs are relative to the repository's root and compared without regard to case: `*` and `?`
  stay inside one folder, `**` is any number of folders, `[a-z]` a character, `{a,b}` either. A
  last part without a wildcard also covers what lies beneath it: `src/auth` is `src/auth/**` too.
- Folders are relative to the main checkout, absolute, or begin with `~/`.
- Keys with **trust** can run something or reach out of the repository. They take effect once you
  have trusted the file's present content; a change there asks again.

This page is made from the schema in `cockpit/config/schema.py`.
"""

_OWN_HEAD = """\
## Your own config.yaml

`$XDG_CONFIG_HOME/cockpit/config.yaml` (by default `~/.config/cockpit/config.yaml`) is yours and
goes before `lanes.yaml`. It may move every key, several to an action, or take one away with `none`;
a change counts at once. What would leave no way to quit, to help or to the palette is not
followed, nor is a key that another action has there; the app and `cockpit check` name it.

`lanes.yaml` comes with the repository, so its `keys` may do less: they may move actions that
look or move, onto keys that do nothing otherwise.

"""

_THEMES = """
### Themes

`dark`, `light`, `high-contrast`, `colour-blind` (for eyes that can't tell red from green) and
`terminal` (the terminal's own colours; worn by itself where there are no more than 16). Choose
one with *Theme* in the palette. Files of your own, `~/.config/cockpit/themes/<any>.yaml`, look
like those in [themes](../themes/): a colour is `#rrggbb`, or with `terminal: true` one of
`default`, `black`, `red`, `green`, `yellow`, `blue`, `magenta`, `cyan`, `white` and those with
`bright_` before them. `ink` (text on a block of colour) and `cursor` (the chosen row's ground)
may be left out. A change counts at once; a file that is wrong keeps its last good state, and
what is wrong is named with its line. With `NO_COLOR` set nothing has any colour.

"""

_COORDINATION_HEAD = """\
## coordination.yaml

Where there is no `lanes.yaml`, a `coordination.yaml` of this form is read:

```yaml
zones:
  alpha:
    files:
      include: ["src/auth/**", "ledgers/*-alpha.csv"]
    ledger: "ledgers/tasks-alpha.csv"
    agent: "Commander"
```

"""


def example_yaml() -> str:
    """The whole of lanes.example.yaml; it is itself a valid lanes.yaml."""
    lines = [*_EXAMPLE_HEAD.splitlines()]
    for key in TOP.keys:
        lines.append("")
        lines.extend(_key_lines(key, 0))
    return "\n".join(lines) + "\n"


def _key_lines(key: Key, indent: int) -> Iterator[str]:
    yield from _comment(key, indent)
    pad = " " * indent
    if isinstance(key.kind, Struct):
        yield f"{pad}{key.name}:"
        yield from _struct_lines(key.kind, indent + 2)
    elif isinstance(key.kind, MapOf) and key.kind.sample and isinstance(key.kind.value, Struct):
        yield f"{pad}{key.name}:"
        yield f"{pad}  {key.kind.sample}:"
        yield from _struct_lines(key.kind.value, indent + 4)
        yield from textwrap.indent(key.kind.more, pad + "  ").splitlines()
    else:
        yield f"{pad}{key.name}: {key.example or key.default}"


def _struct_lines(struct: Struct, indent: int) -> Iterator[str]:
    for key in struct.keys:
        yield from _key_lines(key, indent)


def _comment(key: Key, indent: int) -> Iterator[str]:
    """What the key means; its type and default where the example doesn't show them."""
    text = key.means
    if not isinstance(key.kind, Struct | MapOf) or not _has_sample(key.kind):
        text += f" [{key.kind.words}"
        text += f"; default {key.default}]" if key.example else "]"
    if key.trust:
        text += " (trust)"
    lead = " " * indent + "# "
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=lead,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _has_sample(kind: Struct | MapOf) -> bool:
    return isinstance(kind, Struct) or bool(kind.sample)


def reference_markdown() -> str:
    """The reference of all keys as markdown."""
    text = _REFERENCE_HEAD
    plain = [key for key in TOP.keys if not _inner(key.kind)]
    text += "\n## Top level\n\n" + _table(plain, "")
    for key in TOP.keys:
        inner = _inner(key.kind)
        if inner is not None:
            name = f"{key.name}.<{key.kind.noun}>" if isinstance(key.kind, MapOf) else key.name
            text += f"\n## {key.name}\n\n{_sentence(key.means)}\n\n" + _table(
                inner.keys, name + "."
            )
    text += "\n" + _OWN_HEAD + _table(OWN.keys, "") + _THEMES.rstrip("\n") + "\n"
    zones = _inner(COORDINATION.key("zones").kind)
    rows = zones.keys if zones is not None else ()
    return text + "\n" + _COORDINATION_HEAD + _table(rows, "zones.<lane>.")


def _inner(kind: Kind) -> Struct | None:
    if isinstance(kind, Struct):
        return kind
    if isinstance(kind, MapOf) and isinstance(kind.value, Struct):
        return kind.value
    return None


def _table(keys: tuple[Key, ...] | list[Key], before: str) -> str:
    rows = ["| key | takes | default | meaning |", "| --- | --- | --- | --- |"]
    for key in keys:
        means = _sentence(key.means) + (" **trust**" if key.trust else "")
        if key.example:
            means += f" Example: `{_cell(key.example)}`"
        takes = _cell(key.kind.words)
        rows.append(f"| `{before}{key.name}` | {takes} | `{_cell(key.default)}` | {_cell(means)} |")
        inner = key.kind.inner if isinstance(key.kind, ZoneOf) else _inner(key.kind)
        if inner is not None:
            rows.extend(_table(inner.keys, f"{before}{key.name}.").splitlines()[2:])
    return "\n".join(rows) + "\n"


def _sentence(text: str) -> str:
    """With a capital, unless the first word is a value of the key."""
    first = text.split(" ")[0]
    start = text if first.endswith(":") else text[:1].upper() + text[1:]
    return start + ("" if text.endswith(".") else ".")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    made = reference_markdown() if sys.argv[1:] == ["reference"] else example_yaml()
    sys.stdout.write(made)
