"""Numbers as a statistical bulletin prints them, in Chinese and English.

One decimal for growth, percentage points for differences of shares, half-even rounding, and never a
negative zero. Texts come from the catalogues; this module needs an active locale.
"""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _

from branch.reports.document import Cell, Column
from branch.reports.facts.figures import rounded
from branch.reports.facts.provinces import PROVINCES
from core.web.wording.languages import in_chinese

NOTHING = "–"
FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000


def yuan(minor: int | Decimal, places: int = 2) -> str:
    """``1,234.50``, without a sign for the currency."""
    return f"{rounded(Decimal(minor) / FEN_PER_YUAN, places):,}"


def count(number: int) -> str:
    """``1,234``."""
    return f"{number:,}"


def percent(ratio: Decimal) -> str:
    """A part of one as ``12.3%``."""
    return f"{rounded(ratio * 100, 1):,}%"


def signed(ratio: Decimal) -> str:
    """A relative change with its sign, ``+12.3%``; zero has none."""
    value = rounded(ratio * 100, 1)
    return f"{value:+,}%" if value else "0.0%"


def points(difference: Decimal) -> str:
    """A difference of two shares in percentage points, with its sign unless it is zero."""
    value = rounded(difference * 100, 1)
    return f"{value:+}" if value else "0.0"


def amount(minor: int) -> str:
    """An amount within a sentence: 万元 from ten thousand yuan on in Chinese, full yuan in English."""
    if not in_chinese():
        return f"CNY {yuan(minor)}"
    if abs(minor) >= FEN_PER_WAN:
        return f"{rounded(Decimal(minor) / FEN_PER_WAN, 2):,} 万元"
    return f"{yuan(minor)} 元"


def size_class(code: str) -> str:
    """A size class of the ledger in words: `D3` ground diameter, `DBH8` breast diameter, `H60–90` height, in cm."""
    span = code.lstrip("DBH")
    if not span or not span[0].isdigit():
        return code or _("Not named")
    if code.startswith("DBH"):
        return _("Breast diameter %(span)s cm", span=span)
    if code.startswith("D"):
        return _("Ground diameter %(span)s cm", span=span)
    return _("Height %(span)s cm", span=span) if code.startswith("H") else code


def province(code: str) -> str:
    """The short name of a province; "" is for orders that name none."""
    if code not in PROVINCES:
        return _("Not named")
    return PROVINCES[code].name_zh if in_chinese() else PROVINCES[code].name_en


def chart_unit(largest_minor: int) -> tuple[str, int]:
    """The unit of an axis and the fen it stands for, so that labels stay short."""
    if in_chinese():
        return (_("10,000 yuan"), FEN_PER_WAN) if largest_minor >= FEN_PER_WAN else (_("yuan"), FEN_PER_YUAN)
    if largest_minor >= 1000 * FEN_PER_WAN:
        return _("million yuan"), 100 * FEN_PER_WAN
    return (_("thousand yuan"), 100_000) if largest_minor >= FEN_PER_WAN else (_("yuan"), FEN_PER_YUAN)


def plants(number: int) -> str:
    """A number of plants in words."""
    return _("%(number)s plants", number=count(number))


def change(ratio: Decimal | None) -> str:
    """``up 12.3%``, ``down 4.0%``, ``unchanged``, or why there is no number."""
    if ratio is None:
        return _("no percentage (no base, or the base is below CNY 10,000)")
    value = rounded(ratio * 100, 1)
    if value == 0:
        return _("unchanged")
    if value > 0:
        return _("up %(percent)s", percent=f"{value:,}%")
    return _("down %(percent)s", percent=f"{abs(value):,}%")


def cell(column: Column, value: Cell) -> str:
    """One cell of a table as text; missing numbers are a dash, never a zero."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    match column.kind:
        case "count":
            return count(int(value))
        case "money":
            return yuan(int(value))
        case "price":
            return yuan(Decimal(value), 2)
        case "ratio":
            return percent(Decimal(value))
        case _:
            return points(Decimal(value))
