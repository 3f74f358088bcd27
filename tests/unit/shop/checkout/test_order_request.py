import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.checkout.schemas.order_request import read_order
from shop.orders.service.refusals import InvalidOrder

METHODS = ("offline_transfer", "cash_on_delivery")
BODY = {
    "lines": [{"sku": "SKU000001", "quantity": 3}],
    "buyer": {"name": " 示范 买家 ", "phone": "138-0013-8000", "email": "Buyer@Example.org"},
    "ship_to": {
        "province": "浙江",
        "city": "杭州",
        "district": "西湖",
        "street": "示范路\n1 号",
        "postcode": "310000",
    },
    "payment_method": "offline_transfer",
    "locale": "zh-CN",
}


@pytest.fixture(autouse=True)
def _speaking(app):
    with app.test_request_context():
        yield


def read(body):
    return read_order(body, key="k", account_id=None, locale="en", methods=METHODS)


def changed(path, value):
    body = copy.deepcopy(BODY)
    *way, last = path.split(".")
    target = body
    for step in way:
        target = target[int(step) if step.isdecimal() else step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return body


def test_a_good_order_is_read_and_tidied():
    wish = read(BODY)
    assert wish.buyer.name == "示范 买家"
    assert wish.buyer.phone == "+8613800138000"
    assert wish.buyer.email == "buyer@example.org"
    assert wish.ship_to.place.district.code == "330106"
    assert wish.ship_to.street == "示范路 1 号"
    assert wish.locale == "zh_Hans_CN"


def test_the_language_of_the_request_is_kept_when_none_is_named():
    assert read(changed("locale", ...)).locale == "en"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("lines", []),
        ("lines", "SKU"),
        ("lines.0.sku", 5),
        ("lines.0.sku", ""),
        ("lines.0.quantity", 0),
        ("lines.0.quantity", -1),
        ("lines.0.quantity", 1.5),
        ("lines.0.quantity", True),
        ("lines.0.quantity", "3"),
        ("lines.0.quantity", 10**12),
        ("buyer.name", ...),
        ("buyer.name", "x" * 61),
        ("buyer.phone", "12"),
        ("buyer.phone", 13800138000),
        ("buyer.email", "nobody"),
        ("buyer.email", "o'neil@b.example"),
        ("buyer.email", "李@b.example"),
        ("ship_to.province", "Atlantis"),
        ("ship_to.city", "武汉市"),
        ("ship_to.district", ...),
        ("ship_to.street", "  "),
        ("ship_to.postcode", "31000"),
        ("payment_method", "bitcoin"),
        ("payment_method", ...),
        ("payment_method", ["offline_transfer"]),
        ("locale", "fr"),
        ("note", "x" * 301),
    ],
)
def test_each_wrong_field_is_named_and_no_other(path, value):
    with pytest.raises(InvalidOrder) as caught:
        read(changed(path, value) if path != "note" else BODY | {"note": value})
    assert set(caught.value.details["fields"]) == {path}


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(InvalidOrder) as caught:
        read({})
    assert set(caught.value.details["fields"]) == {
        "lines",
        "buyer.name",
        "buyer.phone",
        "ship_to.province",
        "ship_to.street",
        "payment_method",
    }


def test_a_number_of_another_country_is_taken_with_its_code():
    assert read(changed("buyer.phone", "+852 2345 6789")).buyer.phone == "+85223456789"


def test_the_digest_tells_wishes_apart_and_nothing_else():
    same = read({name: BODY[name] for name in reversed(BODY)})
    assert read(BODY).digest == same.digest
    assert read(BODY).digest != read(changed("lines.0.quantity", 4)).digest


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*BODY, "name", "sku", "province"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_whatever_is_sent_is_refused_by_name_or_read(body):
    named = None
    try:
        read(body)
    except InvalidOrder as refused:
        named = refused.details["fields"]
    assert named != {}
