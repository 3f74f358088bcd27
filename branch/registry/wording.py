"""The register's answers: one sentence each, and what to do next."""

from flask_babel import gettext as _

from branch.platforms.rules.recognition import Refusal
from branch.platforms.wording import looks_like, why_unrecognised
from branch.storefronts.queries.address_check import UrlCheck, UrlStatus
from core.clock import local_day
from core.web.wording.formatting import day

TONES = {
    UrlStatus.AUTHORISED: "ok",
    UrlStatus.SUSPENDED: "bad",
    UrlStatus.NOT_AUTHORISED: "warn",
    UrlStatus.UNKNOWN: "plain",
}
_ADDRESS_REASONS = {str(refusal) for refusal in Refusal}


def sentence(check: UrlCheck) -> str:
    """What the check found, in one sentence."""
    if check.imitates:
        return looks_like(check.imitates)
    if check.status is UrlStatus.AUTHORISED and check.licence and check.storefront:
        return _(
            "This shop is authorised: %(shop)s of %(grower)s may use the mark %(mark)s.",
            shop=check.storefront.shop_name,
            grower=check.grower_name,
            mark=check.licence.mark_name,
        )
    if check.status is UrlStatus.SUSPENDED:
        return _("The authorisation of this shop is suspended: it may not use the mark at present.")
    if check.since is not None:
        return _(
            "This shop is not authorised: since %(day)s a decided case says that it sold fakes under the mark.",
            day=day(local_day(check.since)),
        )
    if check.status is UrlStatus.UNKNOWN:
        return _("We cannot tell which shop this is.")
    if check.storefront is not None:
        return _("This shop is known, but it may not use the mark now.")
    return _("This address is not in the register of authorised shops.")


def explanation(check: UrlCheck) -> str:
    """Why, and what to do."""
    if check.imitates:
        return _("Buy nothing there, and please report it. The shop you look for has another address.")
    if check.reason in _ADDRESS_REASONS:
        return why_unrecognised(Refusal(check.reason), check.platform)
    texts = {
        "ok": _("Compare the address below with the one in front of you; a copied page has another address."),
        "confirmed_fake": _(
            "Two persons of the branch looked at the evidence and found that this shop sold fakes. "
            "Buy nothing there under the mark."
        ),
        "not_in_register": _(
            "That alone does not make it a fake: it may sell without the mark, or be another address of a shop that is "
            "registered. If it uses the mark, please report it."
        ),
        "not_fully_known": _(
            "One part of this address belongs to an authorised shop, another part does not. "
            "Open the shop and paste its own address."
        ),
        "storefront_suspended": _("The branch has suspended this shop."),
        "licence_suspended": _("The branch has suspended the grower's licence."),
        "licence_expired": _("The grower's licence has expired."),
        "licence_withdrawn": _("The grower's licence has ended."),
        "licence_not_started": _("The grower's licence has not begun yet."),
        "licence_applied": _("The grower has applied for a licence; it has not been granted."),
        "licence_none": _("The grower holds no licence."),
        "channel_outside_scope": _("The grower's licence does not cover this platform."),
    }
    return texts[check.reason]
