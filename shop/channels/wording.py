"""Reasons of rejection and reading faults in words."""

from flask_babel import gettext as _

from shop.channels.tables import UnknownFile


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


def unreadable_sentence(code: str) -> str:
    """Why a whole file was refused."""
    sentences = {
        "file_empty": _("The file is empty."),
        "file_too_large": _("The file is larger than 64 MB; export a shorter period."),
        "encoding_unknown": _("The file is neither a table of text nor a workbook."),
        "cell_too_long": _(
            "A cell of this file is longer than any export writes. Bring the file as downloaded, unopened."
        ),
        "workbook_unreadable": _("The workbook is damaged or locked with a password."),
    }
    return sentences[code]


def unknown_sentence(error: UnknownFile) -> str:
    """A file whose header is not known, showing it."""
    header = "、".join(cell for cell in error.header[:20] if cell)
    return _(
        "%(file)s is not an order export that we know. It begins with: %(header)s",
        file=error.file,
        header=header or "—",
    )
