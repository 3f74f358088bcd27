"""Tells the people of a grower what the branch decided about an outside shop."""

from branch.growers.service.notices import tell_people
from branch.storefronts import events
from branch.storefronts.queries.register import get_storefront

StorefrontEvent = (
    events.StorefrontAuthorised
    | events.StorefrontRefused
    | events.StorefrontSuspended
    | events.StorefrontEnded
)


def tell_grower(event: StorefrontEvent, *, event_id: str) -> None:
    """Handler: one message to each person of the grower about a step of his shop."""
    storefront = get_storefront(event.public_id)
    tell_people(
        event.grower_id,
        key=event_id,
        template="storefront_changed",
        context={
            "what": type(event).__name__,
            "shop_name": storefront.shop_name,
            "address": storefront.address,
            "reason": getattr(event, "reason", ""),
        },
    )
