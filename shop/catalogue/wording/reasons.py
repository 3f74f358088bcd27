"""Why something cannot be bought now, in words."""

from __future__ import annotations

from flask_babel import gettext as _


def reason_sentence(reason: str) -> str:
    """Why something cannot be bought now, in the language of the page."""
    sentences = {
        "not_published": _("The grower has taken this listing off sale for now."),
        "ended": _("This listing has ended."),
        "sale_not_begun": _("The sale has not begun yet."),
        "sale_over": _("The sale is over."),
        "licence_not_valid": _("Not on sale: the grower's licence to use the mark is not valid at present."),
        "lot_not_saleable": _("Not on sale: the lot of these plants has been closed or recalled."),
        "grower_left": _("The grower does not sell here any more."),
        "withdrawn": _("This size is not offered any more."),
    }
    return sentences[reason]
