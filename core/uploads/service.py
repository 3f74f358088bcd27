"""Is an uploaded file a paper? Decided by its content; the name and the browser's word are not believed."""

from flask_babel import gettext as _

from core.errors import Invalid
from core.intake.service.documents import Rendering, paper_pages, picture
from core.intake.service.refusals import FileRefused

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE_PX = 2000
IMAGE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
IN_OUR_WORDS = {"not_an_image", "damaged", "too_many_pixels", "not_a_pdf"}


def content_type_of(content: bytes) -> str:
    """`application/pdf`, `image/jpeg` or `image/png` of a file that was read through.

    Raises:
        Invalid: empty, too large, or none of these, with the reason.
    """
    _refuse_by_size(content)
    try:
        if content.startswith(b"%PDF-"):
            paper_pages(content)
            return "application/pdf"
        return IMAGE_TYPES[picture(content, formats=tuple(IMAGE_TYPES), most_pixels=MOST_PIXELS).format]
    except FileRefused as refused:
        raise _in_our_words(refused, _("a PDF, JPEG or PNG file")) from None


def without_metadata(content: bytes) -> bytes:
    """A photograph as JPEG of at most 2,000 px without EXIF: no place, time or device of its maker.

    Raises:
        Invalid: empty, too large, or no JPEG or PNG, with the reason.
    """
    _refuse_by_size(content)
    try:
        made = picture(
            content, [Rendering(LONGEST_SIDE_PX)], formats=tuple(IMAGE_TYPES), most_pixels=MOST_PIXELS
        )
    except FileRefused as refused:
        raise _in_our_words(refused, _("a JPEG or PNG photograph")) from None
    return made.renderings[0]


def _refuse_by_size(content: bytes) -> None:
    if not content:
        raise Invalid(_("The file is empty."), code="file_empty")
    if len(content) > MOST_BYTES:
        raise Invalid(
            _("The file is larger than 12 MB. A photograph of the paper is enough."), code="file_too_large"
        )


def _in_our_words(refused: FileRefused, allowed: str) -> Invalid:
    if refused.reason not in IN_OUR_WORDS:
        return refused
    return Invalid(_("This is not %(allowed)s, or it is damaged.", allowed=allowed), code="file_kind")
