"""Who holds what of a grower's plants unpaid, and what the grower does about it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TelField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from branch import api as branch
from core.accounts.rules.identity import normalise_phone
from core.clock import now
from core.database import transaction
from core.errors import NotFound
from core.form_keys.forms import PageForm
from core.gate import Scope, actor_id, requires
from core.web.forms.fields import IntegerField
from core.web.forms.yuan import MOST_YUAN, YuanField
from shop.orders.queries import order_views, unpaid_holds
from shop.orders.queries.unpaid_limits import limits
from shop.orders.rules.unpaid_limits import Way
from shop.orders.service import allowances
from shop.orders.views.blueprint import blueprint
from shop.orders.wording.unpaid_limits import cash_limit_sentence

MOST_PLANTS = 10_000_000


class AllowanceForm(PageForm):
    """So much a known buyer may hold unpaid at a time; the value is typed in yuan."""

    phone = TelField(_l("Telephone of the buyer"), [InputRequired(_l("Please type the number."))])
    plants = IntegerField(
        _l("Plants at a time"),
        [InputRequired(_l("A whole number above zero.")), NumberRange(1, MOST_PLANTS)],
    )
    value = YuanField(
        _l("Value at a time"), [InputRequired(_l("Please type the amount.")), NumberRange(1, MOST_YUAN)]
    )
    note = StringField(_l("Who it is, for yourself"), [Optional(), Length(max=100)])


@blueprint.get("/seller/holds")
@requires("orders.sell")
def seller_holds() -> Any:
    """Each size of which something is held unpaid: by whom, how much, until when."""
    return _page(AllowanceForm(formdata=None, phone=request.args.get("phone", "")))


def _page(form: AllowanceForm, status: int = 200) -> Any:
    grower = branch.require_grower(actor_id())
    page = render_template(
        "shop/orders/seller_holds.html",
        sizes=unpaid_holds.holds_of(grower.id),
        allowances=unpaid_holds.allowances_of(grower.id),
        limit=cash_limit_sentence(limits().most[Way.CASH]),
        form=form,
    )
    return page, status


@blueprint.post("/seller/holds/allowances")
@requires("orders.sell", scope=Scope.GROWER)
def seller_allow() -> Any:
    """A buyer whom the grower knows may hold more."""
    grower = branch.require_grower(actor_id())
    form = AllowanceForm()
    valid = form.validate()
    phone = normalise_phone(form.phone.data or "")
    if phone is None and form.phone.data:
        form.phone.errors = [_("This is no telephone number we can reach, such as 138 0000 0000.")]
    if not valid or phone is None:
        return _page(form, 422)
    with transaction():
        allowances.allow_more(
            grower.id,
            phone=phone,
            plants=form.plants.data or 0,
            value_minor=form.value.minor,
            note=(form.note.data or "").strip(),
            by_account_id=actor_id(),
            at=now(),
        )
    flash(_("The buyer may hold that much of your plants unpaid from now on."), "success")
    return redirect(url_for("orders.seller_holds"), 303)


@blueprint.post("/seller/holds/allowances/<int:allowance_id>/end")
@requires("orders.sell", scope=Scope.GROWER)
def seller_allow_no_more(allowance_id: int) -> Any:
    """The limits for strangers hold for this buyer again."""
    grower = branch.require_grower(actor_id())
    with transaction():
        if not allowances.allow_no_more(grower.id, allowance_id):
            raise NotFound(_("You have allowed this buyer nothing more."), code="no_such_allowance")
    flash(_("The buyer has the usual limits again; what is held already stays."), "success")
    return redirect(url_for("orders.seller_holds"), 303)


@blueprint.post("/seller/holds/<parcel_number>/ask")
@requires("orders.sell", scope=Scope.GROWER)
def seller_ask(parcel_number: str) -> Any:
    """Remind the buyer to pay or let go, or the cashier to look for the transfer."""
    grower = branch.require_grower(actor_id())
    _order, parcel = order_views.order_of_consignment(parcel_number, grower_id=grower.id)
    with transaction():
        allowances.ask_for_held(parcel.id, at=now())
    flash(_("Whoever has the next word is reminded, once a day."), "success")
    return redirect(url_for("orders.seller_holds"), 303)
