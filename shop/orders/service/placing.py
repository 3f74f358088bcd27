"""From a wish to an order with stock held for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from flask_babel import gettext as _

from branch import api as branch
from core.errors import Conflict
from core.outbox.service import record
from shop.cart.queries.offers import offers_by_sku
from shop.cart.rules import Offer
from shop.freight.queries import freight_quote
from shop.orders.events import OrderPlaced
from shop.orders.models.tables import Order
from shop.orders.queries.unpaid_limits import Wish
from shop.orders.rules.order_request import OrderRequest
from shop.orders.rules.splitting import PricedLine, Split, split
from shop.orders.service.deadlines import pay_by
from shop.orders.service.order_rows import write_consignments, write_order
from shop.orders.service.refusals import InvalidOrder, NotOnSale, PriceChanged
from shop.orders.service.unpaid_limits import lock_holders, require_within_limits
from shop.orders.states import PaymentMethod
from shop.payees.queries import account_for
from shop.payees.wording import no_account
from shop.stock.service import movements as stock
from traceability import api as traceability

Wanted = list[tuple[Offer, int]]


def place_order(request: OrderRequest, *, at: datetime) -> Order:
    """Turn a wish into an order with stock held for it.

    Prices are read here, not taken from the buyer. Licences and lots are locked while they are checked, so
    a suspension and a sale do not pass each other. The order is written before the stock is touched, so
    that a second attempt with the same key waits for the first and then fails on it. What strangers may hold
    unpaid is bounded, see `hold_limits`. Adds rows to the caller's transaction; does not commit.

    Raises:
        InvalidOrder: naming every wrong field.
        NotOnSale: naming every line whose listing, licence or lot does not allow a sale.
        OutOfStock: naming every line that falls short; nothing is held then.
        HoldLimit: the buyer would hold more unpaid than is allowed at a time.
        PriceChanged: the total is not the one that the buyer was shown.
        IntegrityError: an order with this key exists; the edge reads it in a new transaction.
    """
    wanted = _wanted(request, at=at)
    _require_on_sale(wanted)
    freight = _freight(wanted, request)
    whole = split(
        [
            PricedLine(
                offer.variant_id,
                offer.grower_id,
                quantity,
                offer.unit_price_minor(quantity),
                offer.total_minor(quantity),
            )
            for offer, quantity in wanted
        ],
        freight,
        discount_minor=request.discount_minor,
    )
    if request.expected_total_minor not in (None, whole.total_minor):
        raise PriceChanged(request.expected_total_minor or 0, whole.total_minor)
    order = write_order(
        request,
        whole,
        expires_at=pay_by(request.payment_method, at=at),
        payee_account=_payee_account(request, wanted, at=at),
        at=at,
    )
    write_consignments(order, whole, {offer.variant_id: offer for offer, _quantity in wanted}, at=at)
    lock_holders(order)
    stock.hold(
        order.id,
        [(offer.variant_id, quantity) for offer, quantity in wanted],
        at=at,
        expires_at=order.expires_at,
    )
    require_within_limits(order, _wishes(wanted, whole))
    _require_still_on_sale(wanted, at=at)
    record(OrderPlaced(order.id, order.number), at=at)
    return order


def _payee_account(request: OrderRequest, wanted: Wanted, *, at: datetime) -> str | None:
    if request.payment_method is not PaymentMethod.OFFLINE_TRANSFER:
        return None
    account = account_for([offer.grower_path for offer, _quantity in wanted], at=at)
    if account is None:
        raise InvalidOrder({"payment_method": no_account()})
    return account.public_id


def _wanted(request: OrderRequest, *, at: datetime) -> Wanted:
    """Each line's offer and quantity; lines of the same SKU count together."""
    quantities: dict[str, int] = {}
    for sku, quantity in request.lines:
        quantities[sku] = quantities.get(sku, 0) + quantity
    if not quantities:
        raise InvalidOrder({"lines": _("An order has at least one line.")})
    offers = offers_by_sku(quantities, at=at)
    position = {sku: index for index, (sku, _quantity) in reversed(list(enumerate(request.lines)))}
    fields = {}
    for sku, quantity in quantities.items():
        offer = offers.get(sku)
        if offer is None:
            fields[f"lines.{position[sku]}.sku"] = _("There is nothing on sale under %(sku)s.", sku=sku)
        elif not offer.rule.allows(quantity):
            fields[f"lines.{position[sku]}.quantity"] = _(
                "At least %(minimum)s, in steps of %(increment)s.",
                minimum=offer.rule.minimum_quantity,
                increment=offer.rule.increment,
            )
    if fields:
        raise InvalidOrder(fields)
    return [(offers[sku], quantity) for sku, quantity in quantities.items()]


def _require_on_sale(wanted: Wanted) -> None:
    refused = {offer.sku: offer.reason for offer, _quantity in wanted if offer.reason is not None}
    if refused:
        raise NotOnSale(refused)


def _require_still_on_sale(wanted: Wanted, *, at: datetime) -> None:
    """Ask branch and traceability again with their rows held, licences and lots in the order of their ids.

    After the stock, so that a short line is called short and not off sale.
    """
    refused: dict[str, str] = {}
    for grower_id, group in sorted({(offer.grower_id, offer.cultivar_group) for offer, _quantity in wanted}):
        try:
            branch.require_valid_licence(grower_id, at=at, cultivar_group=group, channel="shop", lock=True)
        except Conflict:
            refused |= {
                offer.sku: "licence_not_valid"
                for offer, _quantity in wanted
                if (offer.grower_id, offer.cultivar_group) == (grower_id, group)
            }
    for lot_id, plants in sorted(_plants_by_lot(wanted).items()):
        try:
            traceability.require_saleable(lot_id, plants=plants, at=at, lock=True)
        except Conflict:
            refused |= {
                offer.sku: "lot_not_saleable" for offer, _quantity in wanted if offer.lot_id == lot_id
            }
    if refused:
        raise NotOnSale(refused)


def _wishes(wanted: Wanted, whole: Split) -> list[Wish]:
    """The lines as the limits on what is held unpaid look at them."""
    offers = {offer.variant_id: offer for offer, _quantity in wanted}
    return [
        Wish(
            share.grower_id,
            line_share.line.variant_id,
            offers[line_share.line.variant_id].sku,
            line_share.line.quantity * offers[line_share.line.variant_id].plants_per_unit,
            offers[line_share.line.variant_id].plants_per_unit,
            line_share.line.line_total_minor - line_share.discount_minor,
        )
        for share in whole.shares
        for line_share in share.lines
    ]


def _plants_by_lot(wanted: Wanted) -> dict[int, int]:
    plants: dict[int, int] = {}
    for offer, quantity in wanted:
        if offer.lot_id is not None:
            plants[offer.lot_id] = plants.get(offer.lot_id, 0) + quantity * offer.plants_per_unit
    return plants


def _freight(wanted: Wanted, request: OrderRequest) -> Mapping[int, int]:
    province = request.ship_to.place.province
    quote = freight_quote(weights_g(wanted), province.code)
    if quote.refused_by:
        names = branch.growers_by_ids(quote.refused_by)
        raise InvalidOrder(
            {
                "ship_to.province": _(
                    "%(growers)s does not send plants to %(province)s.",
                    growers="、".join(names[grower_id].name for grower_id in quote.refused_by),
                    province=province.name,
                )
            }
        )
    return quote.freight_minor


def weights_g(wanted: Iterable[tuple[Offer, int]]) -> dict[int, int]:
    """The weight of each grower's parcel."""
    weights: dict[int, int] = {}
    for offer, quantity in wanted:
        weights[offer.grower_id] = weights.get(offer.grower_id, 0) + quantity * offer.unit_weight_g
    return weights
