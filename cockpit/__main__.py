"""`python -m cockpit`: the same as the `cockpit` command."""

from __future__ import annotations

import sys

from cockpit.cli.main import main

sys.exit(main())
