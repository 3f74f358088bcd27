"""The root over a batch's codes: in one pass, and the one to which every proof leads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.seal.rules.merkle import EMPTY_ROOT, Levels, ProofFails, verify_inclusion
from traceability.codes.rules.batch_tree import leaf_hash, root_of


def leaves_of(size):
    return [leaf_hash(b"salt", str(number)) for number in range(size)]


def test_the_root_of_nothing_and_of_one():
    assert root_of([]) == EMPTY_ROOT
    assert root_of(leaves_of(1)) == leaves_of(1)[0]


@pytest.mark.parametrize("size", [*range(1, 9), 64, 65, 127, 1_000])
def test_the_root_in_one_pass_is_that_of_the_whole_tree(size):
    assert root_of(iter(leaves_of(size))) == Levels(leaves_of(size)).root


@given(st.integers(1, 70), st.data())
def test_a_proof_leads_from_its_own_code_to_the_root(size, data):
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = Levels(leaves).inclusion(index), root_of(leaves)
    verify_inclusion(leaf_hash(b"salt", str(index)), index, size, proof, root)
    for salt, code in ((b"salt", "another"), (b"salty", str(index))):
        with pytest.raises(ProofFails):
            verify_inclusion(leaf_hash(salt, code), index, size, proof, root)
