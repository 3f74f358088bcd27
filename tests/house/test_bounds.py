"""Every route says how much it takes, and what takes more than a form of text is known here by name."""

from core.web.views.bounds import FORM, KB, MB, PHOTO, PHOTOS, TABLES, most_bytes_of
from traceability.events.views.answers import MAX_BYTES

LARGER = {
    "marks.correct": 2 * MB,
    "marks.enter": 2 * MB,
    "plot_surveys.survey": PHOTO,
    "lots.new": PHOTO,
    "inspections.new": PHOTO,
    "code_activation.activate": PHOTO,
    "code_activation.take_back": PHOTO,
    "parcel_returns.of_parcel": PHOTO,
    "dispatch.add_paper": PHOTO,
    "payments.proof": PHOTO,
    "fake_reports.report": PHOTOS,
    "case_steps.new": PHOTOS,
    "case_steps.add_evidence": PHOTOS,
    "seller_listings.create": PHOTOS,
    "seller_listings.save": PHOTOS,
    "channels.home": TABLES,
    "epcis.capture": MAX_BYTES,
    "epcis.capture_one": MAX_BYTES,
    "payments_webhook.stripe_webhook": MB,
}
SMALLER = {"orders_api.place": 64 * KB, "epcis.keep": 64 * KB}


def test_what_takes_more_than_a_form_is_known_by_name(app):
    taken = {name: most_bytes_of(view) for name, view in app.view_functions.items()}
    assert {name: most for name, most in taken.items() if most != FORM} == LARGER | SMALLER


def test_every_page_that_sends_files_leads_to_a_route_that_takes_them(app):
    upload = {name for name, view in app.view_functions.items() if most_bytes_of(view) > FORM}
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert upload <= posts
