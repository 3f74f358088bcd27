"""What of a certificate is sealed: all that stands on it."""

from collections.abc import Iterator

from sqlalchemy import select

from core.database import session
from core.seal import Body, SealSource, moment
from traceability.certificates.models.tables import Certificate

KIND = "certificate"


def subject_of(consignment_number: str) -> str:
    """The certificate as the log knows it."""
    return f"certificate/{consignment_number}"


def sealed_body(certificate: Certificate) -> Body:
    """The facts on the paper and the moment when they were certified."""
    return {**certificate.facts, "certified_at": moment(certificate.at)}


def _bodies() -> Iterator[tuple[str, Body]]:
    rows = select(Certificate).order_by(Certificate.id).execution_options(yield_per=500)
    for certificate in session.scalars(rows):
        yield subject_of(certificate.consignment_number), sealed_body(certificate)


SOURCE = SealSource(KIND, _bodies, tables=("provenance_certificate",))
