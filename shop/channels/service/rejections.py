"""Why a row or a file was not taken, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.channels.rules.tables import UnknownFile


def reason_sentence(reason: str) -> str:
    """Why a row was not taken and what to do, in the language of the page."""
    sentences = {
        "id_ruined": _("A spreadsheet has shortened the order number. Use the file as downloaded, unopened."),
        "id_unreadable": _("This is not an order number."),
        "order_twice": _("The same order stands further up in these files."),
        "order_not_in_files": _("The order of this item is in none of the files; choose its order file too."),
        "state_unknown": _("This order state is not known yet; tell your branch."),
        "time_unreadable": _("This time cannot be read."),
        "created_at_missing": _("The time of the order is missing."),
        "quantity_unreadable": _("This quantity is not a whole number."),
        "postage_above_total": _("The freight is more than the total."),
    }
    return sentences.get(reason) or _("This amount cannot be read.")


def unknown_sentence(error: UnknownFile) -> str:
    """A file whose header is not known, showing it."""
    header = "、".join(cell for cell in error.header[:20] if cell)
    return _(
        "%(file)s is not an order export that we know. It begins with: %(header)s",
        file=error.file,
        header=header or "—",
    )
