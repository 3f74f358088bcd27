"""Imports of outside shops, and how they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from branch import api as branch
from core.database import session
from core.errors import existing
from core.work_claims import in_work
from shop.channels.models import OutsideImport

MOST_SHOWN = 20
BY_CONSOLE = "channels.import"  # the claim of `flask channels import`; imports of the page are jobs


def get_import(public_id: str) -> OutsideImport:
    """One import.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.scalar(select(OutsideImport).where(OutsideImport.public_id == public_id))
    return existing(row, code="import_unknown")


def state_of(row: OutsideImport, *, at: datetime) -> str:
    """Its state; one that a console was booking, and is not any more, has failed."""
    left = row.state == "applying" and row.job_id is None and not in_work(BY_CONSOLE, row.public_id, at=at)
    return "failed" if left else row.state


def imports_of(storefront_ids: Sequence[int]) -> Sequence[OutsideImport]:
    """The latest imports of these storefronts, the newest first."""
    wanted = select(OutsideImport).where(OutsideImport.storefront_id.in_(storefront_ids))
    return session.scalars(wanted.order_by(OutsideImport.id.desc()).limit(MOST_SHOWN)).all()


def plans_in_use(keys: Sequence[str]) -> set[str | None]:
    """Those of these keys of plans that an import still needs."""
    return set(session.scalars(select(OutsideImport.plan_key).where(OutsideImport.plan_key.in_(keys))))


COUNTED = ("create", "update", "unchanged", "reject")

UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Imports whose days touch a window: what became of the rows of each, and its rejected rows by reason.

    An import keeps the reasons of its first rejected rows only; the rest stand under `UNNAMED`.
    """

    each: tuple[tuple[dict[str, int], Counter[str]], ...]

    @property
    def imports(self) -> int:
        return len(self.each)

    @property
    def rows(self) -> Counter[str]:
        """Rows by what became of them, over all imports."""
        return sum((Counter(rows) for rows, _reasons in self.each), Counter())

    @property
    def reasons(self) -> Counter[str]:
        """Rejected rows by reason, over all imports."""
        named = sum((reasons for _rows, reasons in self.each), Counter[str]())
        unnamed = self.rows["reject"] - named.total()
        return named + Counter({UNNAMED: unnamed})

    def inputs(self) -> dict[str, Any]:
        """The imports one by one, under numbers that mean nothing outside of the report."""
        return {
            "files": {
                "columns": ["file", *COUNTED],
                "rows": [
                    [number, *(rows[name] for name in COUNTED)]
                    for number, (rows, _reasons) in enumerate(self.each, start=1)
                ],
            },
            "reasons": {
                "columns": ["file", "reason", "rows"],
                "rows": [
                    [number, reason, count]
                    for number, (_rows, reasons) in enumerate(self.each, start=1)
                    for reason, count in sorted(reasons.items())
                ],
            },
        }


def import_counts(period: branch.Period, grower_ids: set[int]) -> ImportCounts:
    """Counts of applied imports of these growers' shops that hold days of `period`."""
    rows = session.execute(
        select(OutsideImport.storefront_public_id, OutsideImport.counts, OutsideImport.rejected)
        .where(
            OutsideImport.state == "applied",
            OutsideImport.first_day < period.end,
            OutsideImport.last_day >= period.start,
        )
        .order_by(OutsideImport.id)
    ).all()
    ours = {
        public_id: branch.get_storefront(public_id).grower_id in grower_ids
        for public_id in {row.storefront_public_id for row in rows}
    }
    return ImportCounts(
        tuple(
            (
                {name: int(row.counts.get(name, 0)) for name in COUNTED},
                Counter(rejection["reason"] for rejection in row.rejected),
            )
            for row in rows
            if ours[row.storefront_public_id]
        )
    )
