"""How numbers, money, sizes and times are written on pages, in the language of the request."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from core.clock import local_day, local_minute, to_shanghai
from core.money import MINOR_DIGITS
from core.web.wording.languages import PARSED, spoken

SYMBOLS = {"CNY": "¥", "USD": "US$", "EUR": "€", "HKD": "HK$", "JPY": "JP¥"}
MINUS = "−"
M2_PER_MU = Decimal(2000) / 3


def init_formatting(app: Flask) -> None:
    """Give templates their formatters."""
    formatters: tuple[Callable[..., str], ...] = (
        *(number, money, percent, plants, bundles, dt, clock, day, day_words, month_words),
        *(area, height, diameter, span, weight, duration),
    )
    app.jinja_env.globals.update({f.__name__: f for f in formatters})


def number(value: float | Decimal, digits: int = 0) -> str:
    """A number with grouped thousands and `digits` decimals: 20,418."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{exact:,.{digits}f}".replace("-", MINUS)


def _trimmed(value: Decimal, digits: int) -> str:
    """At most `digits` decimals, none that are zero: 3.2, 8."""
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount_minor: int, currency: str = "CNY") -> str:
    """Minor units as an amount with its sign: ¥1,234.50."""
    digits = MINOR_DIGITS[currency]
    amount = Decimal(abs(amount_minor)).scaleb(-digits)
    sign = MINUS if amount_minor < 0 else ""
    return f"{sign}{SYMBOLS[currency]}{amount:,.{digits}f}"


def percent(share: float | Decimal, digits: int = 1) -> str:
    """A share of one as per cent: 0.304 is 30.4%."""
    return f"{number(Decimal(str(share)) * 100, digits)}%"


def plants(count: int) -> str:
    """1,234 株, 1,234 plants."""
    return ngettext("%(n)s plant", "%(n)s plants", count, n=number(count))


def bundles(count: int) -> str:
    """12 捆, 12 bundles."""
    return ngettext("%(n)s bundle", "%(n)s bundles", count, n=number(count))


def dt(value: datetime) -> str:
    """A moment on Shanghai's clock: 2026-03-12 14:05."""
    return local_minute(value)


def clock(value: datetime) -> str:
    """The time of day in Shanghai: 14:05."""
    return f"{to_shanghai(value):%H:%M}"


def _day(value: date) -> date:
    return local_day(value) if isinstance(value, datetime) else value


def day(value: date) -> str:
    """A day as tables write it: 2026-03-12; a moment gives its day in Shanghai."""
    return f"{_day(value):%Y-%m-%d}"


def day_words(value: date) -> str:
    """A day as sentences write it: 3月12日, 12 March."""
    return format_date(_day(value), spoken().day, locale=PARSED[spoken().locale])


def month_words(value: date) -> str:
    """The month of a day: 2026年3月, March 2026."""
    return format_date(_day(value), spoken().month, locale=PARSED[spoken().locale])


def area(area_m2: float | Decimal, *, exact: bool = False) -> str:
    """Land in mu, with square metres behind it when `exact`: 1.5 亩（1,000 m²）."""
    square = Decimal(str(area_m2))
    mu = _trimmed(square / M2_PER_MU, 2)
    if exact:
        return _("%(mu)s mu (%(m2)s m²)", mu=mu, m2=number(square))
    return _("%(mu)s mu", mu=mu)


def height(centimetres: float) -> str:
    """A height: below a metre in cm, else in m: 45 cm, 3.2 m."""
    cm = Decimal(str(centimetres))
    return f"{_trimmed(cm / 100, 2)} m" if cm >= 100 else f"{_trimmed(cm, 1)} cm"


def diameter(millimetres: float) -> str:
    """A diameter: below a centimetre in mm, else in cm: 6 mm, 8 cm."""
    mm = Decimal(str(millimetres))
    return f"{_trimmed(mm / 10, 1)} cm" if mm >= 10 else f"{_trimmed(mm, 1)} mm"


def span(low: float | None, high: float | None, unit: str = "height") -> str:
    """From low to high: 3–3.5 m; one size when they agree or one is missing, nothing when both are.

    `unit` is "height" (values in centimetres) or "diameter" (values in millimetres).
    """
    write = {"height": height, "diameter": diameter}[unit]
    known = [write(value) for value in (low, high) if value is not None]
    if not known:
        return ""
    first, last = known[0], known[-1]
    if first == last:
        return first
    first_number, first_unit = first.split(" ")
    return f"{first_number}–{last}" if last.endswith(f" {first_unit}") else f"{first} – {last}"


def weight(grams: float) -> str:
    """A weight: below a kilogram in g, else in kg: 350 g, 12.5 kg."""
    g = Decimal(str(grams))
    return f"{_trimmed(g / 1000, 2)} kg" if g >= 1000 else f"{_trimmed(g, 0)} g"


def duration(seconds: float) -> str:
    """A length of time in its largest fitting unit, rounded up: 40 seconds, 3 minutes, 2 days."""
    whole = max(0, round(seconds))
    if whole < 60:
        return ngettext("%(num)s second", "%(num)s seconds", whole)
    if whole < 3600:
        return ngettext("%(num)s minute", "%(num)s minutes", -(-whole // 60))
    if whole < 48 * 3600:
        return ngettext("%(num)s hour", "%(num)s hours", -(-whole // 3600))
    return ngettext("%(num)s day", "%(num)s days", -(-whole // 86400))
