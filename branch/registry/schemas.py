"""The register's answers as JSON documents."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Dict, String

from branch.licences.queries.validity import LicenceChangeView, LicenceFile, LicenceView
from branch.registry.queries import RegisterLine, ShopLine
from branch.registry.wording import explanation, sentence
from branch.storefronts.queries.address_check import UrlCheck
from core.clock import local_day
from core.web.rules.pagination import Page


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def brief(licence: LicenceView) -> dict[str, Any]:
    """A licence in the answer of a check."""
    return {
        "number": licence.number,
        "state": str(licence.effective_state),
        "valid_from": _day(licence.valid_from),
        "valid_until": _day(licence.valid_until),
        "mark": licence.mark_name,
        "registrant": licence.registrant,
    }


def check_document(check: UrlCheck) -> dict[str, Any]:
    """`{status, licence?}` of the contract, with the reason, what to do, the shop that was recognised, and since when a
    case speaks against it. `unknown` accuses nobody: the address names no shop.
    """
    document: dict[str, Any] = {
        "status": str(check.status),
        "reason": str(check.reason),
        "message": sentence(check),
        "detail": explanation(check),
        "address": check.shown,
    }
    if check.since is not None:
        document["since"] = check.since.isoformat()
    if check.storefront is not None:
        document["storefront"] = {
            "shop_name": check.storefront.shop_name,
            "platform": check.storefront.platform,
            "since": check.storefront.since.isoformat() if check.storefront.since else None,
            "grower": {"slug": check.grower_slug, "name": check.grower_name},
        }
    if check.licence is not None and check.licence.granted_at is not None:
        document["licence"] = brief(check.licence)
    return document


def licence_document(
    file: LicenceFile, steps: Sequence[LicenceChangeView], shops: Sequence[ShopLine]
) -> dict[str, Any]:
    """A licence of the register."""
    licence = file.licence
    return {
        **brief(licence),
        "registration_number": licence.registration_number,
        "rules_version": licence.rules_version,
        "scope": {
            "cultivar_groups": list(licence.cultivar_groups),
            "plots": list(licence.plots),
            "channels": list(licence.channels),
        },
        "grower": {"slug": file.grower_slug, "name": file.grower_name, "village": file.village_name_zh},
        "storefronts": [shop_document(shop) for shop in shops],
        "history": [{"on": local_day(step.at).isoformat(), "step": step.step} for step in steps],
    }


def shop_document(shop: ShopLine) -> dict[str, str]:
    """An authorised shop."""
    return {"platform": shop.platform, "shop_name": shop.shop_name, "address": shop.address}


def register_document(page: Page[RegisterLine]) -> dict[str, Any]:
    """One page of the register."""
    return {
        "items": [
            {
                **brief(line.file.licence),
                "grower": {"slug": line.file.grower_slug, "name": line.file.grower_name},
                "storefronts": [shop_document(shop) for shop in line.shops],
            }
            for line in page.items
        ],
        "total": page.total,
        "page": page.number,
        "pages": page.pages,
    }


class CheckAnswer(Schema):
    """What `check_document` says, for the description of the API."""

    status = String(metadata={"enum": ["authorised", "not_authorised", "suspended", "unknown"]})
    reason = String()
    message = String()
    detail = String()
    address = String()
    since = String(metadata={"format": "date-time"})
    storefront = Dict()
    licence = Dict()


class CheckQuery(Schema):
    """What a check asks about."""

    url = String(metadata={"description": "A shop's address, a share link or the text that holds one"})
