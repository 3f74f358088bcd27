"""One uploaded picture in, three clean pictures out. No database, no files: bytes to bytes, drawn by `core.intake`.

What the camera wrote into the file (EXIF, maker notes, colour profile) never reaches the pictures we make;
its orientation is applied and its colours are brought to sRGB first. Place and time come back separately,
for the caller to keep privately or to drop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import Invalid
from core.intake.service.documents import MOST_PIXELS, Rendering, check_pixels, picture
from core.intake.service.refusals import FileRefused

WIDTHS = {"small": 360, "medium": 800, "large": 1600}
CONTENT_TYPE = "image/webp"
MAX_BYTES = 12 * 1024 * 1024
MIN_SHORT_SIDE_PX = 400
QUALITY = 82
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"}


class PhotoRefused(Invalid):
    """The file cannot become a photo of a listing; the message says why and what to do."""


@dataclass(frozen=True)
class Renderings:
    """The three sizes as WebP. `width` and `height` are those of the large one."""

    small: bytes
    medium: bytes
    large: bytes
    width: int
    height: int
    taken: dict[str, Any] = field(default_factory=dict)


def render(data: bytes) -> Renderings:
    """Make the pictures of an uploaded JPEG, PNG or WebP file.

    Raises:
        PhotoRefused: empty, too large, HEIC, not a picture, damaged, too many pixels, too small, or more than its
            reading is given.
    """
    _refuse_by_sight(data)
    sizes = [Rendering(WIDTHS[name], "WEBP", QUALITY) for name in ("large", "medium", "small")]
    try:
        made = picture(data, sizes, least_side_px=MIN_SHORT_SIDE_PX, with_place_and_time=True)
    except FileRefused as refused:
        raise _in_our_words(refused) from refused
    large, medium, small = made.renderings
    return Renderings(small, medium, large, made.width, made.height, made.taken)


def require_plausible(data: bytes) -> bool:
    """Refuse what can be seen at a glance not to be a photo, without decoding it.

    Returns:
        Whether it seems to have arrived whole; only decoding can tell for certain.

    Raises:
        PhotoRefused: empty, too large, HEIC, not a picture, too many pixels, or too small.
    """
    _refuse_by_sight(data)
    try:
        size = check_pixels(data)
    except FileRefused as refused:
        raise _in_our_words(refused) from refused
    if min(size) < MIN_SHORT_SIDE_PX:
        raise _too_small(size)
    if data.startswith(b"RIFF"):
        return len(data) >= int.from_bytes(data[4:8], "little") + 8
    return data.rstrip(b"\0").endswith(b"\xff\xd9" if data.startswith(b"\xff\xd8") else b"IEND\xaeB`\x82")


def _refuse_by_sight(data: bytes) -> None:
    if not data:
        raise PhotoRefused(_l("This file is empty. Please choose the picture again."), code="photo_empty")
    if len(data) > MAX_BYTES:
        raise PhotoRefused(
            _l(
                "This picture is %(size)s MB; at most %(most)s MB are accepted. Please send a smaller one.",
                size=f"{len(data) / 1024 / 1024:.1f}",
                most=MAX_BYTES // 1024 // 1024,
            ),
            code="photo_too_large",
        )
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise PhotoRefused(
            _l(
                "This is a HEIC picture, which most buyers' phones cannot show. On an iPhone open Settings, Camera,"
                " Formats and choose Most Compatible; or send a screenshot of the picture."
            ),
            code="photo_heic",
        )


def _in_our_words(refused: FileRefused) -> PhotoRefused:
    """What the reader says of a file, with this room's code and numbers."""
    if refused.reason == "too_small":
        return _too_small((refused.numbers.get("width", 0), refused.numbers.get("height", 0)))
    if refused.reason == "too_many_pixels":
        return PhotoRefused(
            _l(
                "This picture has more than %(megapixels)s million pixels. Please send a smaller one.",
                megapixels=MOST_PIXELS // 1_000_000,
            ),
            code="photo_too_many_pixels",
        )
    return PhotoRefused(refused.message, code=f"photo_{refused.reason}")


def _too_small(size: tuple[int, int]) -> PhotoRefused:
    return PhotoRefused(
        _l(
            "This picture is %(width)s × %(height)s pixels; the shorter side needs at least %(least)s."
            " Please send the original picture, not a preview.",
            width=size[0],
            height=size[1],
            least=MIN_SHORT_SIDE_PX,
        ),
        code="photo_too_small",
    )
