"""Verbs on freight tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update

from core.database import session
from core.errors import Invalid
from shop.freight.models import FreightRate, FreightTable
from shop.freight.rules.addresses import find_province, province_name
from shop.freight.rules.rates import Rate


def write_table(grower_id: int, rates: Sequence[Rate], *, at: datetime, by_account_id: int | None) -> None:
    """Put these rates in place of a grower's own; orders placed before keep what they were quoted.

    Raises:
        Invalid: no rate, a province that does not exist, or one that stands in two rates.
    """
    if not rates:
        raise Invalid(_("A freight table has at least one line."), code="no_rates")
    seen: set[str] = set()
    for rate in rates:
        for code in rate.provinces:
            if find_province(code) is None:
                raise Invalid(_("%(name)s is not a province.", name=code), code="unknown_province")
            if code in seen:
                raise Invalid(
                    _("%(name)s stands in two lines of the table.", name=province_name(code)),
                    code="province_twice",
                )
            seen.add(code)
    table_id = session.scalar(select(FreightTable.id).where(FreightTable.grower_id == grower_id))
    if table_id is None:
        table = FreightTable(grower_id=grower_id, updated_at=at, by_account_id=by_account_id)
        session.add(table)
        session.flush()
        table_id = table.id
    else:
        session.execute(
            update(FreightTable)
            .where(FreightTable.id == table_id)
            .values(updated_at=at, by_account_id=by_account_id)
        )
        session.execute(delete(FreightRate).where(FreightRate.table_id == table_id))
    session.execute(
        insert(FreightRate),
        [
            asdict(rate) | {"table_id": table_id, "position": position, "provinces": sorted(rate.provinces)}
            for position, rate in enumerate(rates)
        ],
    )


def use_default_table(grower_id: int) -> None:
    """Drop a grower's own rates; the branch's usual ones hold again."""
    table_id = session.scalar(select(FreightTable.id).where(FreightTable.grower_id == grower_id))
    if table_id is not None:
        session.execute(delete(FreightRate).where(FreightRate.table_id == table_id))
        session.execute(delete(FreightTable).where(FreightTable.id == table_id))
