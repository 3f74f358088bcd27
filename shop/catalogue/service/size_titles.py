"""The title of a size grade whose grower gave it none: its measures in one line."""

from __future__ import annotations

from flask_babel import gettext as _

from core.web.wording.formatting import span
from shop.catalogue.rules.measures import Size


def size_line(size: Size) -> str:
    """The measures that the trade asks for first, in one line; empty when none is known."""
    ground = span(size.ground_diameter_mm_min, size.ground_diameter_mm_max, "diameter")
    breast = span(size.breast_diameter_mm_min, size.breast_diameter_mm_max, "diameter")
    tall = span(size.height_cm_min, size.height_cm_max)
    parts = [
        _("ground diameter %(size)s", size=ground) if ground else "",
        _("breast diameter %(size)s", size=breast) if breast and not ground else "",
        _("height %(size)s", size=tall) if tall else "",
    ]
    return " · ".join(part for part in parts if part)
