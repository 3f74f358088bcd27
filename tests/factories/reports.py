"""Made-up scopes for report tests: no database, the same numbers every time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from branch.ledger.rules.periods import Period
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.evidence import ChildLabel, Evidence, GrowerLabel, Scope
from branch.reports.facts.figures import MonthRow, Span, Totals
from branch.reports.states import ReportState

SEASON = (2, 6, 24, 18, 7, 3, 2, 3, 9, 16, 8, 2)
GROUPS = ("jingui", "yingui", "dangui", "sijigui", "")
NAMES = {"jingui": "金桂", "yingui": "银桂", "dangui": "丹桂", "sijigui": "四季桂"}
SIZES = ("D3", "H20–35", "DBH8")
PROVINCES = ("ZJ", "HB", "GD", "")
VILLAGES = ("竹溪示范村", "石桥示范村", "桂岭示范村")


def make_month_rows(
    *, growers: int = 14, years: Iterable[int] = (2025, 2026), until: Period | None = None
) -> list[MonthRow]:
    """Seasonal sales of `growers`, of whom the last joins in the later year and the first leaves in it."""
    rows = []
    for year in years:
        for month in range(1, 13):
            here = Period(year, month)
            if until and here > until:
                break
            for grower in range(1, growers + 1):
                if (grower == growers and year == 2025) or (grower == 1 and year == 2026):
                    continue
                channel = ("shop", "taobao", "pinduoduo")[grower % 3]
                plants = SEASON[month - 1] * grower * (130 if year == 2026 else 100)
                rows.append(
                    MonthRow(
                        grower,
                        here,
                        channel,
                        GROUPS[grower % 5],
                        Totals(
                            orders=plants // 40 + 1,
                            plants=plants,
                            gross_minor=plants * (84 + grower),
                            discount_minor=plants * 2,
                            refund_minor=plants * grower % 9_000,
                        ),
                    )
                )
    return rows


def make_scope(
    rows: list[MonthRow] | None = None,
    *,
    today: date = date(2026, 5, 20),
    growers: int = 14,
    foreign: tuple[tuple[str, Totals], ...] = (),
    spans: tuple[Span, ...] | None = None,
) -> Scope:
    chosen = make_month_rows(growers=growers) if rows is None else rows
    if spans is None:
        seen: dict[tuple[int, str], list[MonthRow]] = {}
        for row in chosen:
            seen.setdefault((row.grower_id, row.channel), []).append(row)
        spans = tuple(
            Span(
                grower,
                channel,
                date(2023, 11, 3)
                if any(row.month.year == 2025 for row in mine)
                else min(r.month for r in mine).start,
                max(row.month for row in mine).last_day,
            )
            for (grower, channel), mine in seen.items()
        )
    labels = {
        number: GrowerLabel(
            number, f"示范苗圃 {number}", f"demo-{number:02d}", f"village-{number % 3}", VILLAGES[number % 3]
        )
        for number in range(1, growers + 1)
    }
    evidence = Evidence(
        rows=tuple(chosen),
        spans=spans,
        foreign=foreign,
        kinds={"sale": 4_120, "refund": 96, "reversal": 3},
        cut_off=datetime(2026, 5, 19, 16, 30, tzinfo=UTC),
        sizes=tuple(
            CodedSum(SIZES[row.grower_id % 3], row.grower_id, row.month, row.totals) for row in chosen
        ),
        provinces=tuple(
            CodedSum(PROVINCES[row.grower_id % 4], row.grower_id, row.month, row.totals) for row in chosen
        ),
    )
    return Scope(
        unit_id=1,
        unit_code="guihua-osmanthus",
        unit_name="桂花产业支部(示范)",
        growers=labels,
        evidence=evidence,
        today=today,
        group_name=lambda code: NAMES.get(code, code),
        children={number: ChildLabel(one.village_code, one.village_name) for number, one in labels.items()},
    )


PERIOD = "2026-04"


def make_report(
    *,
    state: str,
    by: int | None,
    built_by: int | None = None,
    version: int = 1,
    period: str = PERIOD,
    documents: dict[str, Any] | None = None,
) -> str:
    """A kept report without files, moved as far as `state` by the account `by`; an older version is replaced."""
    from branch.ledger.rules.periods import parse_period
    from branch.reports.service import recording as service
    from core.clock import now
    from tests.factories.organisation import make_tree

    public_id = service.record_report(
        make_tree()["guihua-osmanthus"].id,
        parse_period(period),
        digest=f"{period}-{version}".ljust(64, "0"),
        preliminary=False,
        documents=documents or {},
        frozen={},
        annex_sha256="0" * 64,
        version=version,
        files=(),
        account_id=built_by,
        by_name="",
        at=now(),
    )
    steps = {"draft": (), "submitted": (ReportState.SUBMITTED,)}
    for step in steps.get(state, (ReportState.SUBMITTED, ReportState(state))):
        report = service.locked_report(public_id)
        service.change_state(report, step, account_id=by, by_name="", comment="", at=now())
    return public_id
