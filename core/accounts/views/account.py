"""Account pages that Flask-Security does not have: sign-up, recovery by either contact, the account itself."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import login_user
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import validate_redirect_url

from core.accounts.forms.sign_in import CodeForm, ContactForm, ProfileForm, SignUpForm
from core.accounts.models.account import Account
from core.accounts.queries.account import find_confirmed, get_account, get_account_view
from core.accounts.rules.identity import Identity, masked
from core.accounts.service import account as service
from core.accounts.service import codes, lost_factor, recovery
from core.accounts.views.guards import fresh
from core.accounts.views.way_back import way_back
from core.clock import now
from core.database import transaction
from core.errors import Conflict, DomainError
from core.form_keys.views import creates, creating, made_nothing
from core.gate import actor_id, may, public, signed_in
from core.scopes import Scope
from core.web.views.limits import limiter, posts_only

blueprint = Blueprint("accounts", __name__, url_prefix="/account")

SENDING = "5 per minute; 20 per hour"
GUESSING = "10 per minute; 30 per hour"
OWN_ORDERS = "orders.own_orders"
YEAR_S = 365 * 24 * 3600


@blueprint.get("")
@signed_in
def overview() -> str:
    """The account's own page."""
    account = get_account_view(current_user)
    form = ProfileForm(display_name=account.display_name, locale=account.locale)
    return _overview(form)


@blueprint.post("")
@signed_in(scope=Scope.OWN)
def save_profile() -> Any:
    """Keep name and language; the language also as a cookie."""
    form = ProfileForm()
    if not form.validate():
        return _overview(form), 422
    with transaction():
        service.change_profile(actor_id(), display_name=form.display_name.data, locale=form.locale.data)
    answer = redirect(url_for("accounts.overview"))
    answer.set_cookie("locale", form.locale.data, max_age=YEAR_S, samesite="Lax")
    flash(_("Saved."), "success")
    return answer


def _overview(form: ProfileForm) -> str:
    known = current_app.view_functions
    return render_template(
        "core/accounts/overview.html",
        account=get_account_view(current_user),
        resets=lost_factor.resets_of(actor_id(), at=now()),
        form=form,
        may=may,
        orders_url=url_for(OWN_ORDERS) if OWN_ORDERS in known else None,
    )


@blueprint.route("/sign-up", methods=["GET", "POST"])
@public(scope=Scope.VISITOR)
@limiter.limit(SENDING, exempt_when=posts_only)
@creates(keyless=True)
def sign_up() -> Any:
    """Open an account and sign in to it."""
    if current_user.is_authenticated:
        return made_nothing(redirect(url_for("accounts.overview")))
    form = SignUpForm()
    if request.method != "POST":
        form.next.data = request.args.get("next", "")
        return render_template("core/accounts/sign_up.html", form=form)
    if not form.validate():
        return render_template("core/accounts/sign_up.html", form=form), 422
    wanted = form.next.data
    try:
        with creating() as made:
            made.leads_to(
                wanted if wanted and validate_redirect_url(wanted) else url_for("accounts.overview")
            )
            account = service.create_account(
                form.contact(),
                display_name=form.display_name.data,
                password=form.password.data,
                locale=str(get_locale()),
                at=now(),
            )
    except Conflict:
        form.form_errors.append(
            _(
                "No account could be opened with this contact. If it is yours, sign in or recover your password."
            )
        )
        return render_template("core/accounts/sign_up.html", form=form), 422
    login_user(account, authn_via=["register"])
    flash(_("Welcome. Your account is open."), "success")
    return made.answer()


@public
@limiter.limit(SENDING, exempt_when=posts_only)
def recover() -> Any:
    """Stands in for Flask-Security's page: a link by e-mail or a code by SMS, the same answer for everyone."""
    form = ContactForm()
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return render_template("core/accounts/recover.html", form=form, sent_to=None), status
    contact = form.contact()
    with transaction():
        code_page = recovery.request_recovery(contact)
    if contact.kind == "phone":
        return redirect(url_for("accounts.enter_code", public_id=code_page))
    return render_template("core/accounts/recover.html", form=form, sent_to=masked(contact))


@blueprint.route("/contact", methods=["GET", "POST"])
@signed_in(scope=Scope.OWN)
@fresh
@limiter.limit(SENDING, exempt_when=posts_only)
@creates()
def contact() -> Any:
    """Prove another contact: a code is sent to it."""
    form = ContactForm(identity=request.args.get("contact", ""))
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return render_template("core/accounts/contact.html", form=form), status
    with creating() as made:
        account = get_account(actor_id())
        code_page = codes.send_code(
            _owner_or_nobody(account, form.contact()), "confirm", form.contact(), at=now()
        )
        made.leads_to(url_for("accounts.enter_code", public_id=code_page))
    return made.answer()


def _owner_or_nobody(account: Account, contact: Identity) -> Account | None:
    """Nobody where another account has proved the contact; what was only typed there may be proved here."""
    return account if find_confirmed(contact) in {None, account.id} else None


@blueprint.route("/code/<public_id>", methods=["GET", "POST"])
@public(scope=Scope.TOKEN)
@limiter.limit(GUESSING, exempt_when=posts_only)
def enter_code(public_id: str) -> Any:
    """Take the code that was sent: it recovers the account, or proves the contact."""
    form = CodeForm()
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return render_template("core/accounts/code.html", form=form), status
    moment = now()
    with transaction():
        counted = codes.count_attempt(public_id, at=moment)
    try:
        with transaction():
            # Without an attempt left even the right digits are not looked at.
            proved = codes.redeem_code(public_id, form.digits() if counted else "", at=moment)
            prove = service.recover_by if proved.purpose == "recover" else service.prove_contact
            prove(proved.account_id, proved.contact, at=moment)
    except DomainError as error:
        form.code.errors = [str(error.message)]
        return render_template("core/accounts/code.html", form=form), 422
    if proved.purpose == "recover":
        account = get_account(proved.account_id)
        token = generate_reset_password_token(account)
        return redirect(url_for("security.reset_password", token=token))
    flash(_("Thank you. You can sign in with this contact."), "success")
    return redirect(way_back())
