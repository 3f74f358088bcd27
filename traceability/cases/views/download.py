"""The list of cases as a file for staff: no contact, no name of a reporter."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from branch import api as branch
from core.accounts.queries.account import display_names
from core.clock import now
from core.csv_export import csv_bytes
from core.gate import actor_id, requires
from core.web.wording.formatting import day, dt
from traceability.cases.queries import records
from traceability.cases.queries.records import CaseView
from traceability.cases.wording import names as wording

blueprint = Blueprint("case_files", __name__)


@blueprint.get("/branch/reports-of-fakes.csv")
@requires("cases.view")
def table() -> Response:
    """The cases of a folder in one's areas; the reporter's contact stays on the case's page."""
    account_id, at = actor_id(), now()
    requested = request.args.get("folder", "")
    folder = requested if requested in records.FOLDERS else "open"
    units = [unit.id for unit in branch.units_where(account_id, "cases.view")]
    cases = records.all_cases(units, folder=folder, account_id=account_id)
    owners = display_names(case.owner_account_id for case in cases)
    growers = branch.growers_by_ids({case.grower_id for case in cases if case.grower_id})
    columns: list[tuple[str, Callable[[CaseView], object]]] = [
        (_("Case"), lambda case: case.number),
        (_("State"), lambda case: wording.state_name(case.state)),
        (_("Verdict"), lambda case: wording.verdict_name(case.verdict) if case.verdict else ""),
        (_("About"), lambda case: wording.subject_name(case.subject_kind)),
        (_("Came from"), lambda case: wording.origin_name(case.origin)),
        (_("Grower"), lambda case: growers[case.grower_id].name if case.grower_id in growers else ""),
        (_("Shop"), lambda case: case.shop),
        (_("In the hands of"), lambda case: owners[case.owner_account_id]),
        (_("Opened on"), lambda case: dt(case.opened_at)),
        (_("Deadline"), lambda case: day(case.due_at)),
        (_("late"), lambda case: _("yes") if case.is_late(at) else _("no")),
        (_("Decided on"), lambda case: dt(case.decided_at) if case.decided_at else ""),
        (_("Summary"), wording.summary_words),
    ]
    rows: list[list[object]] = [
        [title for title, _value in columns],
        *([value(case) for _title, value in columns] for case in cases),
    ]
    return Response(
        csv_bytes(rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="cases-{folder}.csv"',
            "Cache-Control": "no-store",
        },
    )
