"""Shops on JD, Pinduoduo, Douyin, Weidian and inside WeChat, told from their addresses. Pure."""

from __future__ import annotations

import re

from branch.platforms.rules.opaque_links import SYSTEM_LABELS
from branch.platforms.rules.pasted_text import WebAddress, words
from branch.platforms.rules.shop_pages import (
    NUMBER,
    TOKEN,
    Answer,
    Refusal,
    numbers,
    own_label,
    shows_an_item,
)

_JD_OWN = words("""
    www mall shop m item list search cart order home union u yp trade passport reg help vip coupon
    plus pay a miaosha red try club comment pro prodev channel sale paipai auction ershou jr
    baitiao book health 3 re dc img static item-m wq wqs so p pop sso vc vcp seller rd kf jzt fw
    mobile h5 plogin world dd my wallet global huishou jiadian
""")


def jd(sub: str, address: WebAddress) -> Answer:
    """A shop below `jd.com` or `jd.hk`, by its number or its own host; `sub` is the host without that domain."""
    first = address.path[0] if address.path else ""
    if sub in ("mall", "mall.m"):
        index = re.fullmatch(r"(?:index|shop)-([1-9][0-9]{2,19})\.html?", first)
        return (f"jd:shop:{index.group(1)}",) if index else Refusal.NOT_A_SHOP
    if sub in ("shop.m", "shop", "mall-m"):
        return numbers(address, {"shopid": "jd:shop", "venderid": "jd:vender", "vendorid": "jd:vender"})
    if sub in ("item", "item.m", "npcitem"):
        return Refusal.PRODUCT_PAGE
    if sub in ("shop.pop", "seller", "vc", "pop", "jzt"):
        return Refusal.BACK_OFFICE
    name = own_label(sub)
    if name is None or name in _JD_OWN | SYSTEM_LABELS or name.isdigit():
        return Refusal.NOT_A_SHOP
    return (f"jd:name:{name}",)


def pinduoduo(sub: str, address: WebAddress) -> Answer:
    """A shop by its `mall_id`, below `pinduoduo.com` and `yangkeduo.com`."""
    page = address.path[-1] if address.path else ""
    if re.fullmatch(r"goods\w*\.html", page):
        return Refusal.PRODUCT_PAGE
    if sub == "mms":
        # The merchant's console: its address names the shop when a number stands in it.
        keys = numbers(address, {"mallid": "pinduoduo:mall"})
        return Refusal.BACK_OFFICE if keys is Refusal.NOT_A_SHOP else keys
    if sub in ("mobile", "m", "h5", "") and re.fullmatch(r"mall\w*\.html", page):
        return numbers(address, {"mallid": "pinduoduo:mall"})
    return Refusal.NOT_A_SHOP


def douyin_shop(sub: str, address: WebAddress) -> Answer:
    """Pages of Douyin's shops (jinritemai.com)."""
    path = "/".join(address.path)
    if sub in ("fxg", "buyin", "compass", "im"):
        return Refusal.BACK_OFFICE
    if re.search(r"(?:detail|product)", path):
        return Refusal.PRODUCT_PAGE
    if sub == "haohuo" and "shop" in address.path:
        for name in ("shopid", "id"):
            if name in address.ambiguous:
                return Refusal.AMBIGUOUS
        named = {
            address.query[name] for name in ("shopid", "id") if TOKEN.fullmatch(address.query.get(name, ""))
        }
        if len(named) == 1:
            return (f"douyin:shop:{named.pop()}",)
        return Refusal.AMBIGUOUS if named else Refusal.NOT_A_SHOP
    return Refusal.NOT_A_SHOP


def douyin_profile(sub: str, address: WebAddress) -> Answer:
    """A seller's own page on douyin.com or iesdouyin.com."""
    segments = address.path[1:] if address.path[:1] == ("share",) else address.path
    if (
        sub in ("", "www", "m")
        and len(segments) == 2
        and segments[0] == "user"
        and TOKEN.fullmatch(segments[1])
    ):
        return (f"douyin:user:{segments[1]}",)
    return Refusal.NOT_A_SHOP


def weidian(sub: str, address: WebAddress) -> Answer:
    """A shop by its number: in its host, behind `/s/`, or as `userid`."""
    numbered = re.fullmatch(r"(?:shop)?([1-9][0-9]{2,19})(?:\.v)?", sub)
    if numbered:
        return (f"weidian:shop:{numbered.group(1)}",)
    if sub == "d":
        return Refusal.BACK_OFFICE
    if sub not in ("", "www", "h5", "m", "v", "shop"):
        return Refusal.NOT_A_SHOP
    if shows_an_item(address) or "item.html" in address.path:
        return Refusal.PRODUCT_PAGE
    if len(address.path) == 2 and address.path[0] == "s" and NUMBER.fullmatch(address.path[1]):
        return (f"weidian:shop:{address.path[1]}",)
    return numbers(address, {"userid": "weidian:shop", "shopid": "weidian:shop"})


def wechat_store(sub: str, address: WebAddress) -> Answer:
    """WeChat's own stores: store.weixin.qq.com/shop/<id>."""
    if (
        sub == "store"
        and len(address.path) == 2
        and address.path[0] == "shop"
        and TOKEN.fullmatch(address.path[1])
    ):
        return (f"wechat:store:{address.path[1]}",)
    return Refusal.NOT_A_SHOP


def youzan(sub: str, address: WebAddress) -> Answer:
    """Youzan's shops, which live inside WeChat."""
    numbered = re.fullmatch(r"shop([1-9][0-9]{2,19})(?:\.m)?", sub)
    if numbered:
        return (f"youzan:shop:{numbered.group(1)}",)
    if sub == "h5" and not shows_an_item(address):
        return numbers(address, {"kdtid": "youzan:kdt"})
    return Refusal.NOT_A_SHOP
