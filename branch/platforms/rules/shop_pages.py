"""What the addresses of shop pages have in common on every platform. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from branch.platforms.rules.pasted_text import WebAddress


class Platform(StrEnum):
    """Where an outside shop is."""

    TAOBAO = "taobao"
    TMALL = "tmall"
    PINDUODUO = "pinduoduo"
    JD = "jd"
    DOUYIN = "douyin"
    ALIBABA_1688 = "1688"
    WEIDIAN = "weidian"
    WECHAT = "wechat"
    WEBSITE = "website"


class Refusal(StrEnum):
    """Why an address does not name one shop."""

    NO_ADDRESS = "no_address"
    SEVERAL = "several_addresses"
    SHORT_LINK = "short_link"
    PRODUCT_PAGE = "product_page"
    BACK_OFFICE = "back_office"
    AMBIGUOUS = "ambiguous"
    DISGUISED = "disguised"
    NOT_A_SHOP = "not_a_shop"
    SHARED_SITE = "shared_site"
    LEADS_ON = "leads_on"
    QUERY_ADDRESS = "query_address"


Keys = tuple[str, ...]
Answer = Keys | Refusal

NUMBER = re.compile(r"[1-9][0-9]{2,19}")
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
TOKEN = re.compile(r"[A-Za-z0-9_\-]{4,128}")

_ITEM_PARAMETERS = {"id", "itemid", "numiid", "itemids", "goodsid", "skuid", "offerid", "productid"}


def numbers(address: WebAddress, kinds: dict[str, str]) -> Answer:
    """Keys from parameters: `kinds` maps a parameter's plain name to the prefix of its key."""
    keys: list[str] = []
    for name, prefix in kinds.items():
        if name in address.ambiguous:
            return Refusal.AMBIGUOUS
        value = address.query.get(name, "")
        if NUMBER.fullmatch(value):
            key = f"{prefix}:{value}"
            other = [k for k in keys if k.startswith(prefix + ":")]
            if other and key not in other:
                return Refusal.AMBIGUOUS
            if not other:
                keys.append(key)
    return tuple(keys) or Refusal.NOT_A_SHOP


def shows_an_item(address: WebAddress) -> bool:
    """Whether parameters or path say that the page is that of one product."""
    return bool(_ITEM_PARAMETERS & address.query.keys()) or any(
        re.search(r"(?:^|[-_.])(?:detail|item|goods)(?:[-_.]|$)", segment) for segment in address.path
    )


def own_label(sub: str) -> str | None:
    """The one label a shop chooses, from its desktop (`name`) or mobile (`name.m`, `name.world`) host."""
    labels = sub.split(".")
    if len(labels) == 2 and labels[1] in ("m", "world"):
        labels = labels[:1]
    return labels[0] if len(labels) == 1 and len(labels[0]) > 1 and NAME.fullmatch(labels[0]) else None
