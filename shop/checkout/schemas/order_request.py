"""An order as a form or a program sends it, read into an `OrderRequest`; every wrong field is named."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _

from core.accounts.rules.identity import normalise_email, normalise_phone
from core.languages import find_language
from core.messaging.service.channels import reaches
from shop.freight.rules.addresses import Place, UnknownPlaceError, resolve
from shop.orders.rules.order_request import Buyer, OrderRequest, ShipTo
from shop.orders.service.refusals import InvalidOrder
from shop.orders.states import PaymentMethod

MAX_LINES = 100
MAX_QUANTITY = 10_000_000
LENGTHS = {"name": 60, "street": 200, "note": 300, "phone": 40, "email": 254, "place": 40}

Fields = dict[str, str]


def read_order(
    body: Any,
    *,
    key: str,
    account_id: int | None,
    locale: str,
    methods: Collection[str],
    network: str | None = None,
) -> OrderRequest:
    """The order that `body` asks for, in the shape of the JSON API; `methods` are the payment methods on offer.

    Raises:
        InvalidOrder: naming every field that is missing or wrong, by its path (`ship_to.city`, `lines.0.quantity`).
    """
    if not isinstance(body, Mapping):
        raise InvalidOrder({"": _("Send one JSON object.")})
    wrong: Fields = {}
    lines = _lines(body.get("lines"), wrong)
    buyer = _buyer(body.get("buyer"), wrong)
    ship_to = _ship_to(body.get("ship_to"), wrong)
    method = body.get("payment_method")
    if method not in methods:
        wrong["payment_method"] = _("Choose one of: %(methods)s.", methods=", ".join(methods))
    chosen = find_language(str(body.get("locale") or locale))
    if chosen is None:
        wrong["locale"] = _("Choose zh or en.")
    note = _text(body, "note", "note", wrong, most=LENGTHS["note"], required=False)
    if wrong:
        raise InvalidOrder(wrong)
    assert buyer is not None
    assert ship_to is not None
    assert chosen is not None
    return OrderRequest(
        lines=lines,
        buyer=buyer,
        ship_to=ship_to,
        payment_method=PaymentMethod(str(method)),
        locale=chosen.locale,
        key=key,
        account_id=account_id,
        note=note,
        network=network,
    )


def _lines(given: Any, wrong: Fields) -> tuple[tuple[str, int], ...]:
    if not isinstance(given, list) or not given:
        wrong["lines"] = _("An order has at least one line.")
        return ()
    if len(given) > MAX_LINES:
        wrong["lines"] = _("An order has at most %(most)s lines.", most=MAX_LINES)
        return ()
    lines = []
    for index, line in enumerate(given):
        sku = line.get("sku") if isinstance(line, Mapping) else None
        quantity = line.get("quantity") if isinstance(line, Mapping) else None
        if not isinstance(sku, str) or not sku.strip():
            wrong[f"lines.{index}.sku"] = _("This is needed.")
        if isinstance(quantity, bool) or not isinstance(quantity, int) or not 0 < quantity <= MAX_QUANTITY:
            wrong[f"lines.{index}.quantity"] = _("A whole number above zero.")
        else:
            lines.append((str(sku).strip(), quantity))
    return tuple(lines)


def _buyer(given: Any, wrong: Fields) -> Buyer | None:
    fields = given if isinstance(given, Mapping) else {}
    name = _text(fields, "name", "buyer.name", wrong, most=LENGTHS["name"])
    phone = _phone(_text(fields, "phone", "buyer.phone", wrong, most=LENGTHS["phone"]), wrong)
    email = _email(_text(fields, "email", "buyer.email", wrong, most=LENGTHS["email"], required=False), wrong)
    return Buyer(name, phone, email) if name and phone else None


def _phone(typed: str, wrong: Fields) -> str:
    phone = normalise_phone(typed) if typed else ""
    if phone is None:
        wrong["buyer.phone"] = _("This is no telephone number we can reach, such as 138 0000 0000.")
    return phone or ""


def _email(typed: str, wrong: Fields) -> str | None:
    if not typed:
        return None
    email = normalise_email(typed)
    if email is None:
        wrong["buyer.email"] = _("This is no e-mail address.")
    elif not reaches(email):
        wrong["buyer.email"] = _(
            "Messages to this address would reach somebody else, because of a character in it. Please give another one."
        )
    return email


def _ship_to(given: Any, wrong: Fields) -> ShipTo | None:
    fields = given if isinstance(given, Mapping) else {}
    most = LENGTHS["place"]
    province = _text(fields, "province", "ship_to.province", wrong, most=most)
    city = _text(fields, "city", "ship_to.city", wrong, most=most, required=False)
    district = _text(fields, "district", "ship_to.district", wrong, most=most, required=False)
    place = _place(province, city, district, wrong) if province else None
    street = _text(fields, "street", "ship_to.street", wrong, most=LENGTHS["street"])
    postcode = _text(fields, "postcode", "ship_to.postcode", wrong, most=10, required=False)
    if postcode and not re.fullmatch(r"\d{6}", postcode):
        wrong["ship_to.postcode"] = _("A postcode has six digits.")
    return ShipTo(place, street, postcode or None) if place and street else None


def _place(province: str, city: str, district: str, wrong: Fields) -> Place | None:
    try:
        return resolve(province, city, district)
    except UnknownPlaceError as unknown:
        if not unknown.typed:
            wrong[f"ship_to.{unknown.field}"] = _("This is needed.")
        elif unknown.field == "province":
            wrong["ship_to.province"] = _("%(typed)s is not a province of China.", typed=unknown.typed)
        else:
            wrong[f"ship_to.{unknown.field}"] = _(
                "There is no %(typed)s there. Choose one of: %(choices)s.",
                typed=unknown.typed,
                choices="、".join(unknown.choices),
            )
        return None


def _text(
    fields: Mapping[str, Any], name: str, path: str, wrong: Fields, *, most: int, required: bool = True
) -> str:
    """A trimmed text without control characters; what is missing or too long is noted under `path`."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        wrong[path] = _("This must be a text.")
        return ""
    text = " ".join(part for part in re.sub(r"[\x00-\x1f\x7f]", " ", value or "").split(" ") if part)
    if not text and required:
        wrong[path] = _("This is needed.")
    if len(text) > most:
        wrong[path] = _("At most %(most)s characters.", most=most)
    return text
