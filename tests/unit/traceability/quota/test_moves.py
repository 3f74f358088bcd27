"""Quota changes hands, outgrows its class, expires; the check finds what was bent behind the app's back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from branch.api import LicenceNotValid, Scope
from core.clock import local_day
from core.database import transaction
from core.errors import Conflict, Invalid
from core.sweeps import note_failure
from core.work_claims import Retry
from tests.factories.licences import make_licence, make_mark
from tests.factories.organisation import make_grower
from tests.factories.traceability import approve_plot, make_lot, make_plot
from traceability.api import ensure_reference_data
from traceability.lots.models.tables import Lot
from traceability.lots.rules.balance import StepKind
from traceability.quota.models.sealing import FIGURES
from traceability.quota.models.tables import QuotaAccount, QuotaPosting
from traceability.quota.queries.invariants import check_all
from traceability.quota.queries.ledger import (
    balance,
    balances_of_units,
    figures_history,
    growing_on,
    moves_of_grower,
    stages,
    use_by_grower,
)
from traceability.quota.rules import Key
from traceability.quota.service import accounting as service
from traceability.quota.service import moves
from traceability.quota.service.accounting import QuotaExceeded
from traceability.surveys.service import Stand
from traceability.transformations.service import Outcome, transform


@pytest.fixture
def key(session, at):
    ensure_reference_data()
    grower = make_grower(at=at)
    made = Key(grower.id, grower.unit_id, "dangui", "first_year", 2026)
    service.approve(made, 1_000, reference="survey/1", at=at, by=None)
    return made


def test_a_transfer_moves_and_makes_nothing(key, at):
    receiver = make_grower(at=at)
    make_licence(receiver.id, at=at)
    moves.transfer(key, receiver.id, 300, reason="sold with the plants", at=at, by=None)
    got = balance(Key(receiver.id, receiver.unit_id, "dangui", "first_year", 2026))
    assert (balance(key).free, got.free, got.approved) == (700, 300, 0)
    assert [move.change for move in moves_of_grower(receiver.id, limit=9)] == [300]
    with pytest.raises(QuotaExceeded):
        moves.transfer(key, receiver.id, 701, reason="more", at=at, by=None)


def test_quota_that_is_passed_on_counts_in_the_receivers_village(key, at):
    """There is his land, and there his codes draw on it; the giver's village keeps nothing of it."""
    receiver = make_grower(unit="guihua-spring", at=at)
    make_licence(receiver.id, at=at)
    moves.transfer(key, receiver.id, 300, reason="sold with the plants", at=at, by=None)
    there = [(one.key, one.free) for one in balances_of_units([receiver.unit_id], year=2026)]
    assert there == [(replace(key, grower_id=receiver.id, unit_id=receiver.unit_id), 300)]
    assert [one.free for one in balances_of_units([key.unit_id], year=2026)] == [700]


def test_only_a_licensee_receives_quota(key, at):
    with pytest.raises(LicenceNotValid):
        moves.transfer(key, make_grower(at=at).id, 300, reason="sold", at=at, by=None)


def test_quota_goes_only_to_whoever_is_licensed_for_its_group(key, at):
    receiver = make_grower(at=at)
    make_licence(receiver, scope=Scope(cultivar_groups=("jingui",)), at=at)
    with pytest.raises(LicenceNotValid) as refused:
        moves.transfer(key, receiver.id, 10, reason="sold", at=at, by=None)
    assert refused.value.details["outside"] == "cultivar_group"


def test_nobody_passes_quota_to_himself(key, at):
    with pytest.raises(Conflict):
        moves.transfer(key, key.grower_id, 1, reason="why not", at=at, by=None)


def test_plants_grow_into_the_next_class_with_a_loss(key, at):
    day = local_day(at) - timedelta(days=3)
    moves.grow(key, 400, 50, counted_on=day, reason="counted", at=at, by=None)
    grown = Key(key.grower_id, key.unit_id, "dangui", "second_third", 2026)
    assert (balance(key).free, balance(key).lost, balance(grown).free) == (600, 50, 350)
    with pytest.raises(Conflict) as refused:
        moves.grow(grown, 10, 0, counted_on=day, reason="again", at=at, by=None)
    assert refused.value.code == "not_approved"
    told = [(one.change, one.counted_on, one.reason) for one in moves_of_grower(key.grower_id, limit=2)]
    assert sorted(told) == [(-400, day, "counted"), (350, day, "counted")]
    assert moves_of_grower(key.grower_id, limit=9)[-1].counted_on is None


def test_a_count_is_of_the_quotas_year_and_not_ahead(key, at):
    for day in (local_day(at) + timedelta(days=1), date(2025, 12, 31)):
        with pytest.raises(Invalid) as refused:
            moves.grow(key, 10, 0, counted_on=day, reason="counted", at=at, by=None)
        assert refused.value.code == "counted_on"
    moves.grow(key, 10, 10, counted_on=local_day(at), reason="all lost", at=at, by=None)
    assert (balance(key).free, balance(key).lost) == (990, 10)


def test_the_day_of_a_count_begins_in_shanghai(key):
    night = datetime(2026, 3, 11, 16, 30, tzinfo=UTC)
    moves.grow(key, 10, 0, counted_on=date(2026, 3, 12), reason="counted", at=night, by=None)
    with pytest.raises(Invalid):
        moves.grow(key, 10, 0, counted_on=date(2026, 3, 13), reason="counted", at=night, by=None)


def test_what_can_grow_on_is_free_approved_and_below_the_largest_class(key, at):
    specimen = replace(key, size_class="specimen")
    service.approve(specimen, 20, reference="survey/2", at=at, by=None)

    def growing():
        return {
            (one.key, one.to_grow)
            for one in growing_on(balances_of_units([key.unit_id], year=2026), at=at)
            if one.key.grower_id == key.grower_id
        }

    assert growing() == {(key, 1_000)}
    moves.grow(key, 400, 50, counted_on=local_day(at), reason="counted", at=at, by=None)
    assert growing() == {(key, 600)}
    moves.grow(key, 600, 0, counted_on=local_day(at), reason="counted", at=at, by=None)
    assert growing() == set()


@pytest.mark.parametrize(("plants", "loss"), [(10, -1), (10, 11), (0, 0), (-5, 0)])
def test_nothing_grows_out_of_nothing(key, at, plants, loss):
    with pytest.raises(Invalid):
        moves.grow(key, plants, loss, counted_on=local_day(at), reason="counted", at=at, by=None)


@pytest.mark.both
def test_what_is_free_expires_with_the_year(key, at):
    assert moves.expire(at=at) == 0
    later = at + timedelta(days=300)
    assert moves.expire(at=later) == 1
    assert moves.expire(at=later) == 0
    assert (balance(key).free, balance(key).expired) == (0, 1_000)


def test_only_the_accounts_that_are_asked_for_expire(key, at):
    """One that cannot be closed is tried by itself; the others are not in its transaction."""
    service.approve(replace(key, cultivar_group="jingui"), 10, reference="survey/2", at=at, by=None)
    over = at + timedelta(days=365)
    first, second = moves.ids_due_to_expire(at=over, limit=9)
    assert moves.expire(at=over, ids=[second]) == 1
    assert moves.ids_due_to_expire(at=over, limit=9) == [first]


def test_an_account_that_cannot_be_closed_keeps_no_other_from_its_turn(session, at):
    with transaction():
        grower = make_grower(at=at)
        for group in ("dangui", "jingui"):
            key = Key(grower.id, grower.unit_id, group, "first_year", 2026)
            service.approve(key, 10, reference="survey/1", at=at, by=None)
    over = at + timedelta(days=365)
    first, second = moves.ids_due_to_expire(at=over, limit=9)
    session.rollback()
    note_failure(moves.EXPIRY, first, ValueError("torn"), retry=Retry(attempts=1))
    assert moves.ids_due_to_expire(at=over, limit=1) == [second]


def test_new_figures_count_from_then_on(session, at):
    ensure_reference_data()
    later = at + timedelta(hours=1)
    moves.set_figures(
        "specimen", plants_per_mu=120, survival_per_mille=1_000, reason="trial", at=later, by=None
    )
    assert {one.code: one.plants_per_mu for one in stages(at=at)}["specimen"] == 107
    assert {one.code: one.plants_per_mu for one in stages(at=later)}["specimen"] == 120
    with pytest.raises(Invalid):
        moves.set_figures(
            "specimen", plants_per_mu=120, survival_per_mille=1_001, reason="x", at=later, by=None
        )


def test_a_marks_own_figures_count_for_its_growers_only(session, at):
    ensure_reference_data()
    moves.set_figures(
        "specimen",
        plants_per_mu=200,
        survival_per_mille=500,
        reason="own trial",
        at=at,
        by=None,
        mark_code="XNGH",
    )
    own = {one.code: (one.plants_per_mu, one.is_marks_own) for one in stages(at=at, mark_code="XNGH")}
    assert own["specimen"] == (200, True)
    assert own["first_year"] == (7_400, False)
    assert {one.code: one.plants_per_mu for one in stages(at=at)}["specimen"] == 107
    assert {one.code: one.plants_per_mu for one in stages(at=at, mark_code="OTHER")}["specimen"] == 107

    licensed, other = make_grower(at=at), make_grower(at=at)
    mark = make_mark(code="XNGH", at=at)
    make_licence(licensed.id, mark=mark, at=at)
    land = {"cultivar_group": "dangui", "stage_code": "specimen", "area_m2": 2_000, "year": 2026, "by": None}
    got = [
        service.approve_land(
            grower_id=one.id, unit_id=one.unit_id, reference=f"survey/{one.id}", at=at, **land
        )
        for one in (licensed, other)
    ]
    assert got == [300, 314]  # 3 mu x 200 x 0.5; 3 mu x 107 x 0.98


@pytest.mark.both
def test_each_table_is_sealed_under_its_own_name(session, at):
    ensure_reference_data()
    for mark_code in ("", "XNGH"):
        moves.set_figures(
            "specimen",
            plants_per_mu=150,
            survival_per_mille=900,
            reason="trial",
            at=at,
            by=None,
            mark_code=mark_code,
        )
    sealed = dict(FIGURES.bodies())
    moment = at.isoformat()
    assert "mark" not in sealed[f"stage/specimen/{moment}"]
    assert sealed[f"stage/XNGH/specimen/{moment}"]["mark"] == "XNGH"
    assert [one.mark_code for one in figures_history("XNGH")] == ["XNGH"]


@pytest.fixture
def busy(session, at):
    """Land, quota, an activation and a step: everything that the check looks at."""
    with transaction():
        grower = make_grower(at=at)
        plot = make_plot(grower=grower, at=at)
        lot = make_lot(plot=plot, quota_plants=0, at=at)
        approve_plot(plot, Stand("dangui", "specimen", plot.area_m2), at=at)
        service.debit(lot.id, 100, reference="B-1", at=at, by=None)
        service.credit(lot.id, 10, reference="B-1", reason="lost", at=at, by=None)
        transform(StepKind.SPLIT, {lot.id: 50}, [Outcome(45)], grower_id=grower.id, at=at, by=None)
    return lot


@pytest.mark.both
def test_the_check_holds_after_all_of_it(busy):
    findings = check_all()
    assert [one.name for one in findings if not one.holds] == []
    assert all(one.checked for one in findings)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (sa.update(QuotaAccount).where(QuotaAccount.role == "free").values(balance=999), "balance = sum"),
        (sa.update(QuotaPosting).where(QuotaPosting.plants == -100).values(plants=-99), "adds up to zero"),
        (sa.update(Lot).values(quantity_moved=Lot.quantity_recorded), "on hand + gone on"),
        (sa.text("UPDATE lot_step_part SET plants = 49 WHERE side = 'in'"), "plants in = plants out"),
        (sa.text("UPDATE quota_move SET reference = 'thin air' WHERE kind = 'approve'"), "approved surveys"),
    ],
)
@pytest.mark.both
def test_the_check_finds_what_was_bent(session, busy, statement, name):
    session.execute(statement)
    assert [one.name for one in check_all() if not one.holds and name in one.name]


@pytest.mark.both
def test_the_branch_sees_use_by_licensee(session, busy, at):
    [use] = use_by_grower([busy_unit(session, busy)], year=2026)
    assert (use.approved, use.activated, use.free, use.received) == (314, 90, 224, 0)


def busy_unit(session, lot):
    from traceability.plots.models.tables import Plot

    return session.get_one(Plot, lot.plot_id).unit_id
