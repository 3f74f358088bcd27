"""JSON read and written without losing anything: numbers keep their digits, keys their order."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.unseen_characters import first_unseen

MAX_EXPONENT = 300
MAX_DIGITS = 300
MAX_DEPTH = 40
MOST_VALUES = 20_000
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJson(ValueError):  # noqa: N818 - read as a word
    """The text is no JSON that keeps its meaning everywhere; the message says where or what."""


def read(
    text: str | bytes, *, most_values: int | None = None, seen_only: bool = False, exact: bool = True
) -> Any:
    """The document in `text`, fractions as `Decimal`.

    Args:
        text: what was sent.
        most_values: how many values it may hold, counted by what stands between values before any is made; each takes some
            60 bytes however short it is. None: as many as its length allows, for what we wrote ourselves.
        seen_only: refuse characters that nobody sees (`core.unseen_characters`).
        exact: False gives fractions as `float`, for what is kept in a column of JSON.

    Raises:
        NotJson: no JSON, a key given twice, nesting beyond `MAX_DEPTH`, a number that is not finite or
            absurdly long (its plain notation would fill the memory), text that no database keeps, or too many values.
    """
    if most_values is not None and _at_most(text) > most_values:
        raise NotJson(f"the document holds more than {most_values:,} values")
    try:
        document = json.loads(
            text,
            parse_float=_decimal if exact else _float,
            parse_int=_integer,
            parse_constant=_refuse,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeDecodeError:
        raise NotJson("the text is not UTF-8") from None
    except RecursionError:
        raise NotJson("the nesting is too deep") from None
    _check(document, seen_only=seen_only)
    return document


def _at_most(text: str | bytes) -> int:
    """No document with so many commas and opened brackets holds more values than these."""
    if isinstance(text, bytes):
        return 1 + text.count(b",") + text.count(b"[") + text.count(b"{")
    return 1 + text.count(",") + text.count("[") + text.count("{")


def write(value: Any) -> str:
    """`value` as JSON text; a `Decimal` is written with the digits it came with."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_string(str(key))}:{write(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(write(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or (number and abs(number.adjusted()) > MAX_EXPONENT) or len(text) > MAX_DIGITS:
        raise NotJson(f"the number {text[:40]} is too large, too small or too long")
    return number


def _float(text: str) -> float:
    return float(_decimal(text))


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise NotJson(f"the number {text[:40]} is too long")
    return int(text)


def _refuse(word: str) -> Any:
    raise NotJson(f"{word} is no number in JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise NotJson(f"the key {key!r} is given twice")
        members[key] = value
    return members


def _check(value: Any, *, seen_only: bool) -> None:
    waiting = [(value, 1)]
    while waiting:
        node, level = waiting.pop()
        if level > MAX_DEPTH:
            raise NotJson(f"the nesting is deeper than {MAX_DEPTH}")
        if isinstance(node, Mapping):
            waiting += [(item, level + 1) for item in node.values()]
            for key in node:
                _check_text(key, seen_only=seen_only)
        elif isinstance(node, list):
            waiting += [(item, level + 1) for item in node]
        elif isinstance(node, str):
            _check_text(node, seen_only=seen_only)


def _check_text(text: str, *, seen_only: bool) -> None:
    if "\x00" in text or (not text.isascii() and _SURROGATE.search(text)):
        raise NotJson("a text holds a NUL character or half of a surrogate pair")
    if seen_only and (unseen := first_unseen(text)) is not None:
        raise NotJson(f"a text holds the character {unseen}, which nobody sees")
