"""Questions and answers about a report: what each closes, who is told, and what happens when two write at once."""

from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from branch.reports.models.tables import Report
from branch.reports.questions import service as thread
from branch.reports.questions.models.sealing import SOURCE
from branch.reports.questions.queries import discussion_of, open_questions, open_questions_at
from branch.reports.questions.states import QuestionState
from branch.reports.review.service import moving
from branch.reports.states import ReportState
from core.clock import now
from core.database import transaction
from core.errors import Conflict, DomainError, Forbidden, Invalid
from core.messaging.models import Message
from tests.factories.reports import PERIOD, make_report


@pytest.fixture
def people(session, login):
    """Secretary, and two of the committee."""
    return {
        "secretary": login(role="secretary", display_name="支部书记").account_id,
        "committee": login(role="committee", display_name="委员甲").account_id,
        "other": login(role="committee", display_name="委员乙").account_id,
    }


@pytest.fixture
def report(session, people):
    with transaction():
        return make_report(state="submitted", by=people["secretary"])


def ask(report, account, *, words="请说明三月的退款", returns=False, seen=0, revision=1, place=""):
    with transaction():
        return thread.ask(
            report, words=words, place=place, returns=returns, revision=revision, seen=seen,
            account_id=account, by_name="委员", at=now(),
        )  # fmt: skip


def answer(report, question, account, *, seen=1, words="已核对"):
    with transaction():
        thread.answer(report, question, words=words, seen=seen, account_id=account, by_name="书记", at=now())


def withdraw(report, question, account, *, seen=1, words="已当面说明"):
    with transaction():
        thread.withdraw(
            report, question, words=words, seen=seen, account_id=account, by_name="委员", at=now()
        )


def move(report, target, account, revision):
    with transaction():
        moving.move_report(
            report, target, revision=revision, comment="", account_id=account, by_name="x", at=now()
        )


def read(session, report):
    session.rollback()
    row = session.scalars(sa.select(Report).where(Report.public_id == report)).one()
    return row.state, discussion_of(row.unit_id, row.period)


def test_a_question_waits_until_it_is_answered(session, people, report):
    question = ask(report, people["committee"], place="section:quality")
    _state, found = read(session, report)
    assert [one.state for one in found.questions] == [QuestionState.OPEN]
    assert found.questions[0].post.place == "section:quality"
    answer(report, question, people["secretary"])
    answer(report, question, people["secretary"], seen=2, words="附后")
    state, found = read(session, report)
    assert state == "submitted"
    assert found.questions[0].state == QuestionState.ANSWERED
    assert [reply.words for reply in found.questions[0].replies] == ["已核对", "附后"]
    assert found.posts == 3


@pytest.mark.both
def test_a_question_may_return_the_report(session, people, report):
    question = ask(report, people["committee"], returns=True)
    assert read(session, report)[0] == ReportState.RETURNED
    with pytest.raises(Conflict) as caught:
        move(report, "submitted", people["secretary"], 2)
    assert caught.value.code == "question_open"
    answer(report, question, people["secretary"])
    move(report, "submitted", people["secretary"], 2)
    move(report, "accepted", people["committee"], 3)
    assert read(session, report)[0] == ReportState.ACCEPTED


@pytest.mark.both
def test_a_withdrawn_question_holds_nothing_up_and_stays_readable(session, people, report):
    question = ask(report, people["committee"])
    withdraw(report, question, people["other"])
    with pytest.raises(Conflict):
        answer(report, question, people["secretary"], seen=2)
    _state, found = read(session, report)
    assert found.questions[0].state == QuestionState.WITHDRAWN
    assert found.questions[0].post.words == "请说明三月的退款"
    move(report, "accepted", people["committee"], 1)


def test_nobody_accepts_what_he_built_or_submitted_himself(session, people, report):
    from tests.factories.organisation import make_membership

    with transaction():
        make_membership(people["secretary"], "committee", "guihua")
    with pytest.raises(Forbidden) as caught:
        move(report, "accepted", people["secretary"], 1)
    assert caught.value.code == "own_report"
    with transaction():
        built = make_report(state="submitted", by=None, built_by=people["other"], period="2026-03")
    with pytest.raises(Forbidden):
        move(built, "accepted", people["other"], 1)
    move(built, "accepted", people["committee"], 1)


@pytest.mark.parametrize("words", ["", "  \n", "字" * 2001])
def test_words_are_needed_and_not_too_many(session, people, report, words):
    with pytest.raises(Invalid):
        ask(report, people["committee"], words=words)


def test_what_has_been_accepted_is_not_asked_about(session, people, report):
    move(report, "accepted", people["committee"], 1)
    with pytest.raises(Conflict):
        ask(report, people["committee"], revision=2)


def test_the_questions_go_on_with_the_next_version(session, people, report):
    question = ask(report, people["committee"], returns=True)
    with transaction():
        newer = make_report(state="draft", by=None, version=2)
    with pytest.raises(Conflict) as caught:
        move(newer, "submitted", people["secretary"], 0)
    assert caught.value.code == "question_open"
    answer(newer, question, people["secretary"])
    move(newer, "submitted", people["secretary"], 0)
    _state, found = read(session, newer)
    assert [post.version for post in (found.questions[0].post, *found.questions[0].replies)] == [1, 2]


@pytest.mark.both
def test_open_questions_are_listed_by_unit(session, people, report):
    ask(report, people["committee"])
    row = session.scalars(sa.select(Report)).one()
    assert open_questions(row.unit_id, PERIOD) == 1
    assert [one.words for one in open_questions_at([row.unit_id])] == ["请说明三月的退款"]
    assert open_questions_at([row.unit_id + 1]) == []


def test_both_sides_are_told_in_their_language(session, people, report, run_jobs):
    from core.accounts.models.account import Account

    with transaction():
        session.execute(sa.update(Account).where(Account.id == people["secretary"]).values(locale="en"))
    question = ask(report, people["committee"])
    answer(report, question, people["secretary"])
    withdraw_too_late = ask(report, people["other"], seen=2)
    withdraw(report, withdraw_too_late, people["other"], seen=3)
    session.rollback()
    told = session.execute(sa.select(Message.template, Message.context, Message.locale)).all()
    kinds = sorted((context["what"], locale) for _template, context, locale in told)
    assert kinds == [
        ("answered", "zh_Hans_CN"), ("answered", "zh_Hans_CN"), ("asked", "en"), ("asked", "en"),
        ("question_withdrawn", "en"),
    ]  # fmt: skip
    assert {context["unit"] for _t, context, locale in told if locale == "en"} == {
        "Osmanthus industry branch"
    }
    assert "请说明" not in str(told)
    session.rollback()
    run_jobs()
    session.rollback()
    assert set(session.scalars(sa.select(Message.state))) == {"sent"}


def at_once(app, *acts):
    """Do all at the same moment, each on a connection of its own; what became of each."""
    start, outcomes = Barrier(len(acts)), [""] * len(acts)

    def work(place, act):
        with app.app_context():
            start.wait(timeout=10)
            try:
                act()
                outcomes[place] = "done"
            except DomainError as error:
                outcomes[place] = error.code

    threads = [Thread(target=work, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=30)
    return sorted(outcomes)


@pytest.mark.parametrize("_round", range(3))
def test_of_two_reviewers_at_once_one_wins(app, session, people, report, _round):
    outcomes = at_once(
        app,
        lambda: ask(report, people["committee"], returns=True),
        lambda: move(report, "accepted", people["other"], 1),
    )
    assert outcomes in (["done", "report_moved"], ["done", "thread_moved"])
    state, found = read(session, report)
    assert (state, len(found.open_questions)) in {("returned", 1), ("accepted", 0)}


@pytest.mark.parametrize("_round", range(3))
def test_a_report_is_never_accepted_past_a_question_that_was_asked_at_the_same_moment(
    app, session, people, report, _round
):
    outcomes = at_once(
        app,
        lambda: ask(report, people["committee"]),
        lambda: move(report, "accepted", people["other"], 1),
    )
    assert outcomes in (["done", "question_open"], ["done", "thread_moved"])
    state, found = read(session, report)
    assert (state, len(found.open_questions)) in {("submitted", 1), ("accepted", 0)}


def test_of_two_questions_at_once_the_second_sees_the_first(app, session, people, report):
    outcomes = at_once(
        app,
        lambda: ask(report, people["committee"]),
        lambda: ask(report, people["other"]),
    )
    assert outcomes == ["done", "thread_moved"]
    assert read(session, report)[1].posts == 1


def test_words_that_are_changed_behind_the_back_are_found_out(app, session, people, report):
    from core.seal.queries.audit import audit_rows
    from core.seal.tasks.sequencer import sequence
    from tests.seals import behind_the_back

    ask(report, people["committee"])
    session.rollback()
    sequence()
    behind_the_back("UPDATE report_post SET words = 'x'")
    session.rollback()
    assert [str(one) for one in audit_rows(SOURCE) if "report-post/" in str(one)]
