"""Small checkers of JSON values, put together by `validation` (pure).

A checker looks at a value that stands at a JSON pointer and yields the faults it finds.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from traceability.events.rules.times import moment


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: `pointer` as in RFC 6901."""

    pointer: str
    text: str


Checker = Callable[[Any, str], Iterator[Fault]]

_PCHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_URI = re.compile(
    rf"""[A-Za-z][A-Za-z0-9+.\-]*:
    (?://(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{{2}})*@)?
        (?:\[(?P<literal>[^\]]*)\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{{2}})*)(?::[0-9]*)?(?:/{_PCHAR}*)*
      |/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?
      |{_PCHAR}+(?:/{_PCHAR}*)*
      |)
    (?:\?(?:{_PCHAR}|[/?])*)?(?:\#(?:{_PCHAR}|[/?])*)?""",
    re.VERBOSE,
)


def is_uri(value: Any) -> bool:
    """Whether `value` is a URI with a scheme (RFC 3986, section 3); compact URIs are URIs, too."""
    if not isinstance(value, str):
        return False
    match = _URI.fullmatch(value)
    return match is not None and (match["literal"] is None or _is_literal(match["literal"]))


def _is_literal(text: str) -> bool:
    if text[:1] in {"v", "V"}:
        return bool(re.fullmatch(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+", text))
    try:
        return "%" not in text and bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def below(pointer: str, name: str | int) -> str:
    """The pointer to a member of what stands at `pointer`."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def checked(holds: Callable[[Any], object], message: str) -> Checker:
    """A value of which something holds; `message` is the fault where it does not."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not holds(value):
            yield Fault(at, message)

    return check


def _is_time(value: Any) -> bool:
    try:
        moment(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


uri = checked(is_uri, "must be a URI")
text = checked(lambda value: isinstance(value, str), "must be a string")
number = checked(
    lambda value: isinstance(value, int | float | Decimal) and not isinstance(value, bool), "must be a number"
)
boolean = checked(lambda value: isinstance(value, bool), "must be true or false")
time = checked(_is_time, "must be a date and time with an offset, as 2026-03-12T12:00:00.000+08:00")


def matching(pattern: str, message: str) -> Checker:
    """A string that matches all of `pattern`."""
    compiled = re.compile(pattern)
    return checked(lambda value: isinstance(value, str) and compiled.fullmatch(value), message)


def one_of(words: Collection[str]) -> Checker:
    """One of a few words."""
    return checked(
        lambda value: isinstance(value, str) and value in words, "must be one of " + ", ".join(sorted(words))
    )


def word_or_uri(words: Collection[str], vocabulary: str, reserved: re.Pattern[str]) -> Checker:
    """A standard word, or a URI of somebody else's (not of the `reserved` names of the standard itself)."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if isinstance(value, str) and value in words:
            return
        if not is_uri(value):
            yield Fault(at, f"{value!r:.80} is neither a standard {vocabulary} nor a URI")
        elif reserved.match(value):
            yield Fault(at, f"standard values of {vocabulary} are written as bare words")

    return check


def array(each: Checker, *, least: int = 0, unique: bool = False) -> Checker:
    """A list of things."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(at, "must be a list")
            return
        if len(value) < least:
            yield Fault(at, f"must have at least {least} element")
        for place, item in enumerate(value):
            yield from each(item, below(at, place))
        if unique:
            yield from _doubled(value, at)

    return check


def _doubled(items: list[Any], at: str) -> Iterator[Fault]:
    seen = set()
    for place, item in enumerate(items):
        if isinstance(item, str):
            if item in seen:
                yield Fault(below(at, place), f"{item!r:.80} is given twice")
            seen.add(item)


def members(
    fields: Mapping[str, Checker], *, required: Collection[str] = (), extensions: bool = True
) -> Checker:
    """An object with these members; others must be named by a (compact) URI, or may not be there."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield Fault(at, "must be an object")
            return
        for name in required:
            if name not in value:
                yield Fault(below(at, name), "is required")
        for name, inside in value.items():
            if name in fields:
                yield from fields[name](inside, below(at, name))
            elif not extensions or not is_uri(name):
                yield Fault(
                    below(at, name),
                    "is no field of the standard; an extension needs a namespace, as example:field",
                )

    return check


def open_members(fields: Mapping[str, Checker], *, required: Collection[str] = ()) -> Checker:
    """An object with these members and any others."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield Fault(at, "must be an object")
            return
        for name in required:
            if name not in value:
                yield Fault(below(at, name), "is required")
        for name in fields.keys() & value.keys():
            yield from fields[name](value[name], below(at, name))

    return check


def either(message: str, *checkers: Checker) -> Checker:
    """Something that at least one checker has nothing against."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if all(any(True for _fault in checker(value, at)) for checker in checkers):
            yield Fault(at, message)

    return check
