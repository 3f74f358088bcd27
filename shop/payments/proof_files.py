"""The file of a proof: a picture made clean, or a PDF taken as it is. Bytes to bytes, no database."""

from __future__ import annotations

import io

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps

from core.errors import Invalid

MAX_BYTES = 8 * 1024 * 1024
LONGEST_SIDE_PX = 2000
JPEG, PDF = "image/jpeg", "application/pdf"


def cleaned(data: bytes) -> tuple[bytes, str]:
    """The file to keep and its media type; a picture loses what the phone wrote into it.

    Raises:
        Invalid: code `proof_empty`, `proof_too_large` or `proof_unreadable`.
    """
    if not data:
        raise Invalid(_l("The file is empty. Please choose it again."), code="proof_empty")
    if len(data) > MAX_BYTES:
        raise Invalid(_l("The file has more than 8 MB. Please send a smaller one."), code="proof_too_large")
    if data.startswith(b"%PDF-"):
        return data, PDF
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.load()
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, SyntaxError, ValueError):
        raise Invalid(
            _l("This file cannot be read. Please send a JPEG, PNG or WebP picture, or a PDF."),
            code="proof_unreadable",
        ) from None
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return out.getvalue(), JPEG
