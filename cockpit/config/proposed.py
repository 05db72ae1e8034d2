"""A proposal as the text of a lanes.yaml: commented, and valid whatever the names in it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from cockpit.config.load import parse_config
from cockpit.config.problems import ConfigError, Problem
from cockpit.domain.proposal import Proposal, ProposedLane
from cockpit.domain.text import safe

WIDTH = 96
AT = 32
"""Column of a short remark behind a value."""

_HEAD = """\
# The lanes of this repository: each has its own worktree, branch and tmux pane.
# `cockpit check` explains what is wrong here; every key: `cockpit init --example`

"""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""What other readers of YAML don't take for text."""

_LANE = re.compile(r"lanes\.([a-z0-9-]+)(?:\..*)?")


def valid_text(
    proposal: Proposal, path: Path, preset_names: Collection[str]
) -> tuple[str, Proposal]:
    """The text, and the proposal that it says: what would make the file wrong (a name that no
    template takes, two folders in one another) is left out of it and named in `left_out`.

    Raises `ConfigError` only where the target itself can't be one."""
    while True:
        text = proposal_text(proposal)
        try:
            parse_config(text, path, preset_names=preset_names)
            return text, proposal
        except ConfigError as wrong:
            smaller = _without(proposal, wrong.problems)
            if smaller is None:
                raise
            proposal = smaller


def _without(proposal: Proposal, problems: Sequence[Problem]) -> Proposal | None:
    """The proposal without what has the first problem; None when nothing can go."""
    problem = problems[0]
    match = _LANE.fullmatch(problem.key)
    lane = next((one for one in proposal.lanes if match and one.name == match[1]), None)
    if lane is not None:
        said = f"{lane.why or lane.name} ({problem.message})"
        kept = tuple(one for one in proposal.lanes if one is not lane)
        return replace(proposal, lanes=kept, left_out=(*proposal.left_out, said))
    part = problem.key.partition(".")[0]
    if part == "gate" and proposal.gate is not None:
        return replace(proposal, gate=None)
    if part == "setup" and (proposal.copies or proposal.links):
        return replace(proposal, copies=(), links=())
    if part == "worktrees" and proposal.worktrees is not None:
        return replace(proposal, worktrees=None)
    if part == "branch" and proposal.branch is not None:
        return replace(proposal, branch=None)
    if not part and proposal.lanes:
        return replace(proposal, lanes=proposal.lanes[:-1], copies=(), links=(), gate=None)
    return None


def proposal_text(proposal: Proposal) -> str:
    """The text of this very proposal, valid or not."""
    parts = [_HEAD, _value("target", _scalar(proposal.target), proposal.target_why)]
    for key, template in (("worktrees", proposal.worktrees), ("branch", proposal.branch)):
        if template is not None:
            parts.append(_value(key, _quoted(template.value), template.why))
    parts.append("\nlanes:" + ("\n" if proposal.lanes else " {}\n"))
    open_one = next((lane for lane in proposal.lanes if not lane.zone), None)
    parts += [_lane(lane, explain=lane is open_one) for lane in proposal.lanes]
    parts += [_left_out(proposal.left_out_shown), _gate(proposal), _setup(proposal)]
    return "".join(parts)


def _lane(lane: ProposedLane, *, explain: bool) -> str:
    rows = [_comment(lane.why, "  ") if lane.why else "", f"  {lane.name}:\n"]
    if lane.title:
        rows.append(_value("    title", _scalar(lane.title), ""))
    rows.append(_value("    agent", _scalar(lane.agent), ""))
    for key, text in (("worktree", lane.worktree), ("branch", lane.branch)):
        if text:
            rows.append(_value(f"    {key}", _scalar(text), ""))
    said = 'the globs that this lane may edit, e.g. ["src/auth/**"]' if explain else ""
    rows.append(_value("    zone", _zone(lane), said))
    for key, text in (("owner", lane.owner), ("ledger", lane.ledger)):
        if text:
            rows.append(_value(f"    {key}", _scalar(text), ""))
    return "".join(rows)


def _zone(lane: ProposedLane) -> str:
    include = _list(lane.zone or ("**",))
    return f"{{include: {include}, exclude: {_list(lane.exclude)}}}" if lane.exclude else include


def _left_out(clauses: Sequence[str]) -> str:
    if not clauses:
        return ""
    return (
        "\n" + _comment("Found, and left out:") + "".join(_comment(f"- {one}") for one in clauses)
    )


def _gate(proposal: Proposal) -> str:
    said = (
        "What must pass before a lane lands; it runs on the finished merge, in a worktree of "
        "its own."
    )
    guess = proposal.gate
    head = "\n" + _comment(said)
    if guess is None:
        return head + '# gate: {run: ["make test"], timeout: 10m}\n'
    line = f"gate: {{run: {_list([guess.command])}, timeout: 10m}}\n"
    return head + _comment(f"({guess.why})") + ("" if guess.sure else "# ") + line


def _setup(proposal: Proposal) -> str:
    said = "Ignored files that a new worktree needs, and what to run in it once."
    head = "\n" + _comment(said)
    parts = []
    if proposal.copies:
        parts.append(f"copy: {_list(proposal.copies)}")
    if proposal.links:
        parts.append(f"link: {_list(proposal.links)}")
    if not parts:
        return head + '# setup: {copy: [".env"], run: ["npm ci"]}\n'
    return head + "setup:\n" + "".join(f"  {part}\n" for part in parts)


# ---------------------------------------------------------------- pieces


def _value(key: str, value: str, remark: str) -> str:
    """`key: value  # remark`, the remark on a line of its own where it is too long."""
    line = f"{key}: {value}"
    if not remark:
        return line + "\n"
    remark = _plain_text(remark)
    behind = f"{line:<{AT}}  # {remark}\n"
    if len(behind) <= WIDTH + 1:
        return behind
    indent = key[: len(key) - len(key.lstrip())]
    return _comment(remark, indent) + line + "\n"


def _comment(text: str, indent: str = "") -> str:
    """Lines of a comment. What is in it from outside can't end the line."""
    lead = f"{indent}# "
    hang = lead + ("  " if text.startswith("- ") else "")
    return (
        "\n".join(
            textwrap.wrap(
                _plain_text(text),
                WIDTH,
                initial_indent=lead,
                subsequent_indent=hang,
                break_on_hyphens=False,
            )
        )
        + "\n"
    )


def _plain_text(text: str) -> str:
    """What may stand in a comment: `safe`, and nothing that YAML forbids even there."""
    shown = safe(text, width=400).text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def _scalar(text: str) -> str:
    """A text as YAML, quoted unless it is plain in every reader."""
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    """In YAML's double quotes, which take what JSON's take."""
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Sequence[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)
