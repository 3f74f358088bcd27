"""Problems and hints of a cart's lines in words."""

from __future__ import annotations

from flask_babel import gettext as _

from core.web.wording.formatting import bundles, money, number, plants
from shop.cart.rules import Line, ProblemCode
from shop.catalogue.wording.reasons import reason_sentence


def units(quantity: int, unit: str) -> str:
    """A quantity with its unit: 12 plants, 3 bundles."""
    return bundles(quantity) if unit == "bundle" else plants(quantity)


def problem_sentence(line: Line) -> str:
    """What keeps a line from being ordered, and what to do."""
    problem, offer = line.problem, line.offer
    assert problem is not None
    if problem.code == ProblemCode.NOT_ON_SALE:
        return reason_sentence(problem.reason)
    if problem.code == ProblemCode.SOLD_OUT:
        return _("Sold out. Take this line out, or come back later.")
    if problem.code == ProblemCode.SHORT:
        return _("Only %(left)s left.", left=units(problem.suggested, offer.unit))
    return _(
        "This is sold from %(minimum)s, in steps of %(increment)s; %(suggested)s would fit.",
        minimum=number(offer.rule.minimum_quantity),
        increment=number(offer.rule.increment),
        suggested=units(problem.suggested, offer.unit),
    )


def hint_sentence(line: Line) -> str:
    """That more would cost less."""
    hint = line.hint
    assert hint is not None
    return _(
        "%(more)s cost %(total)s, which is %(saves)s less than these %(now)s.",
        more=units(hint.from_quantity, line.offer.unit),
        total=money(hint.total_minor),
        saves=money(hint.saves_minor),
        now=units(line.quantity, line.offer.unit),
    )
