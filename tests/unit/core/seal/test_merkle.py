"""Trees: every proof of every small tree holds, and no other."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.seal.rules import merkle

LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]


def plain_root(leaves):
    """RFC 9162, section 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = max(1 << power for power in range(10) if 1 << power < len(leaves))
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def test_roots_are_those_of_the_definition():
    for size in range(len(LEAVES) + 1):
        assert merkle.Levels(LEAVES[:size]).root == plain_root(LEAVES[:size])


def test_every_inclusion_proof_holds_for_its_leaf_and_place_only():
    for size in range(1, 20):
        tree = merkle.Levels(LEAVES[:size])
        for index in range(size):
            proof = tree.inclusion(index)
            merkle.verify_inclusion(LEAVES[index], index, size, proof, tree.root)
            for leaf, place, whole, path, root in (
                (LEAVES[index + 1], index, size, proof, tree.root),
                (LEAVES[index], index, size, [*proof, LEAVES[0]], tree.root),
                (LEAVES[index], index, size, proof, LEAVES[39]),
                (LEAVES[index], size, size, proof, tree.root),
                (LEAVES[index], -1, size, proof, tree.root),
            ):
                with pytest.raises(merkle.ProofFails):
                    merkle.verify_inclusion(leaf, place, whole, path, root)
            if proof:
                with pytest.raises(merkle.ProofFails):
                    merkle.verify_inclusion(LEAVES[index], index, size, proof[:-1], tree.root)


def test_every_consistency_proof_holds_for_its_two_trees_only():
    trees = [merkle.Levels(LEAVES[:size]) for size in range(34)]
    for new in range(1, 34):
        for old in range(new + 1):
            proof = merkle.consistency_proof(old, new, trees[new].read)
            merkle.verify_consistency(old, new, proof, trees[old].root, trees[new].root)
            wrong = [
                (old, new, [*proof, LEAVES[0]], trees[old].root, trees[new].root),
                (old, new, proof, LEAVES[39], trees[new].root),
            ]
            if old > 0:
                wrong.append((old, new, proof, trees[old].root, LEAVES[39]))
            if proof:
                wrong.append((old, new, proof[:-1], trees[old].root, trees[new].root))
            for given_old, given_new, path, old_root, new_root in wrong:
                with pytest.raises(merkle.ProofFails):
                    merkle.verify_consistency(given_old, given_new, path, old_root, new_root)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=300), st.data())
def test_any_leaf_of_any_tree_is_proved(leaves, data):
    tree = merkle.Levels(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    merkle.verify_inclusion(leaves[index], index, tree.size, tree.inclusion(index), tree.root)


def test_impossible_proofs_are_refused():
    tree = merkle.Levels(LEAVES)
    with pytest.raises(merkle.ProofFails):
        merkle.inclusion_proof(40, 40, tree.read)
    with pytest.raises(merkle.ProofFails):
        merkle.consistency_proof(41, 40, tree.read)
    with pytest.raises(merkle.ProofFails):
        merkle.verify_consistency(3, 2, [], LEAVES[0], LEAVES[1])


def test_growing_trees_have_different_roots():
    roots = [merkle.Levels(LEAVES[:size]).root for size in range(41)]
    assert all(one != other for one, other in pairwise(roots))
