"""The list of cases as a file for staff: no contact, no name of a reporter."""

from collections.abc import Sequence

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from branch import api as branch
from core.accounts.queries.account import display_names
from core.clock import now
from core.csv_export import csv_bytes
from core.gate import actor_id, requires
from core.web.wording.formatting import day, dt
from traceability.cases.queries import records as queries
from traceability.cases.wording import names as wording

blueprint = Blueprint("case_files", __name__)


@blueprint.get("/branch/reports-of-fakes.csv")
@requires("cases.view")
def table() -> Response:
    """The cases of a folder in one's areas; the reporter's contact stays on the case's page."""
    account_id, at = actor_id(), now()
    asked = request.args.get("folder", "")
    folder = asked if asked in queries.FOLDERS else "open"
    units = [unit.id for unit in branch.units_where(account_id, "cases.view")]
    cases = queries.all_cases(units, folder=folder, account_id=account_id)
    owners = display_names(one.owner_account_id for one in cases)
    growers = branch.growers_by_ids({one.grower_id for one in cases if one.grower_id})
    rows: list[Sequence[object]] = [
        [
            _("Case"),
            _("State"),
            _("Verdict"),
            _("About"),
            _("Came from"),
            _("Grower"),
            _("Shop"),
            _("In the hands of"),
            _("Opened on"),
            _("Deadline"),
            _("late"),
            _("Decided on"),
            _("Summary"),
        ]
    ]
    rows += [
        (
            one.number,
            wording.state_name(one.state),
            wording.verdict_name(one.verdict) if one.verdict else "",
            wording.subject_name(one.subject_kind),
            wording.origin_name(one.origin),
            growers[one.grower_id].name if one.grower_id in growers else "",
            one.shop,
            owners[one.owner_account_id],
            dt(one.opened_at),
            day(one.due_at),
            _("yes") if one.is_late(at) else _("no"),
            dt(one.decided_at) if one.decided_at else "",
            wording.summary_words(one),
        )
        for one in cases
    ]
    return Response(
        csv_bytes(rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="cases-{folder}.csv"',
            "Cache-Control": "no-store",
        },
    )
