"""Messages about reports, queued with the change they tell of: in the receiver's language, without any figure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from branch.organisation.queries.tree import unit_by_id
from branch.reports.models.tables import Report
from branch.reports.queries.recipients import nearest_holders
from core.accounts.service.notifying import notify_accounts
from core.settings import current_settings


def tell_branch(report: Report, what: str, *, key: str, at: datetime, but: int | None = None) -> int:
    """Tell those who submit this unit's reports; `key` makes the notice one of its kind."""
    _unit, holders = nearest_holders(report.unit_id, "reports.submit")
    return _send_moved(
        report, what, holders - {but or 0}, f"/branch/reports/{report.public_id}", key=key, at=at
    )


def tell_committee(report: Report, what: str, *, key: str, at: datetime, but: int | None = None) -> int:
    """Tell those who review this unit's reports."""
    _unit, holders = nearest_holders(report.unit_id, "reports.review")
    return _send_moved(
        report, what, holders - {but or 0}, f"/committee/reports/{report.public_id}", key=key, at=at
    )


def _send_moved(
    report: Report, what: str, receivers: Collection[int], path: str, *, key: str, at: datetime
) -> int:
    return send(
        receivers,
        template="report_moved",
        dedupe=f"report:{report.public_id}:{what}:{key}",
        unit_id=report.unit_id,
        context={"what": what, "period": report.period},
        path=path,
        at=at,
    )


def send(
    receivers: Collection[int],
    *,
    template: str,
    dedupe: str,
    unit_id: int,
    context: dict[str, Any],
    path: str,
    at: datetime,
) -> int:
    """Queue one message to each account that can be reached; how many were queued."""
    settings = current_settings()
    unit = unit_by_id(unit_id)
    return notify_accounts(
        receivers,
        template,
        lambda account: {
            **context,
            "unit": unit.name_in(account.locale),
            "url": f"{settings.base_url}{path}",
        },
        key=dedupe,
        at=at,
    )
