"""A branch with a year and more of sales, for journeys."""

from datetime import UTC, datetime

from branch.api import GrowerView, append_facts
from tests.factories.ledger import make_fact, make_refund
from tests.factories.organisation import make_grower

RECORDED = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)


def make_branch_with_sales(*, growers: int = 11) -> list[GrowerView]:
    """Growers of two villages who sold each month from January 2024 to April 2026, a little more every year."""
    made = [make_grower(unit=("guihua-bamboo", "guihua-spring")[number % 2]) for number in range(growers)]
    facts = []
    for number, grower in enumerate(made, start=1):
        for month in range(28):
            year, month_of_year = 2024 + month // 12, month % 12 + 1
            sale = make_fact(
                grower.id,
                channel=("taobao", "shop")[number % 2],
                occurred_at=datetime(year, month_of_year, 9, 2, tzinfo=UTC),
                plants=100 * number + year - 2024,
                gross_minor=20_000 * number + 500 * (year - 2024),
                discount_minor=0,
                cultivar_group=("dangui", "jingui")[number % 2],
            )
            facts.append(sale)
            if number == 1:
                facts.append(make_refund(sale, 100, plants=1))
    append_facts(facts, at=RECORDED)
    return made
