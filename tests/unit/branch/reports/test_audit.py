"""An auditor can compute the report's figures anew from its annex, and sees a figure that was bent."""

import copy
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import parse_period, twelve_months
from branch.reports.audit import comparing as audit
from branch.reports.audit.effect import recompute_effect
from branch.reports.document import Column, Row, Section, Table
from branch.reports.facts.evidence import ChildLabel, CoverageCount, GrowerLabel
from branch.reports.facts.figures import MonthRow, Totals
from branch.reports.facts.programme_dates import ProgrammeDate
from branch.reports.formats import annex
from branch.reports.sections.assembly import assemble
from tests.factories.panels import with_panel
from tests.factories.reports import make_month_rows, make_scope
from wsgi import report_sections

pytestmark = pytest.mark.slow

ROOT = Path(audit.__file__).parents[3]


@pytest.fixture
def freeze(app, write):
    def frozen(key="2026-04", **scope):
        period = parse_period(key)
        document = write("zh", period=period, **scope)
        with app.test_request_context(), force_locale("zh_Hans_CN"):
            data = annex.freeze(period, make_scope(**scope), document, revises=None)
        return json.loads(data)

    return frozen


@pytest.mark.parametrize(
    ("key", "today"),
    [
        ("2026-04", date(2026, 5, 20)),
        ("2026", date(2027, 2, 1)),
        ("2026-S1", date(2026, 7, 1)),
        ("2025-09..2026-04", date(2026, 5, 3)),
        ("2026-04", date(2026, 4, 20)),
    ],
)
def test_every_printed_figure_follows_from_the_annex(freeze, key, today):
    found = audit.audit(
        freeze(key, today=today, foreign=(("USD", Totals(orders=1, plants=5, gross_minor=900)),))
    )
    assert found.differ == ()
    assert found.agree > 150
    assert found.given == ()


def everything():
    """A town of whose report no section and no table is empty: a panel, programmes on two rungs, coverage, currencies."""
    april, march = parse_period("2026-04"), date(2025, 3, 1)
    scope = with_panel(
        make_scope(foreign=(("USD", Totals(orders=1, plants=5, gross_minor=900)),)), growers=110, joiners=45
    )
    panel = scope.evidence.panel_growers
    labels = {
        one.grower_id: GrowerLabel(
            one.grower_id, f"示范苗圃 {one.grower_id}", f"demo-{one.grower_id:02d}",
            f"village-{one.grower_id % 3}", "甲村",
        )
        for one in panel
    }  # fmt: skip
    months = twelve_months(april)
    evidence = replace(
        scope.evidence,
        programmes=(
            ProgrammeDate(scope.unit_code, "网上推广", march, date(2026, 5, 1)),
            ProgrammeDate("village-1", "示范基地", march, date(2026, 5, 1)),
            ProgrammeDate("village-2", "太晚了", date(2026, 2, 2), date(2026, 5, 1)),
        ),
        coverage=tuple(
            CoverageCount(month, channel, complete=5 + place, partial=2, missing=3)
            for channel in ("shop", "taobao")
            for place, month in enumerate(months)
        ),
    )
    children = {number: ChildLabel(one.village_code, one.village_name) for number, one in labels.items()}
    return april, replace(scope, growers=labels, evidence=evidence, children=children)


def read_elsewhere():
    """Sections of other rooms, with what they read besides the evidence."""

    def authenticity(_period, _scope):
        counts = {"devices": 9, "decided": 4, "confirmed": 2, "cleared": 1, "undetermined": 1}
        table = Table(
            "authenticity", "", (Column("what", ""), Column("now", "", "count"), Column("before", "", "count")),
            tuple(Row(key, (key, value, 0)) for key, value in counts.items()),
        )  # fmt: skip
        inputs = {"now": counts, "before": dict.fromkeys(counts, 0)}
        return Section("authenticity", "", tables=(table,), inputs=inputs)

    return [one for one in report_sections() if one.__name__ != "authenticity"] + [authenticity]


def test_no_printed_figure_is_left_to_be_believed(app):
    """Every table of a report in which nothing is missing: each number follows from the inputs of the annex."""
    period, scope = everything()
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        document = assemble(period, scope, read_elsewhere(), locale="zh")
        told = json.loads(annex.freeze(period, scope, document, revises=None))
    tables = {f"{section}/{table}" for section, found in told["sections"].items() for table in found}
    assert tables >= {
        "programmes/programmes", "programmes/programme_1", "programmes/programme_2", "effect/estimate", "effect/effect_events",
        "quality/coverage_channels", "quality/coverage_map", "quality/facts", "quality/foreign", "units/units",
        "authenticity/authenticity", "growers/growers", "sizes/sizes_months", "provinces/provinces", "seasonal/seasonal",
    }  # fmt: skip
    assert [one["rung"] for one in told["outcomes"]["programmes"]["programmes"]] == ["C1", "C3", "C3"]
    found = audit.audit(told)
    assert found.differ == ()
    assert found.given == (), (
        "branch/reports/audit/recomputing.py, SECTIONS: no auditor computes these figures"
    )
    printed = sum(
        len(cells)
        for tables in told["sections"].values()
        for table in tables.values()
        for cells in table["rows"].values()
    )
    assert found.agree >= printed
    for where in (
        ("sections", "programmes", "programme_2", "rows", "2025-09", "predicted"),
        ("sections", "quality", "coverage_map", "rows", "2025-09", "shop"),
        ("sections", "quality", "facts", "rows", "sale", "facts"),
        ("sections", "quality", "foreign", "rows", "USD", "plants"),
        ("sections", "authenticity", "authenticity", "rows", "decided", "now"),
        ("outcomes", "effect", "gates", 0, "value"),
        ("outcomes", "programmes", "programmes", 1, "ratio"),
    ):
        bent = copy.deepcopy(told)
        place = bent
        for name in where[:-1]:
            place = place[name]
        place[where[-1]] = "7.000000"
        assert len(audit.audit(bent).differ) == 1, where


@pytest.mark.parametrize(
    "scope",
    [{}, {"effect": 0.0}, {"growers": 20, "joiners": 8, "effect": 2.0}],
    ids=["effect", "none", "few"],
)
def test_the_estimated_effect_follows_from_the_panel_in_the_annex(app, scope):
    given, april = with_panel(**scope), parse_period("2026-04")
    label = given.growers[1]
    panel = {
        one.grower_id: replace(label, id=one.grower_id, slug=f"panel-{one.grower_id}")
        for one in given.evidence.panel_growers
    }
    given = replace(given, growers={**panel, **given.growers})
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        document = assemble(april, given, report_sections(), locale="zh")
        told = json.loads(annex.freeze(april, given, document, revises=None))
    effect = list(recompute_effect(told)[0])
    found = audit.audit(told)
    assert found.differ == ()
    assert found.given == ()
    if scope == {}:
        assert {one[1] for one in effect} == {"estimate", "members", "effect_events", "effect_months"}
        told["inputs"]["panel_cells"]["rows"][-1][2] += 10**7
        bent = {one.split(":")[0] for one in audit.audit(told).differ}
        assert "effect/estimate/effect/value" in bent


def test_a_report_of_few_growers_or_without_sales_can_be_recomputed_too(freeze):
    for scope in ({"rows": []}, {"growers": 4}, {"growers": 1}):
        assert audit.audit(freeze(**scope)).differ == ()


def test_growers_who_returned_more_than_they_sold_are_told_apart(freeze):
    rows = [*make_month_rows(), MonthRow(3, parse_period("2026-04"), "shop", "", Totals(plants=-(10**7)))]
    assert audit.audit(freeze(rows=rows)).differ == ()


def test_each_bent_figure_is_named(freeze):
    told = freeze()
    for where, value in (
        (("overall", "totals", "all", "net"), 1),
        (("comparison", "comparison", "like_for_like", "growth"), "0.9"),
        (("comparison", "bridge", "price", "amount"), 5),
        (("villages", "villages", "village-1", "share"), None),
        (("quality", "coverage", "total", "missing"), 0),
    ):
        bent = copy.deepcopy(told)
        section, table, row, column = where
        bent["sections"][section][table]["rows"][row][column] = value
        assert [one.split(":")[0] for one in audit.audit(bent).differ] == ["/".join(where)]


def test_a_bent_input_shows_in_the_figures_and_in_the_digest(freeze):
    told = freeze()
    told["inputs"]["rows"]["rows"][-1][4] += 1
    bent = audit.audit(told)
    assert bent.agree
    told["inputs"]["rows"]["rows"][-1][5] += 10**6
    assert annex.digest_of(told["inputs"]) != told["rollup_digest"]


def test_the_annex_names_no_grower(freeze):
    told = json.dumps(freeze(), ensure_ascii=False)
    assert "示范苗圃" not in told
    assert "demo-0" not in told


def test_it_says_window_settings_and_code(freeze):
    told = freeze("2026-S1", today=date(2026, 7, 1))
    assert told["window"]["from"] == "2026-02-01"
    assert told["window"]["before_until"] == "2025-06-01"
    assert told["window"]["standing"] == "final"
    assert told["settings"]["fewest_like_for_like_growers"] == 10
    assert len(told["code"]["source"]) == 64
    assert told["rollup_digest"] == annex.digest_of(told["inputs"])


def test_the_auditors_script_runs_without_any_package(freeze, tmp_path):
    path = tmp_path / "annex.json"
    told = freeze()
    path.write_text(json.dumps(told))
    command = [sys.executable, "-S", "-m", "branch.reports.audit", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, "0 do not" in done.stdout) == (0, True), done.stderr
    told["sections"]["overall"]["totals"]["rows"]["all"]["plants"] += 1
    path.write_text(json.dumps(told))
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, "overall/totals/all/plants: printed" in done.stdout) == (1, True)
