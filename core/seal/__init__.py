"""The seal: a public, append-only log of salted digests, so that nobody can change quietly what was recorded.

    from core import seal

    seal.append("licence", "licence/018", {"state": "valid", "valid_until": "2027-12-31"})

in the transaction that changes the row. Everything else (numbers, tiles, signatures, proofs) follows by itself.
"""

from core.seal.entries import REMOVED
from core.seal.service import append, append_many
from core.seal.sources import Body, SealSource

__all__ = ["REMOVED", "Body", "SealSource", "append", "append_many"]
