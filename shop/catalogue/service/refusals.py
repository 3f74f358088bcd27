"""Faults and reasons in words: what happened and what to do."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from core.web.wording.formatting import money
from shop.catalogue.rules.offers import Fault


def _price_rises(fault: Fault) -> str:
    numbers = fault.numbers
    return _(
        "Line %(line)s: from %(from_quantity)s on, %(price)s each is more than the %(lower_price)s of the line"
        " from %(lower_from)s. A unit price never rises with the quantity.",
        line=fault.line,
        from_quantity=numbers["from"],
        price=money(numbers["price_minor"]),
        lower_price=money(numbers["lower_price_minor"]),
        lower_from=numbers["lower_from"],
    )


SENTENCES: dict[str, Callable[[Fault], str]] = {
    "title_length": lambda f: _("A title has %(least)s to %(most)s characters.", **f.numbers),
    "no_variant": lambda _f: _("Give at least one size with its price."),
    "too_many_variants": lambda f: _("At most %(most)s sizes fit into one listing.", **f.numbers),
    "same_variant_twice": lambda _f: _("The same size stands here twice."),
    "lot_missing": lambda _f: _("Choose the lot that these plants come from."),
    "plot_missing": lambda _f: _("Choose the plot on which these plants stand."),
    "plot_name_missing": lambda _f: _("Give the new plot a name, as you call it yourself."),
    "plot_area_missing": lambda _f: _("Give the area of the new plot in mu."),
    "lot_quantity_missing": lambda _f: _("Give how many plants the lot holds."),
    "photos_missing": lambda _f: _("Add at least one photo of these plants."),
    "measure_out_of_range": lambda f: _("This measure lies outside %(least)s to %(most)s.", **f.numbers),
    "range_upside_down": lambda _f: _("The smaller number comes first, as in 7-8."),
    "no_measure": lambda _f: _("Give the ground diameter, the breast diameter or the height."),
    "branches_above_top": lambda _f: _("The branching height is more than the height."),
    "root_ball_missing": lambda _f: _("These plants travel with a root ball: give its diameter."),
    "container_missing": lambda _f: _("These plants travel in a container: give its litres."),
    "bundle_too_small": lambda _f: _("A bundle holds at least 2 plants."),
    "weight_out_of_range": lambda f: _("A plant weighs between 1 g and %(most)s kg.", **f.numbers),
    "stock_out_of_range": lambda f: _("Give how many are for sale, up to %(most)s.", **f.numbers),
    "stock_below_held": lambda f: _(
        "%(held)s of them are promised to buyers already; it cannot be less.", **f.numbers
    ),
    "minimum_out_of_range": lambda f: _(
        "The minimum order is a whole number from 1 to %(most)s.", **f.numbers
    ),
    "increment_out_of_range": lambda f: _("The increment is a whole number from 1 to %(most)s.", **f.numbers),
    "increment_does_not_divide_minimum": lambda f: _(
        "The minimum order %(minimum)s is not a multiple of the increment %(increment)s.", **f.numbers
    ),
    "no_price": lambda f: _("Line %(line)s: give at least one price.", line=f.line),
    "too_many_lines": lambda f: _("Line %(line)s: at most %(most)s price lines.", line=f.line, **f.numbers),
    "price_out_of_range": lambda f: _(
        "Line %(line)s: give a price from ¥0.01 to %(most)s, or clear the line.",
        line=f.line,
        most=money(f.numbers["most_minor"]),
    ),
    "quantity_out_of_range": lambda f: _(
        "Line %(line)s: the quantity is a whole number from 1 to %(most)s.", line=f.line, **f.numbers
    ),
    "increment_does_not_divide_line": lambda f: _(
        "Line %(line)s: from %(from_quantity)s cannot be reached in steps of %(increment)s.",
        line=f.line,
        from_quantity=f.numbers["from"],
        increment=f.numbers["increment"],
    ),
    "first_line_is_not_minimum": lambda f: _(
        "Line %(line)s: the first price starts at %(from_quantity)s, but the minimum order is %(minimum)s."
        " Make them equal.",
        line=f.line,
        from_quantity=f.numbers["from"],
        minimum=f.numbers["minimum"],
    ),
    "same_quantity_twice": lambda f: _(
        "Line %(line)s: there is another price from %(from_quantity)s on.",
        line=f.line,
        from_quantity=f.numbers["from"],
    ),
    "price_rises": _price_rises,
    "week_out_of_range": lambda _f: _("Choose weeks from 1 to 53."),
    "presale_unreadable": lambda _f: _("This is not a week of the calendar."),
    "presale_in_the_past": lambda _f: _("The promised week is over; choose a later one."),
    "presale_too_far": lambda _f: _("The promised week is more than 18 months away."),
    "presale_outside_windows": lambda _f: _("The promised week lies outside the dispatch windows below."),
    "sale_window_upside_down": lambda _f: _("The sale ends before it begins."),
}


def fault_sentence(fault: Fault) -> str:
    """What is wrong, in the language of the page."""
    return SENTENCES[fault.code](fault)
