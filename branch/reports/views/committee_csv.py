"""The committee's desk as a flat file for a spreadsheet."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _

from branch.reports.review.queries import ReportOverview
from branch.reports.wording import report_states
from core.clock import local_day
from core.csv_export import csv_bytes


def desk_csv(shown: ReportOverview) -> bytes:
    """One line per unit and month, UTF-8 with its mark; amounts in yuan, growth in percent."""
    figures = {
        (trend.unit_name, month.period): month for trend in shown.trends for month in trend.months if month
    }
    rows: list[list[object]] = [
        [
            _("Unit"),
            _("Reporting period"),
            _("Deadline"),
            _("Submitted on"),
            _("Days late"),
            _("State"),
            _("Net sales (yuan)"),
            _("Number of plants"),
            _("Like-for-like (D3), percent"),
        ]
    ]
    for duty in shown.duties:
        figure = figures.get((duty.unit_name, duty.period))
        like = figure.like_growth if figure else None
        rows.append(
            [
                duty.unit_name,
                duty.period,
                duty.due_on.isoformat(),
                local_day(duty.submitted_at).isoformat() if duty.submitted_at else "",
                duty.days_late,
                report_states.state_name(duty.state) if duty.state else "",
                f"{Decimal(figure.net_minor) / 100:.2f}" if figure else "",
                figure.plants if figure else "",
                "" if like is None else f"{like * 100:.1f}",
            ]
        )
    return csv_bytes(rows)
