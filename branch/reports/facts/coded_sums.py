"""What a breakdown is made of: sums with a code to group them by. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from branch.ledger.rules.periods import Period
from branch.reports.facts.figures import Totals, added

OTHERS = "others"


class CodedSum(NamedTuple):
    """What one grower sold in one month under one code of a breakdown ("" where nothing is named)."""

    code: str
    grower_id: int
    month: Period
    totals: Totals


def sums(rows: Iterable[CodedSum]) -> dict[str, Totals]:
    """Totals by code, the largest net sales first, ties in the order of the codes."""
    parts: defaultdict[str, list[Totals]] = defaultdict(list)
    for row in rows:
        parts[row.code].append(row.totals)
    totals = {code: added(code_totals) for code, code_totals in parts.items()}
    return dict(sorted(totals.items(), key=lambda item: (-item[1].net_minor, item[0])))


def within_months(rows: Iterable[CodedSum], months: Iterable[Period]) -> list[CodedSum]:
    """The sums of these months, in their order."""
    wanted = set(months)
    return [row for row in rows if row.month in wanted]


def merged_codes(rows: list[CodedSum], together: Collection[str]) -> list[CodedSum]:
    """`rows` with the codes `together` under `OTHERS`."""
    if not together:
        return rows
    return [row._replace(code=OTHERS) if row.code in together else row for row in rows]


def monthly(rows: Iterable[CodedSum]) -> dict[tuple[str, Period], int]:
    """Net sales in fen by code and month; nothing where nothing was sold."""
    net_sales: defaultdict[tuple[str, Period], int] = defaultdict(int)
    for row in rows:
        net_sales[row.code, row.month] += row.totals.net_minor
    return dict(net_sales)
