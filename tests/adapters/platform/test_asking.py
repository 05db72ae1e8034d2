"""A question to a program costs no more than was meant: neither time nor memory."""

from __future__ import annotations

import sys
import time
import tracemalloc

import pytest

from cockpit.adapters.platform.ask import CAP, ask


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_program_that_never_stops_talking_is_ended(stream: str) -> None:
    line = f"import sys\nwhile True: sys.{stream}.write('y' * 65536)"
    tracemalloc.start()
    began = time.monotonic()
    try:
        reply = ask([sys.executable, "-c", line], deadline=2)
        took, (_, most) = time.monotonic() - began, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert reply.failure == "it answered more than 8 MiB" and not reply.ok
    assert took < 2.5 and most < 3 * CAP


def test_one_that_talks_slowly_is_ended_at_the_deadline() -> None:
    line = "import time\nwhile True: print('y', flush=True); time.sleep(0.01)"
    began = time.monotonic()
    reply = ask([sys.executable, "-c", line], deadline=0.5)
    assert reply.failure == "it did not answer within 0.5 s"
    assert time.monotonic() - began < 2


def test_one_that_closes_its_pipes_and_stays_is_ended_as_well() -> None:
    line = "import os, time\nos.close(1); os.close(2); time.sleep(60)"
    began = time.monotonic()
    assert ask([sys.executable, "-c", line], deadline=0.5).failure
    assert time.monotonic() - began < 2


def test_both_answers_come_whole() -> None:
    line = "import sys\nsys.stdout.write('o' * 200000)\nsys.stderr.write('e' * 300000)\nsys.exit(3)"
    reply = ask([sys.executable, "-c", line], deadline=20)
    assert (reply.code, len(reply.out), len(reply.err)) == (3, 200_000, 300_000)
    assert not reply.failure
