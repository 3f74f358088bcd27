"""What pages say about addresses and platforms."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from branch.platforms.rules.shop_pages import Platform, Refusal

PLATFORM_NAMES = {
    Platform.TAOBAO: _l("Taobao"),
    Platform.TMALL: _l("Tmall"),
    Platform.PINDUODUO: _l("Pinduoduo"),
    Platform.JD: _l("JD"),
    Platform.DOUYIN: _l("Douyin"),
    Platform.ALIBABA_1688: _l("1688"),
    Platform.WEIDIAN: _l("Weidian"),
    Platform.WECHAT: _l("WeChat"),
    Platform.WEBSITE: _l("Own website"),
}

_WHY = {
    Refusal.NO_ADDRESS: _l("There is no web address in this text."),
    Refusal.SEVERAL: _l("There is more than one address in this text. Please paste one at a time."),
    Refusal.SHORT_LINK: _l(
        "This is a short, shared or promotion link: the same kind leads to every shop of the platform. Open it, go to the shop, and paste the shop's own address."
    ),
    Refusal.LEADS_ON: _l(
        "This address leads on to another one. Open it and paste the address at which you arrive."
    ),
    Refusal.PRODUCT_PAGE: _l(
        "This is the page of a product. Open the shop that offers it and paste the shop's address."
    ),
    Refusal.BACK_OFFICE: _l(
        "This is a page for the shop's owner. Open the shop as a buyer sees it and paste that address."
    ),
    Refusal.AMBIGUOUS: _l("This address names two shops at once. Open the shop and paste its own address."),
    Refusal.DISGUISED: _l("This address hides where it leads. Do not open it."),
    Refusal.NOT_A_SHOP: _l(
        "This page of the platform is not the page of one shop. Open the shop and paste the shop's own address."
    ),
    Refusal.SHARED_SITE: _l("Many people share this site. Paste the address of the shop's own page on it."),
    Refusal.QUERY_ADDRESS: _l(
        "Leave out what follows the question mark, if the shop still opens; otherwise this address cannot be registered."
    ),
}


def platform_name(platform: str) -> str:
    """The platform's name in the language of the page."""
    return str(PLATFORM_NAMES[Platform(platform)])


# What the address of a shop looks like on each platform, for people who are asked for it.
SHOP_ADDRESSES = {
    Platform.TAOBAO: "shop123456.taobao.com",
    Platform.TMALL: "guixiang.tmall.com",
    Platform.PINDUODUO: "mobile.yangkeduo.com/mall_page.html?mall_id=123456",
    Platform.JD: "mall.jd.com/index-123456.html",
    Platform.DOUYIN: "www.douyin.com/user/MS4wLjAB…",
    Platform.ALIBABA_1688: "guixiang.1688.com",
    Platform.WEIDIAN: "weidian.com/?userid=123456",
    Platform.WECHAT: "store.weixin.qq.com/shop/…",
}
_SHOULD_BE_A_SHOP = {Refusal.SHORT_LINK, Refusal.PRODUCT_PAGE, Refusal.NOT_A_SHOP, Refusal.BACK_OFFICE}


def why_unrecognised(reason: Refusal, platform: Platform | None = None) -> str:
    """What is wrong with an address, and what to do; with the form of a shop's address where the platform is known."""
    why = str(_WHY[reason])
    if platform in SHOP_ADDRESSES and reason in _SHOULD_BE_A_SHOP:
        why += " " + _(
            "On %(platform)s a shop's address looks like %(example)s.",
            platform=platform_name(platform),
            example=SHOP_ADDRESSES[platform],
        )
    return why


def looks_like(domain: str) -> str:
    """A warning about an address that is drawn like a platform's."""
    return _("This address is not %(domain)s, although it looks like it. Do not trust it.", domain=domain)
