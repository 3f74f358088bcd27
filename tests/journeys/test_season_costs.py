"""A grower writes down what a season cost, and corrects himself in the open."""

import pytest

from branch.ledger.queries.costs import entries_of
from branch.ledger.rules.periods import Period
from core.clock import local_day, now

COSTS = "/seller/sales/costs"


def last_spring():
    return Period(local_day(now()).year - 1, season=1)


@pytest.mark.both
def test_a_sheet_is_written_down_part_by_part_and_corrected(login, session):
    client = login(role="grower")
    sheet = f"{COSTS}/{last_spring().key}"
    assert client.submit(sheet, {"labour": "1,200.50"}).status_code == 303
    assert "还有金额未填" in client.get(COSTS).text
    rest = {"labour": "1200.50", "seedlings": "3000", "land": "0", "packing": "99.9", "other": "0"}
    client.submit(sheet, rest)
    page = client.get(COSTS).text
    assert "已全部填写" in page
    assert "¥4,300.40" in page
    client.submit(sheet, rest | {"labour": "1300", "note": "漏了两天"})
    page = client.get(sheet).text
    assert "¥1,200.50" in page
    assert "¥1,300.00" in page
    assert "漏了两天" in page
    assert len(entries_of(client.grower_id, last_spring())) == 6


def test_what_cannot_be_an_amount_is_refused_and_stays_typed(login, session):
    client = login(role="grower")
    sheet = f"{COSTS}/{last_spring().key}"
    for wrong in ("-5", "1.234", "much"):
        answer = client.submit(sheet, {"labour": wrong})
        assert answer.status_code == 422
        assert wrong in answer.text


def test_there_are_sheets_for_seasons_that_have_begun_only(login, session):
    client = login(role="grower")
    year = local_day(now()).year
    for key in (f"{year}-03", f"{year + 1}-S1", "soon"):
        assert client.get(f"{COSTS}/{key}").status_code == 404
    assert client.get(f"{COSTS}/{year}").status_code == 200


def test_nobody_else_reads_them(login, session):
    assert login(role="secretary").get(COSTS).status_code == 403
