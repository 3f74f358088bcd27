"""The Merkle tree over the codes of a batch (RFC 9162, section 2.1), in one pass and little memory. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256


def leaf_hash(salt: bytes, code: str) -> bytes:
    """The leaf of a code. The salt is shown with the proof of this code alone, so that nobody who sees the
    leaves of others can test guesses of their codes.
    """
    return sha256(b"\x00" + salt + code.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The parent of two nodes."""
    return sha256(b"\x01" + left + right).digest()


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
            return sha256(b"").digest()
        nodes = [node for _level, node in self._stack]
        root = nodes.pop()
        while nodes:
            root = node_hash(nodes.pop(), root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes, in their order."""
    builder = RootBuilder()
    for leaf in leaves:
        builder.add(leaf)
    return builder.root()


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The inclusion proof of the leaf at `index`, from the bottom up.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    level, place = list(leaves), index
    while len(level) > 1:
        sibling = place ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level = list(_parents(level))
        place //= 2
    return path


def _parents(level: Sequence[bytes]) -> Iterator[bytes]:
    for left in range(0, len(level) - 1, 2):
        yield node_hash(level[left], level[left + 1])
    if len(level) % 2:
        yield level[-1]


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root to which `path` leads from `leaf`, the leaf at `index` of `size` (section 2.1.3.2).

    Raises:
        ValueError: the path has not the length that such a tree asks for.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    rest = iter(path)
    node, place, last = leaf, index, size - 1
    try:
        while last:
            if place % 2:
                node = node_hash(next(rest), node)
            elif place < last:
                node = node_hash(node, next(rest))
            place //= 2
            last //= 2
    except StopIteration:
        raise ValueError("the path is too short") from None
    if next(rest, None) is not None:
        raise ValueError("the path is too long")
    return node
