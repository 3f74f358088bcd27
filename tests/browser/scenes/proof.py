"""Codes in every verdict, a report sent in haste, and the branch's reports."""

from collections.abc import Callable

from playwright.sync_api import Page

from branch.ledger.periods import month_before, parse_period
from branch.organisation.queries import get_unit
from branch.reports import building, service
from branch.reports.queries import find_report
from branch.reports.states import ReportState
from core.clock import local_day, now
from core.database import transaction
from tests.browser.town import account_of
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot
from tests.factories.verification import make_scene
from traceability.codes.verdicts import Verdict
from traceability.lots.balance import StepKind
from traceability.lots.recalls import recall
from traceability.lots.transforming import Outcome, transform


def code(verdict: Verdict, level: str = "unit") -> Callable[[], str]:
    """A code whose check says `verdict`."""

    def arranged() -> str:
        with transaction():
            return f"/C/{make_scene(verdict, level=level).code}"

    return arranged


def recalled_lot() -> str:
    """The passport of a lot that was split and then recalled with what came of it."""
    with transaction():
        lot = make_lot(at=now())
        make_licence(lot.grower_id, at=now())
        parts = [Outcome(60), Outcome(40)]
        transform(StepKind.SPLIT, {lot.id: 100}, parts, grower_id=lot.grower_id, at=now(), by=None)
        recall(lot.id, reason="叶片检出疫病，请与其他苗木隔离。", at=now(), by=None)
    return f"/lots/{lot.number}"


def report_in_haste(page: Page) -> None:
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    page.click("main form[action='/report-fake'] button[type=submit]")
    page.wait_for_selector(".banner--bad")


def report_of(key: str) -> str:
    """The report of the osmanthus branch about that window, built by the secretary."""
    unit = get_unit("guihua-osmanthus")
    made = building.make(parse_period(key), unit, at=now())
    account = account_of("secretary")
    return building.keep(made, at=now(), account_id=account.id, by_name=account.display_name)


def draft_report() -> str:
    """Last month's report, just built."""
    return f"/branch/reports/{report_of(month_before(local_day(now())).key)}"


def submitted_report() -> str:
    """A report that waits for the committee."""
    public_id = report_of(month_before(month_before(local_day(now())).start).key)
    account = account_of("secretary")
    with transaction():
        service.move_report(
            public_id,
            ReportState.SUBMITTED,
            revision=find_report(public_id).revision,
            comment="",
            account_id=account.id,
            by_name=account.display_name,
            at=now(),
        )
    return f"/committee/reports/{public_id}"
