"""The check of a pasted address: which registered shop it means, and what that shop may do today."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Select, literal, select

from branch.growers.models.tables import Grower
from branch.licences.models.tables import Licence, Mark
from branch.licences.queries.validity import LicenceView, licence_view, weight
from branch.licences.states import Standing
from branch.platforms.rules.recognition import Platform, ShopAddress, names_no_shop, recognise
from branch.storefronts.models.tables import Storefront, StorefrontAddress
from branch.storefronts.queries.register import StorefrontView, storefront_view
from branch.storefronts.queries.warnings import standing_since
from branch.storefronts.states import StorefrontState
from core.clock import local_day
from core.database import session


class UrlStatus(StrEnum):
    """The answers of the check, as the contract names them."""

    AUTHORISED = "authorised"
    NOT_AUTHORISED = "not_authorised"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class UrlCheck:
    """What is known about a pasted address.

    `not_authorised` is said only of an address that identifies one shop; `unknown` of everything else. `reason` is a
    stable word: `ok`, `not_in_register`, `confirmed_fake`, `not_fully_known`, `storefront_suspended`,
    `channel_outside_scope`, `licence_<standing>`, `licence_none`, or one of `Refusal` when the text names no
    shop; `platform` is then whose page it is, where that is known. `since` is the day from which a decided case speaks
    against the shop.
    """

    status: UrlStatus
    reason: str
    shown: str = ""
    storefront: StorefrontView | None = None
    grower_slug: str | None = None
    grower_name: str | None = None
    licence: LicenceView | None = None
    imitates: str | None = None
    since: datetime | None = None
    platform: Platform | None = None


def check_url(url: str, *, at: datetime) -> UrlCheck:
    """Whether the shop that a pasted text points at may use a mark `at`. At most two statements."""
    recognition = recognise(url)
    if not isinstance(recognition, ShopAddress):
        return UrlCheck(
            UrlStatus.UNKNOWN,
            recognition.reason,
            recognition.shown,
            imitates=recognition.imitates,
            platform=recognition.platform,
        )
    check = UrlCheck(
        UrlStatus.NOT_AUTHORISED, "not_in_register", recognition.shown, imitates=recognition.imitates
    )
    answers = session.execute(_known_by([*recognition.keys, *recognition.wider])).all()
    rows = {row.key: (row.key, row.Storefront, row.Grower) for row in answers if row.key is not None}
    known = [rows[key] for key in (*recognition.keys, *recognition.wider) if key in rows]
    if not known:
        since = answers[0].since
        if since is not None:
            return replace(check, reason="confirmed_fake", since=since)
        nobodys = names_no_shop(recognition)
        return replace(check, status=UrlStatus.UNKNOWN, reason=nobodys) if nobodys else check
    _key, storefront, grower = known[0]
    whole = bool(recognition.wider) or all(
        key in rows and rows[key][1].id == storefront.id for key in recognition.keys
    )
    if not whole:
        return replace(check, status=UrlStatus.UNKNOWN, reason="not_fully_known")
    return _judge(check, storefront, grower, local_day(at))


def _known_by(keys: Sequence[str]) -> Select[str, Storefront, Grower, datetime]:
    """The live storefronts with these keys, or one row of nulls; beside each, since when a warning stands."""
    single_row = select(literal(1).label("one")).subquery()
    since = standing_since(keys).scalar_subquery().label("since")
    return (
        select(StorefrontAddress.key, Storefront, Grower, since)
        .select_from(single_row)
        .outerjoin(StorefrontAddress, StorefrontAddress.key.in_(keys) & StorefrontAddress.live)
        .outerjoin(Storefront, Storefront.id == StorefrontAddress.storefront_id)
        .outerjoin(Grower, Grower.id == Storefront.grower_id)
    )


def _judge(check: UrlCheck, storefront: Storefront, grower: Grower, on: date) -> UrlCheck:
    licences = [
        licence_view(licence, mark, on)
        for licence, mark in session.execute(
            select(Licence, Mark)
            .join(Mark, Mark.id == Licence.mark_id)
            .where(Licence.grower_id == grower.id, Licence.mark_id == storefront.mark_id)
        )
    ]
    licence = max(licences, key=weight, default=None)
    answer = replace(
        check,
        storefront=storefront_view(storefront, check.shown),
        grower_slug=grower.slug,
        grower_name=grower.name,
        licence=licence,
        imitates=None,
    )
    if licence is None or grower.state != "admitted":
        return replace(answer, reason="licence_none")
    if licence.effective_state is Standing.SUSPENDED:
        return replace(answer, status=UrlStatus.SUSPENDED, reason="licence_suspended")
    if not licence.is_valid:
        return replace(answer, reason=f"licence_{licence.effective_state}")
    if storefront.state == StorefrontState.SUSPENDED:
        return replace(answer, status=UrlStatus.SUSPENDED, reason="storefront_suspended")
    if licence.scope.leaves_out(channel=storefront.platform):
        return replace(answer, reason="channel_outside_scope")
    return replace(answer, status=UrlStatus.AUTHORISED, reason="ok")
