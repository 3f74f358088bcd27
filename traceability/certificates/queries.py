"""Reads of certificates of provenance."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.database import session
from core.seal import SealView, proof_for, seals_of
from core.seal.rules.proof_files import ProofFile
from traceability.certificates.models.sealing import subject_of
from traceability.certificates.models.tables import Certificate


@dataclass(frozen=True)
class CertificateView:
    """What was certified of a parcel when it left, and its seal; `facts` are those of `service.facts_of`."""

    consignment_number: str
    facts: dict[str, Any]
    at: datetime
    seal: SealView | None

    @property
    def proved(self) -> bool:
        """Whether the log is signed that far, so that the proof can be had."""
        return self.seal is not None and self.seal.number is not None


def certificates_of(consignment_numbers: Collection[str]) -> dict[str, CertificateView]:
    """The certificates of these parcels; parcels that have not left have none. Two statements."""
    rows = session.scalars(
        select(Certificate)
        .where(Certificate.consignment_number.in_(list(consignment_numbers)))
        .order_by(Certificate.id)
    ).all()
    seals = seals_of([subject_of(row.consignment_number) for row in rows])
    return {
        row.consignment_number: CertificateView(
            row.consignment_number, row.facts, row.at, seals.get(subject_of(row.consignment_number))
        )
        for row in rows
    }


def certificate_proof(consignment_number: str) -> ProofFile:
    """The proof that a parcel's certificate is sealed; it opens all facts, so only the buyer is given it.

    Raises:
        NotFound: the parcel has no certificate.
        Unavailable: it was sealed a moment ago and is not signed yet.
    """
    return proof_for(subject_of(consignment_number))
