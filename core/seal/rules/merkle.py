"""Merkle trees of RFC 6962 and RFC 9162: hashes, roots, proofs and how they are checked. Pure.

A tree is read through `read(level, index)`, the hash of the complete subtree of `2**level` leaves that
begins at leaf `index * 2**level`. Whoever holds such hashes (tiles, a list) can have every root and proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

HASH_BYTES = 32
Read = Callable[[int, int], bytes]
EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofFails(ValueError):  # noqa: N818 - says what it is
    """A proof does not show what it should."""


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962, section 2.1: the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, section 2.1: the hash of two neighbouring subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> list[bytes]:
    """The next level up over complete pairs; a last one without a neighbour is left out."""
    return [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]


class Levels:
    """A whole tree in memory, for batches of codes and for checks."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Build every complete subtree over `leaves`, which are leaf hashes."""
        self.size = len(leaves)
        self.levels = [list(leaves)]
        while len(self.levels[-1]) > 1:
            self.levels.append(fold(self.levels[-1]))

    def read(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree; `Read`."""
        return self.levels[level][index]

    @property
    def root(self) -> bytes:
        """The hash over all leaves."""
        return root(self.size, self.read)

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that the leaf at `index` is in this tree."""
        return inclusion_proof(index, self.size, self.read)


def root(size: int, read: Read) -> bytes:
    """The Merkle tree hash over the first `size` leaves."""
    return _range(0, size, read) if size else EMPTY_ROOT


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _range(start: int, end: int, read: Read) -> bytes:
    """The hash over leaves [start, end), where `start` is a multiple of every power of two up to the width."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(width)
    return node_hash(_range(start, middle, read), _range(middle, end, read))


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """RFC 9162, section 2.1.3.1: from the leaf's sibling up to the root's child.

    Raises:
        ProofFails: there is no such leaf in a tree of this size.
    """
    if not 0 <= index < size:
        raise ProofFails(f"a tree of {size} has no leaf {index}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range(middle, end, read))
            end = middle
        else:
            proof.append(_range(start, middle, read))
            start = middle
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """RFC 9162, section 2.1.3.2.

    Args:
        leaf: the leaf hash.

    Raises:
        ProofFails: the proof does not lead from the leaf to the root.
    """
    if not 0 <= index < size:
        raise ProofFails(f"a tree of {size} has no leaf {index}")
    _require_hashes([leaf, *proof, root_hash])
    computed = leaf
    for node, on_the_left in _climb(index, size - 1, proof):
        computed = node_hash(node, computed) if on_the_left else node_hash(computed, node)
    if computed != root_hash:
        raise ProofFails("the proof leads to another root")


def _require_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(digest) != HASH_BYTES for digest in hashes):
        raise ProofFails("something in the proof is not a SHA-256 hash")


def _climb(fn: int, sn: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The steps from a node to the root: each hash of the proof, and whether it stands on the left.

    Raises:
        ProofFails: there are too many or too few hashes.
    """
    for node in proof:
        if sn == 0:
            raise ProofFails("the proof is too long")
        on_the_left = bool(fn & 1) or fn == sn
        if on_the_left:
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        yield node, on_the_left
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofFails("the proof is too short")


def consistency_proof(old: int, new: int, read: Read) -> list[bytes]:
    """RFC 9162, section 2.1.4.1: that the tree of size `old` is the beginning of the one of size `new`.

    Raises:
        ProofFails: `old` is larger than `new`.
    """
    if not 0 <= old <= new:
        raise ProofFails(f"a tree of {old} cannot begin a tree of {new}")
    if old in {0, new}:
        return []
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range(middle, end, read))
            end = middle
        else:
            proof.append(_range(start, middle, read))
            start, whole = middle, False
    if not whole:
        proof.append(_range(start, end, read))
    return proof[::-1]


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """RFC 9162, section 2.1.4.2, with the empty and the equal tree.

    Raises:
        ProofFails: the larger tree does not begin with the smaller one.
    """
    if not 0 <= old <= new:
        raise ProofFails(f"a tree of {old} cannot begin a tree of {new}")
    _require_hashes([old_root, *proof, new_root])
    if old in {0, new}:
        _require_same(proof, old_root, new_root if old else EMPTY_ROOT)
        return
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        raise ProofFails("the proof is too short")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = hashes[0]
    for node, on_the_left in _climb(fn, sn, hashes[1:]):
        if on_the_left:
            first, second = node_hash(node, first), node_hash(node, second)
        else:
            second = node_hash(second, node)
    if first != old_root:
        raise ProofFails("the proof does not lead to the older root")
    if second != new_root:
        raise ProofFails("the proof does not lead to the newer root")


def _require_same(proof: Sequence[bytes], root: bytes, other: bytes) -> None:
    if proof:
        raise ProofFails("the proof is too long")
    if root != other:
        raise ProofFails("two trees of one size have different roots")
