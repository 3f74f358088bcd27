"""How sizes are written."""


def span(least: int | None, most: int | None) -> str:
    """`300–320`, or one number when both are the same or one is missing, or nothing."""
    if least is None and most is None:
        return ""
    if least is None or most is None or least == most:
        return f"{most if least is None else least}"
    return f"{least}–{most}"


def centimetres(millimetres: int) -> str:
    """`8` or `7.5`: the trade names diameters in centimetres."""
    return f"{millimetres / 10:g}"


def diameter_span_cm(least_mm: int | None, most_mm: int | None) -> str:
    """`7.5–8.4`, `8`, or nothing."""
    known = [centimetres(value) for value in (least_mm, most_mm) if value is not None]
    return "–".join(dict.fromkeys(known))
