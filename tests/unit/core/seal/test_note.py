"""Signed notes against the published example, and every way in which they must be refused."""

import pytest

from core.seal.rules.merkle import EMPTY_ROOT, leaf_hash
from core.seal.rules.note import (
    BadNote,
    Checkpoint,
    Note,
    Signer,
    Verifier,
    cosignature_time,
    open_checkpoint,
)
from core.seal.rules.proof_files import ProofFile

# The example of Go's note package documentation.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SIGNED_BY_PETER = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer("log.example/log", bytes(range(32)))
HEAD = Checkpoint("log.example/log", 7, leaf_hash(b"x"))


def test_a_note_signed_elsewhere_is_opened():
    key = Verifier.parse(PETER)
    assert str(key) == PETER
    note = Note.parse(SIGNED_BY_PETER)
    assert note.signed_by([key]) == [key]
    assert str(note) == SIGNED_BY_PETER


def test_a_changed_text_is_not_opened():
    note = Note.parse(SIGNED_BY_PETER.replace("answer", "Answer"))
    with pytest.raises(BadNote):
        note.signed_by([Verifier.parse(PETER)])


def test_unknown_keys_are_passed_over():
    assert Note.parse(SIGNED_BY_PETER).signed_by([SIGNER.verifier]) == []


def test_a_private_key_is_read_as_it_was_written():
    again = Signer.parse(SIGNER.private_key_text())
    assert again == SIGNER
    assert again.verifier == Verifier.parse(str(SIGNER.verifier))
    assert "seed" not in repr(SIGNER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PRIVATE+KEY+log.example/log",
        SIGNER.private_key_text().replace("log.example", "log.example2"),
        SIGNER.private_key_text()[:-8],
        str(SIGNER.verifier),
    ],
)
def test_what_is_no_private_key_is_refused(text):
    with pytest.raises(BadNote):
        Signer.parse(text)


@pytest.mark.parametrize(
    "text", ["", "x+y+z", PETER.replace("c74f20a3", "c74f20a4"), PETER[:-4], "a b" + PETER]
)
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(BadNote):
        Verifier.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u3000b"])
def test_names_with_spaces_or_plus_cannot_sign(name):
    with pytest.raises(BadNote):
        Signer.generate(name)


@pytest.mark.parametrize(
    "note",
    [
        "no signatures\n",
        "text\n\n",
        "text\n\nnot a signature\n",
        "text\n\n— name AAAA",
        "text\n\n— name ****\n",
        "bell\a\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZI=\n",
    ],
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(BadNote):
        Note.parse(note)


def test_a_checkpoint_is_opened_by_its_own_log_only():
    signed = HEAD.signed(SIGNER)
    assert open_checkpoint(signed, SIGNER.verifier) == HEAD
    with pytest.raises(BadNote):
        open_checkpoint(signed, Signer.generate("log.example/log").verifier)
    with pytest.raises(BadNote):
        open_checkpoint(signed, Signer.generate("other.example/log").verifier)
    with pytest.raises(BadNote):
        open_checkpoint(signed.replace("\n7\n", "\n8\n"), SIGNER.verifier)


def test_a_head_that_our_key_signed_for_another_log_is_not_ours():
    elsewhere = Checkpoint("other.example/log", HEAD.size, HEAD.root).signed(SIGNER)
    with pytest.raises(BadNote, match="of the log other"):
        open_checkpoint(elsewhere, SIGNER.verifier)


@pytest.mark.parametrize("size", ["07", "-1", "7 ", "x", ""])
def test_sizes_are_plain_decimals(size):
    with pytest.raises(BadNote):
        Checkpoint.parse(HEAD.text.replace("\n7\n", f"\n{size}\n"))


def test_the_empty_tree_has_a_checkpoint_too():
    empty = Checkpoint("log.example/log", 0, EMPTY_ROOT)
    assert empty.text == "log.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert Checkpoint.parse(empty.text) == empty


def test_a_cosignature_carries_its_time_and_holds_for_it_only():
    witness = Signer.generate("witness.example/w1")
    line = witness.cosign(HEAD.text, timestamp=1679315147)
    note = Note.parse(HEAD.signed(SIGNER) + line)
    assert note.signed_by([SIGNER.verifier, witness.cosigner]) == [SIGNER.verifier, witness.cosigner]
    assert cosignature_time(line) == 1679315147
    # The same key as a plain note key has another id, so it is unknown here.
    assert note.signed_by([witness.verifier]) == []
    with pytest.raises(BadNote):
        Note(HEAD.text.replace("\n7\n", "\n8\n"), (line,)).signed_by([witness.cosigner])


def test_a_proof_file_is_read_as_it_was_written():
    proof = ProofFile(3, (leaf_hash(b"a"), leaf_hash(b"b")), HEAD.signed(SIGNER), b'{"x":1}')
    text = str(proof)
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra eyJ4IjoxfQ==\nindex 3\n")
    assert ProofFile.parse(text) == proof
    bare = ProofFile(0, (), HEAD.signed(SIGNER))
    assert str(bare).startswith("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/log\n7\n")
    assert ProofFile.parse(str(bare)) == bare


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n",
        "c2sp.org/tlog-proof@v1\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 01\n\nx\n",
        "c2sp.org/tlog-proof@v1\nextra YQ==\n\nx\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nYQ==\n\nx\n",
    ],
)
def test_what_is_no_proof_file_is_refused(text):
    with pytest.raises(BadNote):
        ProofFile.parse(text)
