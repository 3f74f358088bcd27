"""What a report says of registers: coverage, kinds of facts, other currencies, authenticity, imports; from its annex.

Pure, standard library only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from branch.reports.audit.annex_inputs import Figures, records, share

# What an import counts; rejected rows whose reason was not kept stand under `unnamed`.
OF_IMPORTS = ("create", "update", "unchanged", "reject")
VERDICTS = ("confirmed", "cleared", "undetermined")


def quality(given: dict[str, Any], figures: Figures) -> None:
    """Coverage, kinds of facts and sums in other currencies."""
    _coverage(records(given.get("coverage", {"columns": [], "rows": []})), figures)
    for kind in ("sale", "refund", "reversal"):
        figures["quality", "facts", kind, "facts"] = given["kinds"].get(kind, 0)
    for row in records(given["foreign"]):
        net = row["gross_minor"] - row["discount_minor"] - row["refund_minor"]
        for column, value in (("orders", row["orders"]), ("plants", row["plants"]), ("net_minor", net)):
            figures["quality", "foreign", row["value_0"], column] = value


def authenticity(given: dict[str, Any], figures: Figures) -> None:
    """What look-ups showed and how cases ended."""
    for window, counts in given["authenticity"].items():
        decided = sum(counts[verdict] for verdict in VERDICTS)
        for row, value in {**counts, "decided": decided}.items():
            figures["authenticity", "authenticity", row, window] = value


def _coverage(rows: list[dict[str, Any]], figures: Figures) -> None:
    """Grower-months by channel over twelve months, and each month's share of growers with all of it on record."""
    parts = ("complete", "partial", "missing")
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        sums[row["channel"]].update({part: row[part] for part in parts})
        known = sum(row[part] for part in parts)
        figures["quality", "coverage_map", row["month"], row["channel"]] = share(row["complete"], known)
    for channel, counts in sums.items():
        key = ("quality", "coverage_channels", channel)
        for part in parts:
            figures[*key, part] = counts[part]
        figures[*key, "share"] = share(counts["complete"], counts.total())


def imports(given: dict[str, Any], figures: Figures) -> None:
    """What the files of imports held, and why rows were not taken."""
    given = given["imports"]
    files, reasons = records(given["files"]), Counter[str]()
    for row in records(given["reasons"]):
        reasons[row["reason"]] += row["rows"]
    for name in OF_IMPORTS:
        figures["imports", "imports", name, "rows"] = sum(row[name] for row in files)
    reasons["unnamed"] = sum(row["reject"] for row in files) - reasons.total()
    for reason, rows in reasons.items():
        figures["imports", "rejected", reason, "rows"] = rows
