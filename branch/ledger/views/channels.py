"""A grower says where he sells, and sees which of his months are on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from branch.growers.queries.directory import GrowerView, require_grower
from branch.ledger.forms import NO, YES, ChannelForm
from branch.ledger.queries.channels import Declaration, declarations_of
from branch.ledger.queries.coverage import covered_months
from branch.ledger.rules.coverage import OWN_SHOP, CoverageMap, CoverageState
from branch.ledger.service import channels, daily_sums
from branch.ledger.service.channels import PLATFORMS
from branch.ledger.views.sums import bring_up_to_date
from branch.ledger.wording import channel_name
from core.clock import local_day, month_start, now
from core.errors import Invalid, NotFound
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope

blueprint = Blueprint("sales_channels", __name__)

MONTHS_SHOWN = 24
STATE_NAMES = {
    CoverageState.COMPLETE: _l("On record"),
    CoverageState.PARTIAL: _l("Partly on record"),
    CoverageState.NONE: _l("Not on record"),
    CoverageState.NO_SHOP: _l("No shop there"),
}


@dataclass(frozen=True, slots=True)
class ChannelCard:
    """One place of sale: what the grower said of it and the months that are not fully on record."""

    channel: str
    declaration: Declaration | None
    known: bool
    complete: int
    partial: tuple[date, ...]
    missing: tuple[date, ...]


@blueprint.get("/seller/sales/channels")
@requires("ledger.own")
def index() -> str:
    """Every place of sale, and the last two years month by month."""
    grower = require_grower(actor_id())
    bring_up_to_date()
    today = local_day(now())
    since = month_start(today, -MONTHS_SHOWN)
    table = covered_months([grower.id], since=since, until=month_start(today))
    return render_template(
        "branch/ledger/channels.html",
        cards=_cards(grower, table),
        months=[(month, table.grower_month_covered(grower.id, month)) for month in reversed(table.months)],
        states=lambda channel, month: table.state(grower.id, channel, month),
        used=[
            OWN_SHOP,
            *(channel for channel in table.channels_of(grower.id) if _shown(table, grower.id, channel)),
        ],
        unknown=grower.id in table.channels_unknown,
        channel_name=channel_name,
        state_names=STATE_NAMES,
    )


def _shown(table: CoverageMap, grower_id: int, channel: str) -> bool:
    """Whether a channel gets a column: not the own shop, which has its own, and no place where he never sold."""
    return channel != OWN_SHOP and any(
        table.state(grower_id, channel, month) is not CoverageState.NO_SHOP for month in table.months
    )


def _cards(grower: GrowerView, table: CoverageMap) -> list[ChannelCard]:
    declarations = declarations_of([grower.id])
    return [
        _card(channel, declarations.get((grower.id, channel)), table, grower.id)
        for channel in _offered(grower, table)
    ]


def _card(channel: str, declaration: Declaration | None, table: CoverageMap, grower_id: int) -> ChannelCard:
    states = {month: table.state(grower_id, channel, month) for month in table.months}
    return ChannelCard(
        channel,
        declaration,
        channel in table.channels_of(grower_id),
        sum(state is CoverageState.COMPLETE for state in states.values()),
        _months_in(states, CoverageState.PARTIAL),
        _months_in(states, CoverageState.NONE),
    )


def _months_in(states: dict[date, CoverageState], wanted: CoverageState) -> tuple[date, ...]:
    return tuple(month for month, state in states.items() if state is wanted)


def _offered(grower: GrowerView, table: CoverageMap) -> Sequence[str]:
    """Every platform, and whatever else is on record; those in use first."""
    known = set(table.channels_of(grower.id)) - {OWN_SHOP}
    others = [channel for channel in sorted(known) if channel not in PLATFORMS]
    return sorted([*PLATFORMS, *others], key=lambda channel: channel not in known)


@blueprint.route("/seller/sales/channels/<channel>", methods=["GET", "POST"])
@requires("ledger.own", scope=Scope.GROWER)
@creates()
def declare(channel: str) -> ResponseReturnValue:
    """Say of one place of sale whether and since when it is used."""
    grower = require_grower(actor_id())
    declaration = declarations_of([grower.id]).get((grower.id, channel))
    if channel not in PLATFORMS and declaration is None and channel != "offline":
        raise NotFound(_("There is no such place of sale."), code="channel_unknown")
    form = ChannelForm(data=_form_data(declaration))
    if form.validate_on_submit():
        try:
            with creating() as made:
                channels.declare_channel(
                    grower.id, channel, **form.words(), by_account_id=actor_id(), at=now()
                )
                made.leads_to(url_for("sales_channels.index"))
        except Invalid as error:
            form.sells.errors = [str(error.message)]
        else:
            flash(_("Noted. The months on record follow what you said."), "success")
            return made.answer()
    page = render_template(
        "branch/ledger/channel.html", form=form, channel=channel, channel_name=channel_name
    )
    return page, 422 if form.errors else 200


def _form_data(declaration: Declaration | None) -> dict[str, object]:
    if declaration is None:
        return {}
    return {"sells": YES if declaration.sells else NO, "since": declaration.since, "until": declaration.until}


@blueprint.post("/seller/sales/channels")
@requires("ledger.own", scope=Scope.GROWER)
@creates()
def nowhere_else() -> ResponseReturnValue:
    """Say of every platform that was not spoken of, and is not known to be used, that it is not used."""
    account_id = actor_id()
    with creating() as made:
        daily_sums.ensure_fresh()
        grower = require_grower(account_id)
        moment = now()
        today = local_day(moment)
        table = covered_months([grower.id], since=today, until=today)
        for channel in set(PLATFORMS) - set(table.channels_of(grower.id)):
            channels.declare_channel(grower.id, channel, sells=False, by_account_id=account_id, at=moment)
        made.leads_to(url_for("sales_channels.index"))
    flash(_("Noted. The months on record follow what you said."), "success")
    return made.answer()
