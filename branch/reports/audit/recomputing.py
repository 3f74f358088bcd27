"""The figures of a report, computed anew from its annex by the rules that the annex and the definitions state.

Shares no code with what wrote the report: exact fractions and the standard library only. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from branch.reports.audit import registers
from branch.reports.audit.annex_inputs import (
    AnnexInputs,
    Figures,
    Sums,
    add,
    complete,
    month_key,
    net,
    price,
    records,
    refund_rate,
    share,
)
from branch.reports.audit.breakdowns import breakdown, units

Recomputation = Callable[[AnnexInputs, Figures], None]
TOTAL_COLUMNS = {"gross": "gross_minor", "discount": "discount_minor", "refund": "refund_minor"}


def _totals(book: AnnexInputs, figures: Figures) -> None:
    sums = add(book.now(book.rows))
    cells: dict[str, Fraction | int | None] = {
        "orders": sums["orders"],
        "plants": sums["plants"],
        "net": net(sums),
        "price": price(sums),
        "refund_rate": refund_rate(sums),
        **{column: sums[name] for column, name in TOTAL_COLUMNS.items()},
    }
    for column, value in cells.items():
        figures["overall", "totals", "all", column] = value


def _months(book: AnnexInputs, figures: Figures) -> None:
    """Twelve months up to the window's end; a month that is not over on the day of building is not compared."""
    sums: defaultdict[str, int] = defaultdict(int)
    for row in book.rows:
        sums[row["month"]] += net(row)
    last = date.fromisoformat(book.annex["window"]["until"])
    table = book.annex["sections"]["overall"]["months"]["rows"]
    for back in range(12, 0, -1):
        month = month_key(last.year, last.month - back)
        earlier = month_key(last.year - 1, last.month - back)
        key = ("overall", "months", month)
        figures[*key, "net"] = sums[month] or None
        figures[*key, "net_before"] = sums[earlier] or None
        # Which months were over is told by the day of building, which an annex does not carry.
        if not (book.is_open and table[month]["growth"] is None):
            figures[*key, "growth"] = book.growth(sums[month], sums[earlier], book.smallest)


def _comparison(book: AnnexInputs, figures: Figures) -> None:
    inside = complete(book)
    rows_like = [row for row in book.rows if row["grower"] in inside]
    too_few = len(inside) < book.settings["fewest_like_for_like_growers"]
    for name, rows, hidden in (("all", book.rows, False), ("like_for_like", rows_like, too_few)):
        now, before = add(book.now(rows)), add(book.before(rows))
        small = net(before) < book.smallest
        growth = book.growth(net(now), net(before), book.smallest)
        plants = book.growth(now["plants"], before["plants"])
        cells: dict[str, Fraction | int | None] = {
            "now": net(now),
            "before": net(before),
            "growth": None if hidden else growth,
            "plants": now["plants"],
            "plants_before": before["plants"],
            "plants_growth": None if hidden or small else plants,
        }
        for column, value in cells.items():
            figures["comparison", "comparison", name, column] = value


def _bridge(book: AnnexInputs, figures: Figures) -> None:
    """New growers, those who no longer sell, and the same ones by quantity (at last year's price) and price."""
    now, before = _by_grower(book.now(book.rows)), _by_grower(book.before(book.rows))
    steps = dict.fromkeys(("new", "lost", "quantity", "price", "unsplit"), 0)
    for grower in now.keys() | before.keys():
        if grower not in before:
            steps["new"] += net(now[grower])
        elif grower not in now:
            steps["lost"] -= net(before[grower])
        else:
            this, last = now[grower], before[grower]
            change = net(this) - net(last)
            if last["plants"] <= 0 or this["plants"] <= 0:
                steps["unsplit"] += change
                continue
            # `round` of a fraction goes half to even.
            quantity = round(Fraction(net(last), last["plants"]) * (this["plants"] - last["plants"]))
            steps["quantity"] += quantity
            steps["price"] += change - quantity
    whole = sum(net(sums) for sums in before.values())
    for name, amount in steps.items():
        figures["comparison", "bridge", name, "amount"] = amount
        figures["comparison", "bridge", name, "points"] = book.growth(whole + amount, whole, book.smallest)
    for name, amount in (("before", whole), ("after", sum(net(sums) for sums in now.values()))):
        figures["comparison", "bridge", name, "amount"] = amount
        figures["comparison", "bridge", name, "points"] = None


def _by_grower(rows: Iterable[dict[str, Any]]) -> dict[int, Sums]:
    mine: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        mine[row["grower"]].append(row)
    return {grower: add(grower_rows) for grower, grower_rows in mine.items()}


def _coverage(book: AnnexInputs, figures: Figures) -> None:
    """Grower-months with records, among growers with any record since the earlier window began."""
    table = book.annex["sections"].get("quality", {}).get("coverage", {}).get("rows", {})
    since = book.annex["window"]["before_from"]
    sellers = {span["grower"] for span in book.spans if span["last_day"] >= since}
    months = [key for key in table if key != "total"]
    recorded = {
        month: len({row["grower"] for row in book.rows if row["month"] == month} & sellers)
        for month in months
    }
    whole = (len(sellers) * len(months), sum(recorded.values()))
    lines = {**{month: (len(sellers), seen) for month, seen in recorded.items()}, "total": whole}
    for month, (possible, seen) in lines.items():
        key = ("quality", "coverage", month)
        figures[*key, "growers"] = possible
        figures[*key, "recorded"] = seen
        figures[*key, "missing"] = possible - seen
        figures[*key, "share"] = share(seen, possible)


def _overall(book: AnnexInputs, figures: Figures) -> None:
    _totals(book, figures)
    _months(book, figures)


def _against_last_year(book: AnnexInputs, figures: Figures) -> None:
    if book.annex["window"]["standing"] != "open":
        _comparison(book, figures)
        _bridge(book, figures)


def _by(section: str, of: Callable[[dict[str, Any]], str]) -> Recomputation:
    """A breakdown of the sums by what `of` says of each."""
    return lambda book, figures: breakdown(book, section, book.rows, of, figures)


def _by_village(book: AnnexInputs, figures: Figures) -> None:
    village = {number: grower["village"] for number, grower in book.annex["growers"].items()}
    breakdown(book, "villages", book.rows, lambda row: village[str(row["grower"])], figures)


def _by_code(section: str) -> Recomputation:
    """A breakdown whose sums are an input of their own."""
    return lambda book, figures: breakdown(
        book, section, records(book.annex["inputs"][section]), lambda row: row["code"], figures
    )


def _quality(book: AnnexInputs, figures: Figures) -> None:
    _coverage(book, figures)
    registers.quality(book.annex["inputs"], figures)


# How an auditor computes each section's figures, by the section's key; `comparing.py` asks for estimates, which need numpy.
SECTIONS: dict[str, Recomputation] = {
    "overall": _overall,
    "comparison": _against_last_year,
    "channels": _by("channels", lambda row: row["channel"]),
    "cultivar_groups": _by("cultivar_groups", lambda row: row["cultivar_group"]),
    "sizes": _by_code("sizes"),
    "villages": _by_village,
    "units": units,
    "provinces": _by_code("provinces"),
    "authenticity": lambda book, figures: registers.authenticity(book.annex["inputs"], figures),
    "quality": _quality,
    "imports": lambda book, figures: registers.imports(book.annex["inputs"], figures),
    "growers": _by("growers", lambda row: f"grower-{row['grower']}"),
}


def recompute(annex: dict[str, Any]) -> Figures:
    """Figures by (section, table, row, column)."""
    book, figures = AnnexInputs(annex), Figures()
    for section, recomputation in SECTIONS.items():
        if annex["sections"].get(section):
            recomputation(book, figures)
    return figures
