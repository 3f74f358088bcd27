"""A month's report goes from the branch to the committee and back, over HTTP."""

import re

import pytest
import sqlalchemy as sa

from branch.reports.models.tables import Report, ReportReview
from branch.reports.tasks import building as tasks
from branch.reports.tasks import making
from core.clock import now
from core.database import transaction
from tests.conftest import hidden_of
from tests.factories.sales import make_branch_with_sales

PERIOD = "2026-04"


@pytest.fixture
def town(session):
    with transaction():
        return make_branch_with_sales()


@pytest.fixture
def secretary(login, town):
    return login(role="secretary", display_name="支部书记")


@pytest.fixture
def committee(login, town):
    return login(role="committee", display_name="镇党委委员")


def token_of(page):
    return re.search(r'csrf_token"[^>]*value="([^"]+)"', page).group(1)


def revision_of(page):
    return re.search(r'name="revision" value="(\d+)"', page).group(1)


@pytest.fixture
def report(session, town):
    """The draft of April, built as the command line does."""
    from branch.api import get_unit
    from branch.ledger.rules.periods import parse_period

    made = making.make(parse_period(PERIOD), get_unit("guihua-osmanthus"), at=now())
    return making.keep(made, at=now(), account_id=None, by_name="")


def submit(client, report, **values):
    address = f"/branch/reports/{report}"
    page = client.get(address).get_data(as_text=True)
    given = {
        "target": "submitted",
        "comment": "",
        "revision": values.get("revision") or revision_of(page),
    } | values
    return client.post(f"{address}/submit", data={"csrf_token": token_of(page), **given})


def decide(client, report, target, comment="", revision=None):
    address = f"/committee/reports/{report}"
    page = client.get(address).get_data(as_text=True)
    data = {
        "csrf_token": token_of(page),
        "target": target,
        "comment": comment,
        "revision": revision or revision_of(page),
    }
    return client.post(f"{address}/decide", data=data)


def ask(client, report, words, *, returns="yes", place="", seen=None, revision=None):
    address = f"/committee/reports/{report}"
    page = client.get(address).get_data(as_text=True)
    data = {
        "csrf_token": token_of(page), "words": words, "returns": returns, "place": place,
        "revision": revision or revision_of(page), "seen": seen or seen_of(page),
    }  # fmt: skip
    return client.post(f"{address}/questions", data=data)


def seen_of(page):
    return re.search(r'name="[^"]*seen" value="(\d+)"', page).group(1)


def questions_on(page):
    return re.findall(r'id="q-([^"]+)"', page)


def reply(client, report, words, *, number=-1, what="answer", seen=None):
    """Answer (or withdraw) a question with the form of the page."""
    address = f"/branch/reports/{report}" if what == "answer" else f"/committee/reports/{report}"
    page = client.get(address).get_data(as_text=True)
    question = questions_on(page)[number]
    data = {
        "csrf_token": token_of(page),
        f"{question}-words": words,
        f"{question}-seen": seen or seen_of(page),
    }
    return client.post(f"{address}/questions/{question}/{what}", data=data)


def states(session):
    session.rollback()
    return list(session.scalars(sa.select(Report.state).order_by(Report.id)))


def test_a_report_is_submitted_asked_about_answered_accepted_and_archived(
    session, secretary, committee, report
):
    assert submit(secretary, report).status_code == 302
    waiting = committee.get("/committee/reports").get_data(as_text=True)
    assert report in waiting

    refused = ask(committee, report, "")
    assert refused.status_code == 422
    assert "请写一句话" in refused.get_data(as_text=True)

    words = "三号苗圃四月的数字请核对"
    assert ask(committee, report, words, place="section:quality").status_code == 302
    page = secretary.get(f"/branch/reports/{report}").get_data(as_text=True)
    assert words in page
    assert "镇党委委员" in page
    assert "关于:" in page or "关于：" in page

    assert submit(secretary, report, revision="2").status_code == 409
    assert reply(secretary, report, "已核对，无误").status_code == 302
    assert submit(secretary, report, comment="已补充说明").status_code == 302
    assert decide(committee, report, "accepted").status_code == 302
    assert decide(committee, report, "archived").status_code == 302

    assert states(session) == ["archived"]
    steps = session.execute(
        sa.select(ReportReview.to_state, ReportReview.by_name).order_by(ReportReview.id)
    ).all()
    assert steps == [
        ("draft", ""),
        ("submitted", "支部书记"),
        ("returned", "镇党委委员"),
        ("submitted", "支部书记"),
        ("accepted", "镇党委委员"),
        ("archived", "镇党委委员"),
    ]


def test_an_open_question_holds_the_acceptance_up_until_it_is_answered_or_withdrawn(
    session, secretary, committee, report
):
    submit(secretary, report)
    assert ask(committee, report, "五月前能补齐吗", returns="no").status_code == 302
    assert states(session) == ["submitted"]
    held = decide(committee, report, "accepted", "同意", revision="1")
    assert held.status_code == 409
    assert "同意" in held.get_data(as_text=True)
    assert reply(committee, report, "已在会上说明", what="withdraw").status_code == 302
    assert "已撤回" in secretary.get(f"/branch/reports/{report}").get_data(as_text=True)
    assert decide(committee, report, "accepted").status_code == 302


def test_what_was_typed_stays_when_somebody_wrote_meanwhile(secretary, committee, report):
    submit(secretary, report)
    ask(committee, report, "第一个问题", returns="no")
    late = ask(committee, report, "同时写下的问题", returns="no", seen="0")
    assert late.status_code == 409
    text = late.get_data(as_text=True)
    assert "同时写下的问题" in text
    assert "第一个问题" in text
    assert seen_of(text) == "1"
    answered = reply(secretary, report, "同时写下的回答", seen="0")
    assert answered.status_code == 409
    assert "同时写下的回答" in answered.get_data(as_text=True)


def test_only_the_branch_answers_and_only_the_committee_asks(login, secretary, committee, report):
    submit(secretary, report)
    ask(committee, report, "请说明", returns="no")
    page = secretary.get(f"/branch/reports/{report}").get_data(as_text=True)
    question = questions_on(page)[0]
    data = {"csrf_token": token_of(page), f"{question}-words": "好", f"{question}-seen": "1"}
    stranger = login(role="secretary", unit="guihua-tea")
    page = stranger.get("/branch/reports").get_data(as_text=True)
    theirs = data | {"csrf_token": token_of(page)}
    address = f"/branch/reports/{report}/questions/{question}/answer"
    assert stranger.post(address, data=theirs).status_code == 403
    token = {"csrf_token": token_of(secretary.get("/branch/reports").get_data(as_text=True))}
    asked = token | {"words": "好", "returns": "no", "revision": "1", "seen": "1", "place": ""}
    assert secretary.post(f"/committee/reports/{report}/questions", data=asked).status_code == 403
    token = {"csrf_token": token_of(committee.get(f"/committee/reports/{report}").get_data(as_text=True))}
    assert committee.post(address, data=data | token).status_code == 403


def test_a_second_click_changes_nothing_and_says_so(session, secretary, committee, report):
    submit(secretary, report)
    old = revision_of(committee.get(f"/committee/reports/{report}").get_data(as_text=True))
    assert decide(committee, report, "accepted").status_code == 302
    again = ask(committee, report, "为时已晚", revision=old, seen="0")
    assert again.status_code == 409
    assert states(session) == ["accepted"]


@pytest.mark.both
def test_the_committees_page_shows_three_figures_with_their_grade_and_what_is_doubtful(
    secretary, committee, report
):
    submit(secretary, report)
    page = committee.get(f"/committee/reports/{report}").get_data(as_text=True)
    for words in ("D1", "D2", "D3", "主要变化", "存疑之处", "不是商标", "接受", "提问并退回"):
        assert words in page


def test_the_secretary_cannot_accept_and_the_committee_cannot_submit(secretary, committee, report):
    token = token_of(secretary.get("/branch/reports").get_data(as_text=True))
    accept = {"csrf_token": token, "target": "accepted", "revision": "0"}
    assert secretary.post(f"/committee/reports/{report}/decide", data=accept).status_code == 403
    assert submit(secretary, report).status_code == 302
    token = token_of(committee.get(f"/committee/reports/{report}").get_data(as_text=True))
    hand_in = {"csrf_token": token, "target": "submitted", "revision": "1"}
    assert committee.post(f"/branch/reports/{report}/submit", data=hand_in).status_code == 403


def test_a_step_that_does_not_exist_is_refused(session, secretary, committee, report):
    submit(secretary, report)
    for target in ("archived", "draft", "returned"):
        assert decide(committee, report, target).status_code == 409
    assert states(session) == ["submitted"]


@pytest.mark.both
def test_files_go_only_to_those_who_may_see_the_report(session, login, client, secretary, report):
    name = "guihua-osmanthus-2026-04-zh.pdf"
    address = f"/branch/reports/{report}/files/{name}"
    answer = secretary.get(address)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert client.get(address).status_code == 302
    assert login(role="grower").get(address).status_code == 403
    other_branch = login(role="secretary", unit="guihua-tea")
    assert other_branch.get(address).status_code == 403
    assert other_branch.get(f"/branch/reports/{report}").status_code == 403
    assert report not in other_branch.get("/branch/reports").get_data(as_text=True)
    assert secretary.get(f"/branch/reports/{report}/files/other.pdf").status_code == 404


@pytest.mark.both
def test_every_form_of_the_report_can_be_downloaded(secretary, report):
    page = secretary.get(f"/branch/reports/{report}").get_data(as_text=True)
    addresses = set(re.findall(rf'"(/branch/reports/{report}/files/[^"]+)"', page))
    endings = {address.rsplit(".", 1)[1] for address in addresses}
    assert endings == {"html", "pdf", "xlsx", "csv", "json", "png"}
    assert all(secretary.get(address).status_code == 200 for address in addresses)


@pytest.mark.both
def test_building_from_the_page_is_a_job_that_leads_to_the_report(session, secretary):
    page = secretary.get("/branch/reports").get_data(as_text=True)
    data = hidden_of(page) | {"unit": "guihua-osmanthus", "period": PERIOD}
    answer = secretary.post("/branch/reports", data=data)
    assert answer.status_code == 303
    assert secretary.get(answer.location).status_code == 200
    job = answer.location.rsplit("/", 1)[1]
    tasks.build_report.run(job, "guihua-osmanthus", PERIOD, secretary.account_id, "支部书记")
    done = secretary.get(answer.location, headers={"Accept": "application/json"}).get_json()
    assert (done["state"], done["message"]) == ("done", "报告已生成。")
    assert secretary.get(done["result_url"]).status_code == 200
    assert session.scalars(sa.select(ReportReview.by_name)).all() == ["支部书记"]


@pytest.mark.both
def test_several_months_are_built_from_the_form_under_their_one_key(session, secretary, monkeypatch):
    page = secretary.get("/branch/reports").get_data(as_text=True)
    sent = []
    monkeypatch.setattr("core.jobs.send_soon", lambda *given: sent.append(given) or True)
    data = hidden_of(page) | {"unit": "guihua-osmanthus", "period": "2026-02", "until": "2026-05"}
    assert secretary.post("/branch/reports", data=data).status_code == 303
    assert sent[0][2:4] == ("guihua-osmanthus", "2026-S1")
    answer = secretary.post("/branch/reports", data=data | {"until": "2026-01"})
    assert answer.status_code == 422
    assert "最多十二个月" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("period", "words"), [("2026-13", "请填写月份"), ("2099-01", "尚未开始")])
def test_a_period_that_cannot_be_reported_is_refused_with_what_was_typed(secretary, period, words):
    page = secretary.get("/branch/reports").get_data(as_text=True)
    answer = secretary.post(
        "/branch/reports", data=hidden_of(page) | {"unit": "guihua-osmanthus", "period": period}
    )
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert words in text
    assert f'value="{period}"' in text


def test_a_unit_outside_the_secretarys_reach_cannot_be_reported(secretary):
    page = secretary.get("/branch/reports").get_data(as_text=True)
    answer = secretary.post(
        "/branch/reports", data=hidden_of(page) | {"unit": "guihua-tea", "period": PERIOD}
    )
    assert answer.status_code == 422
