"""What leaves as a table is text and numbers, whatever somebody called his nursery."""

import csv
import io
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from core.clock import now
from core.csv_export import csv_bytes, guarded
from core.database import transaction
from shop.catalogue.models import Listing
from tests.factories.catalogue import make_listing


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1", '"=1', "'=1", "＝1+1", "＋1+1",
        "－2+3", "＠x", "\u3000=1", "\ufeff=1", "\u200b=1", "“=1", "\x00=1", "\u00a0=1", "\u200c=1", "\u200d=1", "\u200e=1",
        "\u200f=1", "`=1", "‘=1", "’=1", "”=1", "＂=1", "＇=1", " \u200e'=1", "\u2028=1", "\u202e=1", "\tplain", "\rplain",
        "+8613800138000,=1", "-1\n=2", " +1",
    ],
)  # fmt: skip
def test_a_text_that_would_be_computed_is_written_as_a_text(text):
    assert guarded(text).startswith("'")
    [[cell]] = csv.reader(io.StringIO(csv_bytes([[text]]).decode("utf-8-sig")))
    assert cell[0] == "'"


@pytest.mark.parametrize(
    "value",
    [
        -3,
        0,
        2.5,
        Decimal("-1.20"),
        None,
        "-12.50",
        "+86",
        "-1,234.00",
        "3%",
        "桂花",
        "a=b",
        "13800138000",
        "",
    ],
)
def test_numbers_stay_numbers_and_texts_stay_texts(value):
    assert guarded(value) == value


def test_what_nobody_sees_does_not_leave():
    assert guarded("a\x0bb\u202ec\uffff") == "a\nbc"


@pytest.mark.both
def test_one_character_in_a_description_does_not_break_the_feed_for_all(client, session):
    with transaction():
        slug = make_listing(at=now()).slug
    with transaction() as current:
        current.execute(
            sa.update(Listing).where(Listing.slug == slug).values(description="two\x0blines\uffff of\x1f it")
        )
    assert "two\nlines of it" in client.get("/feeds/products.xml").get_data(as_text=True)
    for path in ("/feeds/products.xml", "/feeds/notices.xml", "/sitemap.xml"):
        answer = client.get(path)
        assert answer.status_code == 200
        ET.fromstring(answer.get_data())  # noqa: S314 - a feed of our own
