"""Where each field of a listing goes, told once in its declaration and once here, so that no place comes or goes unseen."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from flask_babel import force_locale

from core.clock import local_moment
from shop.catalogue.models import Listing
from shop.catalogue.rules.listing_fields import FACTS, FIELDS, IN_JSON, OF_LOT, SEARCHED, TYPED
from shop.catalogue.rules.measures import Root, Size, size_problems
from shop.catalogue.service.listing_rows import fill
from shop.catalogue.wording.fields import plant_facts
from shop.seller.forms.kinds import KINDS
from shop.seller.forms.typed_offer import typed_from

AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


def test_where_each_field_goes():
    assert {name: (field.typed, field.least, field.most) for name, field in TYPED.items()} == {
        "title": ("title", 4, 120),
        "description": ("text", 0, 5_000),
        "presale_week": ("choice", 0, 0),
        "sale_from": ("first_day", 0, 0),
        "sale_until": ("last_day", 0, 0),
    }
    assert set(OF_LOT) == {"cultivar_group", "cultivar", "root", "propagation", "age_code", "grade", "origin"}
    assert FACTS == ("root", "propagation", "age_code", "grade", "origin")
    assert set(SEARCHED) == {"description", "grade", "origin"}
    assert set(IN_JSON) == {"slug", "title", "cultivar_group", "cultivar", "root", "propagation", "origin"}
    assert [name for name, field in FIELDS.items() if field.taken_over] == ["description"]


def test_a_listing_is_filled_with_all_that_is_typed_and_all_that_its_lot_says():
    offer = SimpleNamespace(variants=[], **{name: f"typed {name}" for name in TYPED})
    lot = SimpleNamespace(id=7, **{name: f"lot {name}" for name in OF_LOT})
    listing = Listing(state="published")
    fill(listing, offer, lot, AT)
    assert {name: getattr(listing, name) for name in TYPED} == {name: f"typed {name}" for name in TYPED}
    assert {name: getattr(listing, name) for name in OF_LOT} == {name: f"lot {name}" for name in OF_LOT}
    lot.grade = None
    fill(listing, offer, lot, AT)
    assert listing.grade == ""


CARD = SimpleNamespace(
    lot_id=7,
    windows=(),
    variants=(),
    title="丹桂",
    description="高产",
    presale_week="2026-W12",
    sale_from=local_moment(date(2026, 3, 12)),
    sale_until=local_moment(date(2026, 3, 15)),
    size=Size(height_cm_min=300, height_cm_max=320),
    root="root_ball",
    propagation="grafting",
    age_code="6(8)-3",
    grade="",
    origin="桂花镇",
)


def test_only_what_is_taken_over_begins_another_listing():
    assert typed_from(CARD) == {
        "lot": ["7"],
        "title": ["丹桂"],
        "description": ["高产"],
        "presale_week": ["2026-W12"],
        "sale_from": ["2026-03-12"],
        "sale_until": ["2026-03-14"],
    }
    assert typed_from(CARD, as_new=True) == {"lot": ["7"], "description": ["高产"]}


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        ("title", " 丹桂 ", "丹桂"),
        ("text", " 高产\n", "高产"),
        ("text", None, ""),
        ("choice", "", None),
        ("first_day", date(2026, 3, 12), local_moment(date(2026, 3, 12))),
        ("last_day", date(2026, 3, 14), local_moment(date(2026, 3, 15))),
        ("last_day", None, None),
    ],
)
def test_what_is_typed_becomes_a_value(kind, data, value):
    assert KINDS[kind].read(data) == value


def facts_told(app, card, variant):
    with app.test_request_context(), force_locale("en"):
        facts = plant_facts(card, variant)
    assert len(dict(facts)) == len(facts), "each once"
    return {label: words for label, words in facts if words}


def test_a_page_tells_the_facts_of_the_chosen_size(app):
    chosen = SimpleNamespace(size=Size(height_cm_min=200, height_cm_max=200, root_ball_cm=80))
    assert facts_told(app, CARD, chosen) == {
        "Height": "2 m",
        "Root travels as": "root ball 80 cm",
        "Raised by": "grafting",
        "Age": "6(8)-3",
        "Origin": "桂花镇",
    }
    unsaid = SimpleNamespace(**vars(CARD) | {"root": "", "propagation": "", "age_code": "", "origin": ""})
    assert list(facts_told(app, unsaid, None)) == ["Height"]


@pytest.mark.parametrize(
    ("size", "root"),
    [
        ({"height_cm_min": 1, "height_cm_max": 2_500}, Root.BARE),
        ({"crown_cm_min": 2_500, "crown_cm_max": 2_500, "height_cm_min": 90}, Root.BARE),
        ({"ground_diameter_mm_min": 2_000, "ground_diameter_mm_max": 2_000}, Root.BARE),
        ({"height_cm_min": 90, "height_cm_max": 90, "branching_height_cm": 90}, Root.BARE),
        ({"height_cm_min": 90, "root_ball_cm": 5}, Root.BALL),
        ({"height_cm_min": 90, "root_ball_cm": 500}, Root.BALL),
        ({"height_cm_min": 90, "container_l": 5_000}, Root.CONTAINER),
    ],
)
def test_a_measure_at_its_bounds_is_fine(size, root):
    assert list(size_problems(Size(**size), root)) == []


@pytest.mark.parametrize(
    "size",
    [
        {"height_cm_min": 0, "height_cm_max": 9},
        {"height_cm_min": 9, "height_cm_max": 2_501},
        {"ground_diameter_mm_min": 9, "ground_diameter_mm_max": 2_001},
        {"height_cm_min": 90, "root_ball_cm": 501},
    ],
)
def test_a_measure_beyond_its_bounds_is_named(size):
    assert [problem.code for problem in size_problems(Size(**size), Root.BARE)] == ["measure_out_of_range"]
