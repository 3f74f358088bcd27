"""The certificate of provenance of an order as PDF, with the proof of each parcel attached to it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from core.clock import local_minute
from core.settings import current_settings
from traceability.certificates.queries import CertificateView, certificate_proof
from traceability.labels.rules.typesetting import compile_pdf

TEMPLATE = Path(__file__).resolve().parent / "certificate.typ"


def certificate_pdf(certificates: Sequence[CertificateView], *, at: datetime) -> bytes:
    """One page a parcel, Chinese with English names of the fields.

    Raises:
        ValueError: no certificate was given.
        Unavailable: the log is not signed far enough yet.
    """
    if not certificates:
        raise ValueError("an order of which nothing left has no certificate")
    attached = {
        f"{certificate.consignment_number}.tlog-proof": str(
            certificate_proof(certificate.consignment_number)
        ).encode()
        for certificate in certificates
    }
    return compile_pdf(
        TEMPLATE,
        {
            "base_url": current_settings().base_url,
            "certificates": [_page(certificate) for certificate in certificates],
        },
        at=at,
        files=attached,
    )


def _page(certificate: CertificateView) -> dict[str, object]:
    seal = certificate.seal
    return {
        **certificate.facts,
        "proof": f"{certificate.consignment_number}.tlog-proof",
        "entry": f"{seal.number:,}" if seal and seal.number is not None else "",
        "sealed_at": local_minute(seal.at) if seal else "",
    }
