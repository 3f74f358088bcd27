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
