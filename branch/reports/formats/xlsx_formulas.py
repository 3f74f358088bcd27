"""Which cells of a table follow from others, as the formulas of a spreadsheet. Pure.

A formula is used only where it gives the very figure that the report prints; what is left out on purpose stays
empty, and what follows from more than the table holds stays a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from xlsxwriter.utility import xl_col_to_name

from branch.reports.document import Cell, Row, Table

Numbers = Mapping[str, Fraction]
CLOSE = Fraction(1, 10**12)


@dataclass(frozen=True, slots=True)
class Rule:
    """`column` follows from `needs` by `formula`; ``total:`` and ``first:`` name the cell of that row."""

    column: str
    needs: tuple[str, ...]
    formula: str
    value: Callable[[Numbers], Fraction]


RULES = (
    Rule(
        "net",
        ("gross", "discount", "refund"),
        "{gross}-{discount}-{refund}",
        lambda n: n["gross"] - n["discount"] - n["refund"],
    ),
    Rule("price", ("net", "plants"), "{net}/{plants}", lambda n: n["net"] / n["plants"]),
    Rule(
        "refund_rate",
        ("refund", "gross", "discount"),
        "{refund}/({gross}-{discount})",
        lambda n: n["refund"] / (n["gross"] - n["discount"]),
    ),
    Rule("growth", ("net", "net_before"), "{net}/{net_before}-1", lambda n: n["net"] / n["net_before"] - 1),
    Rule("growth", ("now", "before"), "{now}/{before}-1", lambda n: n["now"] / n["before"] - 1),
    Rule(
        "plants_growth",
        ("plants", "plants_before"),
        "{plants}/{plants_before}-1",
        lambda n: n["plants"] / n["plants_before"] - 1,
    ),
    Rule("missing", ("growers", "recorded"), "{growers}-{recorded}", lambda n: n["growers"] - n["recorded"]),
    Rule("share", ("recorded", "growers"), "{recorded}/{growers}", lambda n: n["recorded"] / n["growers"]),
    Rule("share", ("net", "total:net"), "{net}/{total:net}", lambda n: n["net"] / n["total:net"]),
    Rule(
        "share_points",
        ("share", "net_before", "total:net_before"),
        "({share}-{net_before}/{total:net_before})*100",
        lambda n: n["share"] - n["net_before"] / n["total:net_before"],
    ),
    Rule(
        "points",
        ("amount", "first:amount"),
        "{amount}/{first:amount}*100",
        lambda n: n["amount"] / n["first:amount"],
    ),
)


def formulas(table: Table, top: int) -> dict[tuple[int, int], str]:
    """Formulas by (row, column) of the sheet, both counted from 1; the table's first row stands in row `top`."""
    by_cell: dict[tuple[int, int], str] = {}
    rows = table.all_rows()
    for place, row in enumerate(rows):
        is_total = table.total is not None and place == len(rows) - 1
        for column, (key, value) in enumerate(_named(table, row).items(), start=1):
            if value is None:
                continue
            formula = _sum(table, column, value, top) if is_total else None
            formula = formula or _by_rule(table, row, key, value, top, place)
            if formula:
                by_cell[top + place, column] = "=" + formula
    return by_cell


def _named(table: Table, row: Row) -> dict[str, Fraction | None]:
    return {
        column.key: _number(cell) if column.is_number else None
        for column, cell in zip(table.columns, row.cells, strict=True)
    }


def _number(cell: Cell) -> Fraction | None:
    return None if cell is None or isinstance(cell, str) else Fraction(cell)


def _sum(table: Table, column: int, value: Fraction, top: int) -> str | None:
    if table.columns[column - 1].kind not in {"count", "money"} or not table.rows:
        return None
    parts = [_number(row.cells[column - 1]) or Fraction(0) for row in table.rows]
    letter = xl_col_to_name(column - 1)
    return f"SUM({letter}{top}:{letter}{top + len(parts) - 1})" if sum(parts) == value else None


def _by_rule(table: Table, row: Row, key: str, value: Fraction, top: int, place: int) -> str | None:
    keys = [column.key for column in table.columns]
    anchors = {"": (row, top + place), "first": (table.rows[0], top) if table.rows else None}
    anchors["total"] = None if table.total is None else (table.total, top + len(table.rows))
    for rule in RULES:
        if rule.column != key:
            continue
        numbers: dict[str, Fraction] = {}
        cells: dict[str, str] = {}
        for need in rule.needs:
            where, _colon, name = need.rpartition(":")
            anchor = anchors[where]
            number = _named(table, anchor[0]).get(name) if anchor else None
            if anchor is None or number is None:
                break
            numbers[need] = number
            cells[need] = f"{xl_col_to_name(keys.index(name))}{anchor[1]}"
        else:
            if _gives(rule, numbers, value):
                return _filled(rule.formula, cells)
    return None


def _gives(rule: Rule, numbers: Numbers, value: Fraction) -> bool:
    try:
        return abs(rule.value(numbers) - value) <= CLOSE
    except ZeroDivisionError:
        return False


def _filled(formula: str, cells: Mapping[str, str]) -> str:
    for need, cell in cells.items():
        formula = formula.replace("{" + need + "}", cell)
    return formula
