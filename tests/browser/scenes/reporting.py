"""Reports on their way: asked about, answered, published, withdrawn."""

from datetime import date
from functools import cache

from branch.ledger.rules.periods import month_before
from branch.organisation.queries.tree import get_unit
from branch.programmes import service as programmes_of
from branch.reports.deadlines import service as deadlines
from branch.reports.editions import service as editions
from branch.reports.editions.queries.published import editions_of_report
from branch.reports.queries.pages import find_report
from branch.reports.questions import service as thread
from branch.reports.review.service import moving
from branch.reports.states import ReportState
from branch.reports.tasks import publishing
from core.clock import local_day, now
from core.database import session, transaction
from tests.browser.scenes.proof import report_of
from tests.browser.town import account_of

UNIT = "guihua-osmanthus"


def _months_ago(number: int) -> str:
    """The key of the month that many months ago."""
    day: date = local_day(now())
    for _ in range(number):
        day = month_before(day).start
    return f"{day:%Y-%m}"


def _move(public_id: str, target: ReportState, who: str) -> None:
    account = account_of(who)
    with transaction():
        moving.move_report(
            public_id,
            target,
            revision=find_report(public_id).revision,
            comment="",
            account_id=account.id,
            by_name=account.display_name,
            at=now(),
        )


def _submitted(months: int) -> str:
    public_id = report_of(_months_ago(months))
    if find_report(public_id).state == ReportState.DRAFT:
        _move(public_id, ReportState.SUBMITTED, "secretary")
    return public_id


def _ask(public_id: str, words: str, *, seen: int, returns: bool) -> str:
    account = account_of("committee")
    with transaction():
        return thread.ask(
            public_id,
            words=words,
            place="section:quality",
            returns=returns,
            revision=find_report(public_id).revision,
            seen=seen,
            account_id=account.id,
            by_name=account.display_name,
            at=now(),
        )


@cache
def _asked() -> str:
    """A report with an answered and an open question, returned to the branch; asked once, since what other scenes
    change meanwhile would make another version of it, which the open question holds up.
    """
    public_id = _submitted(5)
    if find_report(public_id).state == ReportState.SUBMITTED:
        first = _ask(public_id, "两户本月没有记录，是停售还是没有导入？请核对。", seen=0, returns=False)
        account = account_of("secretary")
        with transaction():
            thread.answer(
                public_id,
                first,
                words="已电话核实：一户停售，一户拼多多订单尚未导入，本周补齐。",
                seen=1,
                account_id=account.id,
                by_name=account.display_name,
                at=now(),
            )
        _ask(public_id, "补齐后请重新生成并提交。", seen=2, returns=True)
    return public_id


def to_answer() -> str:
    """What the branch sees of it."""
    return f"/branch/reports/{_asked()}"


def to_withdraw_question() -> str:
    """What the committee sees of it."""
    return f"/committee/reports/{_asked()}"


def accepted() -> str:
    """A report that the committee has accepted and can publish."""
    public_id = _submitted(6)
    if find_report(public_id).state == ReportState.SUBMITTED:
        _move(public_id, ReportState.ACCEPTED, "committee")
    return public_id


def to_publish() -> str:
    return f"/committee/reports/{accepted()}"


def _published(months: int) -> tuple[str, str]:
    """A published report and its edition."""
    public_id = _submitted(months)
    if find_report(public_id).state == ReportState.SUBMITTED:
        _move(public_id, ReportState.ACCEPTED, "committee")
        account = account_of("committee").id
        session.rollback()
        publishing.publish(public_id, account_id=account, at=now())
    report = find_report(public_id)
    return public_id, editions_of_report(report.unit_id, report.period)[0].public_id


def edition() -> str:
    """A public edition."""
    _published(3)
    return f"/reports/{UNIT}/{_months_ago(3)}"


def to_withdraw() -> str:
    """The form to withdraw it."""
    report, found = _published(3)
    return f"/committee/reports/{report}/withdraw-edition/{found}"


def withdrawn() -> str:
    """A public edition that was withdrawn."""
    _report, found = _published(4)
    account = account_of("committee").id
    with transaction():
        editions.withdraw(found, reason="有一批订单重复导入，更正后重新发布。", account_id=account, at=now())
    return f"/reports/{UNIT}/{_months_ago(4)}"


def all_editions() -> str:
    edition()
    return "/reports"


def desk() -> str:
    """The committee's desk with something on every part of it."""
    _asked()
    _published(3)
    with transaction():
        for unit_id in deadlines.branches_to_ask(at=now()):
            deadlines.open_duties(unit_id, at=now())
    return "/committee/reports"


def _programme(name: str, day: date, note: str) -> int:
    secretary = account_of("secretary")
    with transaction():
        return programmes_of.note_programme(
            get_unit(UNIT).id,
            name=name,
            started_on=day,
            note=note,
            noted_by=secretary.display_name,
            account_id=secretary.id,
            at=now(),
        )


def programmes() -> str:
    """One that was noted in time, one noted late, one withdrawn."""
    today = local_day(now())
    _programme("直播带货培训", today, "产业支部会议决定，全体种植户参加。")
    _programme("统一包装", today.replace(year=today.year - 1), "")
    wrong = _programme("示范基地开放日", today, "")
    with transaction():
        programmes_of.withdraw_programme(
            wrong, reason="登记错了日期", account_id=account_of("secretary").id, at=now()
        )
    return "/branch/programmes"


def to_withdraw_programme() -> str:
    return f"/branch/programmes/{_programme('网上推广', local_day(now()), '')}/withdraw"
