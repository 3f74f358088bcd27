"""The pages that are looked at, one line each.

Every page is opened at both widths, in both themes and both languages, kept as a screenshot and held to axe.
`path` is an address, or a function that finds one in the town of `town.py` (called with an application context).
`as_role` signs in first: buyer, grower1, technician, secretary, committee or operator.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from core.database import session
from tests.browser import money


@dataclass(frozen=True)
class PageToSee:
    name: str
    path: str | Callable[[], str]
    as_role: str | None = None
    status: int = 200


def a_listing() -> str:
    """The newest listing on sale."""
    from shop.catalogue.models import Listing

    found = select(Listing.slug).where(Listing.state == "published").order_by(Listing.id.desc())
    return f"/listings/{session.scalars(found.limit(1)).one()}"


def a_grower() -> str:
    """A grower's public page."""
    from branch.api import admitted_growers

    return f"/growers/{admitted_growers()[0].slug}"


def a_lot() -> str:
    """The page of a lot of grower1."""
    from traceability.lots.models import Lot

    return f"/seller/lots/{session.scalars(select(Lot.number).order_by(Lot.id).limit(1)).one()}"


def codes_of_a_lot() -> str:
    """Where grower1 issues codes."""
    return f"{a_lot()}/codes"


def a_code() -> str:
    """The page of a plant's code, issued for the occasion: a code that was issued earlier is nowhere to be read."""
    from core.clock import now
    from core.database import transaction
    from traceability.api import activate_batch, get_lot, issue_codes

    lot = get_lot(number=a_lot().rsplit("/", 1)[1])
    with transaction():
        issued = issue_codes(lot.id, "unit", 1, at=now(), by=None)
        activate_batch(issued.batch.number, grower_id=lot.grower_id, at=now(), by=None)
    return f"/C/{issued.codes[0].code}"


PAGES: list[PageToSee] = [
    PageToSee("gallery", "/gallery"),
    PageToSee("home", "/"),
    PageToSee("not-found", "/no-such-page", status=404),
    PageToSee("search", "/search?q=dangui"),
    PageToSee("search-nothing", "/search?q=zzzzqq"),
    PageToSee("listing", a_listing),
    PageToSee("grower", a_grower),
    PageToSee("sign-in", "/account/sign-in"),
    PageToSee("account", "/account", as_role="buyer"),
    PageToSee("sign-up", "/account/sign-up"),
    PageToSee("recover", "/account/recover"),
    PageToSee("registry", "/registry"),
    PageToSee("registry-check", "/registry/check"),
    PageToSee("verify", "/verify"),
    PageToSee("code", a_code),
    PageToSee("code-unknown", "/C/0123-4567-89AB-CDEF"),
    PageToSee("report-fake", "/report-fake"),
    PageToSee("seller-plots", "/seller/plots", as_role="grower1"),
    PageToSee("seller-new-plot", "/seller/plots/new", as_role="grower1"),
    PageToSee("seller-lots", "/seller/lots", as_role="grower1"),
    PageToSee("seller-new-lot", "/seller/lots/new", as_role="grower1"),
    PageToSee("seller-lot", a_lot, as_role="grower1"),
    PageToSee("seller-codes", codes_of_a_lot, as_role="grower1"),
    PageToSee("branch-papers", "/branch/papers", as_role="secretary"),
    PageToSee("seller", "/seller", as_role="grower1"),
    PageToSee("seller-listings", "/seller/listings", as_role="grower1"),
    PageToSee("seller-new-listing", "/seller/listings/new", as_role="grower1"),
    PageToSee("seller-channels", "/seller/channels", as_role="grower1"),
    PageToSee("seller-licence", "/seller/licence", as_role="grower1"),
    PageToSee("cart-empty", "/cart"),
    PageToSee("own-orders", "/account/orders", as_role="buyer"),
    PageToSee("seller-orders", "/seller/orders", as_role="grower1"),
    PageToSee("seller-freight", "/seller/freight", as_role="grower1"),
    PageToSee("branch-orders", "/branch/orders", as_role="secretary"),
    PageToSee("seller-sales", "/seller/sales", as_role="grower1"),
    PageToSee("seller-storefronts", "/seller/storefronts", as_role="grower1"),
    PageToSee("grower-people", "/grower/people", as_role="grower1"),
    PageToSee("grower-apply", "/grower/apply", as_role="buyer"),
    PageToSee("branch-growers", "/branch/growers", as_role="secretary"),
    PageToSee("branch-licences", "/branch/licences", as_role="secretary"),
    PageToSee("branch-marks", "/branch/marks", as_role="secretary"),
    PageToSee("branch-members", "/branch/members", as_role="secretary"),
    PageToSee("branch-storefronts", "/branch/storefronts", as_role="secretary"),
    PageToSee("branch-sales", "/branch/sales", as_role="secretary"),
    PageToSee("branch-reports", "/branch/reports", as_role="secretary"),
    PageToSee("branch-fakes", "/branch/reports-of-fakes", as_role="secretary"),
    PageToSee("cashier", money.cashier_desk, as_role="secretary"),
    PageToSee("cashier-receipt", money.cashier_receipt, as_role="secretary"),
    PageToSee("cashier-refund", money.cashier_refund, as_role="secretary"),
    PageToSee("cashier-account", "/branch/cashier/account", as_role="secretary"),
    PageToSee("order-to-transfer", money.order_to_transfer),
    PageToSee("order-refunded", money.refunded_order),
    PageToSee("order-receipt-form", money.receipt_form),
    PageToSee("order-cancel-form", money.cancel_form),
    PageToSee("seller-refund-form", money.refund_form, as_role="grower1"),
    PageToSee("seller-refunds", money.grower_refunds, as_role="grower1"),
    PageToSee("committee-reports", "/committee/reports", as_role="committee"),
]
