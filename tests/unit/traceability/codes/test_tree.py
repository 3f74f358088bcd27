"""The tree over a batch's codes: one pass, proofs of each leaf, and nothing else passes."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.codes.tree import leaf_hash, node_hash, path_of, root_by_path, root_of

LEAVES = [leaf_hash(b"", text) for text in ("", "0", "1", "2", "3", "4", "5")]


def by_definition(leaves):
    """RFC 9162, section 2.1.1, as it is written."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


def test_the_root_of_nothing_and_of_one():
    assert root_of([]) == sha256(b"").digest()
    assert root_of(LEAVES[:1]) == LEAVES[0] == sha256(b"\x00").digest()


@pytest.mark.parametrize("size", [*range(1, 8), 64, 65, 127])
def test_the_root_in_one_pass_is_the_root_by_definition(size):
    leaves = [leaf_hash(b"salt", str(n)) for n in range(size)]
    assert root_of(iter(leaves)) == by_definition(leaves)


@given(st.integers(1, 70), st.data())
def test_every_leaf_has_a_path_to_the_root_and_no_other_leaf_has_it(size, data):
    leaves = [leaf_hash(b"salt", str(n)) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path, root = path_of(index, leaves), root_of(leaves)
    assert root_by_path(leaves[index], index, size, path) == root
    assert root_by_path(leaf_hash(b"salt", "other"), index, size, path) != root
    if size > 1:
        other = (index + 1) % size
        assert root_by_path_or_none(leaves[index], other, size, path) != root
        with pytest.raises(ValueError):
            root_by_path(leaves[index], index, size, [*path, root])
        with pytest.raises(ValueError):
            root_by_path(leaves[index], index, size, path[:-1])


def root_by_path_or_none(*given_values):
    try:
        return root_by_path(*given_values)
    except ValueError:
        return None


def test_there_is_no_proof_of_a_leaf_that_is_not_there():
    with pytest.raises(IndexError):
        path_of(7, LEAVES)
    with pytest.raises(ValueError):
        root_by_path(LEAVES[0], 3, 3, [])
