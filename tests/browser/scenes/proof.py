"""Codes in every verdict, a report sent in haste, and the branch's reports."""

from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Page

from branch.ledger.rules.periods import month_before, parse_period
from branch.organisation.queries.tree import get_unit
from branch.reports.queries.pages import find_report
from branch.reports.review.service import moving
from branch.reports.states import ReportState
from branch.reports.tasks import making
from core.clock import local_day, now
from core.database import transaction
from core.seal.models.log import this_log
from core.seal.tasks.sequencer import sequence
from tests.browser.town import account_of
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot, ship
from tests.factories.verification import make_scene
from traceability.api import issue_codes
from traceability.codes.rules.verdicts import Verdict
from traceability.codes.service.inner_codes import Entrant, enter_inner
from traceability.codes.service.issuing import IssuedCode
from traceability.lots.rules.balance import StepKind
from traceability.recalls.service import recall
from traceability.transformations.service import Outcome, transform


def code(verdict: Verdict, level: str = "unit") -> Callable[[], str]:
    """A code whose check says `verdict`."""

    def arranged() -> str:
        with transaction():
            return f"/C/{make_scene(verdict, level=level).code}"

    return arranged


def _sent_with_inner() -> IssuedCode:
    with transaction():
        lot = make_lot(at=now())
        make_licence(lot.grower_id, at=now())
        issued = issue_codes(lot.id, "unit", 1, at=now(), by=None, inner=True)
        ship(issued, consignment=f"C-{issued.batch.number}", at=now())
    return issued.codes[0]


def code_with_inner() -> str:
    """A label with an inner code that nobody entered."""
    return f"/C/{_sent_with_inner().code}"


def guess_the_inner_code(page: Page) -> None:
    """Three wrong entries: the page says how long to wait, and what to do."""
    for _guess in range(3):
        page.fill("#inner", "ZZZZZZZZ")
        page.click("main form button[type=submit]")
        page.wait_for_selector(".banner--bad")


def code_with_known_inner() -> str:
    """A label whose right inner code came from four networks."""
    label = _sent_with_inner()
    for name in (b"home", b"shop", b"road", b"park"):
        with transaction():
            enter_inner(label.code, label.inner, entrant=Entrant(name * 4, name * 2, name * 2), at=now())
    return f"/C/{label.code}"


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
    made = making.make(parse_period(key), unit, at=now())
    account = account_of("secretary")
    return making.keep(made, at=now(), account_id=account.id, by_name=account.display_name)


def draft_report() -> str:
    """Last month's report, just built."""
    return f"/branch/reports/{report_of(month_before(local_day(now())).key)}"


def submitted_report() -> str:
    """A report that waits for the committee."""
    public_id = report_of(month_before(month_before(local_day(now())).start).key)
    account = account_of("secretary")
    with transaction():
        moving.move_report(
            public_id,
            ReportState.SUBMITTED,
            revision=find_report(public_id).revision,
            comment="",
            account_id=account.id,
            by_name=account.display_name,
            at=now(),
        )
    return f"/committee/reports/{public_id}"


def kept_head() -> str:
    """A head of the log that was kept, compared."""
    sequence()
    return f"/log/compare?{urlencode({'kept': this_log().store.checkpoint() or ''})}"
