"""Shops on Taobao, Tmall and 1688, told from their addresses. Pure.

A shop number in a parameter counts only on pages that show that shop: on a product page anybody
could add the parameter, and the page would still show another shop.
"""

from __future__ import annotations

import re

from branch.platforms.rules.opaque_links import SYSTEM_LABELS
from branch.platforms.rules.pasted_text import WebAddress, words
from branch.platforms.rules.shop_pages import (
    TOKEN,
    Answer,
    Refusal,
    numbers,
    own_label,
    shows_an_item,
)

_TAOBAO_SHOP_HOSTS = {"shop", "store", "shop.m", "shop1.m", "store.m"}
_TAOBAO_MIXED_HOSTS = words("market.m h5.m m market.wapa pages.m new.m meta.m web.m shop.world")
_TAOBAO_OFFICES = words("myseller seller sell qn trade buyertrade openshop work qianniu mai upload")
_TAOBAO_OWN = words("""
    www s list search login reg cart i my member ai world tw hk sg my8 market h5 m shop store item
    detail ju juhuasuan jiyoujia rate favorite shoucang guang daren we pages bbs service
    consumerservice help rule jianghu suggest click uland star tao pindao huodong chongzhi trip
    baoxian paimai sf auction 2 shopsearch subway zuanshi alimama open console daily acs api app
    apps aliexpress img gw static assets cdn temai qiang nong te tejia brand pub login1 passport
    account pass survey ishop
""")
_TMALL_OWN = words("""
    www list detail chaoshi shop m pages login cart s page brand 3c food nvzhuang vip service rule
    help zhaoshang wuliu click yao miao men import world detail7 h5 guang temai trade buy chaoshi1
    register market tms
""")
_1688_OWN = words("""
    www s m detail work login page show sale search rule help member trade cart order offer air
    guanjia widget club view me pindao huopin factory go purchase wap img style fuwu dj cxt
    winport p4p global kj qiye company auction jinhuo app plus amos sellercenter
""")


_TAOBAO_NUMBERS = {
    "shopid": "taobao:shop",
    "userid": "taobao:seller",
    "usernumberid": "taobao:seller",
    "sellerid": "taobao:seller",
    "suid": "taobao:seller",
}


def taobao(sub: str, address: WebAddress) -> Answer:
    """A shop's own host or a page of Taobao's below `taobao.com`; `sub` is the host without that domain."""
    if sub in _TAOBAO_SHOP_HOSTS:
        return numbers(address, _TAOBAO_NUMBERS)
    if sub in _TAOBAO_MIXED_HOSTS:
        if shows_an_item(address):
            return Refusal.PRODUCT_PAGE
        return numbers(address, _TAOBAO_NUMBERS)
    name = own_label(sub)
    if sub == "a.m" or name in ("item", "detail", "chaoshi"):
        return Refusal.PRODUCT_PAGE
    if name in _TAOBAO_OFFICES:
        return Refusal.BACK_OFFICE
    if name is None or name in _TAOBAO_OWN | SYSTEM_LABELS:
        return Refusal.NOT_A_SHOP
    numbered = re.fullmatch(r"shop([1-9][0-9]{2,19})", name)
    return (f"taobao:shop:{numbered.group(1)}",) if numbered else (f"taobao:name:{name}",)


def tmall(sub: str, address: WebAddress) -> Answer:
    """As `taobao`, below `tmall.com` and `tmall.hk`; shops there have Taobao's numbers."""
    if sub in ("shop.m", "m", "pages", "h5.m", "market.m"):
        if shows_an_item(address):
            return Refusal.PRODUCT_PAGE
        return numbers(address, _TAOBAO_NUMBERS)
    name = own_label(sub)
    if name == "detail":
        return Refusal.PRODUCT_PAGE
    if name in _TAOBAO_OFFICES:
        return Refusal.BACK_OFFICE
    if name is None or name in _TMALL_OWN | SYSTEM_LABELS:
        return Refusal.NOT_A_SHOP
    numbered = re.fullmatch(r"shop([1-9][0-9]{2,19})", name)
    return (f"taobao:shop:{numbered.group(1)}",) if numbered else (f"tmall:name:{name}",)


def alibaba_1688(sub: str, address: WebAddress) -> Answer:
    """As `taobao`, below `1688.com`; a shop is a host of its own or a member of the mobile pages."""
    if "offer" in address.path or sub in ("detail", "detail.m"):
        return Refusal.PRODUCT_PAGE
    if sub == "m" and len(address.path) >= 2 and address.path[0] == "winport":
        member = re.fullmatch(r"([A-Za-z0-9_\-]{3,64})\.html?", address.path[1])
        return (f"1688:member:{member.group(1).lower()}",) if member else Refusal.NOT_A_SHOP
    if sub in ("winport.m", "m", "winport"):
        if "memberid" in address.ambiguous:
            return Refusal.AMBIGUOUS
        value = address.query.get("memberid", "")
        return (f"1688:member:{value.lower()}",) if TOKEN.fullmatch(value) else Refusal.NOT_A_SHOP
    if sub in ("work", "sellercenter"):
        return Refusal.BACK_OFFICE
    name = own_label(sub)
    return Refusal.NOT_A_SHOP if name is None or name in _1688_OWN | SYSTEM_LABELS else (f"1688:name:{name}",)
