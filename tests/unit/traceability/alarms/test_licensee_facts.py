"""What the database says of a licensee's season: his own codes, and the neighbours beside whom he is measured."""

from datetime import timedelta

import pytest

from core.database import transaction
from tests.factories.licences import make_licence
from tests.factories.lookups import make_lookup, make_visitor
from tests.factories.traceability import make_codes, make_lot
from traceability.alarms.queries.licensee_facts import facts_of, seasons_of
from traceability.alarms.rules.thresholds import DEFAULTS as T
from traceability.quota.queries.ledger import key_of_lot
from traceability.quota.service import accounting as quota

GUANGDONG = "广东省"


@pytest.fixture
def make_licensed_lot(session, at):
    """A lot of a licensed grower of its own, with quota in the year of `at` only."""

    def made(quota_plants=100):
        lot = make_lot(at=at, quota_plants=0)
        make_licence(lot.grower_id, at=at)
        quota.approve(key_of_lot(lot.id, at=at), quota_plants, reference="test", at=at, by=None)
        return lot

    return made


def look_up_first(issued, at):
    make_lookup(issued.codes[0].code, make_visitor("somebody", GUANGDONG), at)


def test_a_look_counts_for_the_licensee_of_its_code_and_a_leaflet_counts_nothing(make_licensed_lot, at):
    with transaction():
        lot, neighbours = make_licensed_lot(), make_licensed_lot()
        look_up_first(make_codes(lot=lot, at=at), at)
        look_up_first(make_codes(lot=neighbours, level="lot", count=1, at=at), at)
    seasons = seasons_of(T, at=at)
    facts, others = (facts_of(one.grower_id, seasons) for one in (lot, neighbours))
    assert (facts.surfaced_unsold, facts.surfaced_by_batch, len(facts.evidence)) == (1, ({GUANGDONG: 1},), 1)
    assert (others.surfaced_unsold, others.surfaced_by_batch, others.evidence) == (0, (), ())


def test_codes_that_come_up_are_a_season_in_a_year_without_quota(make_licensed_lot, at):
    later = at + timedelta(days=365)
    with transaction():
        seen, unseen, leaflets = make_licensed_lot(), make_licensed_lot(), make_licensed_lot()
        look_up_first(make_codes(lot=seen, at=at), later)
        make_codes(lot=unseen, at=at)
        look_up_first(make_codes(lot=leaflets, level="lot", count=1, at=at), later)
    seasons = seasons_of(T, at=later)
    assert seasons.growers() == [seen.grower_id]
    facts = facts_of(seen.grower_id, seasons)
    assert (facts.quota_plants, facts.surfaced_unsold) == (0, 1)


def test_nobody_is_a_neighbour_of_his_own(make_licensed_lot, at):
    with transaction():
        fast, slow = make_licensed_lot(quota_plants=10), make_licensed_lot(quota_plants=20)
        make_codes(lot=fast, count=5, at=at)
        make_codes(lot=slow, count=2, at=at)
    seasons = seasons_of(T, at=at)
    assert facts_of(fast.grower_id, seasons).peer_paces == (0.1,)
    assert facts_of(slow.grower_id, seasons).peer_paces == (0.5,)
