"""What a month may print follows from its own facts; and a report made when it hid other rows is still proved."""

import pytest

from branch.api import get_unit
from branch.ledger.rules.periods import Period
from branch.reports.audit.verifying import verify
from branch.reports.facts.blocks import NET, BranchFacts, DisclosureControl
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.figures import MonthRow, Totals
from branch.reports.formats import annex
from branch.reports.tasks import making
from core.clock import now
from core.database import transaction
from core.seal.tasks.sequencer import sequence
from tests.factories.sales import make_branch_with_sales

APRIL = Period(2026, 4)


def test_the_total_always_stands_so_that_the_rows_beside_it_have_to_go():
    """Three of four growers are the shop's and the dangui's: either row and the total give the fourth away."""
    rows = [
        MonthRow(grower, APRIL, channel, group, Totals(1, 10, 1000))
        for grower, channel, group in (
            (3, "shop", "dangui"), (4, "jd", "jingui"), (5, "shop", "dangui"), (6, "shop", "dangui"),
        )
    ]  # fmt: skip
    growers = [row.grower_id for row in rows]
    homes, villages = dict.fromkeys(growers, "branch"), dict.fromkeys(growers, "village")
    blocks = DisclosureControl(BranchFacts(rows, (), (), homes, villages))
    assert blocks.may_show([NET], growers, [APRIL])
    for row in ("channels:shop", "channels:jd", "cultivar_groups:dangui", "cultivar_groups:jingui"):
        assert not blocks.may_show([row], growers, [APRIL]), row
    assert blocks.may_show(["villages:village"], growers, [APRIL])


def test_a_month_in_which_nobody_sold_hides_nothing_of_a_longer_window():
    sellers = (1, 2, 3)
    rows = [MonthRow(grower, APRIL, "shop", "jingui", Totals(1, 10, 1000)) for grower in sellers]
    places = dict.fromkeys(sellers, "branch")
    blocks = DisclosureControl(BranchFacts(rows, (), (), places, places))
    assert blocks.may_show([NET, "channels:shop"], sellers, [Period(2026, 3), APRIL])


def test_the_smallest_row_goes_with_the_one_that_one_grower_sold():
    sold = {"jd": (1, 2, 3), "pinduoduo": (1, 2, 3, 4), "taobao": (5,)}
    rows = [
        MonthRow(grower, APRIL, channel, "jingui", Totals(1, 10, 1000))
        for channel, growers in sold.items()
        for grower in growers
    ]
    places = dict.fromkeys(range(1, 6), "branch")
    blocks = DisclosureControl(BranchFacts(rows, (), (), places, places))
    shown = {channel for channel in sold if blocks.may_show([f"channels:{channel}"], places, [APRIL])}
    assert shown == {"pinduoduo"}


def hide(*codes, in_rows=True):
    """Some channels have no row of their own, or no number in any month."""

    def codes_to_hide(_blocks, table, months):
        return set(codes) if table == "channels" and (len(months) > 1) is in_rows else set()

    return codes_to_hide


@pytest.mark.slow
@pytest.mark.parametrize(
    ("then", "today"),
    [(hide("taobao"), hide("taobao", "shop")), (hide(), hide("taobao", in_rows=False))],
    ids=["others", "empty"],
)
def test_a_report_made_when_other_figures_were_hidden_is_proved_today(session, monkeypatch, then, today):
    with transaction():
        make_branch_with_sales()
    made_by = {**annex.code(), "format": annex.FORMAT - 1}
    with monkeypatch.context() as earlier:
        earlier.setattr(annex, "code", lambda: made_by)
        earlier.setattr(DisclosureControl, "codes_to_hide", then)
        built = making.make(APRIL, get_unit("guihua-osmanthus"), at=now())
        making.keep(built, at=now(), account_id=None, by_name="")
    sequence()
    monkeypatch.setattr(DisclosureControl, "codes_to_hide", today)
    verdict = verify(built.annex)
    assert verdict.exit_code == 0
    assert not verdict.replayed.same_code
    assert verdict.audit.differ == ()


def sold_to(province, orders):
    """What growers 3, 4 and 5, of whom each sells to two more provinces too, sold to `province`."""
    return [
        *(CodedSum(province, grower, APRIL, Totals(number, 10, 1000)) for grower, number in orders.items()),
        *(
            CodedSum(code, grower, APRIL, Totals(4, 10, 1000))
            for grower in (3, 4, 5)
            for code in ("ZJ", "HB")
        ),
    ]


@pytest.mark.parametrize(("orders", "shown"), [({3: 7, 4: 1, 5: 2}, True), ({3: 7, 4: 0, 5: 0}, False)])
def test_who_only_refunds_stands_behind_no_number_of_orders(orders, shown):
    """Of three growers two have nothing but refunds there: the number of orders is the third's."""
    rows = [MonthRow(grower, APRIL, "shop", "dangui", Totals(9, 30, 3000)) for grower in orders]
    homes, villages = dict.fromkeys(orders, "branch"), dict.fromkeys(orders, "village")
    blocks = DisclosureControl(BranchFacts(rows, (), sold_to("XJ", orders), homes, villages))
    assert blocks.may_show([NET], orders, [APRIL])
    assert blocks.may_show(["provinces:XJ"], orders, [APRIL]) is shown


@pytest.mark.parametrize(("refunds", "shown"), [((0, 100), True), ((3000, 3000), False)])
def test_whose_sales_all_came_back_stands_behind_no_yuan(refunds, shown):
    """Else the total of a month of three growers would be what one of them sold."""
    rows = [
        MonthRow(grower, APRIL, "shop", "dangui", Totals(9, 30, 3000, 0, refund))
        for grower, refund in zip((3, 4, 5), (0, *refunds), strict=True)
    ]
    homes, villages = dict.fromkeys((3, 4, 5), "branch"), dict.fromkeys((3, 4, 5), "village")
    blocks = DisclosureControl(BranchFacts(rows, (), (), homes, villages))
    assert blocks.may_show([NET, "channels:shop"], homes, [APRIL]) is shown
