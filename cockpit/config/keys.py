"""The kind of a value under `keys:`: a key, several, or none.

Whether there is such an action and such a key is for the app's registry to say; a wish takes
its place in the file along, so that it can be named then.
"""

from __future__ import annotations

from typing import Any

from cockpit.config import rules
from cockpit.config.kinds import BAD, what_is
from cockpit.config.problems import KeyPath, Problems, quoted
from cockpit.config.yaml_events import Entries, Items, Node, Scalar
from cockpit.dataclass import dataclass
from cockpit.domain.keys import KeyWish

NONE = "none"
MAX_KEYS = 10


@dataclass(frozen=True, slots=True)
class Keys:
    """Reads a `KeyWish`. `own`: the file is the commander's."""

    own: bool = False
    words: str = "key, list of keys, or none"

    def read(self, node: Node, path: KeyPath, problems: Problems) -> Any:
        items = node.items if isinstance(node, Items) else (node,)
        if isinstance(node, Entries):
            problems.add(node.at, path, f"must be a {self.words}, not {what_is(node)}")
            return BAD
        if isinstance(node, Scalar) and (node.text == NONE or node.is_absent):
            items = ()
        if len(items) > MAX_KEYS:
            problems.add(node.at, path, f"has more than {MAX_KEYS} keys")
            return BAD
        keys = [self._key(item, path, problems) for item in items]
        if not all(keys):
            return BAD
        return KeyWish(str(path[-1]), tuple(keys), self.own, problems.file, node.at.line)

    def _key(self, node: Node, path: KeyPath, problems: Problems) -> str:
        """The text of one key; empty with a problem if it is none."""
        text = node.text if isinstance(node, Scalar) else ""
        complaint = rules.board_key(text)
        if complaint:
            problems.add(node.at, path, f"{quoted(text) if text else what_is(node)} {complaint}")
            return ""
        return text
