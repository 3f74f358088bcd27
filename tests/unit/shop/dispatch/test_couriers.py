"""A courier is one line of a table; what is asked of each line is asked here."""

import re

import pytest

from shop.dispatch import rules
from shop.dispatch.models import DispatchDraft
from shop.dispatch.rules import COURIERS, Courier, number_fits, read_tracking
from shop.dispatch.service.dispatching import wrong_number


def test_no_courier_stands_twice():
    names = [courier.name for courier in COURIERS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("courier", COURIERS, ids=lambda courier: courier.name)
def test_each_courier_can_be_typed_and_kept(courier):
    longest = DispatchDraft.__table__.c.courier.type.length
    assert courier.name == courier.name.strip(), f"{courier.name!r}: blanks around a name are never typed"
    assert not re.search(r"[\s,，;；]", courier.name), (
        f"{courier.name!r}: a pasted table is cut at blanks and commas"
    )
    assert len(courier.name) <= longest, f"{courier.name}: a name has at most {longest} characters"
    own = courier.number != Courier("").number
    assert own == bool(courier.example), (
        f"{courier.name}: a pattern of its own wants an example, and only then"
    )
    if own:
        assert number_fits(courier.name, courier.example), (
            f"{courier.name}: its example does not fit its pattern"
        )


def test_a_courier_with_numbers_of_its_own_is_asked_for_them(monkeypatch, app):
    monkeypatch.setattr(rules, "COURIERS", (Courier("飞马", r"FM\d{8}", "FM20260001"),))
    row, other = read_tracking("C-1,飞马,SF123456\nC-2,顺丰,SF123456")
    assert (row.problem, other.problem) == ("tracking_unreadable", "")
    with app.test_request_context("/"):
        assert "FM20260001" in wrong_number("飞马")
        assert "FM20260001" not in wrong_number("顺丰")
