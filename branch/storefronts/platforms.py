"""Which shop a page of a selling platform belongs to: the table of platforms and of short links. Pure."""

from __future__ import annotations

from collections.abc import Callable

from branch.storefronts.alibaba import alibaba_1688, taobao, tmall
from branch.storefronts.other_platforms import (
    douyin_profile,
    douyin_shop,
    jd,
    pinduoduo,
    wechat_store,
    weidian,
    youzan,
)
from branch.storefronts.pasted import WebAddress
from branch.storefronts.shop_pages import Answer, Platform

# Hosts whose links say nothing until they are opened.
SHORT_HOSTS: dict[str, Platform] = {
    "m.tb.cn": Platform.TAOBAO,
    "e.tb.cn": Platform.TAOBAO,
    "tb.cn": Platform.TAOBAO,
    "s.tb.cn": Platform.TAOBAO,
    "c.tb.cn": Platform.TAOBAO,
    "s.click.taobao.com": Platform.TAOBAO,
    "uland.taobao.com": Platform.TAOBAO,
    "s.click.tmall.com": Platform.TMALL,
    "u.jd.com": Platform.JD,
    "union-click.jd.com": Platform.JD,
    "3.cn": Platform.JD,
    "p.pinduoduo.com": Platform.PINDUODUO,
    "file-link.pinduoduo.com": Platform.PINDUODUO,
    "v.douyin.com": Platform.DOUYIN,
    "qr.1688.com": Platform.ALIBABA_1688,
    "m.tb.1688.com": Platform.ALIBABA_1688,
    "k.weidian.com": Platform.WEIDIAN,
    "weixin.qq.com": Platform.WECHAT,
    "w.url.cn": Platform.WECHAT,
    "wxaurl.cn": Platform.WECHAT,
    "t.cn": Platform.WEBSITE,
    "dwz.cn": Platform.WEBSITE,
    "url.cn": Platform.WEBSITE,
    "suo.im": Platform.WEBSITE,
    "suo.nz": Platform.WEBSITE,
    "sourl.cn": Platform.WEBSITE,
    "mrw.so": Platform.WEBSITE,
    "b23.tv": Platform.WEBSITE,
    "xhslink.com": Platform.WEBSITE,
    "v.kuaishou.com": Platform.WEBSITE,
    "bit.ly": Platform.WEBSITE,
    "is.gd": Platform.WEBSITE,
    "t.co": Platform.WEBSITE,
    "tinyurl.com": Platform.WEBSITE,
}

_PLATFORM_DOMAINS: tuple[tuple[str, Callable[[str, WebAddress], tuple[Platform, Answer]]], ...] = (
    ("taobao.com", taobao),
    ("tmall.com", tmall),
    ("tmall.hk", tmall),
    ("jd.com", jd),
    ("jd.hk", jd),
    ("yangkeduo.com", pinduoduo),
    ("pinduoduo.com", pinduoduo),
    ("jinritemai.com", douyin_shop),
    ("iesdouyin.com", douyin_profile),
    ("douyin.com", douyin_profile),
    ("1688.com", alibaba_1688),
    ("weidian.com", weidian),
    ("weixin.qq.com", wechat_store),
    ("youzan.com", youzan),
)


def owner_keys(address: WebAddress) -> tuple[Platform, Answer] | None:
    """The platform and the keys of the shop that `address` shows; None when it is no platform's page."""
    for domain, read in _PLATFORM_DOMAINS:
        if address.host == domain or address.host.endswith("." + domain):
            sub = address.host.removesuffix(domain).removesuffix(".")
            return read(sub, address)
    return None


def platform_domain(host: str) -> str | None:
    """The platform's domain that `host` lies in."""
    return next(
        (domain for domain, _ in _PLATFORM_DOMAINS if host == domain or host.endswith("." + domain)), None
    )
