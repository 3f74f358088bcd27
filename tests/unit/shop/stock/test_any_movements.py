"""After any movements in any order the figures of stock are those of a plain count."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from shop.stock.queries import stock_of
from shop.stock.service import movements as stock
from shop.stock.service.out_of_stock import OutOfStock
from tests.factories.orders import make_order, make_variant

MOVEMENTS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "take", "release", "lapse", "put_back", "some_back", "count"]),
        st.integers(0, 2),
        st.integers(1, 6),
    ),
    max_size=16,
)


def figures_of(variant_id):
    seen = stock_of([variant_id])[variant_id]
    return seen.on_hand, seen.held, seen.sold


class Count:
    """One variant's figures and each order's promise on it, kept by hand."""

    def __init__(self, on_hand):
        self.on_hand, self.sold = on_hand, 0
        self.states = {}
        self.units = Counter()

    @property
    def held(self):
        return sum(units for order, units in self.units.items() if self.states[order] == "held")

    def sell(self, order):
        self.states[order] = "taken"
        self.on_hand -= self.units[order]
        self.sold += self.units[order]

    def back(self, order, units):
        self.on_hand += units
        self.sold -= units
        self.units[order] -= units

    def moved(self, kind, order, units):
        """Count a movement; False when it must be refused."""
        state, free = self.states.get(order), self.on_hand - self.held
        if kind == "hold" and units <= free:
            self.states[order], self.units[order] = "held", units
        elif kind == "take" and (state == "held" or (state == "lapsed" and self.units[order] <= free)):
            self.sell(order)
        elif kind in {"release", "lapse"} and state in {"held", "lapsed"}:
            self.states[order] = "released" if kind == "release" else "lapsed"
        elif kind == "put_back" and state == "taken":
            self.back(order, self.units[order])
            self.states[order] = "released"
        elif kind == "some_back" and state == "taken" and units <= self.units[order]:
            self.back(order, units)
            self.states[order] = "taken" if self.units[order] else "released"
        elif kind == "count" and units >= self.held:
            self.on_hand = units
        else:
            return not (
                kind in {"hold", "count"}
                or (kind == "take" and state == "lapsed")
                or (kind == "some_back" and state is not None)
            )
        return True


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(MOVEMENTS)
def test_after_any_movements_the_figures_are_those_of_a_plain_count(session, at, movements):
    variant = make_variant(at=at, on_hand=10).id
    count = Count(10)
    with session.begin_nested() as example:
        orders = [make_order(at=at).id for _ in range(3)]
        verbs = {
            "hold": lambda order, units: stock.hold(order, [(variant, units)], at=at, expires_at=None),
            "take": lambda order, _units: stock.take(order),
            "release": lambda order, _units: stock.release(order),
            "lapse": lambda order, _units: stock.let_lapse(order),
            "put_back": lambda order, _units: stock.put_back(order),
            "some_back": lambda order, units: stock.put_back_units(order, {variant: units}),
            "count": lambda _order, units: stock.set_on_hand(variant, units),
        }
        for kind, who, units in movements:
            if kind == "hold" and who in count.states:
                continue  # an order is held once
            try:
                with session.begin_nested():
                    verbs[kind](orders[who], units)
            except (OutOfStock, Invalid, ValueError):
                assert not count.moved(kind, who, units), f"{kind} of {units} was refused"
            else:
                assert count.moved(kind, who, units), f"{kind} of {units} was allowed"
            assert figures_of(variant) == (count.on_hand, count.held, count.sold)
        example.rollback()
