"""Weighing the evidence of what a lane's agent does (DESIGN §10); pure, no clock, no I/O.

Order: the process (dead, exit code) → the terminal's title → rules on the bottom of the
screen → `unknown`. What an agent shows is data of its preset (`Rules`); how much each kind
of sign counts is decided here, for all agents alike. Titles and rows are text from outside:
rows are capped before any pattern sees them, and the loader refuses patterns whose time
isn't bounded by a small power of a row's length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cockpit.domain.activity import Activity, State
from cockpit.domain.evidence import (
    ANY,
    CONTINUED,
    CUT,
    END,
    LAST_WORDS,
    QUESTION_ROWS,
    ROW_CAP,
    ROWS_CAP,
    UNSURE_ROWS,
    Evidence,
    Maybe,
    Rules,
    ScreenRule,
    Sign,
    Step,
)

HOLD = 1.0
"""Seconds without a sign of work before `working` is left: agents redraw between two steps,
and a title that is gone for one frame is not an ended turn. Entering is at once."""


def judge(evidence: Evidence, rules: Rules) -> Activity:
    """The agent's state with its evidence. `since` is kept while the state stays the same; at
    a first look at an agent that waits or has ended, it did so when it printed last."""
    found = _now(evidence, rules)
    before = evidence.previous
    if before is None:
        rests = found.state not in (State.WORKING, State.UNKNOWN)
        is_known = rests and 0 < evidence.spoke < evidence.now
        return replace(found, since=evidence.spoke) if is_known else found
    if _is_held(before, found, evidence):
        return before
    if before.state is found.state:
        return replace(found, since=before.since)
    return found


def shows_work(evidence: Evidence, rules: Rules) -> bool:
    """Whether there is a sign of work at this moment, whatever was seen before."""
    return _now(evidence, rules).state is State.WORKING


def signs(evidence: Evidence, rules: Rules) -> tuple[Sign, ...]:
    """All that was seen, strongest first, recognised or not: what `explain` shows."""
    if not evidence.found:
        return (Sign("none", "no pane to look at"),)
    title = _title_sign(evidence, rules)
    screen = _screen_sign(evidence, rules)
    process = _process_sign(evidence, rules)
    if process.states or not _at_shell(evidence, rules):
        return (process, title, screen)
    back = process
    if not title.states and not screen.states and _was_seen(evidence):
        back = replace(process, states=(State.EXITED,), text=last_words(evidence.rows))
    return (back, title, screen)


def last_words(rows: Sequence[str], count: int = LAST_WORDS) -> str:
    """The last rows that aren't blank, raw: what a program said before it ended."""
    return "\n".join(_cut(rows)[-count:])


def _now(evidence: Evidence, rules: Rules) -> Activity:
    """The state by what is seen now alone."""
    process, *others = signs(evidence, rules)
    if process.states:
        return _activity(evidence, process)
    if not others:
        return Activity(State.UNKNOWN, "none", process.rule, evidence.now)
    title, screen = others
    doubt = _doubt(title, screen)
    if len(title.states) == 1:
        told = screen.text if screen.states == title.states else ""
        return _activity(evidence, replace(title, text=told), doubt)
    if screen.states:
        return _activity(evidence, screen, doubt)
    if title.states:
        detail = f"the title says {_words(title)}, the screen shows nothing known"
        return Activity(State.UNKNOWN, "none", "nothing recognised", evidence.now, detail)
    if _at_shell(evidence, rules):
        return Activity(State.UNKNOWN, "none", process.rule, evidence.now)
    rule = "nothing recognised" if rules.titles or rules.screens else "no rules for this program"
    return Activity(State.UNKNOWN, "none", rule, evidence.now)


def _activity(evidence: Evidence, sign: Sign, doubt: str = "") -> Activity:
    detail = "\n".join(part for part in (doubt, sign.text) if part)
    return Activity(sign.states[0], sign.source, sign.rule, evidence.now, detail)


def _is_held(before: Activity, found: Activity, evidence: Evidence) -> bool:
    """Whether `working` stays although its sign is gone just now. A process that ended and a
    pane that can't be seen are no matter of patience."""
    return (
        before.state is State.WORKING
        and found.state not in (State.WORKING, State.EXITED)
        and evidence.found
        and evidence.worked_at is not None
        and 0 <= evidence.now - evidence.worked_at < HOLD
    )


def _doubt(title: Sign, screen: Sign) -> str:
    """A sentence where title and screen contradict each other; else empty."""
    if not title.states or not screen.states:
        return ""
    state = screen.states[0]
    if state in title.states or state in title.agrees:
        return ""
    return f"the title says {_words(title)}, the screen says {state.value} ({screen.rule})"


def _words(sign: Sign) -> str:
    return " or ".join(state.value for state in sign.states) + f" ({sign.rule})"


# ---------------------------------------------------------------- the single signs


def _process_sign(evidence: Evidence, rules: Rules) -> Sign:
    if evidence.dead:
        code = evidence.exit_code
        rule = "ended, exit code unknown" if code is None else f"exit code {code}"
        return Sign("process", rule, (State.EXITED,), last_words(evidence.rows))
    command = evidence.command
    if rules.foreground and command:
        if command in rules.shells:
            return Sign("process", f"{command} is at its prompt", (State.IDLE,))
        return Sign("process", f"{command} runs", (State.WORKING,))
    if _at_shell(evidence, rules):
        return Sign("process", f"back at a shell: {command}")
    return Sign("process", f"{command} runs" if command else "alive")


def _at_shell(evidence: Evidence, rules: Rules) -> bool:
    return not rules.foreground and evidence.command in rules.shells


def _was_seen(evidence: Evidence) -> bool:
    """Whether the agent itself was on the screen before: a shell that is still setting up or
    wraps the agent is not an agent that ended."""
    before = evidence.previous
    return before is not None and before.state not in (
        State.PLANNED,
        State.PARKED,
        State.SETUP,
        State.STARTING,
        State.UNKNOWN,
    )


def _title_sign(evidence: Evidence, rules: Rules) -> Sign:
    title = evidence.title[:ROW_CAP]
    for rule in rules.titles:
        if rule.pattern.search(title):
            return Sign("title", rule.name, rule.states, agrees=rule.agrees)
    return Sign("title", "no rule for this title" if title else "no title")


def _screen_sign(evidence: Evidence, rules: Rules) -> Sign:
    shown = _cut(evidence.rows)
    foot = _foot(evidence.rows)
    for rule in rules.screens:
        rows = shown[-rule.rows :]
        if _fits(rule, rows, foot, evidence.own_title):
            text = _question(rule, shown) if rule.state is State.ASKING else ""
            return Sign("screen", rule.name, (rule.state,), text)
    return Sign("screen", "no rule for this screen" if shown else "the screen is empty")


def _fits(rule: ScreenRule, rows: Sequence[str], foot: str, own_title: bool) -> bool:
    if not rows or (rule.own_title and not own_title):
        return False
    if rule.foot is not None and not rule.foot.search(foot):
        return False
    if any(pattern.search(row) for pattern in rule.none for row in rows):
        return False
    if not all(any(pattern.search(row) for row in rows) for pattern in rule.every):
        return False
    return not rule.sequence or any(
        _follows(rule.sequence, rows, start) for start in range(len(rows))
    )


def _follows(sequence: Sequence[Step], rows: Sequence[str], start: int) -> bool:
    """Whether `sequence` fits the rows from `start` on: the set of places that can be reached,
    element by element, so the time is rows × elements whatever the text."""
    places = {start}
    for element in sequence:
        if element == END:
            places &= {len(rows)}
        elif element == ANY:
            places = set(range(min(places), len(rows) + 1))
        elif element == CONTINUED:
            places = {far for place in places for far in _blank_led(rows, place)}
        elif isinstance(element, Maybe):
            places |= _next(element.pattern, rows, places)
        elif not isinstance(element, str):
            places = _next(element, rows, places)
        if not places:
            return False
    return True


def _next(pattern: re.Pattern[str], rows: Sequence[str], places: set[int]) -> set[int]:
    return {at + 1 for at in places if at < len(rows) and pattern.search(rows[at])}


def _blank_led(rows: Sequence[str], place: int) -> range:
    end = place
    while end < len(rows) and rows[end].startswith(" "):
        end += 1
    return range(place, end + 1)


def _question(rule: ScreenRule, shown: Sequence[str]) -> str:
    """The question as it stands on the screen, raw: from where it begins to the bottom, or
    with the rows above it where its beginning isn't seen (then `CUT` comes first)."""
    first = len(shown) - min(rule.rows, len(shown))
    if rule.every:
        matches = [n for n in range(first, len(shown)) if rule.every[0].search(shown[n])]
        first = matches[-1] if matches else first
    begin = None
    if rule.begins is not None:
        above = range(first, max(-1, first - 2 * QUESTION_ROWS), -1)
        begin = next((n for n in above if rule.begins.search(shown[n])), None)
    start = max(0, first - UNSURE_ROWS) if begin is None else begin
    told = [row for row in shown[start:] if any(c.isalnum() for c in row)]
    whole = begin is not None and len(told) <= QUESTION_ROWS
    return "\n".join(told[-QUESTION_ROWS:] if whole else [CUT, *told[-QUESTION_ROWS:]])


def _cut(rows: Sequence[str]) -> list[str]:
    """The last rows that aren't blank, trailing blanks gone, each capped."""
    return [row for row in _bottom(rows) if row]


def _foot(rows: Sequence[str]) -> str:
    """The last paragraph of the screen as one line of at most `ROW_CAP` characters."""
    last: list[str] = []
    for row in reversed(_bottom(rows)):
        if not row:
            break
        last.append(row.strip())
    return " ".join(reversed(last))[-ROW_CAP:]


def _bottom(rows: Sequence[str]) -> list[str]:
    """At most `ROWS_CAP` capped rows that end with the last one that isn't blank."""
    end = len(rows)
    while end and not rows[end - 1][:ROW_CAP].strip():
        end -= 1
    return [row[:ROW_CAP].rstrip() for row in rows[max(0, end - ROWS_CAP) : end]]
