"""The file of a proof: a picture made clean, or a PDF taken as it is. Bytes to bytes, no database."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.errors import Invalid
from core.intake.service.documents import Rendering, paper_pages, picture
from core.intake.service.refusals import FileRefused

MAX_BYTES = 8 * 1024 * 1024
LONGEST_SIDE_PX = 2000
JPEG, PDF = "image/jpeg", "application/pdf"


def cleaned(data: bytes) -> tuple[bytes, str]:
    """The file to keep and its media type; a picture loses what the phone wrote into it.

    Raises:
        Invalid: code `proof_empty`, `proof_too_large` or `proof_unreadable`; `FileRefused` when its reading took too much.
    """
    if not data:
        raise Invalid(_l("The file is empty. Please choose it again."), code="proof_empty")
    if len(data) > MAX_BYTES:
        raise Invalid(_l("The file has more than 8 MB. Please send a smaller one."), code="proof_too_large")
    if data.startswith(b"%PDF-"):
        paper_pages(data)
        return data, PDF
    try:
        return picture(data, [Rendering(LONGEST_SIDE_PX)]).renderings[0], JPEG
    except FileRefused as refused:
        if refused.reason not in {"not_an_image", "damaged"}:
            raise
        raise Invalid(
            _l("This file cannot be read. Please send a JPEG, PNG or WebP picture, or a PDF."),
            code="proof_unreadable",
        ) from None
