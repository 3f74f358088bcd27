"""What a visitor asked for, read from the address; anything unusable is left out, never an error."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from werkzeug.datastructures import MultiDict

from core.web.rules.pagination import page_number
from shop.search.service.engine import SORTS, Wanted

ROOTS = ("bare_root", "root_ball", "container")
# A week in the middle of each season stands for it.
SEASON_WEEK = {"spring": 10, "autumn": 45}
SLUG = re.compile(r"[\w.-]{1,80}")


def wanted_from(args: MultiDict[str, str], *, today: date, minor: bool = False) -> Wanted:
    """The request that an address stands for.

    Args:
        args: the query string; prices in yuan, diameters and heights in cm.
        today: for `ships=now`.
        minor: prices are `min_price_minor`, `max_price_minor` in fen, as in the JSON API.
    """
    return Wanted(
        q=args.get("q", "")[:120].strip(),
        cultivar_groups=_choices(args, "cultivar_group"),
        roots=tuple(root for root in _choices(args, "root") if root in ROOTS),
        growers=_choices(args, "grower"),
        villages=_choices(args, "village"),
        min_price_minor=_whole(args, "min_price_minor") if minor else _scaled(args, "min_price", 100),
        max_price_minor=_whole(args, "max_price_minor") if minor else _scaled(args, "max_price", 100),
        min_diameter_mm=_scaled(args, "min_diameter", 10),
        max_diameter_mm=_scaled(args, "max_diameter", 10),
        min_height_cm=_scaled(args, "min_height", 1),
        max_height_cm=_scaled(args, "max_height", 1),
        week=_week(args.get("ships", ""), today),
        in_stock=args.get("in_stock", "").lower() in {"1", "true", "on", "yes"},
        sort=args["sort"] if args.get("sort") in SORTS else "relevance",
        page=page_number(args.get("page"), most=500),
    )


def _choices(args: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(choice for choice in args.getlist(name)[:20] if SLUG.fullmatch(choice)))


def _scaled(args: MultiDict[str, str], name: str, factor: int) -> int | None:
    try:
        value = Decimal(args.get(name, "").strip()) * factor
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and 0 <= value < 10**12 else None


def _whole(args: MultiDict[str, str], name: str) -> int | None:
    text = args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 13 else None


def _week(ships: str, today: date) -> int | None:
    return today.isocalendar().week if ships == "now" else SEASON_WEEK.get(ships)
