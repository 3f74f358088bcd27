"""The check character of a trace code: one linear equation over GF(32), the field of 32 elements.

A 32-symbol alphabet cannot carry a remainder modulo 37, and a weighted sum modulo 32 misses errors
because 2 divides 32. In the field every difference other than zero has an inverse, so with distinct
weights w(i) = a^i (a a generator, its order 31 being more than our 16 places) the equation
sum of w(i) * c(i) = 0 breaks under every change of one symbol and under every swap of two different
symbols, neighbours or not. Arithmetic: polynomials over GF(2) modulo x^5 + x^2 + 1.
"""

from collections.abc import Sequence

SIZE = 32
_POLYNOMIAL = 0b100101


def _powers() -> tuple[int, ...]:
    value, powers = 1, []
    for _ in range(SIZE - 1):
        powers.append(value)
        value <<= 1
        if value & SIZE:
            value ^= _POLYNOMIAL
    return tuple(powers)


POWERS = _powers()
LOGARITHMS = {value: exponent for exponent, value in enumerate(POWERS)}


def multiply(a: int, b: int) -> int:
    """The product of two field elements, each 0 to 31."""
    if a == 0 or b == 0:
        return 0
    return POWERS[(LOGARITHMS[a] + LOGARITHMS[b]) % (SIZE - 1)]


def syndrome(symbols: Sequence[int]) -> int:
    """The weighted sum of `symbols`; 0 when the check holds. The last symbol has weight a."""
    total = 0
    for place, symbol in enumerate(reversed(symbols), start=1):
        total ^= multiply(POWERS[place], symbol)
    return total


def check_symbol(symbols: Sequence[int]) -> int:
    """The symbol which, put behind `symbols`, makes the syndrome 0."""
    rest = syndrome([*symbols, 0])
    return multiply(rest, POWERS[-1])
