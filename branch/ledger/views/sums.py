"""Sales as the ledger holds them: for the branch over its growers, for a grower over his own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch.growers.queries.directory import grower_names_below, require_grower
from branch.ledger.queries import sums as queries
from branch.ledger.queries.sums import SalesSum
from branch.ledger.rules.periods import Period, month_of, parse_period
from branch.ledger.service import daily_sums
from branch.ledger.wording import channel_name
from branch.organisation.queries.tree import UnitView, unit_name, units_where
from core.clock import local_day, now
from core.csv_export import csv_bytes
from core.database import transaction
from core.errors import Invalid, NotFound
from core.gate import actor_id, requires
from core.money import decimal_text
from core.safe_methods import may_note, noting

blueprint = Blueprint("ledger", __name__)

NUMBERS = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor", "net_minor")


@dataclass(frozen=True, slots=True)
class SalesTable:
    """Sums under one heading; `key` names the table in addresses."""

    key: str
    title: str
    first: str
    rows: tuple[tuple[str, SalesSum], ...]

    @property
    def total(self) -> SalesSum:
        """All rows added up."""
        return SalesSum(
            ("total",), *(sum(getattr(sales, name) for _name, sales in self.rows) for name in NUMBERS)
        )


@blueprint.get("/branch/sales")
@requires("ledger.view")
def sales() -> ResponseReturnValue:
    """Totals of a month or a year by day or month, channel and grower, of one unit and below."""
    units = units_where(actor_id(), "ledger.view")
    here = _chosen_unit(units)
    ids, names = _growers_of(here)
    return _page(
        "branch/ledger/sales.html",
        ids,
        names,
        endpoint="ledger.sales",
        units=units,
        here=here,
        unit_name=unit_name,
    )


@blueprint.get("/branch/sales/<table>.csv")
@requires("ledger.view")
def sales_csv(table: str) -> ResponseReturnValue:
    """One of the tables of `/branch/sales` as a file."""
    ids, names = _growers_of(_chosen_unit(units_where(actor_id(), "ledger.view")))
    return _csv(table, ids, names)


@blueprint.get("/seller/sales")
@requires("ledger.own")
def own() -> ResponseReturnValue:
    """A grower's own sales over all channels."""
    grower = require_grower(actor_id())
    return _page("branch/ledger/own.html", [grower.id], {grower.id: grower.name}, endpoint="ledger.own")


@blueprint.get("/seller/sales/<table>.csv")
@requires("ledger.own")
def own_csv(table: str) -> ResponseReturnValue:
    """One of the tables of `/seller/sales` as a file."""
    grower = require_grower(actor_id())
    return _csv(table, [grower.id], {grower.id: grower.name})


def _chosen_unit(units: Sequence[UnitView]) -> UnitView | None:
    """The unit asked for, else the highest; one outside the account's units does not exist for it."""
    code = request.args.get("unit")
    if not code:
        return next(iter(units), None)
    chosen = next((unit for unit in units if unit.code == code), None)
    if chosen is None:
        raise NotFound(_("There is no unit with the code %(code)s.", code=code), code="unit_unknown")
    return chosen


def _growers_of(unit: UnitView | None) -> tuple[list[int], dict[int, str]]:
    names = grower_names_below(unit.id) if unit else {}
    return sorted(names), names


def asked_period(newest_day: Callable[[], date | None]) -> Period:
    """The window asked for, else the month of the latest record, else this month.

    Raises:
        Invalid: `period_malformed`.
    """
    text = request.args.get("period", "").strip()
    try:
        return parse_period(text) if text else month_of(newest_day() or local_day(now()))
    except ValueError:
        raise Invalid(
            _(
                "Please give a month as 2026-03, a year as 2026, a season as 2026-S1, or months as 2026-03..2026-08."
            ),
            code="period_malformed",
        ) from None


def bring_up_to_date() -> None:
    """Have the sums say what the facts do before anything is shown."""
    if daily_sums.needs_refresh() and may_note():
        with noting("sums that follow from the facts"), transaction():
            daily_sums.ensure_fresh()


def _page(
    template: str, ids: list[int], names: dict[int, str], *, endpoint: str, **more: Any
) -> ResponseReturnValue:
    bring_up_to_date()
    period = asked_period(lambda: queries.newest_day(ids))
    tables = _tables(period, ids, names)
    before, after = period.before(), period.after()
    unit = request.args.get("unit")

    def address(**changes: Any) -> str:
        return url_for(endpoint, **{"unit": unit, **changes})

    def file_address(table: str) -> str:
        return url_for(f"{endpoint}_csv", table=table, period=period.key, unit=unit)

    return render_template(
        template, period=period, tables=tables, before=before,
        after=after if after.start <= local_day(now()) else None,
        address=address, file_address=file_address, **more,
    )  # fmt: skip


def _tables(period: Period, ids: Sequence[int], names: dict[int, str]) -> list[SalesTable]:
    over_time = ("day", _("By day"), _("Day")) if period.month else ("month", _("By month"), _("Month"))
    wanted: list[tuple[str, str, str, Callable[[Any], str]]] = [
        (*over_time, str),
        ("channel", _("By channel"), _("Channel"), channel_name),
    ]
    if len(ids) > 1:
        wanted.append(("grower", _("By grower"), _("Grower"), lambda grower_id: names[grower_id]))
    else:
        wanted.append(("product", _("By product"), _("Product"), str))
    return [_table(period, ids, *breakdown) for breakdown in wanted]


def _table(
    period: Period, ids: Sequence[int], by: str, title: str, first: str, name: Callable[[Any], str]
) -> SalesTable:
    sums = queries.sums_by(by, grower_ids=ids, since=period.start, until=period.end)
    if by not in {"day", "month"}:
        sums.sort(key=lambda sales: -sales.net_minor)
    return SalesTable(by, title, first, tuple((name(sales.key[0]), sales) for sales in sums))


def _csv(key: str, ids: list[int], names: dict[int, str]) -> Response:
    bring_up_to_date()
    period = asked_period(lambda: queries.newest_day(ids))
    table = next((candidate for candidate in _tables(period, ids, names) if candidate.key == key), None)
    if table is None:
        raise NotFound(_("There is no such table."), code="table_unknown")
    head = (
        table.first,
        _("Number of orders"),
        _("Number of plants"),
        _("Gross sales (yuan)"),
        _("Discounts (yuan)"),
        _("Refunds (yuan)"),
        _("Net sales (yuan)"),
    )
    rows = [
        (
            name,
            sales.orders,
            sales.plants,
            *(
                decimal_text(amount)
                for amount in (sales.gross_minor, sales.discount_minor, sales.refund_minor, sales.net_minor)
            ),
        )
        for name, sales in [*table.rows, (_("Sum total"), table.total)]
    ]
    return Response(
        csv_bytes([head, *rows]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="sales-{period.key}-by-{key}.csv"'},
    )
