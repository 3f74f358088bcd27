"""Units below are held beside each other only where their bases are alike."""

from dataclasses import replace

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.facts.evidence import ChildLabel
from branch.reports.sections import units
from core.languages import LOCALES_BY_CODE as LANGUAGES
from tests.factories.reports import make_scope

APRIL = Period(2026, 4)


def make_units(growers, *, of):
    """A scope of so many growers, each in the unit that `of` names for it."""
    scope = make_scope(growers=growers)
    return replace(
        scope, children={number: ChildLabel(of(number), of(number).upper()) for number in scope.growers}
    )


@pytest.fixture
def say(app):
    def section(scope, language="en"):
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            return units.units(APRIL, scope)

    return section


def rows(section):
    table = section.table("units")
    keys = [column.key for column in table.columns]
    return {row.key: dict(zip(keys, row.cells, strict=True)) for row in table.rows}


def test_units_with_ten_complete_growers_are_compared_like_for_like(say):
    found = rows(say(make_units(40, of=lambda number: "ab"[number % 2])))
    assert found["a"]["comparable"] == found["b"]["comparable"] == "yes"
    assert found["a"]["like_growers"] == 19
    assert found["a"]["like_growth"] is not None
    assert found["a"]["like_points"] * found["b"]["like_points"] < 0


def test_a_unit_with_fewer_is_listed_without_a_like_for_like_change(say):
    section = say(make_units(30, of=lambda number: "small" if number <= 6 else "large"))
    small = rows(section)["small"]
    assert (small["like_growth"], small["like_points"]) == (None, None)
    assert small["comparable"] == "no: fewer than 10 complete growers"
    assert small["net"] > 0
    assert "1 of 2 units are comparable" in section.paragraphs[0]
    assert "SMALL" not in section.paragraphs[0]


def test_units_of_one_or_two_growers_are_put_together(say):
    names = {2: "one", 3: "two", 4: "two"}
    found = rows(say(make_units(30, of=lambda number: names.get(number, "large"))))
    assert "one" not in found
    assert "two" not in found
    assert found["others"]["growers"] >= 3


def test_a_unit_without_two_below_it_says_so(say):
    section = say(make_units(14, of=lambda _number: "only"))
    assert section.tables == ()
    assert "no two units" in section.paragraphs[0]


def test_it_speaks_chinese_too(say):
    section = say(make_units(40, of=lambda number: "ab"[number % 2]), "zh")
    assert section.title == "下属单位对比"
    assert "可比口径（D3）" in section.paragraphs[0]
