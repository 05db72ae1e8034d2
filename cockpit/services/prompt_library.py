"""What a prompt can be made of: those that were sent, templates, and a lane's own values.

A template is a `.md` or `.txt` file in the folder that lanes.yaml names (`templates`) or in
`templates/` of the user's configuration folder; one of the repository's hides one of the
user's of the same name. `{{lane}}` and the like are filled in when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from cockpit import paths
from cockpit.domain.ids import LaneId, branch_name, is_lane_name
from cockpit.domain.prompt_library import MOST_SENT, MOST_SENT_TEXT, PromptTemplate, SentPrompt
from cockpit.errors import CockpitError
from cockpit.services import shared, task_prompt, tasks
from cockpit.services.workplace import Workplace

HISTORY = "prompt-history"
KINDS = (".md", ".txt")
ROOM = 4 << 20
"""Bytes of all templates together that are read; one that has no room is named with that."""


def history(work: Workplace) -> tuple[SentPrompt, ...]:
    """Sent prompts, the newest first. One that can't be read is as if none had been sent; the
    next that is sent puts it aside."""
    try:
        return _read(work)
    except CockpitError:
        return ()


def _read(work: Workplace) -> tuple[SentPrompt, ...]:
    value = work.state.read(HISTORY) or {}
    sent = value.get("sent")
    return tuple(_sent(sent)) if isinstance(sent, list) else ()


def _sent(sent: list[object]) -> Iterator[SentPrompt]:
    for one in sent[:MOST_SENT]:
        if not isinstance(one, dict):
            continue
        text, lanes, at = one.get("text"), one.get("lanes"), one.get("at")
        if isinstance(text, str) and isinstance(lanes, list) and isinstance(at, int | float):
            known = [LaneId(lane) for lane in lanes if isinstance(lane, str) and is_lane_name(lane)]
            yield SentPrompt(text, tuple(known), float(at))


def remember(work: Workplace, lanes: tuple[LaneId, ...], text: str) -> None:
    """Put a prompt on top, once however often it was sent; the oldest go where there are too
    many, and one that is very long is not kept at all."""
    if not text.strip() or len(text) > MOST_SENT_TEXT // 4:
        return
    with work.locks.hold(HISTORY, why="remember a prompt"):
        try:
            known = _read(work)
        except CockpitError:
            work.state.set_aside(HISTORY)
            known = ()
        kept, room = [SentPrompt(text, lanes, work.clock.now())], MOST_SENT_TEXT - len(text)
        for one in known:
            if one.text != text and len(kept) < MOST_SENT and len(one.text) <= room:
                kept.append(one)
                room -= len(one.text)
        work.state.write(
            HISTORY,
            {"sent": [{"text": one.text, "lanes": list(one.lanes), "at": one.at} for one in kept]},
        )


def templates(work: Workplace) -> tuple[PromptTemplate, ...]:
    """All that can be inserted, by name; what can't be read is named with the reason."""
    found: dict[str, PromptTemplate] = {}
    room = ROOM
    for folder, where in _folders(work):
        for name in work.disk.names(folder) if work.disk.is_folder(folder) else ():
            ours = name in (task_prompt.TASK, task_prompt.ORACLE)
            if ours or name in found or not name.endswith(KINDS):
                continue
            file = work.bus_files.file(folder, name) if room > 0 else None
            if room <= 0 or (file is not None and len(file.content or b"") > room):
                room = 0
                why = f"all templates together are more than {ROOM >> 20} MiB"
                found[name] = PromptTemplate(name, where, "", why)
            elif file is not None and file.content is not None:
                room -= len(file.content)
                text = file.content.decode("utf-8", "replace")
                found[name] = PromptTemplate(name, where, text)
            elif file is not None:
                found[name] = PromptTemplate(name, where, "", file.problem)
    return tuple(found[name] for name in sorted(found))


def _folders(work: Workplace) -> Iterator[tuple[Path, str]]:
    if work.config.templates:
        yield work.root / PurePath(work.config.templates), "repository"
    yield paths.config_home() / "templates", "yours"


def values(work: Workplace, lane: LaneId) -> Mapping[str, str]:
    """What placeholders stand for in this lane; empty where there is nothing."""
    record = shared.home(work, lane).record(lane)
    config = work.config.lanes.get(lane)
    task = None if record.shared else tasks.find(work, lane).task
    return {
        "lane": lane,
        "key": config.key if config is not None else "",
        "agent": record.agent,
        "branch": branch_name(record.branch),
        "target": work.config.target,
        "worktree": str(record.worktree),
        "zone": ", ".join(config.zone.include) if config is not None else "",
        "task": (task.id or task.name) if task is not None else "",
        "title": task.title if task is not None else "",
    }
