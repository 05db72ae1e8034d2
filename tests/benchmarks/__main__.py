"""`python -m tests.benchmarks`: measure, and print one table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.benchmarks import report
from tests.benchmarks.figures import Measure, Verdict
from tests.benchmarks.registry import BY_NAME, ROWS
from tests.benchmarks.run import run


def main(argv: Sequence[str] | None = None) -> int:
    """0 whatever the figures say, since time is no test; 1 when a row could not be measured."""
    args = _parser().parse_args(argv)
    rows = [BY_NAME[name] for name in args.row] if args.row else list(ROWS)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is ended, too
    start = time.time()

    def tell(measures: list[Measure], hints: dict[str, list[str]]) -> None:
        facts = _facts(time.time() - start, quick=args.quick)
        if args.json:
            print(json.dumps(report.document(measures, hints, facts), indent=2), flush=True)
        else:
            _print(measures, hints, facts)

    measures = run(
        rows,
        quick=args.quick,
        explain=not args.no_profile,
        say=lambda text: print(text, file=sys.stderr, flush=True),
        tell=tell,
    )
    return int(any(measure.verdict is Verdict.FAILED for measure in measures))


def _print(
    measures: Sequence[Measure], hints: dict[str, list[str]], facts: dict[str, object]
) -> None:
    print(report.table(measures))
    for row, lines in hints.items():
        print(f"\n{row}: a budget was missed; where the time goes")
        print("\n".join(f"  {line}" for line in lines))
    missed = sum(measure.verdict is Verdict.MISSED for measure in measures)
    print(
        f"\n{len(measures)} measures, {missed} over budget, in {facts['seconds']} s on "
        f"{facts['cores']} cores (load {facts['load']}): {facts['tools']}",
        flush=True,
    )


def _facts(seconds: float, *, quick: bool) -> dict[str, object]:
    tools = [f"Python {platform.python_version()}"]
    for program, flag in (("git", "--version"), ("tmux", "-V")):
        done = subprocess.run([program, flag], capture_output=True, text=True, check=False)
        tools.append(done.stdout.strip())
    return {
        "quick": quick,
        "seconds": round(seconds),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "tools": ", ".join(tools),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measure cockpit against its budgets; medians, 95th percentile in brackets.",
        epilog="rows: " + ", ".join(f"{row.name} ({row.title})" for row in ROWS),
    )
    parser.add_argument("--quick", action="store_true", help="fewer samples and sizes, a minute")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument(
        "--row", action="append", choices=sorted(BY_NAME), help="only this row; may be repeated"
    )
    parser.add_argument("--no-profile", action="store_true", help="don't explain missed budgets")
    return parser


if __name__ == "__main__":
    sys.exit(main())
