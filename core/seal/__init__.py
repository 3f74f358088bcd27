"""The seal: a public, append-only log of salted digests, so that nobody can change quietly what was recorded.

    from core import seal

    seal.append("licence", "licence/018", {"state": "valid", "valid_until": "2027-12-31"})

in the transaction that changes the row. Everything else (numbers, tiles, signatures, proofs) follows by itself.
"""

from core.seal.queries.sources import Body, Sealed, SealSource, SealStory, bodies_of, init_sources
from core.seal.queries.subjects import Member, SealView, proof_answer, proof_for, seal_of, seals_of
from core.seal.rules.entries import REMOVED, moment
from core.seal.rules.findings import Finding
from core.seal.service.appending import append, append_many

__all__ = [
    "REMOVED",
    "Body",
    "Finding",
    "Member",
    "SealSource",
    "SealStory",
    "SealView",
    "Sealed",
    "append",
    "append_many",
    "bodies_of",
    "init_sources",
    "moment",
    "proof_answer",
    "proof_for",
    "seal_of",
    "seals_of",
]
