"""GS1 identifiers in their two notations: EPC URNs, and the constrained canonical GS1 Digital Link URI.

CBV 2.0, section 8.9.2 and the EPC Tag Data Standard: the same thing named in either way is named the same
here, so that hashes agree and a query by one notation finds what was captured in the other.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

ID_GS1 = "https://id.gs1.org"

_URN = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):(.+)", re.DOTALL)

# Primary keys of a Digital Link, the shape of their values, and the qualifiers that may stay, finest first.
_KEYS: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "00": (re.compile(r"\d{18}"), ()),
    "01": (re.compile(r"\d{8}|\d{12,14}"), ("21", "10", "235")),
    "253": (re.compile(r"\d{13}.{0,17}"), ()),
    "255": (re.compile(r"\d{13}\d{0,12}"), ()),
    "401": (re.compile(r".{1,30}"), ()),
    "402": (re.compile(r"\d{17}"), ()),
    "414": (re.compile(r"\d{13}"), ("254",)),
    "417": (re.compile(r"\d{13}"), ()),
    "8003": (re.compile(r"\d{14}.{0,16}"), ()),
    "8004": (re.compile(r".{1,30}"), ()),
    "8006": (re.compile(r"\d{18}"), ("21", "10")),
    "8010": (re.compile(r".{1,30}"), ("8011",)),
    "8017": (re.compile(r"\d{18}"), ()),
    "8018": (re.compile(r"\d{18}"), ()),
}


def check_digit(digits: str) -> str:
    """The GS1 check digit: weights 3 and 1 in turn from the right (General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def canonical(value: str) -> str:
    """An EPC URN or any GS1 Digital Link URI as `https://id.gs1.org/...`, at its finest key; else as it is."""
    if value.startswith("urn:epc:"):
        return _from_urn(value) or value
    if value.startswith(("http://", "https://")):
        return _from_digital_link(value) or value
    return value


def _from_urn(urn: str) -> str | None:
    match = _URN.fullmatch(urn)
    if not match:
        return None
    family, scheme, rest = match.groups()
    parts = rest.split(".", 4 if scheme == "itip" else 2) if scheme not in _TWO_PARTS else rest.split(".", 1)
    write = _CLASSES.get(scheme) if family == "class" else _WRITERS.get(scheme)
    if write is None:
        return None
    if family == "idpat":
        if parts[-1] != "*" or "*" in parts[:-1]:
            return None
        parts[-1] = ""
    try:
        path = write(*parts)
    except (TypeError, ValueError):
        return None
    return f"{ID_GS1}/{path}"


_TWO_PARTS = {"sscc", "giai", "gsrn", "gsrnp", "ginc", "gsin", "pgln"}


def _gtin(company: str, item: str) -> str:
    digits = item[:1] + company + item[1:]
    if len(digits) != 13 or not digits.isdigit():
        raise ValueError(digits)
    return digits + check_digit(digits)


def _checked(digits: str, length: int) -> str:
    if len(digits) != length or not digits.isdigit():
        raise ValueError(digits)
    return digits + check_digit(digits)


def _and(path: str, qualifier: str, value: str) -> str:
    return f"{path}/{qualifier}/{value}" if value else path


def _sgln(company: str, location: str, extension: str = "0") -> str:
    return _and(f"414/{_checked(company + location, 12)}", "254", "" if extension == "0" else extension)


_WRITERS: dict[str, Callable[..., str]] = {
    "sgtin": lambda company, item, serial: _and(f"01/{_gtin(company, item)}", "21", serial),
    "upui": lambda company, item, tpx: _and(f"01/{_gtin(company, item)}", "235", tpx),
    "sscc": lambda company, ref: f"00/{_checked(ref[:1] + company + ref[1:], 17)}",
    "sgln": _sgln,
    "pgln": lambda company, party: f"417/{_checked(company + party, 12)}",
    "grai": lambda company, kind, serial: f"8003/0{_checked(company + kind, 12)}{serial}",
    "giai": lambda company, asset: f"8004/{company}{asset}",
    "gsrn": lambda company, ref: f"8018/{_checked(company + ref, 17)}",
    "gsrnp": lambda company, ref: f"8017/{_checked(company + ref, 17)}",
    "gdti": lambda company, kind, serial: f"253/{_checked(company + kind, 12)}{serial}",
    "cpi": lambda company, part, serial: _and(f"8010/{company}{part}", "8011", serial),
    "sgcn": lambda company, coupon, serial: f"255/{_checked(company + coupon, 12)}{serial}",
    "ginc": lambda company, ref: f"401/{company}{ref}",
    "gsin": lambda company, ref: f"402/{_checked(company + ref, 16)}",
    "itip": lambda company, item, piece, total, serial: _and(
        f"8006/{_gtin(company, item)}{piece}{total}", "21", serial
    ),
}
_CLASSES: dict[str, Callable[..., str]] = {
    "lgtin": lambda company, item, lot: _and(f"01/{_gtin(company, item)}", "10", lot)
}


def _from_digital_link(uri: str) -> str | None:
    try:
        segments = urlsplit(uri).path.strip("/").split("/")
    except ValueError:  # a host that nobody can take apart, as `https://[`
        return None
    for place in range(len(segments) - 1):
        rest = segments[place:]
        if rest[0] not in _KEYS or len(rest) % 2:
            continue
        shape, qualifiers = _KEYS[rest[0]]
        pairs = dict(zip(rest[::2], rest[1::2], strict=True))
        if not shape.fullmatch(rest[1]) or not all(name.isdigit() for name in pairs):
            continue
        value = rest[1].rjust(14, "0") if rest[0] == "01" else rest[1]
        finest = next((name for name in qualifiers if pairs.get(name)), None)
        path = f"{ID_GS1}/{rest[0]}/{value}"
        return f"{path}/{finest}/{pairs[finest]}" if finest else path
    return None
