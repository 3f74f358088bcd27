"""Who may be led back into an order from the payment page: the browser that went there, no other holder of the address."""

from flask import session

KEY = "went_to_pay"
MOST_KEPT = 5


def note_payer(order_number: str) -> None:
    """Note that the present browser leaves for the payment page of this order."""
    session[KEY] = [*(number for number in session.get(KEY, []) if number != order_number), order_number][
        -MOST_KEPT:
    ]


def went_to_pay(order_number: str) -> bool:
    """Whether this browser did."""
    return order_number in session.get(KEY, [])
