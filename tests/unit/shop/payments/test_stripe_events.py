from shop.payments import flows


def test_a_paid_session_pays_the_order_once(stripe, session_id, books):
    stripe.state.pay(session_id)
    assert set(stripe.mailroom.deliver(times=2)) == {200}
    assert books.order.payment_state == "paid"
    assert [one.state for one in books.payments] == ["received"]
    assert len(books.facts) == 3
    assert books.sold == 20
    assert books.held == 0
    assert flows.sweep(everything=True).changed == 0
