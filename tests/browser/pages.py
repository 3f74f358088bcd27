"""The pages that are looked at, one line each, and the addresses that are no pages.

Every page is opened at both widths, in both themes and both languages, kept as a screenshot and held to axe.
`path` is an address, or a function that finds or arranges one in the town (called with an application context).
`as_role` signs in first: buyer, grower1, technician, secretary, committee or operator. `act` is what a person
then does on the page before it is looked at, in a browser of its own; `ends_at` is the endpoint where that leads.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.scenes import alarms, cases, goods, land, money, people, proof
from traceability.verification.verdicts import Verdict


@dataclass(frozen=True)
class PageToSee:
    name: str
    path: str | Callable[[], str]
    as_role: str | None = None
    status: int = 200
    act: Callable[[Page], None] | None = None
    ends_at: str = ""


VISITORS = [
    PageToSee("gallery", "/gallery"),
    PageToSee("home", "/"),
    PageToSee("search", "/search?q=dangui"),
    PageToSee("search-nothing", "/search?q=zzzzqq"),
    PageToSee("listing", goods.listing),
    PageToSee("grower", goods.grower),
    PageToSee("registry", "/registry"),
    PageToSee("registry-found", "/registry?q=苗圃"),
    PageToSee("registry-check", "/registry/check"),
    PageToSee("registry-shop", people.check_of_a_shop),
    PageToSee("registry-stranger", "/registry/check?url=https://shop1.example.org/osmanthus"),
    PageToSee("registry-licence", people.licence_in_public),
    PageToSee("registry-mark", "/registry/marks/XNGH"),
    PageToSee("registry-rules", "/registry/marks/XNGH/rules/1"),
    PageToSee("verify", "/verify"),
    *(PageToSee(f"code-{verdict}", proof.code(verdict)) for verdict in Verdict),
    PageToSee("code-leaflet", proof.code(Verdict.ACTIVE, "lot")),
    PageToSee("passport", goods.passport),
    PageToSee("passport-recalled", proof.recalled_lot),
    PageToSee("passport-unknown", "/lots/L2026-NONE", status=404),
    PageToSee("report-fake", "/report-fake"),
    PageToSee("report-fake-errors", "/report-fake", act=proof.report_in_haste),
    PageToSee("report-fake-case", cases.received_case),
    PageToSee("report-fake-decided", cases.public_case),
    PageToSee("registry-confirmed-shop", cases.confirmed_shop),
    PageToSee("case-statistics", cases.statistics),
    PageToSee("api-docs", "/api/docs"),
    PageToSee("not-found", "/no-such-page", status=404),
    *(
        PageToSee(f"error-{status}", f"/gallery/errors/{status}", status=status)
        for status in (400, 403, 409, 413, 429, 500, 503)
    ),
    PageToSee("log", "/log"),
]

ACCOUNTS = [
    PageToSee("sign-in", "/account/sign-in"),
    PageToSee("sign-in-errors", "/account/sign-in", act=people.wrong_password),
    PageToSee("sign-up", "/account/sign-up"),
    PageToSee("sign-up-errors", "/account/sign-up", act=people.sign_up_in_haste),
    PageToSee("recover", "/account/recover"),
    PageToSee("recover-sent", "/account/recover", act=people.ask_for_recovery),
    PageToSee("code-sent", "/account/recover", act=people.ask_for_a_code, ends_at="accounts.enter_code"),
    PageToSee("reset-password", people.reset_link),
    PageToSee("account", "/account", as_role="buyer"),
    PageToSee("account-contact", "/account/contact", as_role="buyer"),
    PageToSee("account-tokens", "/account/tokens", as_role="technician"),
    PageToSee("account-tokens-errors", "/account/tokens", as_role="technician", act=people.token_in_haste),
    PageToSee("account-token-made", "/account/tokens", as_role="technician", act=people.make_token),
    PageToSee("account-password", "/account/password", as_role="buyer"),
    PageToSee("account-confirm", "/account/confirm", as_role="buyer"),
    PageToSee("second-factor", "/account/second-factor", as_role="buyer"),
    PageToSee(
        "second-factor-shown", "/account/second-factor", as_role="buyer", act=people.show_the_second_factor
    ),
    PageToSee(
        "second-factor-code",
        "/account/sign-in",
        act=people.asked_for_second_factor,
        ends_at="security.two_factor_token_validation",
    ),
    PageToSee(
        "second-factor-help",
        "/account/sign-in",
        act=people.without_anything,
        ends_at="security.two_factor_rescue",
    ),
    PageToSee(
        "recovery-code", "/account/sign-in", act=people.without_the_phone, ends_at="security.mf_recovery"
    ),
    PageToSee("recovery-codes", "/account/recovery-codes", as_role="buyer"),
    PageToSee("invitation", people.invitation, as_role="buyer"),
    PageToSee("invitation-of-grower", people.invitation_of_grower, as_role="buyer"),
    PageToSee("grower-apply", "/grower/apply", as_role="buyer"),
]

BUYING = [
    PageToSee("cart-empty", "/cart"),
    PageToSee("cart", goods.listing, act=goods.put_into_cart, ends_at="cart.page"),
    PageToSee("checkout", goods.listing, act=goods.go_to_checkout, ends_at="orders.checkout"),
    PageToSee("checkout-errors", goods.listing, act=goods.check_out_in_haste, ends_at="orders.checkout"),
    PageToSee("own-orders", "/account/orders", as_role="buyer"),
    PageToSee("order-to-transfer", money.order_to_transfer),
    PageToSee("order-unpaid", goods.back_from_paying),
    PageToSee("order-on-its-way", goods.order_on_its_way),
    PageToSee("order-delivered", goods.order_delivered),
    PageToSee("order-refunded", money.refunded_order),
    PageToSee("order-receipt-form", money.receipt_form),
    PageToSee("order-cancel-form", money.cancel_form),
]

SELLING = [
    PageToSee("seller", "/seller", as_role="grower1"),
    PageToSee("seller-plots", "/seller/plots", as_role="grower1"),
    PageToSee("seller-plot", goods.plot, as_role="grower1"),
    PageToSee("seller-new-plot", "/seller/plots/new", as_role="grower1"),
    PageToSee("seller-products", goods.products, as_role="grower1"),
    PageToSee("seller-quota", "/seller/quota", as_role="grower1"),
    PageToSee("seller-lot-family", land.family, as_role="grower1"),
    PageToSee("seller-lot-split", lambda: land.transformation("split"), as_role="grower1"),
    PageToSee("seller-lot-graft", lambda: land.transformation("graft"), as_role="grower1"),
    PageToSee("seller-lot-recall", land.own_recall, as_role="grower1"),
    PageToSee("seller-lots", "/seller/lots", as_role="grower1"),
    PageToSee("seller-new-lot", "/seller/lots/new", as_role="grower1"),
    PageToSee("seller-lot", goods.lot, as_role="grower1"),
    PageToSee("seller-codes", goods.codes_of_lot, as_role="grower1"),
    PageToSee("seller-activate-codes", "/seller/codes/activate", as_role="grower1"),
    PageToSee("seller-pack-bundle", "/seller/codes/pack", as_role="grower1"),
    PageToSee("seller-return-codes", "/seller/codes/return", as_role="grower1"),
    PageToSee("branch-codes", "/branch/codes", as_role="secretary"),
    PageToSee("seller-void-codes", goods.void_codes, as_role="grower1"),
    PageToSee("seller-listings", "/seller/listings", as_role="grower1"),
    PageToSee("seller-new-listing", "/seller/listings/new", as_role="grower1"),
    PageToSee(
        "seller-new-listing-errors", "/seller/listings/new", as_role="grower1", act=goods.publish_in_haste
    ),
    PageToSee("seller-edit-listing", goods.edit_listing, as_role="grower1"),
    PageToSee("seller-price", goods.price, as_role="grower1"),
    PageToSee("seller-dispatch", "/seller/dispatch", as_role="grower1"),
    PageToSee("seller-dispatched", "/seller/dispatch?state=dispatched", as_role="grower1"),
    PageToSee("seller-packing-list", "/seller/dispatch/packing-list", as_role="grower1"),
    PageToSee("seller-parcel", goods.parcel_to_pack, as_role="grower1"),
    PageToSee("seller-parcel-sent", goods.parcel_sent, as_role="grower1"),
    PageToSee("seller-tracking", "/seller/dispatch/tracking", as_role="grower1"),
    PageToSee("seller-orders", "/seller/orders", as_role="grower1"),
    PageToSee("seller-order", goods.order_of_seller, as_role="grower1"),
    PageToSee("seller-order-to-cancel", money.asks_to_cancel, as_role="grower1"),
    PageToSee("seller-refund-form", money.refund_form, as_role="grower1"),
    PageToSee("seller-refunds", money.grower_refunds, as_role="grower1"),
    PageToSee("seller-freight", "/seller/freight", as_role="grower1"),
    PageToSee("seller-sales", "/seller/sales", as_role="grower1"),
    PageToSee("seller-licence", "/seller/licence", as_role="grower1"),
    PageToSee("seller-storefronts", "/seller/storefronts", as_role="grower1"),
    PageToSee("seller-channels", "/seller/channels", as_role="grower1"),
    PageToSee("seller-import", goods.one_import, as_role="grower1"),
    PageToSee("grower-people", "/grower/people", as_role="grower1"),
    PageToSee("job-running", goods.job_running, as_role="grower1"),
    PageToSee("job-done", goods.job_done, as_role="grower1"),
    PageToSee("job-failed", goods.job_failed, as_role="grower1"),
    PageToSee("seller-sale-records", "/seller/sales/records", as_role="grower1"),
]

BRANCH = [
    PageToSee("branch-plots", "/branch/plots?state=agreed", as_role="technician"),
    PageToSee("branch-plot", land.surveyed_plot, as_role="committee"),
    PageToSee("branch-plot-survey", land.survey, as_role="technician"),
    PageToSee("branch-quota", "/branch/quota", as_role="secretary"),
    PageToSee("branch-quota-grower", land.quota_of_grower, as_role="secretary"),
    PageToSee("branch-quota-figures", "/branch/quota/figures", as_role="secretary"),
    PageToSee("branch-lots", "/branch/lots", as_role="secretary"),
    PageToSee("branch-lot", land.lot_at_branch, as_role="secretary"),
    PageToSee("branch-lot-recall", land.recall_at_branch, as_role="secretary"),
    PageToSee("branch-growers", "/branch/growers", as_role="secretary"),
    PageToSee("branch-grower", people.grower_at_the_branch, as_role="secretary"),
    PageToSee("branch-applicant", people.applicant, as_role="secretary"),
    PageToSee("branch-licences", "/branch/licences", as_role="secretary"),
    PageToSee("branch-licence", people.licence_at_the_branch, as_role="secretary"),
    PageToSee("branch-licence-asked", people.licence_asked_for, as_role="secretary"),
    PageToSee("branch-marks", "/branch/marks", as_role="secretary"),
    PageToSee("branch-mark", "/branch/marks/XNGH", as_role="secretary"),
    PageToSee("branch-new-mark", "/branch/marks/new", as_role="secretary"),
    PageToSee("branch-members", "/branch/members", as_role="secretary"),
    PageToSee("branch-units", "/branch/units", as_role="secretary"),
    PageToSee("branch-unit", "/branch/units/guihua-osmanthus", as_role="secretary"),
    PageToSee("branch-take-role", people.take_a_role, as_role="secretary"),
    PageToSee("branch-storefronts", "/branch/storefronts", as_role="secretary"),
    PageToSee("branch-storefront", people.storefront_at_the_branch, as_role="secretary"),
    PageToSee("branch-papers", "/branch/papers", as_role="secretary"),
    PageToSee("branch-orders", "/branch/orders", as_role="secretary"),
    PageToSee("branch-sales", "/branch/sales", as_role="secretary"),
    PageToSee("branch-alarm", alarms.alarm, as_role="secretary"),
    PageToSee("branch-alarms", "/branch/alarms", as_role="secretary"),
    PageToSee("branch-alarm-thresholds", "/branch/alarms/thresholds", as_role="secretary"),
    PageToSee("branch-fakes", "/branch/reports-of-fakes", as_role="secretary"),
    PageToSee("branch-fake", cases.own_case, as_role="secretary"),
    PageToSee("branch-fake-confirmed", cases.confirmed_case, as_role="secretary"),
    PageToSee("branch-fake-new", "/branch/reports-of-fakes/new", as_role="secretary"),
    PageToSee("branch-fake-take", cases.take_form, as_role="secretary"),
    PageToSee("branch-fake-evidence", cases.evidence_form, as_role="secretary"),
    PageToSee("branch-fake-verdict", cases.verdict_form, as_role="secretary"),
    PageToSee("branch-fake-confirm", cases.confirm_form, as_role="committee"),
    PageToSee("branch-fake-act", cases.act_form, as_role="secretary"),
    PageToSee("branch-fake-reopen", cases.reopen_form, as_role="secretary"),
    PageToSee("branch-reports", "/branch/reports", as_role="secretary"),
    PageToSee("branch-report", proof.draft_report, as_role="secretary"),
    PageToSee("cashier", money.cashier_desk, as_role="secretary"),
    PageToSee("cashier-receipt", money.cashier_receipt, as_role="secretary"),
    PageToSee("cashier-refund", money.cashier_refund, as_role="secretary"),
    PageToSee("cashier-refund-form", money.refund_by_cashier, as_role="secretary"),
    PageToSee("cashier-account", "/branch/cashier/account", as_role="secretary"),
    PageToSee("inspections", goods.inspections, as_role="technician"),
    PageToSee("inspection", goods.inspection, as_role="technician"),
    PageToSee("inspection-new", "/branch/inspections/new", as_role="technician"),
    PageToSee("committee-review", proof.submitted_report, as_role="committee"),
    PageToSee("committee-reports", "/committee/reports", as_role="committee"),
    PageToSee("committee-sales", "/branch/sales", as_role="committee"),
    PageToSee("technician-growers", "/branch/growers", as_role="technician"),
    PageToSee("operator-units", "/branch/units", as_role="operator"),
    PageToSee("operator-members", "/branch/members", as_role="operator"),
]

PAGES: list[PageToSee] = [*VISITORS, *ACCOUNTS, *BUYING, *SELLING, *BRANCH]

# Endpoints that answer GET with something else than a page of their own.
NO_PAGES = {
    "cashier.find_parcel": "leads to the refund of the parcel asked for",
    "plot_surveys.photo": "a file",
    "cashier.proof_file": "a file",
    "console.home": "leads on to one's work",
    "cases.letter": "a file",
    "code_activation.batch_file": "a file",
    "cases.photo": "a file",
    "cases.proof": "a file",
    "health.healthz": "for machines",
    "health.metrics": "for machines",
    "health.readyz": "for machines",
    "inspections.photo": "a file",
    "inspections.worker": "a script",
    "ledger.own_csv": "a file",
    "ledger.sales_csv": "a file",
    "openapi.spec": "for programs",
    "orders.addresses": "for the script of the checkout",
    "orders.certificate": "a file",
    "orders.certificate_proof": "a file",
    "orders.paper": "a file",
    "orders.summary": "a part of the checkout, seen there",
    "orders_api.follow": "for programs",
    "passports.for_programs": "for programs",
    "passports.proof": "a file",
    "epcis.event": "for programs",
    "epcis.events": "for programs",
    "epcis.events_of_value": "for programs",
    "epcis.job": "for programs",
    "epcis.jobs": "for programs",
    "epcis.named": "for programs",
    "epcis.one": "for programs",
    "epcis.results": "for programs",
    "epcis.root": "for programs",
    "epcis.subscriptions": "for programs",
    "epcis.terms": "for programs",
    "epcis.value": "for programs",
    "epcis.values": "for programs",
    "payments.proof_file": "a file",
    "promotion.products": "for programs",
    "promotion.robots": "for machines",
    "promotion.sitemap": "for machines",
    "warnings.feed": "for programs",
    "registry_api.check": "for programs",
    "reports.download": "a file",
    "resolver.description": "for programs",
    "resolver.resolve": "leads on to what an identifier stands for",
    "search_api.api_listing": "for programs",
    "search_api.api_listings": "for programs",
    "registry.licence_proof": "a file",
    "reports.proof": "a file",
    "sale_records.proof": "a file",
    "seal.checkpoint": "for programs",
    "seal.tile": "for programs",
    "seal.vkey": "for programs",
    "security.tf_select": "there is one kind of second factor, so nothing to choose",
    "static": "files",
    "verification.proof": "a file",
    "verification.code_lower": "the same page as verification.code",
    "verification_api.code_api": "for programs",
    "web.media": "files",
}
