"""What of a certificate is sealed: all that stands on it."""

from sqlalchemy import select

from core.seal import Body, SealSource, bodies_of, moment
from traceability.certificates.models.tables import Certificate

KIND = "certificate"


def subject_of(consignment_number: str) -> str:
    """The certificate as the log knows it."""
    return f"certificate/{consignment_number}"


def sealed_body(certificate: Certificate) -> Body:
    """The facts on the paper and the moment when they were certified."""
    return {**certificate.facts, "certified_at": moment(certificate.at)}


SOURCE = SealSource(
    KIND,
    bodies_of(
        select(Certificate).order_by(Certificate.id),
        lambda certificate: subject_of(certificate.consignment_number),
        sealed_body,
    ),
    tables=("provenance_certificate",),
)
