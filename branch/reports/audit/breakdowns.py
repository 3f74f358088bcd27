"""What is broken down by something, computed anew from an annex. Pure, standard library only."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Any

from branch.reports.audit.annex_inputs import (
    OTHERS,
    AnnexInputs,
    Figures,
    Sums,
    add,
    complete,
    net,
    price,
    refund_rate,
    share,
)

Of = Callable[[dict[str, Any]], str]


def breakdown(
    book: AnnexInputs,
    section: str,
    rows: list[dict[str, Any]],
    of: Callable[[dict[str, Any]], str],
    figures: Figures,
) -> None:
    """Work out every cell of the breakdown of `rows` by `of`, into `figures`."""
    now, before = book.now(rows), book.before(rows)
    of = _put_together(book, section, [*now, *before], of)
    _breakdown_months(book, section, rows, of, figures)
    whole_now, whole_before = add(now), add(before)
    groups: dict[str, tuple[Sums, Sums, bool]] = {
        code: (
            add(row for row in now if of(row) == code),
            add(row for row in before if of(row) == code),
            any(of(row) == code for row in before),
        )
        for code in {of(row) for row in (*now, *before)}
    }
    groups["total"] = (whole_now, whole_before, bool(before))
    for code, (this, last, had) in groups.items():
        part = share(net(this), net(whole_now))
        share_before = share(net(last), net(whole_before))
        cells: dict[str, Fraction | int | None] = {
            "orders": this["orders"],
            "plants": this["plants"],
            "net": net(this),
            "price": price(this),
            "refund_rate": refund_rate(this),
            "share": part,
            "net_before": net(last) if had else None,
            "growth": book.growth(net(this), net(last), book.smallest),
            "share_points": None if part is None or share_before is None else part - share_before,
        }
        for column, value in cells.items():
            figures[section, section, code, column] = value


def _breakdown_months(
    book: AnnexInputs,
    section: str,
    rows: list[dict[str, Any]],
    of: Callable[[dict[str, Any]], str],
    figures: Figures,
) -> None:
    """Net sales by month and code; what is left empty for the sake of single growers is not asked for."""
    table = book.annex["sections"].get(section, {}).get(f"{section}_months", {"rows": {}})["rows"]
    for month, cells in table.items():
        mine = [row for row in rows if row["month"] == month]
        for column, printed in cells.items():
            if printed is not None:
                code = "" if column == "unnamed" else column
                figures[section, f"{section}_months", month, column] = net(
                    add(row for row in mine if of(row) == code)
                )


def _put_together(book: AnnexInputs, section: str, rows: Collection[dict[str, Any]], of: Of) -> Of:
    """`of` with the codes that have no row of their own under the row of the others, when the report has one."""
    printed = book.annex["sections"].get(section, {}).get(section, {"rows": {}})["rows"]
    if OTHERS not in printed:
        return of
    together = {of(row) for row in rows} - printed.keys()
    return lambda row: OTHERS if of(row) in together else of(row)


def units(book: AnnexInputs, figures: Figures) -> None:
    """The units below beside each other: all growers, and those with complete data where the base is like."""
    table = book.annex["sections"].get("units", {}).get("units", {"rows": {}})["rows"]
    if not table:
        return
    home = {int(number): grower.get("unit") for number, grower in book.annex["growers"].items()}
    placed = [row for row in book.rows if home[row["grower"]] is not None]
    now, before = book.now(placed), book.before(placed)
    of = _put_together(book, "units", [*now, *before], lambda row: str(home[row["grower"]]))
    inside = complete(book)
    whole = _like_growth(book, [row for row in book.rows if row["grower"] in inside], len(inside))
    for code in {of(row) for row in (*now, *before)}:
        mine, last = ([row for row in rows if of(row) == code] for rows in (now, before))
        like = [row for row in (*mine, *last) if row["grower"] in inside]
        count = len({row["grower"] for row in like})
        change = _like_growth(book, like, count)
        covered = share(net(add(book.now(like))), net(add(mine)))
        if covered is None or covered < Fraction(book.settings["least_like_for_like_share"]):
            change = None
        cells: dict[str, Fraction | int | None] = {
            "growers": len({row["grower"] for row in mine}),
            "net": net(add(mine)),
            "net_before": net(add(last)) if last else None,
            "growth": book.growth(net(add(mine)), net(add(last)), book.smallest),
            "like_growers": count,
            "like_growth": change,
            "like_points": None if change is None or whole is None else change - whole,
        }
        for column, value in cells.items():
            figures["units", "units", code, column] = value


def _like_growth(book: AnnexInputs, rows: list[dict[str, Any]], growers: int) -> Fraction | None:
    if growers < book.settings["fewest_like_for_like_growers"]:
        return None
    return book.growth(net(add(book.now(rows))), net(add(book.before(rows))), book.smallest)
