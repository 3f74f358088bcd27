"""Whatever is sent twice: every route that changes something creates once, or says why sending it again does no harm."""

import re
from pathlib import Path

import pytest
from flask_security.forms import Form as SecurityForm
from flask_wtf import FlaskForm

from core.form_keys.forms import PageForm

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ROOMS = ("core", "branch", "traceability", "shop")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
POST_FORM = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
# The switch of the language acts for nobody and changes a cookie.
WITHOUT_TOKEN = {"language.switch"}

STEP = "a step from a state that it leaves: the second finds another state and is refused"
SAME = "writes down what is, not how much more: the second writes the same"
OWN_KEY = "has a key of its own that is unique in its table"
GONE = "takes away what is gone then"
ASKS = "only looks"

HARMLESS = {
    "accounts.enter_code": "a code is redeemed once; a second entry is counted as an attempt",
    "accounts.save_profile": SAME,
    "alarms.decide": STEP,
    "alarms.decide_of_network": STEP,
    "cart.change": SAME,
    "cart.choose_province": SAME,
    "case_steps.act": "an action that was taken is not open any more",
    "case_steps.close": STEP,
    "case_steps.confirm": STEP,
    "case_steps.reopen": STEP,
    "case_steps.take": "whose case it is already is refused; a doubted code stays doubted",
    "case_steps.verdict": STEP,
    "cashier.accept": STEP,
    "cashier.give_back": STEP,
    "cashier.confirm_proof": STEP,
    "cashier.reconcile": "asks the payment service, which is asked every quarter of an hour anyway",
    "cashier.refund": STEP,
    "cashier.reject_proof": STEP,
    "cashier.seen": SAME,
    "channels.apply": STEP,
    "code_approval.decide_batch": STEP,
    "code_approval.decide_void": STEP,
    "codes.activate": STEP,
    "codes.void": STEP,
    "devices.end": GONE,
    "devices.end_others": GONE,
    "dispatch.label": "prints the same label again; that it was printed is noted once a day",
    "dispatch.packed": STEP,
    "dispatch.send": STEP,
    "dispatch.unpacked": STEP,
    "editions.withdraw": STEP,
    "epcis.capture": "an event is kept once by the digest of what it says; each capture answers with a job of its own",
    "epcis.capture_one": "an event is kept once by the digest of what it says",
    "epcis.forget": GONE,
    "epcis.keep": "a name is taken once",
    "epcis.release": "answers that there is nothing to release",
    "epcis.subscriptions": "answers that there are none",
    "factor.show": "a code is good once; a second entry is counted as a try",
    "failures.again": "what is tried already is tried; a second try of a thing that is done says so",
    "failures.again_all": "what is tried again is not among them any more",
    "failures.aside": "sets aside what is set aside then",
    "freight.save": "puts the whole table in place of the one before",
    "growers.decide": STEP,
    "growers.join": "an invitation is accepted once",
    "growers.remove": GONE,
    "growers.withdraw_invitation": GONE,
    "growers.withdraw_invitation_here": GONE,
    "inspections.new": OWN_KEY + ", made on the device, since it is sent later where there is no signal",
    "language.switch": SAME,
    "licences.decide": STEP,
    "licences.take_back": STEP,
    "lots.state": STEP,
    "marks.correct": SAME,
    "orders.order": OWN_KEY,
    "orders.received": STEP,
    "orders.seller_confirm": STEP,
    "orders.seller_allow": SAME,
    "orders.seller_allow_no_more": GONE,
    "orders.seller_ask": "whoever was reminded today is not told again",
    "orders.seller_cancel": STEP,
    "orders_api.place": OWN_KEY + ", the header Idempotency-Key",
    "operations.end": STEP,
    "operations.withdraw_invitation": GONE,
    "organisation.end_take_over": STEP,
    "organisation.invitation": "an invitation is accepted once",
    "organisation.take": GONE,
    "organisation.withdraw_invitation": GONE,
    "parcel_returns.of_parcel": STEP,
    "payees.confirm": STEP,
    "payees.withdraw": STEP,
    "payments.cancel": "an order is cancelled once; a wish to cancel that is open is not made a second time",
    "payments.pay": "leads to the payment page that is open",
    "payments.returned_elsewhere": ASKS,
    "payments_webhook.stripe_webhook": OWN_KEY + ", the event's id",
    "plot_surveys.town": STEP,
    "plot_surveys.village": STEP,
    "programmes.withdraw": STEP,
    "questions.answer": ASKS,
    "recalls.decide": STEP,
    "refunds.answer_by_seller": STEP,
    "refunds.answer_by_staff": STEP,
    "report_desk.ask": "carries how many posts its page showed; the second is told that there are more",
    "report_desk.decide": STEP,
    "report_desk.withdraw": "carries how many posts its page showed",
    "reports.answer": "carries how many posts its page showed; the second is told that there are more",
    "reports.submit": STEP,
    "resolver.put_lot": SAME,
    "seller_listings.change_state": STEP,
    "storefronts.decide": STEP,
    "storefronts.end_own": STEP,
    "tokens.revoke": SAME,
    "tracking.table": STEP,
    "units.rename": SAME,
    "verification.inner": "the same device may enter the right code again; a wrong one is one more try of this device",
    "verification.verify": ASKS,
    "progress.job_again": "a job that waits or runs again already is refused",
}
# Flask-Security's: passwords and factors are set, not added; a message that is asked for again is sent again, with a limit.
NOT_OURS = "security."


@pytest.fixture
def routes(app):
    """The endpoints of ours that change something."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.methods & UNSAFE and not rule.endpoint.startswith(NOT_OURS)
    }


@pytest.fixture
def creating(app, routes):
    return {endpoint for endpoint in routes if getattr(app.view_functions[endpoint], "creates", False)}


def test_every_route_creates_once_or_says_why_twice_does_no_harm(routes, creating):
    assert routes - creating - set(HARMLESS) == set(), (
        "mark the view @creates, or say why it may be sent twice"
    )
    assert creating & set(HARMLESS) == set(), "one or the other"
    assert set(HARMLESS) - routes == set(), "there is no such route any more"
    assert len(creating) > 40


def test_every_form_of_a_page_carries_its_token_and_its_key():
    bare = [
        f"{path.relative_to(TEMPLATES)}: {form[:90]}"
        for path in TEMPLATES.rglob("*.html")
        for form in POST_FORM.findall(path.read_text(encoding="utf-8"))
        if not re.search(r"\{\{ csrf\(\w*\) \}\}", form) and not any(name in form for name in WITHOUT_TOKEN)
    ]
    assert bare == []
    macro = (TEMPLATES / "macros" / "forms.html").read_text(encoding="utf-8")
    assert 'name="form_key" value="{{ form_key() }}"' in macro


# Forms that create nothing, so that their page is never too old.
CREATES_NOTHING = {
    "branch/growers/show.html: form", "branch/organisation/take.html: form", "branch/storefronts/show.html: form",
    "core/accounts/code.html: form", "core/accounts/recover.html: form",
    "traceability/verification/verify.html: form",
}  # fmt: skip


def test_every_form_that_creates_says_when_its_page_is_too_old(creating):
    silent = []
    for path in TEMPLATES.rglob("*.html"):
        name, text = str(path.relative_to(TEMPLATES)), path.read_text(encoding="utf-8")
        if name.startswith("security/"):
            continue
        for form in POST_FORM.findall(text):
            leads = re.search(r"url_for\([\"']([\w.]+)", form.partition(">")[0])
            said = re.search(r"\{\{ csrf\((\w+)\) \}\}", form)
            if said is None or (leads is not None and leads.group(1) not in creating):
                continue
            if not re.search(rf"(errors_summary|form_errors)\({said.group(1)}\)", text):
                silent.append(f"{name}: {said.group(1)}")
    assert set(silent) == CREATES_NOTHING


def test_every_form_of_ours_keeps_what_was_typed_when_its_page_is_too_old(app):
    def below(kind):
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    ours = {one for one in below(FlaskForm) if one.__module__.split(".")[0] in ROOMS}
    strays = {one.__name__ for one in ours if not issubclass(one, PageForm | SecurityForm)}
    assert len(ours) > 60
    assert strays == set()
