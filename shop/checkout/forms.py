"""The checkout form. Its content is checked by `intake`, the same way as an order of the JSON API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField, TelField
from wtforms.validators import Optional

from core.form_keys.forms import PageForm
from shop.cart.rules import Basket
from shop.freight.rules.addresses import find_province, provinces
from shop.orders.queries.order_views import OrderView
from shop.payments.wording.methods import Option

# Where the name of a field in the JSON API stands in the form.
FIELDS = {
    "buyer.name": "name",
    "buyer.phone": "phone",
    "buyer.email": "email",
    "ship_to.province": "province",
    "ship_to.city": "city",
    "ship_to.district": "district",
    "ship_to.street": "street",
    "ship_to.postcode": "postcode",
    "note": "note",
    "payment_method": "payment_method",
}


class CheckoutForm(PageForm):
    """`attempt` names this try, so that sending it twice makes one order; `shown_minor` is the total on the page."""

    attempt = HiddenField()
    province = SelectField(_l("Province"), validate_choice=False)
    city = StringField(_l("City"))
    district = StringField(_l("District or county"))
    street = StringField(_l("Street, house, village"))
    postcode = StringField(_l("Postcode"), [Optional()])
    name = StringField(_l("Receiver"))
    phone = TelField(_l("Telephone"))
    email = EmailField(_l("E-mail"), [Optional()])
    note = StringField(_l("A word to the growers"), [Optional()])
    payment_method = RadioField(_l("How you pay"), validate_choice=False)

    def offer(self, options: Sequence[Option]) -> None:
        """Fill in what can be chosen."""
        self.province.choices = [
            ("", _("Choose a province")),
            *((province.name, province.name) for province in provinces()),
        ]
        self.payment_method.choices = [(option.code, option.label) for option in options]
        if not self.payment_method.data:
            self.payment_method.data = options[0].code

    def start_from(self, last: OrderView | None, province: str) -> None:
        """Fill in what was given the last time, as far as it goes to the same province."""
        if last is not None:
            self.name.data, self.phone.data, self.email.data = (
                last.buyer_name,
                last.buyer_phone,
                last.buyer_email,
            )
        if last is not None and province in ("", last.province):
            self.province.data, self.city.data, self.district.data = last.province, last.city, last.district
            self.street.data, self.postcode.data = last.street, last.postcode
        else:
            self.province.data = province

    @property
    def province_code(self) -> str | None:
        """The six digits of the province that was typed; None when there is none of that name."""
        province = find_province(self.province.data or "")
        return province.code if province else None

    def body(self, basket: Basket) -> dict[str, Any]:
        """What was typed, in the shape of the JSON API."""
        return {
            "lines": [{"sku": line.offer.sku, "quantity": line.quantity} for line in basket.lines],
            "buyer": {"name": self.name.data, "phone": self.phone.data, "email": self.email.data or None},
            "ship_to": {
                "province": self.province.data,
                "city": self.city.data,
                "district": self.district.data,
                "street": self.street.data,
                "postcode": self.postcode.data or None,
            },
            "payment_method": self.payment_method.data,
            "note": self.note.data or None,
        }

    def show(self, fields: Mapping[str, str]) -> list[str]:
        """Put each sentence at its field; what belongs to none of them is answered."""
        loose = []
        for path, sentence in fields.items():
            name = FIELDS.get(path)
            if name is None:
                loose.append(sentence)
            else:
                self[name].errors = [*self[name].errors, sentence]
        return loose
