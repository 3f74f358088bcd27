"""What becomes of an uploaded picture."""

import io
import struct
import zlib

import pytest
from PIL import Image

from shop.catalogue.service import photo_renderings as photos
from shop.catalogue.service.photo_renderings import PhotoRefused, render
from tests.factories.pictures import camera_exif, picture

pytestmark = pytest.mark.usefixtures("app")


def opened(data):
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_three_sizes_are_made_of_the_accepted_formats(kind):
    made = render(picture(2400, 1800, format=kind))
    sizes = [opened(data).size for data in (made.small, made.medium, made.large)]
    assert sizes == [(360, 270), (800, 600), (1600, 1200)]
    assert {opened(data).format for data in (made.small, made.medium, made.large)} == {"WEBP"}
    assert (made.width, made.height) == (1600, 1200)


def test_a_small_picture_is_never_enlarged():
    made = render(picture(500, 400))
    assert [opened(data).size for data in (made.small, made.medium, made.large)] == [
        (360, 288),
        (500, 400),
        (500, 400),
    ]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_upright_however_the_phone_was_held(orientation):
    made = render(picture(1200, 800, exif=camera_exif(orientation=orientation)))
    turned = orientation >= 5
    assert (made.width, made.height) == ((800, 1200) if turned else (1200, 800))
    light = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[
        orientation
    ]
    upright = opened(made.large).convert("L")
    for across in (0, 1):
        for down in (0, 1):
            point = (made.width * (1 + 2 * across) // 4, made.height * (1 + 2 * down) // 4)
            assert (upright.getpixel(point) > 200) == ((across, down) == light)


def test_nothing_that_the_camera_wrote_is_left_in_the_pictures():
    data = picture(exif=camera_exif(), icc_profile=_srgb_profile())
    assert b"Test phone" in data
    made = render(data)
    for rendering in (made.small, made.medium, made.large):
        again = opened(rendering)
        assert dict(again.getexif()) == {}
        assert "icc_profile" not in again.info
        assert b"Test phone" not in rendering
        assert b"EXIF" not in rendering


def test_place_and_time_come_back_beside_the_pictures():
    assert render(picture(exif=camera_exif())).taken == {
        "taken_at": "2026-03-01T09:30:00",
        "latitude": 29.75,
        "longitude": 114.35,
    }
    south = render(picture(exif=camera_exif(latitude=-33.5, longitude=-70.25))).taken
    assert (south["latitude"], south["longitude"]) == (-33.5, -70.25)
    assert render(picture()).taken == {}


def test_broken_camera_notes_do_not_spoil_the_picture():
    exif = Image.Exif()
    exif[0x0132] = "yesterday"
    assert render(picture(exif=exif)).taken == {}


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_grey_and_print_colours_become_screen_colours(mode):
    assert opened(render(picture(mode=mode)).large).mode == "RGB"


def test_transparent_parts_become_white():
    image = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert min(opened(render(out.getvalue()).large).convert("RGB").getpixel((300, 300))) > 250


def test_a_palette_picture_keeps_its_colours():
    made = opened(render(picture(format="PNG", mode="P")).large).convert("RGB")
    assert min(made.getpixel((100, 100))) > 200


def refused(data):
    with pytest.raises(PhotoRefused) as caught:
        render(data)
    assert str(caught.value.message)
    return caught.value.code


def test_what_is_no_picture_is_refused():
    assert refused(b"") == "photo_empty"
    assert refused(b"%PDF-1.7 not a picture") == "photo_not_an_image"
    assert refused(picture(format="GIF", mode="P")) == "photo_not_an_image"


def test_a_heic_picture_is_refused_with_what_to_do():
    data = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 100
    assert refused(data) == "photo_heic"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_refused(kind):
    data = picture(format=kind)
    assert refused(data[: len(data) * 2 // 3]) in {"photo_damaged", "photo_not_an_image"}


def test_a_picture_of_too_few_pixels_is_refused_whichever_side_is_short():
    assert refused(picture(399, 2000)) == "photo_too_small"
    assert refused(picture(2000, 399)) == "photo_too_small"


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read():
    assert refused(b"\xff\xd8" + b"\x00" * photos.MAX_BYTES) == "photo_too_large"


@pytest.mark.parametrize("side", [7_500, 40_000])
def test_a_decompression_bomb_is_refused_without_being_unpacked(side):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )
    assert refused(bomb) == "photo_too_many_pixels"


def _srgb_profile():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_bent_exif_makes_a_picture_no_worse():
    exif = camera_exif(orientation=6)
    exif[0x0132] = "2026"
    bent = exif.tobytes().replace(b"Test phone", b"\xff" * 10)
    assert render(picture(900, 600, exif=bent)).height == 900
