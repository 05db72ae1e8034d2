"""Each adapter has the shape of its protocol: the type checker reads this file."""

from __future__ import annotations

from pathlib import Path

from cockpit.adapters.approvals import FileApprovals
from cockpit.adapters.bus.papers import FolderPapers
from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal import FileJournal
from cockpit.adapters.lanefiles import SafeLaneFiles
from cockpit.adapters.locks import FileLocks
from cockpit.adapters.procs import ProcProcesses
from cockpit.adapters.registry import FileRegistry
from cockpit.adapters.runner import ProcessRunner
from cockpit.adapters.statefiles import FileState
from cockpit.adapters.trash import FolderTrash
from cockpit.adapters.vault import GitVault
from cockpit.adapters.watch import FileWatcher
from cockpit.services import ports


def test_shapes(tmp_path: Path) -> None:
    clock: ports.Clock = SystemClock()
    locks: ports.Locks = FileLocks(tmp_path)
    state: ports.StateFiles = FileState(tmp_path)
    rest: list[object] = []
    journal: ports.Journal = FileJournal(tmp_path, clock)
    registry: ports.Registry = FileRegistry(tmp_path)
    approvals: ports.Approvals = FileApprovals(state)
    vault: ports.Vault = GitVault(tmp_path)
    trash: ports.Trash = FolderTrash(tmp_path, tmp_path, None, clock)
    processes: ports.Processes = ProcProcesses()
    runner: ports.Runner = ProcessRunner()
    files: ports.LaneFiles = SafeLaneFiles()
    watcher: ports.Watcher = FileWatcher()
    papers: ports.Papers = FolderPapers()
    rest.append(papers)
    rest += [locks, journal, registry, approvals, vault, trash, processes, runner, files, watcher]
    assert clock.now() > 1.6e9 and clock.monotonic() <= clock.monotonic()
    clock.wait(-1)
    assert len(rest) == 11
