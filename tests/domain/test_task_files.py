"""Task and result files: forgiving, lossless, never raising."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain import header, header_lines
from cockpit.domain.header_edit import with_field
from cockpit.domain.result import ResultStatus, parse_result, status_of
from cockpit.domain.task import KNOWN, parse_task
from cockpit.domain.taskname import id_of_name, ids_in, is_file_of_tasks

SAMPLE = b"""\
---
title: Issue and verify tokens: part 1
depends: 002, 005
zone: src/{a,b}/**, tests/auth/**
lane: alpha
agent: claude
model: sonnet
priority: 2
role: CTO
estimate: 4h
needs: database
context: docs/tokens.md, results/task-002-result.md
test: pytest tests/auth -q
reviewer: bob
---
# Body
"""


def test_the_form_of_the_design_is_read() -> None:
    task = parse_task("task-001-auth.md", SAMPLE)
    assert (task.id, task.title) == ("task-001", "Issue and verify tokens: part 1")
    assert task.depends == ("task-002", "task-005")
    assert task.zone == ("src/{a,b}/**", "tests/auth/**")
    assert (task.lane, task.agent, task.model, task.role) == ("alpha", "claude", "sonnet", "CTO")
    assert (task.priority, task.estimate, task.needs) == (2, 4 * 3600, ("database",))
    assert task.context == ("docs/tokens.md", "results/task-002-result.md")
    assert (task.test, task.extra) == ("pytest tests/auth -q", (("reviewer", "bob"),))
    assert (task.body, task.problems) == ("# Body\n", ())


TITLED = {
    "plain": b"---\ntitle: T\nzone: **/x\n---\nbody\n",
    "BOM and CRLF": b"\xef\xbb\xbf---\r\ntitle: T\r\nzone: **/x\r\n---\r\nbody\r\n",
    "bold keys": b"---\n**Title:** T\n**Zone**: **/x\n---\nbody\n",
    "bullets": b"---\n- title: T\n- zone:\n  - **/x\n---\nbody\n",
    "stars for bullets": b"---\n* **Title**: T\n* zone: **/x\n---\nbody\n",
    "code fence around the file": b"```markdown\n---\ntitle: T\nzone: **/x\n---\nbody\n```\n",
    "code fence around the header": b"```yaml\n---\ntitle: T\nzone: **/x\n---\n```\nbody\n",
    "code fence without rules": b"```yaml\ntitle: T\nzone: **/x\n```\nbody\n",
    "a bracketed list": b"---\ntitle: T\nzone: [**/x]\n---\nbody\n",
    "quotes": b"---\ntitle: 'T'\nzone: [\"**/x\"]\n---\nbody\n",
    "never closed": b"---\ntitle: T\nzone: **/x\n\n# Heading\nbody\n",
    "a rule further down": b"---\ntitle: T\nzone: **/x\n\nSome prose here.\n\n---\nmore\n",
    "blank lines first": b"\n\n---\ntitle: T\nzone: **/x\n---\nbody\n",
    "keys of capitals": b"---\nTITLE: T\nZones: **/x\n---\nbody\n",
    "a comment": b"---\n# about it\ntitle: T\n\n# more\nzone: **/x\n---\nbody\n",
    "indented": b"---\n  title: T\n  zone: **/x\n---\nbody\n",
    "no rules, bold": b"**Title:** T\n**Zone:** **/x\n\nbody\n",
}


@pytest.mark.parametrize("raw", TITLED.values(), ids=TITLED.keys())
def test_many_forms_say_the_same(raw: bytes) -> None:
    task = parse_task("task-001.md", raw)
    assert (task.title, task.zone) == ("T", ("**/x",))
    assert not set(task.problems) - {"its header is not closed by a `---` line"}


def test_no_header_is_a_task() -> None:
    task = parse_task("ws-03-meta.md", b"some words\n\n# Meta refactor\n\nDo it.\n")
    assert (task.id, task.title, task.problems) == ("ws-03", "Meta refactor", ())
    assert parse_task("task-7.md", b"").title == "task-7.md"


YAML_BREAKERS = [
    "a: b: c",
    "@mention",
    "`code`",
    "* star",
    "[unclosed",
    "% percent",
    "- dash",
    '"half quote',
    "!bang",
    "Fix #42",
    "no",
    "1.10",
    "001",
    "2024-13-45",
    "12:30",
    "&ref x",
    "~",
    "<<: *a",
    "{a: 1",
    "tab\there",
]


@pytest.mark.parametrize("value", YAML_BREAKERS)
def test_what_yaml_rejects_or_changes_is_kept(value: str) -> None:
    assert parse_task("task-001.md", f"---\ntitle: {value}\n---\n".encode()).title == (
        " ".join(value.split())
    )


def test_repeated_keys_lose_nothing() -> None:
    raw = b"---\ndepends: 2\ndepends: [3, 4]\nlane: alpha\nlane: beta\npriority: soonish\n---\n"
    task = parse_task("task-001.md", raw)
    assert task.depends == ("task-002", "task-003", "task-004")
    assert (task.lane, task.extra) == ("alpha", (("lane", "beta"), ("priority", "soonish")))
    assert any("2 times" in one for one in task.problems)
    assert any("soonish" in one for one in task.problems)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("task-001-auth.md", "task-001"),
        ("task-1.md", "task-001"),
        ("task-001-result.md", "task-001"),
        ("task-001-auth-result.md", "task-001"),
        ("ws-03-meta-refactor-2.md", "ws-03"),
        ("WS_03.md", "ws-03"),
        ("001-auth.md", "task-001"),
        ("result-007.md", "task-007"),
        ("notes.md", ""),
        ("task-.md", ""),
        ("task-99999999999.md", ""),
    ],
)
def test_prefix_and_number_are_the_identity(name: str, wanted: str) -> None:
    assert id_of_name(name) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("002", ["task-002"]),
        ("#2", ["task-002"]),
        ("WS-22", ["ws-22"]),
        ("tasks/task-007-x.md", ["task-007"]),
        ("[[task-7]]", ["task-007"]),
        ("2 and 3", ["task-002", "task-003"]),
        ("everything", []),
    ],
)
def test_dependencies_name_tasks_in_many_ways(text: str, wanted: list[str]) -> None:
    assert list(ids_in(text, like=id_of_name("task-001.md"))) == wanted


def test_what_an_editor_leaves_is_no_task() -> None:
    names = [".task-001.md.swp", "task-001.md~", "#task-001.md#", ".#task-001.md", "README.md"]
    assert not [name for name in names if is_file_of_tasks(name)]
    assert is_file_of_tasks("task-001.md")


# ---------------------------------------------------------------- results


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("done", "done"),
        ("**Done** ✅", "done"),
        ("Completed successfully.", "done"),
        ("All tests passed", "done"),
        ("not done", "question"),
        ("isn't done", "question"),
        ("undone", "question"),
        ("done but tests failed", "question"),
        ("done?", "question"),
        ("done, I skipped the hard part", "question"),
        ("done | partial | blocked | failed", "question"),
        ("almost done", "partial"),
        ("in progress", "partial"),
        ("WIP", "partial"),
        ("blocked on 003", "blocked"),
        ("on hold", "blocked"),
        ("failed: could not build", "failed"),
        ("not failed", "question"),
        ("", "question"),
        ("whatever", "question"),
    ],
)
def test_statuses(said: str, wanted: str) -> None:
    assert status_of(said).value == wanted


@given(st.sampled_from(["not", "never", "isn't", "almost not", "un", "hardly", "no, not"]))
def test_a_denied_done_is_never_done(denial: str) -> None:
    assert status_of(f"{denial} done") is not ResultStatus.DONE


def test_a_result_is_read_as_claims() -> None:
    result = parse_result(
        "task-001-auth-result.md",
        b"---\ntask: 001\nstatus: done\ncommit: `1A2b3c4d`\nfiles: a.py, b.py\n"
        b"tests: pytest -q -> 14 passed\nquestions:\n- Which port, 80 or 81?\n"
        b"out-of-zone: src/config.py (needs TTL)\nnext: 003 can use it\n---\n"
        b"## Summary\n\nIt works.\n",
    )
    assert (result.task, result.status, result.commit) == ("task-001", "done", "1a2b3c4d")
    assert (result.files, result.questions) == (("a.py", "b.py"), ("Which port, 80 or 81?",))
    assert result.out_of_zone == ("src/config.py (needs TTL)",)
    assert (result.first_line, result.problems) == ("It works.", ())


def test_a_result_of_another_task_is_said() -> None:
    result = parse_result("task-001-result.md", b"---\ntask: 002\nstatus: done\n---\n")
    assert result.task == "task-001"
    assert any("002" in problem for problem in result.problems)
    assert ("task", "002") in result.extra


def test_leading_lines_of_a_result() -> None:
    raw = b"# Result of 001\n\n**Status:** Done\n**Commit:** 1a2b3c4\n\nIt works.\n"
    result = parse_result("task-001-result.md", raw)
    assert (result.status, result.commit, result.first_line) == ("done", "1a2b3c4", "It works.")


# ---------------------------------------------------------------- properties

LINES = st.sampled_from(
    [
        "---",
        "```",
        "```yaml",
        "title: T",
        "depends:",
        "  - 2",
        "- 3",
        "- zone: **/x",
        "**Status:** done",
        "# Heading",
        "prose without a colon",
        "",
        "   ",
        "\ufeff",
        "note: |",
        "  deeper: text",
        "zone: {a,b, [c], 'd",
        "::::",
        "- ",
        "<<<<<<< x",
    ]
)
FILES = st.lists(LINES | st.text(max_size=30), max_size=25).map(
    lambda lines: "\n".join(lines).encode("utf-8", "surrogatepass")
)
ANY = st.binary(max_size=300) | FILES
NAMES = st.text(max_size=40) | st.sampled_from(["task-001.md", "ws-03-x.md", "notes.md"])


@given(NAMES, ANY)
def test_nothing_raises_and_every_byte_is_kept(name: str, raw: bytes) -> None:
    assert header.read(raw, KNOWN).raw == raw
    task, result = parse_task(name, raw), parse_result(name, raw)
    assert isinstance(task.title, str) and isinstance(result.status, ResultStatus)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1)
TEXTS = WORDS.map(lambda text: " ".join(text.split())).filter(bool)
UNKNOWN = st.from_regex(r"[a-z]{2,8}-x", fullmatch=True)


@given(st.dictionaries(UNKNOWN, TEXTS, max_size=6), TEXTS)
def test_no_value_is_lost(values: dict[str, str], title: str) -> None:
    lines = [f"{key}: {value}" for key, value in values.items()]
    raw = "\n".join(["---", f"title: {title}", *lines, "---", "body"]).encode()
    task = parse_task("task-001.md", raw)
    plain = {key: header_lines.unquoted(value) for key, value in values.items()}
    assert dict(task.extra) == plain
    assert task.title == " ".join(header_lines.unquoted(title).split())
    assert task.body == "body"


EDITED = st.sampled_from(["lane", "status", "depends", "title", "zone", "note-x"])


@given(ANY, EDITED, TEXTS | st.just(""))
def test_an_edit_changes_its_field_and_nothing_else(raw: bytes, key: str, value: str) -> None:
    before = header.read(raw, KNOWN)
    after = header.read(with_field(raw, key, value, KNOWN), KNOWN)
    assert [entry.value for entry in after.all(key)] == [value]
    assert not after.all(key)[0].items
    others = [entry for entry in before.entries if entry.key != key]
    kept = [entry for entry in after.entries if entry.key != key]
    assert [(e.key, e.value, e.items) for e in kept] == [(e.key, e.value, e.items) for e in others]
    owned = {index for entry in before.all(key) for index in entry.lines}
    left = [line for index, line in enumerate(before.lines) if index not in owned]
    text = "".join(after.lines)
    at = 0
    for line in left:
        at = text.index(line.rstrip("\r\n").removeprefix(header.BOM), at)


def test_an_edit_keeps_line_ends_comments_and_place() -> None:
    raw = b"---\r\ntitle: T\r\ndepends:\r\n# why\r\n- 2\r\n- 3\r\n---\r\nbody\r\n"
    assert with_field(raw, "depends", "4", KNOWN) == (
        b"---\r\ntitle: T\r\ndepends: 4\r\n# why\r\n---\r\nbody\r\n"
    )
    assert with_field(raw, "lane", "alpha", KNOWN).startswith(
        b"---\r\ntitle: T\r\ndepends:\r\n# why\r\n- 2\r\n- 3\r\nlane: alpha\r\n---\r\n"
    )
    assert with_field(b"# T\nbody\n", "lane", "a", KNOWN) == b"---\nlane: a\n---\n# T\nbody\n"


@pytest.mark.parametrize("unit", ["- x\n", "a: b\n", '"a,', "{", "[", "# x\n", "**a:** b\n", "-"])
def test_a_header_of_a_megabyte_is_read_in_linear_time(unit: str) -> None:
    raw = ("---\nzone: " + unit * (1_000_000 // len(unit))).encode()
    parse_task("task-001.md", raw)
    parse_result("task-001-result.md", raw)
