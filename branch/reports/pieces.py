"""What a breakdown is made of: sums with a code to group them by. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from branch.ledger.periods import Period
from branch.reports.figures import Totals, added
from branch.reports.suppression import hidden_cells, to_put_together

OTHERS = "others"


class Piece(NamedTuple):
    """What one grower sold in one month under one code of a breakdown ("" where nothing is named)."""

    code: str
    grower_id: int
    month: Period
    totals: Totals


def sums(pieces: Iterable[Piece]) -> dict[str, Totals]:
    """Totals by code, the largest net sales first, ties in the order of the codes."""
    parts: defaultdict[str, list[Totals]] = defaultdict(list)
    for piece in pieces:
        parts[piece.code].append(piece.totals)
    found = {code: added(one) for code, one in parts.items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1].net_minor, item[0])))


def growers(pieces: Iterable[Piece]) -> dict[str, set[int]]:
    """Who stands behind each code."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for piece in pieces:
        found[piece.code].add(piece.grower_id)
    return dict(found)


def during(pieces: Iterable[Piece], months: Iterable[Period]) -> list[Piece]:
    wanted = set(months)
    return [piece for piece in pieces if piece.month in wanted]


def codes_together(pieces: Iterable[Piece], now: Iterable[Piece], before: Iterable[Piece]) -> set[str]:
    """The codes of one or two growers, in `now` or `before`, and what has to go with them."""
    return set(to_put_together(growers(now), growers(before), list(sums(pieces))))


def renamed(pieces: list[Piece], together: Collection[str]) -> list[Piece]:
    """`pieces` with the codes `together` under `OTHERS`."""
    if not together:
        return pieces
    return [piece._replace(code=OTHERS) if piece.code in together else piece for piece in pieces]


def monthly(
    pieces: Iterable[Piece], codes: Sequence[str], months: Sequence[Period]
) -> dict[tuple[str, str], int | None]:
    """Net sales in fen by (code, month key); None where nothing was sold or too few growers stand behind it."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    who: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for piece in during(pieces, months):
        found[piece.code, piece.month.key] += piece.totals.net_minor
        who[piece.code, piece.month.key].add(piece.grower_id)
    hidden = hidden_cells(who, found, codes, [month.key for month in months])
    return {
        (code, month.key): None if (code, month.key) in hidden else found.get((code, month.key))
        for code in codes
        for month in months
    }
