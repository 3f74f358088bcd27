"""Which shop a page of a selling platform belongs to: the table of platforms. Pure."""

from __future__ import annotations

from collections.abc import Callable

from branch.platforms.rules.alibaba import alibaba_1688, taobao, tmall
from branch.platforms.rules.others import (
    douyin_profile,
    douyin_shop,
    jd,
    pinduoduo,
    wechat_store,
    weidian,
    youzan,
)
from branch.platforms.rules.pasted_text import WebAddress
from branch.platforms.rules.shop_pages import Answer, Platform

_PLATFORM_DOMAINS: tuple[tuple[str, Platform, Callable[[str, WebAddress], Answer]], ...] = (
    ("taobao.com", Platform.TAOBAO, taobao),
    ("tmall.com", Platform.TMALL, tmall),
    ("tmall.hk", Platform.TMALL, tmall),
    ("jd.com", Platform.JD, jd),
    ("jd.hk", Platform.JD, jd),
    ("yangkeduo.com", Platform.PINDUODUO, pinduoduo),
    ("pinduoduo.com", Platform.PINDUODUO, pinduoduo),
    ("jinritemai.com", Platform.DOUYIN, douyin_shop),
    ("iesdouyin.com", Platform.DOUYIN, douyin_profile),
    ("douyin.com", Platform.DOUYIN, douyin_profile),
    ("1688.com", Platform.ALIBABA_1688, alibaba_1688),
    ("weidian.com", Platform.WEIDIAN, weidian),
    ("weixin.qq.com", Platform.WECHAT, wechat_store),
    ("youzan.com", Platform.WECHAT, youzan),
)


def owner_keys(address: WebAddress) -> tuple[Platform, Answer] | None:
    """The platform and the keys of the shop that `address` shows; None when it is no platform's page."""
    for domain, platform, read in _PLATFORM_DOMAINS:
        if address.host == domain or address.host.endswith("." + domain):
            sub = address.host.removesuffix(domain).removesuffix(".")
            return platform, read(sub, address)
    return None


def platform_domain(host: str) -> str | None:
    """The platform's domain that `host` lies in."""
    return next(
        (
            domain
            for domain, _platform, _read in _PLATFORM_DOMAINS
            if host == domain or host.endswith("." + domain)
        ),
        None,
    )
