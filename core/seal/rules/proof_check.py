"""Checking a proof offline: all it needs is the file and the log's public key. Pure."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.seal.rules.entries import Opening, entry_time, opening_matches, read_entry
from core.seal.rules.merkle import ProofFails, leaf_hash, verify_inclusion
from core.seal.rules.note import BadNote, Note, Verifier, open_checkpoint
from core.seal.rules.proof_files import PROOF_HEADER, ProofFile

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ProvedEntry:
    """What a proof proves: at `at`, the log took in as entry `number` that `subject` says `body`."""

    origin: str
    size: int
    number: int
    at: datetime
    kind: str
    subject: str
    body: dict[str, Any]
    witnesses: tuple[str, ...]
    member: str | None


def proofs_in(data: bytes) -> list[str]:
    """The proof files in `data`: the file itself, or those attached to a PDF.

    Raises:
        BadNote: there is none.
    """
    proofs = [data] if data.startswith(PROOF_HEADER.encode()) else _attached(data)
    if not proofs:
        raise BadNote(
            "there is no proof of a transparency log in this file; a kept head is asked about with: flask seal compare"
        )
    try:
        return [proof.decode() for proof in proofs]
    except UnicodeDecodeError:
        raise BadNote("the proof is not text") from None


def _attached(pdf: bytes) -> list[bytes]:
    if not pdf.startswith(b"%PDF-"):
        return []
    proofs = []
    for match in _STREAM.finditer(pdf):
        content = match.group(1)
        if not content.startswith(PROOF_HEADER.encode()):
            try:
                content = zlib.decompressobj().decompress(content, 1_000_000)
            except zlib.error:
                continue
        if content.startswith(PROOF_HEADER.encode()):
            proofs.append(content)
    return proofs


def check_proof(text: str, log: Verifier, witnesses: Sequence[Verifier] = ()) -> ProvedEntry:
    """Follow a proof from its facts to the log's signature.

    Raises:
        BadNote: the file is malformed, or the checkpoint is not signed by this log, or it does not open its entry.
        ProofFails: the entry is not in the signed tree, or the member not behind the entry.
    """
    proof = ProofFile.parse(text)
    head = open_checkpoint(proof.checkpoint, log)
    facts = _opening_facts(proof.extra)
    entry = facts["entry"].encode()
    verify_inclusion(leaf_hash(entry), proof.index, head.size, proof.path, head.root)
    opening = Opening(facts["subject"], bytes.fromhex(facts["salt"]), facts["body"])
    if not opening_matches(entry, opening):
        raise BadNote("the facts in the proof are not those that the entry commits to")
    body = json.loads(opening.body)
    return ProvedEntry(
        head.origin,
        head.size,
        proof.index,
        entry_time(entry),
        read_entry(entry)["kind"],
        opening.subject,
        body,
        tuple(witness.name for witness in Note.parse(proof.checkpoint).signed_by(witnesses)),
        _verified_member(facts.get("member"), body),
    )


def _opening_facts(extra: bytes) -> dict[str, Any]:
    try:
        document = json.loads(extra)
        wanted = [document[name] for name in ("entry", "subject", "salt", "body")]
        if document["v"] != 1 or not all(isinstance(field, str) for field in wanted):
            raise BadNote("the proof does not tell what was sealed")
        bytes.fromhex(document["salt"])
    except (ValueError, KeyError, TypeError):
        raise BadNote("the proof does not tell what was sealed") from None
    facts: dict[str, Any] = document
    return facts


def _verified_member(member: Any, body: dict[str, Any]) -> str | None:
    if member is None:
        return None
    try:
        entry, path = bytes.fromhex(member["entry"]), [bytes.fromhex(node) for node in member["path"]]
        index, size, root = int(member["index"]), int(member["size"]), bytes.fromhex(body["root"])
    except (ValueError, KeyError, TypeError):
        raise BadNote("the proof's member is malformed") from None
    if size != body.get("count", size):
        raise ProofFails("the member's tree is not as large as the entry says")
    verify_inclusion(leaf_hash(entry), index, size, path, root)
    return entry.hex()
