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
from traceability.cases.queries import records
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
            case.number,
            wording.state_name(case.state),
            wording.verdict_name(case.verdict) if case.verdict else "",
            wording.subject_name(case.subject_kind),
            wording.origin_name(case.origin),
            growers[case.grower_id].name if case.grower_id in growers else "",
            case.shop,
            owners[case.owner_account_id],
            dt(case.opened_at),
            day(case.due_at),
            _("yes") if case.is_late(at) else _("no"),
            dt(case.decided_at) if case.decided_at else "",
            wording.summary_words(case),
        )
        for case in cases
    ]
    return Response(
        csv_bytes(rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="cases-{folder}.csv"',
            "Cache-Control": "no-store",
        },
    )
