"""The Merkle root over the codes of a batch (RFC 9162, section 2.1), in one pass and little memory. Pure."""

from collections.abc import Iterable
from hashlib import sha256

from core.seal.rules import merkle


def leaf_hash(salt: bytes, code: str) -> bytes:
    """The leaf of a code. The salt is shown with the proof of this code alone, so that nobody who sees the
    leaves of others can test guesses of their codes.
    """
    return merkle.leaf_hash(salt + code.encode())


class RootBuilder:
    """The root of leaves that are given one by one; holds one hash per level."""

    def __init__(self) -> None:
        self._stack: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, leaf: bytes) -> None:
        """Take the next leaf hash."""
        level, node = 0, leaf
        stack = self._stack
        while stack and stack[-1][0] == level:
            node = sha256(b"\x01" + stack.pop()[1] + node).digest()
            level += 1
        stack.append((level, node))
        self.size += 1

    def root(self) -> bytes:
        """The root of what was given so far; the hash of nothing when nothing was."""
        if not self._stack:
            return merkle.EMPTY_ROOT
        nodes = [node for _level, node in self._stack]
        root = nodes.pop()
        while nodes:
            root = merkle.node_hash(nodes.pop(), root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes, in their order."""
    builder = RootBuilder()
    for leaf in leaves:
        builder.add(leaf)
    return builder.root()
