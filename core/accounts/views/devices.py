"""The page of an account's devices: where it is signed in, and signing out from there."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from core.accounts.queries import devices as queries
from core.accounts.queries.devices import device_id
from core.accounts.queries.staff import is_staff
from core.accounts.service import devices as service
from core.accounts.views import sessions
from core.accounts.wording.devices import device_words
from core.clock import now
from core.database import transaction
from core.gate import actor_id, signed_in
from core.scopes import Scope

blueprint = Blueprint("devices", __name__, url_prefix="/account/devices")


@blueprint.get("")
@signed_in
def index() -> str:
    """Where the account is signed in."""
    at = now()
    lasting = sessions.lasting_of(actor_id())
    devices = queries.devices_of(actor_id(), here_id=device_id(), since=at - lasting.idle)
    return render_template(
        "core/accounts/devices.html",
        devices=[device for device in devices if at - device.signed_in_at < lasting.whole],
        words=device_words,
        lasting=lasting,
        staff=is_staff(actor_id()),
    )


@blueprint.post("/<public_id>/sign-out")
@signed_in(scope=Scope.OWN)
def end(public_id: str) -> Any:
    """Sign one device out."""
    with transaction():
        service.end_own(actor_id(), public_id, at=now())
    flash(_("That device is signed out."), "success")
    return redirect(url_for("devices.index"), 303)


@blueprint.post("/sign-out-others")
@signed_in(scope=Scope.OWN)
def end_others() -> Any:
    """Sign all devices but this one out."""
    with transaction():
        n = service.end_others(actor_id(), but=device_id(), by="owner", at=now())
    flash(
        ngettext("%(num)s other device is signed out.", "%(num)s other devices are signed out.", n), "success"
    )
    return redirect(url_for("devices.index"), 303)
