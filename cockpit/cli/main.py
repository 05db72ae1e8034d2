"""The entry point. It imports nothing before it knows that more than the version is wanted:
`cockpit --version` stays within three times `python -c pass` (DESIGN §14).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (`argv` without the program's name); returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):
        from cockpit import __version__

        sys.stdout.write(f"cockpit {__version__}\n")
        return 0
    if words[:1] == ["__complete"]:
        from cockpit.cli.complete import main as complete

        return complete(words[1:])
    import gc

    gc.set_threshold(20_000, 20, 20)  # a start makes only what stays: collecting it is in vain
    from cockpit.cli.dispatch import run

    return run(words)
