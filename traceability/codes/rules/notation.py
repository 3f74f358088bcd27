"""What a trace code looks like: 15 random symbols and a check symbol, written in groups of four.

Symbols are Crockford's base 32 (no I, L, O, U), so 75 random bits: with 100 million live codes a guess
meets one with probability 10^8 / 2^75, about 3 in 10^15.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from traceability.codes.rules.check_character import check_symbol, syndrome

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_SYMBOLS = 15
LENGTH = RANDOM_SYMBOLS + 1
INNER_LENGTH = 8
MOST_TYPED = 300  # longer than any address that carries a code; the rest is not looked at

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_SYMBOL_OF_BYTE = (ALPHABET * 8).encode()  # 256 is eight times 32, so every symbol is as likely
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN = re.compile(r"[\s\-_.,:·•‐-―−ー]+")
_IN_ADDRESS = re.compile(r"/(?:C|01/\d{14}(?:/[^?#]*)?/21)/([^/?#]*)", re.IGNORECASE)


class CodeProblem(StrEnum):
    """Why a text cannot be a code."""

    LENGTH = "length"
    SYMBOLS = "symbols"
    CHECK = "check"


@dataclass(frozen=True)
class TypedCode:
    """What was typed, read forgivingly: `code` is canonical, or None with the `problem`."""

    code: str | None
    cleaned: str
    problem: CodeProblem | None = None


def new_code() -> str:
    """A fresh code from the operating system's randomness; no meaning inside."""
    return with_check("".join(secrets.choice(ALPHABET) for _ in range(RANDOM_SYMBOLS)))


def new_codes(count: int) -> list[str]:
    """`count` fresh codes at once, as `new_code` makes them, a hundred times as fast.

    The check symbol is linear in the others, so it is the exclusive or of one table's entry a place; all
    codes' entries of a place are added with one operation on long integers.
    """
    raw = secrets.token_bytes(RANDOM_SYMBOLS * count)
    checks = 0
    for place, table in enumerate(_check_tables()):
        checks ^= int.from_bytes(raw[place::RANDOM_SYMBOLS].translate(table), "big")
    symbols = raw.translate(_SYMBOL_OF_BYTE).decode("ascii")
    last = checks.to_bytes(count, "big").translate(_SYMBOL_OF_BYTE).decode("ascii")
    starts = range(0, RANDOM_SYMBOLS * count, RANDOM_SYMBOLS)
    return [symbols[at : at + RANDOM_SYMBOLS] + check for at, check in zip(starts, last, strict=True)]


@lru_cache(maxsize=1)
def _check_tables() -> tuple[bytes, ...]:
    """For each place, what a random byte's lowest five bits add to the check symbol."""
    tables = []
    for place in range(RANDOM_SYMBOLS):
        behind = [0] * (RANDOM_SYMBOLS - place - 1)
        adds = bytes(check_symbol([*[0] * place, value, *behind]) for value in range(len(ALPHABET)))
        tables.append(adds * 8)
    return tuple(tables)


def new_inner_code() -> str:
    """A fresh inner code: 8 symbols, 40 random bits, no check symbol; wrong tries are counted instead."""
    return "".join(secrets.choice(ALPHABET) for _ in range(INNER_LENGTH))


def read_inner(text: str) -> str | None:
    """An inner code as people type it, canonical; None when it cannot be one."""
    cleaned = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:MOST_TYPED]).strip())
    cleaned = cleaned.upper().translate(_READ_AS)
    return cleaned if len(cleaned) == INNER_LENGTH and all(s in _VALUES for s in cleaned) else None


def with_check(symbols: str) -> str:
    """`symbols` and their check symbol."""
    return symbols + ALPHABET[check_symbol([_VALUES[s] for s in symbols])]


def is_well_formed(code: str) -> bool:
    """Whether `code` is canonical: 16 symbols of the alphabet whose check holds."""
    return (
        len(code) == LENGTH and all(s in _VALUES for s in code) and syndrome([_VALUES[s] for s in code]) == 0
    )


def read_code(text: str) -> TypedCode:
    """Read a code as people type, scan or paste it.

    Forgives lower case, full-width letters, spaces, dashes and dots, O for 0, I and L for 1, and takes
    the code out of a whole pasted address (`.../C/<code>`, or a GS1 Digital Link with serial).
    """
    folded = unicodedata.normalize("NFKC", text[:MOST_TYPED]).strip()
    in_address = _IN_ADDRESS.search(folded)
    if in_address:
        folded = in_address.group(1)
    cleaned = _BETWEEN.sub("", folded).upper().translate(_READ_AS)
    if not cleaned or any(symbol not in _VALUES for symbol in cleaned):
        return TypedCode(None, cleaned, CodeProblem.SYMBOLS)
    if len(cleaned) != LENGTH:
        return TypedCode(None, cleaned, CodeProblem.LENGTH)
    if not is_well_formed(cleaned):
        return TypedCode(None, cleaned, CodeProblem.CHECK)
    return TypedCode(cleaned, cleaned)


def looks_like_code(text: str) -> bool:
    """Whether someone who typed `text` meant a code rather than a licence number or a shop."""
    typed = read_code(text)
    if typed.code is not None:
        return True
    return typed.problem is not CodeProblem.SYMBOLS and LENGTH - 2 <= len(typed.cleaned) <= LENGTH + 2


def grouped(code: str) -> str:
    """`ABCD-EFGH-JKMN-PQRS`: the code in fours, as it stands on labels."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def masked(text: str) -> str:
    """Enough of a typed code for its owner to find it on the table, too little to use: its last four."""
    return masked_read(read_code(text).cleaned)


def masked_read(cleaned: str) -> str:
    """As `masked`, of what `read_code` has cleaned already."""
    tail = cleaned[-4:]
    return f"····-{tail}" if tail else "····"


def address(public_url: str, code: str) -> str:
    """The address in a QR symbol, all upper case so that the symbol's short alphanumeric mode serves."""
    return f"{public_url.rstrip('/')}/C/{code}".upper()
