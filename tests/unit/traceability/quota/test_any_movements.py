"""After any movements in any order the accounts hold what a plain count holds."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict
from traceability.quota.queries.invariants import check_all
from traceability.quota.queries.ledger import balance, key_of_lot
from traceability.quota.service import accounting as service
from traceability.quota.service import moves

PARTS = ("approved", "free", "activated", "lost", "expired")
SMALL, LARGE = "second_third", "specimen"
AT, NEXT_YEAR = (datetime(year, 3, 12, 4, tzinfo=UTC) for year in (2026, 2027))
# A movement as (kind, whose, which size, plants, of them lost): small numbers, so that accounts run dry often.
MOVEMENTS = st.lists(
    st.tuples(
        st.sampled_from(["approve", "debit", "credit", "returned", "transfer", "grow", "expire"]),
        st.integers(0, 1),
        st.sampled_from([SMALL, LARGE]),
        st.integers(1, 6),
        st.integers(0, 1),
    ),
    max_size=14,
)


class Count:
    """The accounts of two growers for two sizes, kept by hand; a lot draws on its grower's small plants."""

    def __init__(self, keys):
        self.keys = keys
        self.parts = Counter()

    def of(self, key):
        return tuple(self.parts[key, part] for part in PARTS)

    def moved(self, kind, who, size, plants, loss):
        """Count a movement; False, with nothing changed, when the accounts do not allow it."""
        own, other, small, grown = (
            self.keys[who, size],
            self.keys[1 - who, size],
            self.keys[who, SMALL],
            self.keys[who, LARGE],
        )
        changes = {
            "approve": {(own, "approved"): plants, (own, "free"): plants},
            "debit": {(small, "free"): -plants, (small, "activated"): plants},
            "credit": {(small, "activated"): -plants, (small, "free"): plants},
            "transfer": {(own, "free"): -plants, (other, "free"): plants},
            "grow": {(small, "free"): -plants, (small, "lost"): loss, (grown, "free"): plants - loss},
            "expire": {
                (key, part): sign * self.parts[key, "free"]
                for key in self.keys.values()
                for part, sign in (("free", -1), ("expired", 1))
            },
        }[kind.replace("returned", "credit")]
        if kind == "grow" and (size == LARGE or plants > self.parts[small, "approved"]):
            return False
        if any(self.parts[account] + change < 0 for account, change in changes.items()):
            return False
        self.parts.update(changes)
        return True


def really_move(lots, keys, kind, who, size, plants, loss):
    """The same movement in the ledger."""
    key, lot = keys[who, size], lots[who]
    said = {"reference": "B", "at": AT, "by": None}
    if kind == "approve":
        service.approve(key, plants, reference="survey/1", at=AT, by=None)
    elif kind == "debit":
        service.debit(lot.id, plants, **said)
    elif kind == "transfer":
        moves.transfer(key, keys[1 - who, size].grower_id, plants, reason="sold", at=AT, by=None)
    elif kind == "grow":
        moves.grow(key, plants, loss, counted_on=date(2026, 3, 1), reason="counted", at=AT, by=None)
    elif kind == "expire":
        moves.expire(at=NEXT_YEAR)
    else:
        service.credit(lot.id, plants, reason="torn", returned=kind == "returned", **said)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(MOVEMENTS)
def test_after_any_movements_the_accounts_hold_what_a_plain_count_holds(lots, session, movements):
    small = [key_of_lot(lot.id, at=AT) for lot in lots]
    keys = {(who, size): replace(small[who], size_class=size) for who in (0, 1) for size in (SMALL, LARGE)}
    count = Count(keys)
    with session.begin_nested() as example:
        for movement in movements:
            try:
                with session.begin_nested():
                    really_move(lots, keys, *movement)
            except Conflict:
                assert not count.moved(*movement), f"{movement} was refused though there was enough"
            else:
                assert count.moved(*movement), f"{movement} was allowed though there was not enough"
            assert {key: tuple(getattr(balance(key), part) for part in PARTS) for key in keys.values()} == {
                key: count.of(key) for key in keys.values()
            }
        broken = [one.name for one in check_all() if not one.holds and "approved surveys" not in one.name]
        assert broken == []
        example.rollback()
