"""The figures of a report, computed anew from its annex by the rules that the annex and the definitions state.

Shares no code with what wrote the report: exact fractions and the standard library only. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

Sums = dict[str, int]
Figures = dict[tuple[str, str, str, str], Fraction | int | None]
SUMS = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor")
# The row of those that are put together so that none of them points at one grower.
OTHERS = "others"
TOTAL_COLUMNS = {"gross": "gross_minor", "discount": "discount_minor", "refund": "refund_minor"}


def recompute(annex: dict[str, Any]) -> Figures:
    """Figures by (section, table, row, column)."""
    book = _Book(annex)
    found: Figures = {}
    _totals(book, found)
    _months(book, found)
    if annex["window"]["standing"] != "open":
        _comparison(book, found)
        _bridge(book, found)
    village = {f"{number}": one["village"] for number, one in annex["growers"].items()}
    groupings: dict[str, Callable[[dict[str, Any]], str]] = {
        "channels": lambda row: row["channel"],
        "cultivar_groups": lambda row: row["cultivar_group"],
        "villages": lambda row: village[str(row["grower"])],
        "growers": lambda row: f"grower-{row['grower']}",
    }
    for section, of in groupings.items():
        _breakdown(book, section, book.rows, of, found)
    for section in ("sizes", "provinces"):
        if section in annex["inputs"]:
            _breakdown(book, section, _records(annex["inputs"][section]), lambda row: row["code"], found)
    _coverage(book, found)
    return found


def _records(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


class _Book:
    """The inputs of an annex, by month, with the window and the rules."""

    def __init__(self, annex: dict[str, Any]) -> None:
        self.annex = annex
        self.settings = annex["settings"]
        self.rows = _records(annex["inputs"]["rows"])
        self.spans = _records(annex["inputs"]["spans"])
        window = annex["window"]
        self.months = _months_of(window["from"], window["until"])
        self.months_before = _months_of(window["before_from"], window["before_until"])
        self.is_open = window["standing"] == "open"

    def now(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row["month"] in self.months]

    def before(self, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [] if self.is_open else [row for row in rows if row["month"] in self.months_before]

    def growth(self, now: int, before: int, smallest: int = 1) -> Fraction | None:
        return Fraction(now - before, before) if before >= max(smallest, 1) else None

    @property
    def smallest(self) -> int:
        return int(self.settings["smallest_base_minor"])


def _months_of(start: str, end: str) -> list[str]:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    count = (last.year - first.year) * 12 + last.month - first.month
    return [_month(first.year, first.month + number) for number in range(count)]


def _month(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12:04d}-{(month - 1) % 12 + 1:02d}"


def _add(rows: Iterable[dict[str, Any]]) -> Sums:
    sums = dict.fromkeys(SUMS, 0)
    for row in rows:
        for name in SUMS:
            sums[name] += row[name]
    return sums


def _net(sums: Sums) -> int:
    return sums["gross_minor"] - sums["discount_minor"] - sums["refund_minor"]


def _price(sums: Sums) -> Fraction | None:
    return Fraction(_net(sums), sums["plants"]) if sums["plants"] > 0 else None


def _refund_rate(sums: Sums) -> Fraction | None:
    paid = sums["gross_minor"] - sums["discount_minor"]
    return Fraction(sums["refund_minor"], paid) if paid > 0 else None


def _totals(book: _Book, found: Figures) -> None:
    sums = _add(book.now(book.rows))
    cells: dict[str, Fraction | int | None] = {
        "orders": sums["orders"],
        "plants": sums["plants"],
        "net": _net(sums),
        "price": _price(sums),
        "refund_rate": _refund_rate(sums),
        **{column: sums[name] for column, name in TOTAL_COLUMNS.items()},
    }
    for column, value in cells.items():
        found["overall", "totals", "all", column] = value


def _months(book: _Book, found: Figures) -> None:
    """Twelve months up to the window's end; a month that is not over on the day of building is not compared."""
    net: defaultdict[str, int] = defaultdict(int)
    for row in book.rows:
        net[row["month"]] += _net(row)
    last = date.fromisoformat(book.annex["window"]["until"])
    table = book.annex["sections"]["overall"]["months"]["rows"]
    for back in range(12, 0, -1):
        month = _month(last.year, last.month - back)
        earlier = _month(last.year - 1, last.month - back)
        key = ("overall", "months", month)
        found[*key, "net"] = net[month] or None
        found[*key, "net_before"] = net[earlier] or None
        # Which months were over is told by the day of building, which an annex does not carry.
        if not (book.is_open and table[month]["growth"] is None):
            found[*key, "growth"] = book.growth(net[month], net[earlier], book.smallest)


def _complete(book: _Book) -> set[int]:
    """Growers whose every channel in use was on record before the earlier window and through the later one."""
    used: defaultdict[int, set[str]] = defaultdict(set)
    for row in book.rows:
        if row["month"] in book.months or row["month"] in book.months_before:
            used[row["grower"]].add(row["channel"])
    spans = {(one["grower"], one["channel"]): one for one in book.spans}

    def covers(grower: int, channel: str) -> bool:
        span = spans.get((grower, channel))
        if span is None:
            return False
        if channel == book.settings["own_shop"]:
            return True
        begins, ends = span["first_day"][:7], span["last_day"][:7]
        return bool(begins < book.months_before[0] and ends >= book.months[-1])

    return {grower for grower, channels in used.items() if all(covers(grower, one) for one in channels)}


def _comparison(book: _Book, found: Figures) -> None:
    inside = _complete(book)
    rows_like = [row for row in book.rows if row["grower"] in inside]
    too_few = len(inside) < book.settings["fewest_like_for_like_growers"]
    for name, rows, hidden in (("all", book.rows, False), ("like_for_like", rows_like, too_few)):
        now, before = _add(book.now(rows)), _add(book.before(rows))
        small = _net(before) < book.smallest
        growth = book.growth(_net(now), _net(before), book.smallest)
        plants = book.growth(now["plants"], before["plants"])
        cells: dict[str, Fraction | int | None] = {
            "now": _net(now),
            "before": _net(before),
            "growth": None if hidden else growth,
            "plants": now["plants"],
            "plants_before": before["plants"],
            "plants_growth": None if hidden or small else plants,
        }
        for column, value in cells.items():
            found["comparison", "comparison", name, column] = value


def _bridge(book: _Book, found: Figures) -> None:
    """New growers, those who no longer sell, and the same ones by quantity (at last year's price) and price."""
    now, before = _by_grower(book.now(book.rows)), _by_grower(book.before(book.rows))
    steps = dict.fromkeys(("new", "lost", "quantity", "price", "unsplit"), 0)
    for grower in now.keys() | before.keys():
        if grower not in before:
            steps["new"] += _net(now[grower])
        elif grower not in now:
            steps["lost"] -= _net(before[grower])
        else:
            this, last = now[grower], before[grower]
            change = _net(this) - _net(last)
            if last["plants"] <= 0 or this["plants"] <= 0:
                steps["unsplit"] += change
                continue
            # `round` of a fraction goes half to even.
            quantity = round(Fraction(_net(last), last["plants"]) * (this["plants"] - last["plants"]))
            steps["quantity"] += quantity
            steps["price"] += change - quantity
    whole = sum(_net(sums) for sums in before.values())
    for name, amount in steps.items():
        found["comparison", "bridge", name, "amount"] = amount
        found["comparison", "bridge", name, "points"] = book.growth(whole + amount, whole, book.smallest)
    for name, amount in (("before", whole), ("after", sum(_net(sums) for sums in now.values()))):
        found["comparison", "bridge", name, "amount"] = amount
        found["comparison", "bridge", name, "points"] = None


def _by_grower(rows: Iterable[dict[str, Any]]) -> dict[int, Sums]:
    mine: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        mine[row["grower"]].append(row)
    return {grower: _add(one) for grower, one in mine.items()}


def _breakdown(
    book: _Book, section: str, rows: list[dict[str, Any]], of: Callable[[dict[str, Any]], str], found: Figures
) -> None:
    code_of, now, before = of, book.now(rows), book.before(rows)
    printed = book.annex["sections"].get(section, {}).get(section, {"rows": {}})["rows"]
    if OTHERS in printed:
        together = {code_of(row) for row in (*now, *before)} - printed.keys()

        def of(row: dict[str, Any]) -> str:
            return OTHERS if code_of(row) in together else code_of(row)

    _breakdown_months(book, section, rows, of, found)
    whole_now, whole_before = _add(now), _add(before)
    groups: dict[str, tuple[Sums, Sums, bool]] = {
        code: (
            _add(row for row in now if of(row) == code),
            _add(row for row in before if of(row) == code),
            any(of(row) == code for row in before),
        )
        for code in {of(row) for row in (*now, *before)}
    }
    groups["total"] = (whole_now, whole_before, bool(before))
    for code, (this, last, had) in groups.items():
        share = _share(_net(this), _net(whole_now))
        share_before = _share(_net(last), _net(whole_before))
        cells: dict[str, Fraction | int | None] = {
            "orders": this["orders"],
            "plants": this["plants"],
            "net": _net(this),
            "price": _price(this),
            "refund_rate": _refund_rate(this),
            "share": share,
            "net_before": _net(last) if had else None,
            "growth": book.growth(_net(this), _net(last), book.smallest),
            "share_points": None if share is None or share_before is None else share - share_before,
        }
        for column, value in cells.items():
            found[section, section, code, column] = value


def _breakdown_months(
    book: _Book, section: str, rows: list[dict[str, Any]], of: Callable[[dict[str, Any]], str], found: Figures
) -> None:
    """Net sales by month and code; what is left empty for the sake of single growers is not asked for."""
    table = book.annex["sections"].get(section, {}).get(f"{section}_months", {"rows": {}})["rows"]
    for month, cells in table.items():
        mine = [row for row in rows if row["month"] == month]
        for column, printed in cells.items():
            if printed is not None:
                code = "" if column == "unnamed" else column
                found[section, f"{section}_months", month, column] = _net(
                    _add(row for row in mine if of(row) == code)
                )


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole > 0 else None


def _coverage(book: _Book, found: Figures) -> None:
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
        found[*key, "growers"] = possible
        found[*key, "recorded"] = seen
        found[*key, "missing"] = possible - seen
        found[*key, "share"] = _share(seen, possible)
