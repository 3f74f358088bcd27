"""Reasons of rejection and reading faults in words."""

from flask_babel import gettext as _

from shop.channels.rules.tables import UnknownFile


def unknown_sentence(error: UnknownFile) -> str:
    """A file whose header is not known, showing it."""
    header = "、".join(cell for cell in error.header[:20] if cell)
    return _(
        "%(file)s is not an order export that we know. It begins with: %(header)s",
        file=error.file,
        header=header or "—",
    )
