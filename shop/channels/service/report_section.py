"""The report's section on imports: what the files of a window held, and which rows were not taken and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.database import session
from shop.channels.models import OutsideImport
from shop.channels.service.rejections import reason_sentence

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
        return sum((Counter(rows) for rows, _reasons in self.each), Counter())

    @property
    def reasons(self) -> Counter[str]:
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
                    [number, reason, found]
                    for number, (_rows, reasons) in enumerate(self.each, start=1)
                    for reason, found in sorted(reasons.items())
                ],
            },
        }


def import_counts(period: branch.Period, grower_ids: set[int]) -> ImportCounts:
    """Counts of applied imports of these growers' shops that hold days of `period`."""
    found = session.execute(
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
        for public_id in {row.storefront_public_id for row in found}
    }
    return ImportCounts(
        tuple(
            (
                {name: int(row.counts.get(name, 0)) for name in COUNTED},
                Counter(one["reason"] for one in row.rejected),
            )
            for row in found
            if ours[row.storefront_public_id]
        )
    )


def imports(period: branch.Period, scope: branch.ReportScope) -> branch.Section:
    """The section for one unit and window; a function of `wsgi.report_sections`."""
    found = import_counts(period, set(scope.growers))
    counted, reasons = found.rows, found.reasons
    title = _("Imports of outside orders")
    if not found.imports:
        return branch.Section("imports", title, (_("No import holds days of this window."),))
    names = {
        "create": _("Orders taken in"),
        "update": _("Orders changed by a later import"),
        "unchanged": _("Orders that were there already"),
        "reject": _("Rows not taken"),
    }
    what = (branch.Column("what", _("What")), branch.Column("rows", _("Number of rows"), "count"))
    tables = [
        branch.Table(
            "imports",
            _("What the files held"),
            what,
            tuple(branch.Row(name, (words, counted[name])) for name, words in names.items()),
        )
    ]
    if reasons:
        ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        tables.append(
            branch.Table(
                "rejected",
                _("Rows not taken, by reason"),
                what,
                tuple(branch.Row(reason, (_reason(reason), number)) for reason, number in ordered),
            )
        )
    return branch.Section(
        key="imports",
        title=title,
        paragraphs=(_("Imports that hold days of this window: %(imports)s.", imports=found.imports),),
        tables=tuple(tables),
        notes=(
            _(
                "An import counts whole when any of its days lies in the window. What is not taken is in no figure of this report."
            ),
        ),
        inputs=found.inputs(),
    )


def _reason(code: str) -> str:
    return _("Reason not kept") if code == UNNAMED else reason_sentence(code)
