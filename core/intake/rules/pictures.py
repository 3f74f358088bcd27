"""Pictures: decoded, turned upright, brought to sRGB and drawn anew without what the camera wrote.

Place and time come back separately, for the caller to keep privately or to drop.
"""

from __future__ import annotations

import io
import warnings
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from core.intake.rules.measuring import pixels
from core.intake.rules.wire import Refused, WireMessage

# Pillow loads its formats at the first picture; here they are loaded before the fork, and only these are ever used.
FORMATS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
# Its warning is made an error: a picture between one and two times the bound is refused as well.
warnings.simplefilter("error", Image.DecompressionBombWarning)


def parse(data: bytes, options: dict[str, Any]) -> WireMessage:
    """The picture in the sizes asked for.

    Args:
        data: the file.
        options: `formats` taken, `most_pixels`, `least_side` in pixels, `taken` whether place and time are wanted, and
            `renderings`: [longest side, format, quality] each, largest first; transparent parts stay in `PNG`; none when only soundness is asked for.

    Returns:
        `{format, width, height, taken}` of the upright picture, or of the first rendering; the renderings as blobs.
    """
    Image.MAX_IMAGE_PIXELS = options["most_pixels"]
    try:
        return _drawn(data, options)
    except (Refused, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except Image.UnidentifiedImageError:
        raise Refused("not_an_image") from None
    except Exception:  # noqa: BLE001 - Pillow raises what its parts raise, as TypeError for bent EXIF
        raise Refused("damaged") from None


def _drawn(data: bytes, options: dict[str, Any]) -> WireMessage:
    renderings = options["renderings"]
    with Image.open(io.BytesIO(data), formats=options["formats"]) as picture:
        kind = picture.format
        measured = pixels(data)
        if measured is None or picture.width * picture.height > options["most_pixels"]:
            raise Refused("damaged" if measured is None else "too_many_pixels")
        if min(picture.size) < options["least_side"]:
            raise Refused("too_small", width=picture.width, height=picture.height)
        taken = _place_and_time(picture) if options["taken"] else {}
        if renderings:
            picture.draft("RGB", (renderings[0][0], renderings[0][0]))
        picture.load()
        drawn = _plain(_upright(picture), transparent=renderings[0][1] == "PNG") if renderings else picture
    blobs: list[bytes] = []
    size = drawn.size
    for side, form, quality in renderings:
        drawn = _fitted(drawn, side)
        size = size if blobs else drawn.size
        blobs.append(_written(drawn, form, quality))
    return WireMessage({"format": kind, "width": size[0], "height": size[1], "taken": taken}, blobs)


def _upright(picture: Image.Image) -> Image.Image:
    """The picture turned as the camera says; as it is where what the camera wrote is bent."""
    try:
        return ImageOps.exif_transpose(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the pixels are good, and EXIF fails in any way: it is written anew on turning
        return picture


def _plain(picture: Image.Image, *, transparent: bool) -> Image.Image:
    """The same picture in sRGB, carrying no metadata; its transparent parts on white unless they may stay."""
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
        if transparent:
            layered.info.clear()
            return layered
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


def _written(picture: Image.Image, form: str, quality: int) -> bytes:
    out = io.BytesIO()
    if form == "WEBP":
        picture.save(out, "WEBP", quality=quality, method=4, exif=b"", icc_profile=None)
    elif form == "PNG":
        picture.save(out, "PNG", optimize=True)
    else:
        picture.save(out, form, quality=quality)
    return out.getvalue()


def _place_and_time(picture: Image.Image) -> dict[str, Any]:
    """Where and when the camera says the picture was taken: `taken_at`, `latitude`, `longitude` where known."""
    facts: dict[str, Any] = {}
    try:
        exif = picture.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        written = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        if written:
            facts["taken_at"] = datetime.strptime(str(written), "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007 - cameras write no zone
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S")
        longitude = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W")
        if latitude is not None and longitude is not None:
            facts |= {"latitude": latitude, "longitude": longitude}
    except (ValueError, TypeError, ArithmeticError, OSError, SyntaxError, KeyError):
        return facts
    return facts


def _degrees(gps: dict[int, Any], tag: int, reference: int, negative: str) -> float | None:
    """Decimal degrees on the globe; None for anything else a camera wrote, as 0/0."""
    parts = gps.get(tag)
    if not parts:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = round(degrees + minutes / 60 + seconds / 3600, 6)
    if not 0 <= value <= 180:
        return None
    return -value if gps.get(reference) == negative else value
