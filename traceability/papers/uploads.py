"""Is an uploaded file a paper? Decided by its content; the name and the browser's word are not believed."""

import io
import warnings

from flask_babel import gettext as _
from PIL import Image, UnidentifiedImageError

from core.errors import Invalid

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 60_000_000
IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


def content_type_of(content: bytes, *, pdf_allowed: bool = True) -> str:
    """`application/pdf`, `image/jpeg` or `image/png`.

    Raises:
        Invalid: empty, too large, or none of these, with the reason.
    """
    if not content:
        raise Invalid(_("The file is empty."), code="file_empty")
    if len(content) > MOST_BYTES:
        raise Invalid(
            _("The file is larger than 12 MB. A photograph of the paper is enough."), code="file_too_large"
        )
    if pdf_allowed and content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return "application/pdf"
    kind = _image_kind(content)
    if kind is None:
        allowed = _("a PDF, JPEG or PNG file") if pdf_allowed else _("a JPEG or PNG photograph")
        raise Invalid(_("This is not %(allowed)s, or it is damaged.", allowed=allowed), code="file_kind")
    return kind


def _image_kind(content: bytes) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES)) as image:
                kind, (width, height) = image.format, image.size
                if width * height > MOST_PIXELS:
                    return None
                image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning):
        return None
    return IMAGE_TYPES.get(kind or "")


def without_metadata(content: bytes) -> bytes:
    """A photograph as JPEG of at most 2,000 px without EXIF: no place, time or device of its maker."""
    from PIL import ImageOps

    with Image.open(io.BytesIO(content), formats=list(IMAGE_TYPES)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        upright.thumbnail((2000, 2000))
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=85)
    return out.getvalue()
