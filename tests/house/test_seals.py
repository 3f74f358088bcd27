"""What must not be bent is sealed: every kind has its source, and every source its tables that the tests watch.

The watch itself (`tests.seals`) is on in every test: no transaction commits that writes one of these tables without
appending a leaf of its kind, so each service that changes one of them is held to it by its own tests.
"""

from datetime import timedelta

import pytest

from branch.organisation.models.tables import Takeover
from branch.organisation.models.takeover_sealing import seal_takeover
from core import seal
from core.database import Base
from shop.payees.models.sealing import seal_account
from shop.payees.models.tables import PayeeAccount
from tests.factories.organisation import make_tree
from tests.seals import Watch
from wsgi import seal_sources, sealed_rows

WANTED = {
    "licence", "plot", "survey", "quota_posting", "lot", "lot_step", "epcis_event", "code_batch", "activation",
    "code_change", "activation_refusal", "sale_fact", "report", "programme", "case_verdict", "rule_thresholds",
    "code_step", "mark", "mark_rules", "storefront", "storefront_address", "shop_warning", "paper", "paper_rule",
    "grower", "unit", "role", "role_change", "outbox_event", "message", "transfer_proof", "alarm", "case_subject",
}  # fmt: skip


def test_everything_that_must_not_be_bent_has_a_source():
    kinds = [one.kind for one in (*seal_sources(), *sealed_rows())]
    assert set(kinds) >= WANTED
    assert len(set(kinds)) == len(kinds)


def test_every_source_names_tables_that_exist_and_are_watched():
    for source in seal_sources():
        assert source.tables, source.kind
        assert set(source.tables) <= set(Base.metadata.tables), source.kind
    watched = Watch(seal_sources()).kinds
    assert {"licence", "sale_fact", "report", "lot", "quota_posting", "epcis_event", "code_action"} <= set(
        watched
    )


def test_no_column_of_a_table_that_seals_itself_is_forgotten():
    for one in sealed_rows():
        columns = {column.key for column in one.model.__mapper__.column_attrs}
        told = [*one.columns, *one.digests, *one.besides]
        assert sorted(told) == sorted(columns - {"id"}), one.kind


@pytest.mark.parametrize(("model", "seal_row"), [(PayeeAccount, seal_account), (Takeover, seal_takeover)])
def test_no_column_is_forgotten_of_where_money_goes_and_of_who_works_for_a_unit(
    session, at, monkeypatch, model, seal_row
):
    """Their bodies are written by hand: each column that is changed shows in them, or in what they are called by."""
    appended = []
    monkeypatch.setattr(seal, "append", lambda _kind, subject, body: appended.append((subject, body)))
    units = list(make_tree().values())
    columns = [one for one in model.__mapper__.columns if one.key != "id"]

    def values(n):
        of_type = {int: units[n].id, str: f"x{n}"}
        return {one.key: of_type.get(one.type.python_type, at + timedelta(hours=n)) for one in columns}

    seal_row(model(**values(0)))
    for column in columns:
        seal_row(model(**(values(0) | {column.key: values(1)[column.key]})))
        assert appended[-1] != appended[0], column.key


def test_the_watch_is_on_for_every_application_of_the_tests(app):
    from core.database import db

    with app.app_context():
        listeners = [one.__self__ for one in db.engine.dispatch.commit if hasattr(one, "__self__")]
    assert [one for one in listeners if isinstance(one, Watch)]
