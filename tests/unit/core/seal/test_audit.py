"""`flask seal verify` names the row that was changed with plain SQL, and repairs lead out of restored backups."""

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import select

from branch.api import append_facts
from branch.licences.service.decisions import reinstate, suspend
from core import seal
from core.clock import now
from core.database import db, transaction
from core.seal.models.leaves import SealLeaf
from core.seal.models.log import this_log
from core.seal.queries.audit import audit
from core.seal.queries.sources import sources
from core.seal.queries.standing import NothingToRepair, SealRefused, published_entry
from core.seal.queries.subjects import signed_size
from core.seal.rules.entries import ADOPTED
from core.seal.tasks.repair import adopt, rebuild, seal_unsealed_rows
from core.seal.tasks.sequencer import sequence
from tests.factories.ledger import make_fact
from tests.factories.licences import make_licence
from tests.seals import behind_the_back
from tests.unit.core.seal.test_sequencer import append, forget_after, head


@pytest.fixture
def town(session, at):
    """A licence that was suspended, and three sales, all signed."""
    with transaction():
        licence = make_licence(at=at)
        suspend(licence.number, reason="test", by_account_id=None, at=at)
        append_facts([make_fact(licence.grower_id, source_ref=f"line-{n}") for n in range(3)], at=at)
    sequence()
    return licence


def findings(session):
    session.rollback()
    session.expunge_all()
    return list(audit(this_log(), sources(), at=now()))


def told(session, code):
    found = findings(session)
    assert {one.code for one in found} == {code}, found
    return "\n".join(map(str, found))


def without_guards():
    """Drop what the database itself refuses with, as an insider would."""
    if db.engine.dialect.name == "postgresql":
        return ["ALTER TABLE sale_fact DISABLE TRIGGER ALL"]
    return ["DROP TRIGGER sale_fact_no_update", "DROP TRIGGER sale_fact_no_delete"]


def test_what_the_services_wrote_agrees_with_the_log(session, town):
    assert findings(session) == []


def test_a_changed_amount_of_a_sale_is_named(session, town):
    behind_the_back(
        *without_guards(),
        "UPDATE sale_fact SET gross_minor = gross_minor + 100, net_minor = net_minor + 100 WHERE source_ref = 'line-1'",
    )
    text = told(session, "row_changed")
    assert text.startswith("sale/")
    assert "/line-1: gross_minor is " in text
    assert "line-0" not in text


@pytest.mark.both
def test_a_removed_sale_is_named(session, town):
    behind_the_back(*without_guards(), "DELETE FROM sale_fact WHERE source_ref = 'line-2'")
    assert "/line-2: it was sealed on" in told(session, "row_gone")


def test_a_changed_day_of_a_licence_is_named(session, town):
    behind_the_back("UPDATE licence SET valid_until = '2031-01-01'")
    text = told(session, "row_changed")
    assert text.startswith(
        f'licence/{town.number}: valid_until is "2031-01-01", sealed as "{town.valid_until}"'
    )


def test_a_changed_step_of_a_licence_is_named(session, town):
    behind_the_back("UPDATE licence_change SET reason = 'another' WHERE step = 'suspend'")
    assert f"licence/{town.number}/step/" in told(session, "row_changed")


def test_a_row_that_was_slipped_in_is_named(session, town, at):
    copied = "kind, grower_id, channel, occurred_at, local_day, product_key, product_name, plants, orders, gross_minor, discount_minor, refund_minor, net_minor, currency, source, order_ref, recorded_at"
    behind_the_back(
        f"INSERT INTO sale_fact ({copied}, source_ref) SELECT {copied}, 'slipped-in' FROM sale_fact WHERE source_ref = 'line-0'"  # noqa: S608 - our own text
    )
    assert "/slipped-in: the row stands in the database, but was never sealed" in told(
        session, "never_sealed"
    )


def test_changing_the_leaf_as_well_does_not_help(session, town):
    behind_the_back(
        "UPDATE licence SET valid_until = '2031-01-01'",
        f"UPDATE seal_leaf SET body = replace(body, '{town.valid_until}', '2031-01-01') "  # noqa: S608 - our own text
        "WHERE kind = 'licence' AND subject NOT LIKE '%/step/%'",
    )
    text = told(session, "leaf_changed")
    assert f"licence/{town.number} (entry " in text
    assert "(body)" in text


@pytest.mark.both
def test_a_removed_leaf_is_named(session, town):
    behind_the_back("DELETE FROM seal_leaf WHERE number = 1")
    assert {"leaf_missing"} <= {one.code for one in findings(session)}


def test_a_changed_entry_in_the_files_is_named(session, town):
    path = next((this_log().store.folder / "tile/entries").rglob("*.p/*"))
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"kind":"sale_fact"', b'"kind":"sale_face"', 1))
    codes = {one.code for one in findings(session)}
    assert codes == {"leaf_changed", "file_damaged", "root_differs"}


def test_leaves_that_nobody_takes_in_are_told(session, town):
    append(1)
    late = now() + timedelta(minutes=10)
    session.rollback()
    codes = {one.code for one in audit(this_log(), (), at=late)}
    assert codes == {"stalled"}


def test_a_row_that_was_removed_on_purpose_is_no_finding(session, town):
    behind_the_back(*without_guards(), "DELETE FROM sale_fact WHERE source_ref = 'line-2'")
    subject = session.scalars(select(SealLeaf.subject).where(SealLeaf.subject.like("%/line-2"))).one()
    with transaction():
        seal.append("sale_fact", subject, seal.REMOVED)
    assert findings(session) == []


def test_a_restored_older_database_continues_after_the_last_signed_entry(session, at):
    append(10)
    sequence()
    before = head()
    forget_after(6)
    append(2, 50)
    with pytest.raises(SealRefused):
        sequence()
    found, lost = adopt(this_log())
    assert (found, lost) == (0, 4)
    assert sequence() == 3
    assert head().size == 13
    assert published_entry(this_log(), 9, 13) == published_entry(this_log(), 9, 10)
    assert before.size == 10
    assert list(audit(this_log(), (), at=now())) == []
    kinds = session.scalars(
        select(SealLeaf.kind).where(SealLeaf.number >= 10).order_by(SealLeaf.number)
    ).all()
    assert kinds == ["plot", "plot", ADOPTED]


@pytest.mark.both
def test_leaves_that_were_waiting_in_the_backup_find_their_places_again(session):
    append(10)
    sequence()
    behind_the_back("UPDATE seal_leaf SET number = NULL WHERE number >= 6", "DELETE FROM seal_state")
    with pytest.raises(SealRefused):
        sequence()
    assert adopt(this_log()) == (4, 0)
    assert sequence() == 1
    assert list(audit(this_log(), (), at=now())) == []


def test_there_is_nothing_to_adopt_when_the_database_is_not_behind(session):
    append(3)
    sequence()
    with pytest.raises(NothingToRepair):
        adopt(this_log())


def test_another_database_cannot_adopt_the_log(session):
    append(3)
    sequence()
    behind_the_back("DELETE FROM seal_leaf", "DELETE FROM seal_state")
    append(2, 70)
    behind_the_back("UPDATE seal_leaf SET number = 0 WHERE subject = 'plot/70'")
    with pytest.raises(NothingToRepair, match="do not belong together"):
        adopt(this_log())


def test_lost_files_are_written_anew_from_the_database(session):
    append(300)
    sequence()
    before = head()
    folder = this_log().store.folder
    kept = {
        one.relative_to(folder): one.read_bytes() for one in (folder / "tile").rglob("*") if one.is_file()
    }
    shutil.rmtree(folder)
    with pytest.raises(SealRefused, match="flask seal rebuild"):
        sequence()
    assert rebuild(this_log()) == 300
    assert {
        one.relative_to(folder): one.read_bytes() for one in (folder / "tile").rglob("*") if one.is_file()
    } == kept
    assert head() == before
    append(1, 300)
    assert sequence() == 1


@pytest.mark.both
def test_a_changed_database_cannot_write_the_files_anew(session):
    append(5)
    sequence()
    shutil.rmtree(this_log().store.folder)
    behind_the_back("UPDATE seal_leaf SET body = '{\"n\":9}' WHERE number = 2")
    with pytest.raises(NothingToRepair, match="do not lead to the root"):
        rebuild(this_log())
    assert not (this_log().store.folder / "tile").exists()


@pytest.mark.both
def test_rows_from_before_the_log_are_taken_in_once(session, town):
    behind_the_back("DELETE FROM seal_leaf", "DELETE FROM seal_state")
    shutil.rmtree(this_log().store.folder)
    this_log().signed_head_file.path.unlink()
    assert {one.code for one in findings(session)} == {"never_sealed"}
    counts = seal_unsealed_rows(sources())
    assert counts["sale_fact"] == 3
    assert counts["licence"] == 1 + 3
    sequence()
    assert findings(session) == []
    assert seal_unsealed_rows(sources()) == {}


def public_entry(number):
    log = this_log()
    return published_entry(log, number, signed_size(log)).decode()


@pytest.mark.both
def test_a_leaf_that_shows_the_public_entry_and_says_something_else_is_named(session, town):
    of_licence = select(SealLeaf).where(SealLeaf.subject == f"licence/{town.number}")
    leaf = session.scalars(of_licence.order_by(SealLeaf.id)).all()[-1]
    entry = public_entry(leaf.number)
    behind_the_back(
        "UPDATE licence SET valid_until = '2031-01-01'",
        f"UPDATE seal_leaf SET entry = '{entry}', body = replace(body, '{town.valid_until}', '2031-01-01') "  # noqa: S608 - our own text
        f"WHERE id = {leaf.id}",
    )
    assert f"licence/{town.number} (entry {leaf.number}): " in told(session, "leaf_changed")


@pytest.mark.both
def test_a_row_removed_together_with_what_its_leaf_says_is_named(session, town):
    leaf = session.scalars(select(SealLeaf).where(SealLeaf.subject.like("sale/%/line-1"))).one()
    entry = public_entry(leaf.number)
    behind_the_back(
        *without_guards(),
        "DELETE FROM sale_fact WHERE source_ref = 'line-1'",
        f"UPDATE seal_leaf SET entry = '{entry}', subject = NULL, salt = NULL, body = NULL WHERE id = {leaf.id}",  # noqa: S608 - our own text
    )
    assert f"entry {leaf.number} (sale_fact): " in told(session, "leaf_emptied")


def test_a_leaf_half_emptied_is_named_and_stops_nothing(session, town):
    behind_the_back(
        "UPDATE seal_leaf SET salt = NULL, entry = 'x' WHERE number = 1",
        "UPDATE seal_leaf SET body = '{' WHERE subject LIKE 'sale/%/line-2'",
    )
    found = findings(session)
    assert {one.code for one in found} == {"leaf_changed", "row_changed"}
    assert any("(entry 1)" in one.what for one in found)
    assert any("line-2" in one.what and "cannot be read" in one.text for one in found)


@pytest.mark.both
def test_an_older_leaf_with_a_later_id_does_not_count_as_the_newest(session, town, at):
    with transaction():
        reinstate(town.number, reason="test", by_account_id=None, at=at)
    sequence()
    subject = f"licence/{town.number}"
    last = session.scalars(
        select(SealLeaf.id).where(SealLeaf.subject == subject).order_by(SealLeaf.number)
    ).all()[-1]
    seen = seal.seal_of(subject).number
    behind_the_back(
        "UPDATE licence SET state = 'suspended'",
        f"UPDATE seal_leaf SET id = -1 WHERE id = {last}",  # noqa: S608 - our own text
    )
    session.rollback()
    assert "state is " in told(session, "row_changed")
    assert seal.seal_of(subject).number == seen


def test_a_leaf_that_never_enters_the_log_vouches_for_nothing(session, town):
    late = (now() + timedelta(days=900)).strftime("%Y-%m-%d %H:%M:%S.000000")
    columns = "kind, subject, salt, body"
    leaf = session.scalars(select(SealLeaf.id).where(SealLeaf.number == 0)).one()
    behind_the_back(
        f"INSERT INTO seal_leaf ({columns}, at) SELECT {columns}, '{late}' FROM seal_leaf WHERE id = {leaf}",  # noqa: S608 - our own text
        f"INSERT INTO seal_leaf ({columns}, at, number) SELECT {columns}, '2020-01-01 00:00:00.000000', 10000 FROM seal_leaf WHERE id = {leaf}",  # noqa: S608 - our own text
    )
    assert {one.code for one in findings(session)} == {"stalled", "leaf_unsigned"}


def test_a_row_that_cannot_be_read_is_named_and_hides_no_other_kind(session, town):
    def unreadable():
        yield "paper/1", {"a": 1}
        raise KeyError(7)

    good = seal.SealSource("programme", lambda: iter([("programme/1", {"a": 1})]), ("programme",))
    given = (seal.SealSource("paper", unreadable, ("paper",)), good)
    found = [(one.code, one.table) for one in audit(this_log(), given, at=now())]
    assert found == [("row_unreadable", "paper"), ("never_sealed", "programme")]
