"""What an uploaded file may be, is told by its bytes, in words for whoever sent it."""

import io

import pytest
from PIL import Image

from core.errors import Invalid
from core.uploads import service
from core.uploads.service import content_type_of, without_metadata
from tests.factories.pictures import picture
from tests.factories.verification import PDF

BOTH = pytest.mark.parametrize("take", [content_type_of, without_metadata])


def refusal(take, content):
    with pytest.raises(Invalid) as refused:
        take(content)
    return refused.value.code


@BOTH
def test_a_file_of_the_most_bytes_is_taken_and_one_more_is_not(app, monkeypatch, take):
    content = picture(60, 40)
    with app.test_request_context():
        monkeypatch.setattr(service, "MOST_BYTES", len(content))
        assert take(content)
        monkeypatch.setattr(service, "MOST_BYTES", len(content) - 1)
        assert refusal(take, content) == "file_too_large"
        assert refusal(take, b"") == "file_empty"


@BOTH
def test_a_picture_of_too_many_pixels_is_refused_in_our_words(app, monkeypatch, take):
    monkeypatch.setattr(service, "MOST_PIXELS", 60 * 40)
    with app.test_request_context():
        assert take(picture(60, 40))
        assert refusal(take, picture(61, 40)) == "file_kind"


@BOTH
@pytest.mark.parametrize("content", [b"MZ no picture", picture(60, 40)[:200]], ids=["other", "torn"])
def test_what_is_no_picture_or_torn_is_refused_in_our_words(app, take, content):
    with app.test_request_context():
        assert refusal(take, content) == "file_kind"


def test_each_kind_has_its_type(app):
    png = io.BytesIO()
    Image.new("RGB", (9, 9)).save(png, "PNG")
    with app.test_request_context():
        assert content_type_of(PDF) == "application/pdf"
        assert content_type_of(picture(60, 40)) == "image/jpeg"
        assert content_type_of(png.getvalue()) == "image/png"
        assert refusal(content_type_of, b"%PDF-1.7 torn") == "file_kind"


def test_a_photograph_is_kept_at_most_2000_pixels_long(app):
    with app.test_request_context():
        kept = Image.open(io.BytesIO(without_metadata(picture(2_400, 1_200))))
    assert (kept.format, kept.size) == ("JPEG", (2_000, 1_000))
