"""Drawn pictures to upload; none of them is a photograph."""

import io

from PIL import ExifTags, Image, ImageDraw


def picture(
    width: int = 1200,
    height: int = 900,
    *,
    format: str = "JPEG",  # noqa: A002 - Pillow's own word
    colour: tuple[int, int, int] = (60, 120, 70),
    mode: str = "RGB",
    exif: Image.Exif | None = None,
    **options,
) -> bytes:
    """A picture with a light upper left quarter, so that a turn or a flip can be seen."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 2), fill=(245, 240, 220))
    out = io.BytesIO()
    if exif is not None:
        options["exif"] = exif
    image.convert(mode).save(out, format, **options)
    return out.getvalue()


def camera_exif(*, orientation: int = 1, latitude: float = 29.75, longitude: float = 114.35) -> Image.Exif:
    """What a phone writes: turned how, when, and where (south and west are negative)."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Test phone"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:03:01 09:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
            ExifTags.GPS.GPSLatitude: (float(int(abs(latitude))), abs(latitude) % 1 * 60, 0.0),
            ExifTags.GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
            ExifTags.GPS.GPSLongitude: (float(int(abs(longitude))), abs(longitude) % 1 * 60, 0.0),
        }
    )
    return exif
