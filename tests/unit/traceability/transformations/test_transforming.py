"""Lots become other lots, and their plants are counted."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.errors import Conflict, Invalid
from core.seal.models.leaves import SealLeaf
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_codes, make_lot, make_plot
from traceability.api import get_lot, issue_codes
from traceability.lots.models.tables import LotStep
from traceability.lots.queries.descent import ancestors, descendants, family
from traceability.lots.rules.balance import StepKind
from traceability.lots.service import add_to_lot
from traceability.transformations.service import Outcome, free_to_move, transform


@pytest.fixture
def grower(session, at):
    found = make_grower(at=at)
    make_licence(found.id, at=at)
    return found


@pytest.fixture
def lot(grower, at):
    return make_lot(grower=grower, quantity=500, at=at)


def step(kind, lot, plants, *outcomes, at, **values):
    return transform(kind, {lot.id: plants}, outcomes, grower_id=lot.grower_id, at=at, by=None, **values)


def test_a_split_conserves_plants(lot, at):
    done = step(StepKind.SPLIT, lot, 400, Outcome(250), Outcome(140), at=at)
    before = get_lot(id=lot.id)
    assert (before.quantity_on_hand, before.quantity_moved, before.quantity_own) == (100, 400, 100)
    assert [one.quantity_on_hand for one in done.outputs] == [250, 140]
    assert done.loss == 10
    assert {one.cultivar for one in done.outputs} == {lot.cultivar}


def test_more_than_is_there_is_not_split(lot, at):
    with pytest.raises(Conflict) as refused:
        step(StepKind.SPLIT, lot, 501, Outcome(500), at=at)
    assert refused.value.code == "lot_quantity"
    assert get_lot(id=lot.id).quantity_on_hand == 500


def test_more_does_not_come_out_than_went_in(lot, at):
    with pytest.raises(Invalid) as refused:
        step(StepKind.SPLIT, lot, 100, Outcome(101), at=at)
    assert refused.value.details["problem"] == "gain"


def test_plants_under_codes_do_not_go_on(lot, at):
    make_codes(lot=lot, count=450, at=at)
    assert free_to_move(lot.id) == 50
    with pytest.raises(Conflict):
        step(StepKind.SPLIT, lot, 51, Outcome(51), at=at)
    step(StepKind.SPLIT, lot, 50, Outcome(50), at=at)


def test_plants_that_went_on_get_no_codes_in_the_old_lot(lot, at):
    step(StepKind.SPLIT, lot, 400, Outcome(400), at=at)
    with pytest.raises(Conflict) as refused:
        issue_codes(lot.id, "unit", 101, 1, at=at, by=None)
    assert refused.value.details["free"] == 100


def test_plants_that_died_get_no_codes(lot, at):
    add_to_lot(lot.id, -300, at=at, reason="frost")
    with pytest.raises(Conflict) as refused:
        issue_codes(lot.id, "unit", 201, 1, at=at, by=None)
    assert refused.value.details["free"] == 200


def test_only_one_cultivar_is_merged(grower, lot, at):
    plot = make_plot(grower=grower, at=at)
    twin = make_lot(plot=plot, quantity=100, at=at)
    other = make_lot(plot=plot, quantity=100, cultivar="状元红", at=at)
    done = transform(
        StepKind.MERGE, {lot.id: 500, twin.id: 100}, [Outcome(600)], grower_id=grower.id, at=at, by=None
    )
    assert ancestors([done.outputs[0].id]) == {lot.id, twin.id, done.outputs[0].id}
    with pytest.raises(Invalid) as refused:
        transform(
            StepKind.MERGE,
            {other.id: 100, done.outputs[0].id: 600},
            [Outcome(700)],
            grower_id=grower.id,
            at=at,
            by=None,
        )
    assert refused.value.code == "lots_differ"


def test_a_graft_takes_its_cultivar_from_the_scions(grower, lot, at):
    scions = make_lot(
        plot=make_plot(grower=grower, at=at), cultivar_group="jingui", cultivar="波叶金桂", at=at
    )
    done = step(StepKind.GRAFT, lot, 200, Outcome(180), at=at, scion_lot_id=scions.id)
    [grafted] = done.outputs
    assert (grafted.cultivar, grafted.cultivar_group, grafted.propagation) == (
        "波叶金桂",
        "jingui",
        "grafting",
    )
    assert get_lot(id=scions.id).quantity_on_hand == scions.quantity_on_hand
    assert descendants([scions.id]) == {scions.id, grafted.id}


def test_potting_on_ends_in_a_container(lot, at):
    done = step(StepKind.POT_ON, lot, 100, Outcome(95, {"root": "container", "height_cm_max": 350}), at=at)
    assert (done.outputs[0].root, done.outputs[0].height_cm_max) == ("container", 350)


def test_another_growers_lot_is_not_touched(lot, at):
    stranger = make_grower(at=at)
    with pytest.raises(Conflict) as refused:
        transform(StepKind.SPLIT, {lot.id: 1}, [Outcome(1)], grower_id=stranger.id, at=at, by=None)
    assert refused.value.code == "lot_not_open"


def test_plants_do_not_move_to_anothers_plot(lot, at):
    elsewhere = make_plot(grower=make_grower(at=at), at=at)
    with pytest.raises(Invalid):
        step(StepKind.SPLIT, lot, 1, Outcome(1, {"plot_id": elsewhere.id}), at=at)


def test_the_database_itself_holds_the_balance(session, lot, at):
    step(StepKind.SPLIT, lot, 100, Outcome(90), at=at)
    with pytest.raises(IntegrityError):
        session.execute(sa.update(LotStep).values(plants_out=100))


def test_a_family_is_drawn_eldest_first_and_every_line_points_down(grower, lot, at):
    split = step(StepKind.SPLIT, lot, 400, Outcome(200), Outcome(200), at=at)
    one, other = split.outputs
    potted = step(StepKind.POT_ON, one, 200, Outcome(190, {"root": "container"}), at=at).outputs[0]
    merged = transform(
        StepKind.MERGE, {potted.id: 190, other.id: 200}, [Outcome(390)], grower_id=grower.id, at=at, by=None
    ).outputs[0]
    places = family(one.id)
    assert {place.lot.id for place in places} == {lot.id, one.id, potted.id, merged.id}
    depth = {place.lot.id: place.depth for place in family(lot.id)}
    assert depth[lot.id] == 0
    assert all(
        depth[edge.parent_id] < depth[edge.child_id] for place in family(lot.id) for edge in place.edges
    )


def test_every_lot_and_step_is_sealed(session, lot, at):
    done = step(StepKind.SPLIT, lot, 100, Outcome(90), at=at)
    session.flush()
    subjects = set(session.scalars(sa.select(SealLeaf.subject)))
    assert {f"lot/{lot.number}", f"lot/{done.outputs[0].number}", f"lot-step/{done.number}"} <= subjects
