"""What the public edition says, and that nobody can be found in it."""

import json
import re

import pytest
from flask_babel import force_locale

from branch.ledger.periods import Period
from branch.reports.assembly import assemble
from branch.reports.building import LANGUAGES
from branch.reports.document import to_json
from branch.reports.editions.composing import may_be_public, public_edition
from branch.reports.editions.rules import Printed
from tests.factories.reports import make_month_rows, make_scope
from wsgi import report_sections

APRIL = Period(2026, 4)


@pytest.fixture
def write(app):
    def written(scope=None, language="zh", period=APRIL):
        scope = scope or make_scope()
        with app.test_request_context(), force_locale(LANGUAGES[language]):
            document = assemble(period, scope, report_sections(), locale=language)
            return public_edition(period, scope, document)

    return written


def with_one_more(rows, *, grower, channel, group="jingui"):
    """One grower sells through a channel of his own."""
    return [
        row._replace(channel=channel, cultivar_group=group) if row.grower_id == grower else row
        for row in rows
    ]


def test_no_name_slug_or_number_of_a_grower_appears(write):
    scope = make_scope()
    for language in LANGUAGES:
        plain = json.dumps(to_json(write(scope, language)), ensure_ascii=False)
        for label in scope.growers.values():
            assert label.name not in plain
            assert label.slug not in plain
        assert not [section for section in write(scope, language).sections if section.private]
        assert "growers" not in {section.key for section in write(scope, language).sections}


def test_the_totals_are_those_of_the_report(write):
    edition = write()
    scope = make_scope()
    net = sum(row.totals.net_minor for row in scope.now(APRIL))
    channels = next(section for section in edition.sections if section.key == "channels").table("channels")
    assert channels.total.cells[2] == net
    assert edition.digest == edition.annex_digest == ""


def test_the_channel_of_one_grower_and_what_would_give_it_away_stay_out(write):
    rows = with_one_more(make_month_rows(), grower=5, channel="jd")
    edition = write(make_scope(rows))
    table = next(section for section in edition.sections if section.key == "channels").table("channels")
    hidden = {row.key for row in table.rows if row.cells[2] is None}
    assert "jd" in hidden
    assert len(hidden) >= 2
    assert all(
        cell is None for row in table.rows if row.key in hidden for cell in (*row.cells[1:5], row.cells[6])
    )
    # What is hidden is not to be had as the total less the rest: two or more unknown rows stand in that difference.
    own = sum(row.totals.net_minor for row in rows if row.grower_id == 5 and row.month == APRIL)
    shown = sum(row.cells[2] for row in table.rows if row.cells[2] is not None)
    assert table.total.cells[2] - shown != own
    text = json.dumps(to_json(edition), ensure_ascii=False)
    assert str(own) not in text


def printed_cells(edition, scope):
    """The sums that are really printed, read back from the tables, as sets of what growers contributed."""

    def atoms(rows):
        return frozenset((row.grower_id, (row.month.key, row.channel, row.cultivar_group)) for row in rows)

    of = {
        "channels": lambda row: row.channel,
        "cultivar_groups": lambda row: row.cultivar_group,
        "villages": lambda row: scope.growers[row.grower_id].village_code,
    }
    now, before = scope.now(APRIL), scope.before(APRIL)
    cells = {"totals": [atoms(now), atoms(before)]}
    for section in edition.sections:
        for table in section.tables:
            for row in table.rows:
                if table.key == "months":
                    month = Period(*map(int, row.key.split("-")))
                    both = [
                        [one for one in scope.evidence.rows if one.month == wanted]
                        for wanted in (month, month.year_before())
                    ]
                    place = 1
                else:
                    both = [[one for one in rows if of[table.key](one) == row.key] for rows in (now, before)]
                    place = 2
                printed = (row.cells[place], row.cells[2 if table.key == "months" else 5])
                for window, value in enumerate(printed):
                    if value is not None:
                        cells[f"{table.key}:{row.key}:{window}"] = [atoms(both[window])]
    return cells


@pytest.mark.parametrize("growers", [4, 7, 14])
@pytest.mark.parametrize("odd", [None, "jd"])
def test_no_one_and_no_two_growers_can_be_computed_from_the_printed_tables(write, growers, odd):
    rows = make_month_rows(growers=growers)
    if odd:
        rows = with_one_more(rows, grower=2, channel=odd, group="sijigui")
    scope = make_scope(rows, growers=growers)
    edition = write(scope)
    assert edition is not None
    assert Printed(printed_cells(edition, scope)).betrayal() is None


def shown_in(edition, key, place):
    table = next(section for section in edition.sections if section.key == key).table(key)
    return {row.key for row in table.rows if row.cells[place] is not None}


@pytest.mark.parametrize("key", ["channels", "cultivar_groups", "villages"])
def test_the_edition_a_year_later_tells_no_more_of_a_month_than_its_own(write, key):
    """Else the row that one of them leaves out could be computed from what the other one prints."""
    rows = [
        row._replace(channel="jd") if row.grower_id == 5 and row.month.year == 2025 else row
        for row in make_month_rows(years=(2024, 2025, 2026))
    ]
    rows = with_one_more(rows, grower=7, channel="douyin", group="sijigui")
    later = write(make_scope(rows))
    own = write(
        make_scope(rows, today=APRIL.start.replace(year=2025, month=5, day=20)), period=APRIL.year_before()
    )
    assert shown_in(later, key, 5) == shown_in(own, key, 2)


def test_without_the_rule_they_could_be_computed():
    """The check above can fail: all rows together do give somebody away."""
    rows = with_one_more(make_month_rows(), grower=2, channel="jd")
    mine = frozenset((2, (row.month.key, row.channel)) for row in rows if row.grower_id == 2)
    everybody = frozenset((row.grower_id, (row.month.key, row.channel)) for row in rows)
    assert Printed({"totals": [everybody], "rest": [everybody - mine]}).betrayal() is not None


@pytest.mark.parametrize("growers", [2, 3])
def test_too_few_growers_have_no_public_edition(write, growers):
    # Of three, the first has left and the last has just come, so two are left in each year.
    rows = make_month_rows(growers=growers)
    assert write(make_scope(rows, growers=growers)) is None


def test_an_open_month_is_not_compared(write):
    edition = write(make_scope(today=APRIL.start.replace(day=20)))
    assert edition.preliminary
    assert all(
        row.cells[5] is None
        for section in edition.sections
        if section.key in {"channels", "villages"}
        for row in section.tables[0].rows
    )


def test_only_months_of_branches_are_public():
    assert may_be_public(APRIL, "branch")
    assert not may_be_public(Period(2026), "branch")
    assert not may_be_public(APRIL, "committee")


def test_both_languages_print_the_same_figures(write):
    def numbers(language):
        edition = write(language=language)
        return [
            [cell for cell in row.cells if not isinstance(cell, str)]
            for section in edition.sections
            for table in section.tables
            for row in table.all_rows()
        ]

    assert numbers("zh") == numbers("en")
    assert re.search("公开版", write(language="zh").title)
