"""One uploaded picture in, three clean pictures out. No database, no files: bytes to bytes.

What the camera wrote into the file (EXIF, maker notes, colour profile) never reaches the pictures we make;
its orientation is applied and its colours are brought to sRGB first. Place and time come back separately,
for the caller to keep privately or to drop.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from PIL import ExifTags, Image, ImageCms, ImageOps

from core.errors import Invalid

WIDTHS = {"small": 360, "medium": 800, "large": 1600}
CONTENT_TYPE = "image/webp"
MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
MIN_SHORT_SIDE_PX = 400
QUALITY = 82
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"}

# Pillow checks the size that a file claims before it decodes a single pixel. Its warning is made an error for the
# whole process, so that no other part of the program decodes a bomb either.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


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
        PhotoRefused: empty, too large, HEIC, not a picture, damaged, too many pixels, or too small.
    """
    _refuse_by_sight(data)
    with _refusing(), Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
        if min(picture.size) < MIN_SHORT_SIDE_PX:
            raise _too_small(picture.size)
        taken = _place_and_time(picture)
        picture.draft("RGB", (WIDTHS["large"], WIDTHS["large"]))
        picture.load()
        upright = _plain_rgb(_upright(picture))
    large = _fitted(upright, WIDTHS["large"])
    medium = _fitted(large, WIDTHS["medium"])
    small = _fitted(medium, WIDTHS["small"])
    return Renderings(_webp(small), _webp(medium), _webp(large), large.width, large.height, taken)


@contextmanager
def _refusing() -> Iterator[None]:
    """What the decoder says of a file, in words for whoever sent it."""
    try:
        yield
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise PhotoRefused(
            _l(
                "This picture has more than %(megapixels)s million pixels. Please send a smaller one.",
                megapixels=MAX_PIXELS // 1_000_000,
            ),
            code="photo_too_many_pixels",
        ) from bomb
    except Image.UnidentifiedImageError as unknown:
        raise PhotoRefused(
            _l("This file is not a picture we can read. Please send a JPEG, PNG or WebP picture."),
            code="photo_not_an_image",
        ) from unknown
    except Exception as damaged:
        # Whatever a decoder stumbles over lies in the file: Pillow raises what its parts raise, as TypeError for bent EXIF.
        raise PhotoRefused(
            _l("This picture is damaged or did not arrive whole. Please choose it again."),
            code="photo_damaged",
        ) from damaged


def require_plausible(data: bytes) -> bool:
    """Refuse what can be seen at a glance not to be a photo, without decoding it.

    Returns:
        Whether it seems to have arrived whole; only decoding can tell for certain.

    Raises:
        PhotoRefused: empty, too large, HEIC, not a picture, too many pixels, or too small.
    """
    _refuse_by_sight(data)
    with _refusing(), Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
        if min(picture.size) < MIN_SHORT_SIDE_PX:
            raise _too_small(picture.size)
        form = picture.format
    if form == "WEBP":
        return len(data) >= int.from_bytes(data[4:8], "little") + 8
    return data.rstrip(b"\0").endswith(b"\xff\xd9" if form == "JPEG" else b"IEND\xaeB`\x82")


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


def _upright(picture: Image.Image) -> Image.Image:
    """The picture turned as the camera says; as it is where what the camera wrote is bent."""
    try:
        return ImageOps.exif_transpose(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the pixels are good, and EXIF fails in any way: it is written anew on turning
        return picture


def _plain_rgb(picture: Image.Image) -> Image.Image:
    """The same picture in sRGB, transparent parts on white, carrying no metadata."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None
        picture = converted or picture
    if picture.mode == "P" or picture.has_transparency_data:
        layered = picture.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        picture = Image.alpha_composite(ground, layered)
    rgb = picture.convert("RGB")
    rgb.info.clear()
    return rgb


def _fitted(picture: Image.Image, side_px: int) -> Image.Image:
    """A copy whose longer side is at most `side_px`; never enlarged."""
    copy = picture.copy()
    copy.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    return copy


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=None)
    return out.getvalue()


def _place_and_time(picture: Image.Image) -> dict[str, Any]:
    """Where and when the camera says the picture was taken: `taken_at`, `latitude`, `longitude` where known."""
    found: dict[str, Any] = {}
    try:
        exif = picture.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        written = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        if written:
            found["taken_at"] = datetime.strptime(str(written), "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007 - cameras write no zone
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S")
        longitude = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W")
        if latitude is not None and longitude is not None:
            found |= {"latitude": latitude, "longitude": longitude}
    except (ValueError, TypeError, ArithmeticError, OSError, SyntaxError, KeyError):
        return found
    return found


def _degrees(gps: dict[int, Any], tag: int, reference: int, negative: str) -> float | None:
    parts = gps.get(tag)
    if not parts:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -value if gps.get(reference) == negative else value
