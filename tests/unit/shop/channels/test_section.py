"""What the report says of imports: rows taken, rows not taken and why, for the growers and window asked for."""

from dataclasses import replace
from datetime import date

import pytest
from flask_babel import force_locale

from branch.ledger.rules.periods import Period
from branch.reports.audit import registers
from branch.reports.sections.assembly import assemble
from core.clock import now
from core.database import session as database
from core.database import transaction
from shop.channels.models import OutsideImport
from shop.channels.queries import import_counts
from shop.channels.service.report_section import imports
from tests.factories.licences import make_storefront
from tests.factories.organisation import make_grower
from tests.factories.reports import make_scope

APRIL = Period(2026, 4)


@pytest.fixture
def storefront(session):
    with transaction():
        return make_storefront(make_grower(), address="https://shop123456.taobao.com")


def make_import(storefront, *, first=date(2026, 4, 3), last=date(2026, 4, 28), state="applied", **counts):
    counted = {"create": 5, "update": 1, "unchanged": 2, "reject": 0} | counts
    reasons = ["id_ruined", "state_unknown", "id_ruined"][: counted["reject"]]
    with transaction():
        database.add(
            OutsideImport(
                public_id=f"{state}-{first:%m%d}", storefront_id=storefront.id,
                storefront_public_id=storefront.public_id, account_id=None, platform="taobao", state=state,
                at=now(), claimed_at=None, applied_at=now(), files=[], counts=counted, totals={},
                rejected=[{"file": "a", "row_number": 1, "reason": one, "value": ""} for one in reasons],
                first_day=first, last_day=last, plan_key=None, job_id=None,
            )
        )  # fmt: skip


def test_imports_that_touch_the_window_are_counted_with_their_rejected_rows(storefront):
    make_import(storefront, reject=5)
    make_import(storefront, first=date(2026, 3, 1), last=date(2026, 4, 1), create=3)
    make_import(storefront, first=date(2026, 5, 1), last=date(2026, 5, 9))
    make_import(storefront, state="planned")
    found = import_counts(APRIL, {storefront.grower_id})
    assert found.imports == 2
    assert dict(found.rows) == {"create": 8, "update": 2, "unchanged": 4, "reject": 5}
    assert dict(found.reasons) == {"id_ruined": 2, "state_unknown": 1, "unnamed": 2}


def test_imports_of_other_growers_are_not_counted(storefront):
    make_import(storefront)
    assert import_counts(APRIL, {storefront.grower_id + 1}).imports == 0


def test_the_section_names_the_reasons_in_words(app, storefront):
    make_import(storefront, reject=2)
    with app.test_request_context(), force_locale("en"):
        section = imports(APRIL, make_scope())
    assert "%" not in section.paragraphs[0]
    reasons = {row.key: row.cells for row in section.table("rejected").rows}
    assert reasons["id_ruined"][1] == 1
    assert "shortened the order number" in reasons["id_ruined"][0]


def test_without_imports_the_section_says_so(app, session):
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        section = imports(APRIL, make_scope())
    assert section.paragraphs == ("没有涉及本期的导入。",)
    assert section.tables == ()


def test_an_auditor_adds_up_the_imports_one_by_one(app, storefront):
    make_import(storefront, reject=5)
    make_import(storefront, first=date(2026, 3, 1), last=date(2026, 4, 1), create=3)
    scope = make_scope()
    scope = replace(scope, growers={storefront.grower_id: scope.growers[1]})
    with app.test_request_context(), force_locale("en"):
        section = imports(APRIL, scope)
    found = {}
    registers.imports({"imports": section.inputs}, found)
    printed = {
        ("imports", table.key, row.key, "rows"): row.cells[1]
        for table in section.tables
        for row in table.rows
    }
    assert len(printed) == 4 + 3
    assert {key: found[key] for key in printed} == printed


def test_one_more_import_makes_another_digest_and_so_a_new_version(app, storefront):
    scope = make_scope()
    scope = replace(scope, growers={**scope.growers, storefront.grower_id: scope.growers[1]})
    digests = []
    for day in (3, 4):
        with app.test_request_context(), force_locale("en"):
            digests.append(assemble(APRIL, scope, [imports], locale="en").digest)
        make_import(storefront, first=date(2026, 4, day), unchanged=7, create=0)
    assert digests[0] != digests[1]
