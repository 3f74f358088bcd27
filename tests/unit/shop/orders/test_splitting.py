import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.orders.rules.splitting import PricedLine, Refundable, share_refund, split


@st.composite
def priced_lines(draw):
    lines = []
    for variant_id in range(draw(st.integers(1, 8))):
        quantity = draw(st.integers(1, 5_000))
        price = draw(st.integers(1, 200_000))
        lines.append(PricedLine(variant_id, draw(st.integers(1, 4)), quantity, price, quantity * price))
    return lines


@given(lines=priced_lines(), data=st.data())
def test_the_parts_sum_to_the_whole_to_the_fen(lines, data):
    goods = sum(line.line_total_minor for line in lines)
    discount = data.draw(st.integers(0, goods))
    growers = {line.grower_id for line in lines}
    freight = {grower: data.draw(st.integers(0, 1_000_000)) for grower in growers}

    whole = split(lines, freight, discount_minor=discount)

    assert whole.total_minor == goods - discount + sum(freight.values())
    assert sum(share.total_minor for share in whole.shares) == whole.total_minor
    assert sum(share.goods_minor for share in whole.shares) == whole.goods_minor
    assert sum(share.discount_minor for share in whole.shares) == discount
    assert {share.grower_id for share in whole.shares} == growers
    assert sorted(one.line.variant_id for share in whole.shares for one in share.lines) == sorted(
        line.variant_id for line in lines
    )
    for share in whole.shares:
        assert all(one.line.grower_id == share.grower_id for one in share.lines)
        assert all(0 <= one.discount_minor <= one.line.line_total_minor for one in share.lines)
        assert share.goods_minor == sum(one.line.line_total_minor for one in share.lines)


def test_growers_keep_the_order_in_which_the_buyer_met_them():
    lines = [PricedLine(1, 9, 1, 100, 100), PricedLine(2, 3, 1, 100, 100), PricedLine(3, 9, 1, 100, 100)]
    whole = split(lines, {9: 10, 3: 20})
    assert [share.grower_id for share in whole.shares] == [9, 3]
    assert whole.freight_minor == 30


@pytest.mark.parametrize("discount", [-1, 101])
def test_a_discount_beyond_the_goods_is_refused(discount):
    with pytest.raises(ValueError, match="discount"):
        split([PricedLine(1, 1, 1, 100, 100)], {1: 0}, discount_minor=discount)


def test_an_order_without_lines_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        split([], {})


@given(
    lines=st.dictionaries(st.integers(1, 99), st.integers(0, 1_000_000), max_size=6),
    freight=st.integers(0, 100_000),
    data=st.data(),
)
def test_a_refund_is_parted_without_a_rest_and_takes_no_line_below_zero(lines, freight, data):
    refundable = Refundable(lines, freight)
    if refundable.total_minor == 0:
        return
    amount = data.draw(st.integers(1, refundable.total_minor))
    shares = share_refund(refundable, amount)
    assert sum(shares.lines_minor.values()) + shares.freight_minor == amount
    assert all(0 <= part <= lines[line] for line, part in shares.lines_minor.items())
    assert 0 <= shares.freight_minor <= freight


@pytest.mark.parametrize("amount", [0, -5, 151])
def test_a_refund_of_nothing_or_of_more_than_is_left_is_refused(amount):
    with pytest.raises(ValueError, match="at most what is left"):
        share_refund(Refundable({1: 100}, 50), amount)


def test_goods_are_given_back_before_freight():
    assert share_refund(Refundable({1: 60, 2: 40}, 50), 110).freight_minor == 10
