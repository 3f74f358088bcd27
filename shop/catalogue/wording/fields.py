"""What the fields of a listing and its measures are called, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l

from core.web.wording.formatting import height, span
from shop.catalogue.queries.cards import ListingCard, VariantView
from shop.catalogue.rules.listing_fields import FACTS
from shop.catalogue.rules.measures import MEASURES, Measure, Size
from shop.catalogue.wording.plants import propagation_words, root_words

LABELS = {
    "title": _l("Title"),
    "description": _l("Description"),
    "presale_week": _l("Sold before it is ready"),
    "sale_from": _l("On sale from"),
    "sale_until": _l("On sale until"),
    "root": _l("Root travels as"),
    "propagation": _l("Raised by"),
    "age_code": _l("Age"),
    "grade": _l("Grade"),
    "origin": _l("Origin"),
    "ground_diameter_mm": _l("Ground diameter"),
    "breast_diameter_mm": _l("Breast diameter"),
    "height_cm": _l("Height"),
    "crown_cm": _l("Crown"),
    "branching_height_cm": _l("Branching height"),
    "root_ball_cm": _l("Root ball diameter"),
    "container_l": _l("Container size"),
}
# Fields that are not printed as they stand: from the value and the size beside it.
PRINTED: dict[str, Callable[[Any, Size], str]] = {
    "root": root_words,
    "propagation": lambda value, _size: propagation_words(value),
}


def plant_facts(card: ListingCard, variant: VariantView | None) -> list[tuple[str, str | None]]:
    """What is known of the plants, label and value, with units; of the chosen size grade where there is one."""
    size = variant.size if variant else card.size
    return [
        # The size of a root ball or container is told with the root.
        *(
            (str(LABELS[measure.name]), _measure_words(measure, size))
            for measure in MEASURES.values()
            if measure.root is None
        ),
        *((str(LABELS[name]), _fact_words(name, getattr(card, name), size)) for name in FACTS),
    ]


def _measure_words(measure: Measure, size: Size) -> str | None:
    ends = [getattr(size, column) for column in measure.columns]
    if measure.is_range:
        return span(ends[0], ends[1], "diameter" if measure.in_mm else "height")
    return height(ends[0]) if ends[0] else None


def _fact_words(name: str, value: Any, size: Size) -> str | None:
    if value in ("", None):
        return None
    return PRINTED[name](value, size) if name in PRINTED else str(value)
