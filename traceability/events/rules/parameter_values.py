"""How the values of a query's parameters are written (EPCIS 2.0, 8.2.7.1): lists, truths, numbers, times, patterns, names. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from traceability.events.rules.contexts import split_name
from traceability.events.rules.identifiers import canonical
from traceability.events.rules.times import moment

Values = tuple[str, ...]


class BadParameter(ValueError):  # noqa: N818 - read as a word
    """A parameter that is unknown, not offered or malformed; `name` says which."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


def values_of(name: str, given: Any) -> Values:
    """The values of a parameter as texts: from a URL parted by `|`, from a named query as JSON. BadParameter for empty ones."""
    if isinstance(given, str):
        values = tuple(given.split("|"))
    elif isinstance(given, list):
        values = tuple(_text(name, item) for item in given)
    elif given is None and name.startswith("EXISTS_"):
        values = ("true",)
    else:
        values = (_text(name, given),)
    if not values or (not all(values) and not (name.startswith("EXISTS_") and values == ("",))):
        raise BadParameter(name, "has an empty value")
    return values


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list) or value is None:
        raise BadParameter(name, "must be a string, a number, true, false, or a list of such")
    return str(value)


def one_of(name: str, values: Values) -> str:
    """The only value; BadParameter for several."""
    if len(values) != 1:
        raise BadParameter(name, "takes one value")
    return values[0]


def truth_of(name: str, values: Values) -> bool:
    """`false` means: regardless (EPCIS 2.0, 8.2.7.1)."""
    given = one_of(name, values).lower()
    if given not in {"true", "false", "1", "0", ""}:
        raise BadParameter(name, "must be true or false")
    return given not in {"false", "0"}


def numbers_of(name: str, values: Values) -> tuple[float, ...]:
    """Decimal numbers of up to 30 digits, with an exponent or without; BadParameter for anything else."""
    if not all(
        re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?", value, re.ASCII) for value in values
    ):
        raise BadParameter(name, "must be a number")
    return tuple(float(value) for value in values)


def number_or_moment(name: str, value: str) -> float:
    """A number as it stands, or a moment as seconds since 1970."""
    try:
        return moment(value).timestamp()
    except ValueError:
        return numbers_of(name, (value,))[0]


def prefixes_of(name: str, value: str, *, classes: bool) -> list[str]:
    """What identifiers that a pattern stands for begin with: in the canonical notation, or as EPC URNs."""
    before, star, after = value.partition("*")
    if not star or after.replace("*", "").strip(".") or "[" in value:
        raise BadParameter(
            name, "takes patterns that end in asterisks, as urn:epc:idpat:sgtin:4012345.012345.*"
        )
    full = canonical(value)
    if classes:
        return [full] if full != value else [before]
    as_epc = before.replace("urn:epc:idpat:", "urn:epc:id:")
    return [as_epc] if full == value else [f"{full}/", as_epc]


def full_name(name: str, given: str, known: Mapping[str, str]) -> str:
    """The full name of an extension field: `example:f`, `http://ns.example.com/f` or `http://ns.example.com/#f`."""
    namespace, hash_sign, local = given.partition("#")
    if hash_sign and namespace.endswith("/"):
        return namespace + local
    prefix = given.partition(":")[0]
    if "://" not in given and prefix not in known:
        raise BadParameter(name, f"the prefix {prefix} is not defined; name the field by its full URI")
    return "".join(split_name(given, known))
