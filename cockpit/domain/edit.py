"""What lies at one path of a lane, as values: a file on the disk, an entry of the index."""

from __future__ import annotations

from cockpit.dataclass import dataclass
from cockpit.domain.change import LINK, NULL_MODE


@dataclass(frozen=True, slots=True)
class IndexSide:
    """What an index (or a commit) holds at a path; `NULL_MODE` and no id for nothing."""

    mode: str = NULL_MODE
    blob: str = ""

    @property
    def is_there(self) -> bool:
        return self.mode != NULL_MODE


@dataclass(frozen=True, slots=True)
class DiskFile:
    """What lies on the disk at a path: a regular file, a link (its content is where it leads)
    or nothing. `blob` is the id that these bytes would have in git as they are."""

    mode: str = NULL_MODE
    """git's six digits."""
    permissions: int = 0
    blob: str = ""
    content: bytes = b""

    @property
    def is_there(self) -> bool:
        return self.mode != NULL_MODE

    @property
    def is_link(self) -> bool:
        return self.mode == LINK

    @property
    def facts(self) -> dict[str, str | int]:
        """What a journal entry keeps of it: enough to know it again, not its bytes."""
        return {"mode": self.mode, "permissions": self.permissions, "blob": self.blob}

    def same_as(self, facts: dict[str, str | int]) -> bool:
        """Whether it is what `facts` described."""
        return self.facts == facts
