"""GS1 Digital Link URI syntax (release 1.6): reading and building addresses made of application identifiers.

The table of application identifiers is that of the package biip; which of them are keys of a path, and which
qualifiers a key takes in which order, is the standard's section 4. biip takes 16 MB and is loaded by the first address.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

# Primary key -> the sequences of qualifiers that it takes, in their order; each may be left out.
KEYS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": ((),),
    "01": (("22", "10", "21"), ("235",)),
    "253": ((),),
    "255": ((),),
    "401": ((),),
    "402": ((),),
    "414": (("254",), ("7040",)),
    "417": (("7040",),),
    "8003": ((),),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": ((),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
QUALIFIERS = {qualifier for sequences in KEYS.values() for sequence in sequences for qualifier in sequence}
# Words that releases before 1.3 allowed in place of numbers; read on request, never written.
ALPHAS = {
    "sscc": "00", "gtin": "01", "gdti": "253", "gcn": "255", "ginc": "401", "gsin": "402", "gln": "414",
    "party": "417", "grai": "8003", "giai": "8004", "itip": "8006", "cpid": "8010", "gmn": "8013",
    "gsrnp": "8017", "gsrn": "8018", "cpv": "22", "lot": "10", "ser": "21", "glnx": "254", "cpsn": "8011",
    "srin": "8019",
}  # fmt: skip
# Identifiers whose last digit checks the others, and how many digits that concerns.
CHECKED = {"00": 18, "01": 14, "02": 14, "253": 13, "255": 13, "402": 17, "414": 13, "417": 13}
CHECKED |= {"8003": 14, "8006": 14, "8017": 18, "8018": 18}
GTIN_DIGITS = 14
SHORT_GTINS = (8, 12, 13)

_SCHEME = re.compile(r"(?:https?|HTTPS?)://")
_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CSET_82 = re.compile(r"[!\"%-?A-Z_a-z]+")
_NUMBER = re.compile(r"\d{2,4}")


class LinkSyntaxError(ValueError):
    """An address that is no GS1 Digital Link; its text says what is wrong."""


@dataclass(frozen=True)
class Element:
    """One application identifier and its value, unescaped."""

    ai: str
    value: str


@dataclass(frozen=True)
class DigitalLink:
    """What an address identifies: the key, its qualifiers in the standard's order, and data attributes."""

    key: Element
    qualifiers: tuple[Element, ...] = ()
    attributes: tuple[Element, ...] = ()

    @property
    def elements(self) -> tuple[Element, ...]:
        """Key, qualifiers and attributes, in this order."""
        return (self.key, *self.qualifiers, *self.attributes)

    def value_of(self, ai: str) -> str | None:
        """The value of an identifier, wherever it stands."""
        return next((element.value for element in self.elements if element.ai == ai), None)

    @property
    def ancestors(self) -> tuple["DigitalLink", ...]:
        """The same thing ever less precisely: without its last qualifier, down to the key alone."""
        return tuple(
            DigitalLink(self.key, self.qualifiers[:n]) for n in range(len(self.qualifiers) - 1, -1, -1)
        )


def parse(uri: str, *, lenient: bool = False) -> DigitalLink:
    """Read an uncompressed Digital Link URI; any path may stand before the key.

    Args:
        uri: the whole address.
        lenient: also take words for numbers (`/gtin/`), GTINs of 8, 12 and 13 digits, and data attributes
            with identifiers that nobody has assigned.

    Raises:
        LinkSyntaxError: it is none.
    """
    rest = _after_scheme(uri).partition("#")[0]
    address, _, query = rest.partition("?")
    host, _, path = address.partition("/")
    if not _HOST.fullmatch(host):
        raise LinkSyntaxError("the host name is missing or has characters that none has")
    return parse_path(path, query, lenient=lenient)


def parse_path(path: str, query: str = "", *, lenient: bool = False) -> DigitalLink:
    """The same for the path and the query string of a request.

    Raises:
        LinkSyntaxError: they hold no key, an unknown qualifier or a value of the wrong form.
    """
    segments = path.strip("/").split("/") if lenient else path.removeprefix("/").split("/")
    start = _start_of_key(segments, lenient=lenient)
    pairs = [
        _element(_number(name, lenient=lenient), value, lenient=lenient)
        for name, value in zip(segments[start::2], segments[start + 1 :: 2], strict=True)
    ]
    key, qualifiers = pairs[0], tuple(pairs[1:])
    _check_order(key.ai, [qualifier.ai for qualifier in qualifiers])
    attributes = tuple(_attributes(query, lenient=lenient))
    numbers = [element.ai for element in (*pairs, *attributes)]
    if len(set(numbers)) < len(numbers):
        raise LinkSyntaxError("an application identifier stands twice")
    taken = {ai for sequence in KEYS[key.ai] for ai in sequence}
    if misplaced := [attribute.ai for attribute in attributes if attribute.ai in taken]:
        raise LinkSyntaxError(f"({misplaced[0]}) belongs into the path, behind its key")
    return DigitalLink(key, qualifiers, attributes)


def build(link: DigitalLink, base: str) -> str:
    """The canonical address of `link` below `base`.

    Raises:
        LinkSyntaxError: a value does not have the form of its identifier.
    """
    for element in link.elements:
        _check(element.ai, element.value)
    path = "/".join(
        f"{element.ai}/{quote(element.value, safe='')}" for element in (link.key, *link.qualifiers)
    )
    query = "&".join(f"{attribute.ai}={quote(attribute.value, safe='')}" for attribute in link.attributes)
    return f"{base.rstrip('/')}/{path}" + (f"?{query}" if query else "")


def gtin_14(text: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits, as 14 digits.

    Raises:
        LinkSyntaxError: another length, other characters, or a wrong check digit.
    """
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (*SHORT_GTINS, GTIN_DIGITS):
        raise LinkSyntaxError("a GTIN has 8, 12, 13 or 14 digits")
    padded = digits.zfill(GTIN_DIGITS)
    _check("01", padded)
    return padded


@cache
def application_identifier(ai: str) -> "GS1ApplicationIdentifier | None":
    """The standard's entry of an application identifier; None when it has none."""
    from biip import ParseError
    from biip.gs1_application_identifiers import GS1ApplicationIdentifier

    try:
        entry = GS1ApplicationIdentifier.extract(ai)
    except ParseError:
        return None
    return entry if entry.ai == ai else None


def _after_scheme(uri: str) -> str:
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise LinkSyntaxError("it does not begin with http:// or https://")
    rest = uri[scheme.end() :]
    if not _URI.fullmatch(rest) or _BAD_ESCAPE.search(rest):
        raise LinkSyntaxError("it holds characters that stand in no address")
    return rest


def _number(name: str, *, lenient: bool) -> str:
    return ALPHAS.get(name, name) if lenient else name


def _start_of_key(segments: Sequence[str], *, lenient: bool) -> int:
    """Where the key stands: the last place from which name and value alternate to the end."""
    for start in range(len(segments) - 2, -1, -2):
        name = _number(segments[start], lenient=lenient)
        if name in KEYS:
            return start
        if name not in QUALIFIERS:
            break
    raise LinkSyntaxError("there is no key such as /01/ followed by a value")


def _check_order(key: str, given: Sequence[str]) -> None:
    for sequence in KEYS[key]:
        places = [sequence.index(ai) for ai in given if ai in sequence]
        if len(places) == len(given) and places == sorted(places):
            return
    raise LinkSyntaxError(f"({key}) does not take these qualifiers in this order")


def _attributes(query: str, *, lenient: bool) -> Iterable[Element]:
    for part in re.split("[&;]", query):
        name, equals, value = part.partition("=")
        if not equals or not _NUMBER.fullmatch(name):
            continue  # whatever else an address carries is not ours
        if application_identifier(name) is None and not lenient:
            raise LinkSyntaxError(f"({name}) is no application identifier")
        yield _element(name, value.replace("+", " "), lenient=lenient)  # as forms write a space


def _element(ai: str, escaped: str, *, lenient: bool) -> Element:
    value = unquote(escaped)
    if lenient and ai == "01" and len(value) in SHORT_GTINS:
        value = value.zfill(GTIN_DIGITS)
    _check(ai, value)
    return Element(ai, value)


def _check(ai: str, value: str) -> None:
    if not _CSET_82.fullmatch(value):
        raise LinkSyntaxError(f"the value of ({ai}) is empty or holds characters that no value has")
    known = application_identifier(ai)
    if known is not None and not re.fullmatch(known.pattern, ai + value):
        raise LinkSyntaxError(f"the value of ({ai}) does not have its form, {known.format}")
    from biip.checksums import gs1_standard_check_digit

    digits = value[: CHECKED[ai]] if ai in CHECKED else ""
    if digits and gs1_standard_check_digit(digits[:-1]) != int(digits[-1]):
        raise LinkSyntaxError(f"the check digit of ({ai}) does not fit the others")
