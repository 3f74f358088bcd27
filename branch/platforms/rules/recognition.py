"""Recognises the shop that a pasted text points at, whatever form its address takes.

Pure. `recognise` answers with the keys of one shop, or with the reason why the text names none. Two
addresses of the same shop give the same keys; an address that only looks like one of them never does. What serves many
shops alike (short links, promotions, products, searches, a platform's own pages) names none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from branch.platforms.rules.opaque_links import LEADING_ON, platform_of_link
from branch.platforms.rules.pasted_text import MAX_TEXT, WebAddress, find_addresses, unicode_host, words
from branch.platforms.rules.shop_owners import owner_keys, platform_domain
from branch.platforms.rules.shop_pages import Platform, Refusal

__all__ = ["MAX_TEXT", "Platform", "Refusal", "ShopAddress", "Unrecognised", "as_registered", "recognise"]

# Sites on which every path or account is somebody else's: only a path of theirs can be a shop's own site.
SHARED_SITES = words("""
    weibo.com m.weibo.cn weibo.cn blog.sina.com.cn tieba.baidu.com baijiahao.baidu.com
    b2b.baidu.com xiaohongshu.com kuaishou.com bilibili.com space.bilibili.com zhihu.com
    zhuanlan.zhihu.com mp.weixin.qq.com qq.com user.qzone.qq.com baidu.com sohu.com 163.com
    toutiao.com huamu.com huamu.cn hc360.com b2b.hc360.com makepolo.com china.cn facebook.com
    instagram.com x.com twitter.com youtube.com tiktok.com sites.google.com google.com github.com
    gitee.com alibaba.com aliexpress.com amazon.com amazon.cn ebay.com etsy.com xianyu.com
    goofish.com 58.com ganji.com douban.com kwaixiaodian.com kuaishouapp.com gifshow.com m.sohu.com
    mp.toutiao.com baike.baidu.com jianshu.com csdn.net
""")
_TRACKING = re.compile(
    r"utm.*|spm|scm|from|fromsource|share.*|isappinstalled|nsukey|wxfrom|scene|timestamp|t|ts|_|fbclid|gclid|bdvid|"
    r"ref|referer|source|src|channel|chksm|clicktime|enterid|ptrefer.*|tk|sourcetype|suid|shareurl|shortname|app|price|"
    r"cpp|unid|utparam|pvid|v"
)
_FOREIGN = re.compile(
    r"\s*(?:https?:|//|\\\\|[a-z]+:(?=//)|https?%3a|[a-z0-9-]+(?:\.[a-z0-9-]+)+/)", re.IGNORECASE
)
_INDEX_PAGE = re.compile(r"(?:index|default|home|main)\.(?:html?|php|aspx?|jsp|shtml)", re.IGNORECASE)
MINI_PROGRAM = "short:mini-program/"
_MINI_PROGRAM = re.compile(r"#小程序[:：]//([^/\s]{1,40})/([A-Za-z0-9]{4,40})")
_BRANDS = ("taobao", "tmall", "pinduoduo", "yangkeduo", "jinritemai", "weidian", "douyin")
# Letters of other scripts, and digits, that are drawn like a Latin letter.
_CONFUSABLE = str.maketrans("аеорсухіјһԁԛѕɡαορν0і1ӏ", "aeopcyxijhdqsgaopvoill")
_WIDEST_PATH = 6
_SERVING_LABELS = frozenset(("www", "m", "wap", "3g", "h5", "mobile"))
# Suffixes of two labels below which anybody may register: all of `.cn` (https://publicsuffix.org/list/), others as met.
_OPEN_SUFFIXES = words("""
    ac.cn ah.cn bj.cn com.cn cq.cn edu.cn fj.cn gd.cn gov.cn gs.cn gx.cn gz.cn ha.cn hb.cn he.cn hi.cn hk.cn hl.cn hn.cn
    jl.cn js.cn jx.cn ln.cn mil.cn mo.cn net.cn nm.cn nx.cn org.cn qh.cn sc.cn sd.cn sh.cn sn.cn sx.cn tj.cn tw.cn xj.cn
    xz.cn yn.cn zj.cn com.hk com.tw
    co.uk co.jp com.au github.io gitee.io gitlab.io pages.dev vercel.app netlify.app wordpress.com
    blogspot.com wixsite.com weebly.com
""")


@dataclass(frozen=True)
class ShopAddress:
    """One shop. Every key must belong to it; for a website `wider` are the scopes its page lies in, nearest first."""

    platform: Platform
    keys: tuple[str, ...]
    shown: str
    wider: tuple[str, ...] = ()
    imitates: str | None = None

    @property
    def is_opaque(self) -> bool:
        """Whether the address is one of many of its shop, so that only an exact registration can answer for it."""
        return self.keys[0].startswith(MINI_PROGRAM)


@dataclass(frozen=True)
class Unrecognised:
    """Why a text names no shop; `shown` is the address that was looked at, if there was one, `platform` whose it is."""

    reason: Refusal
    shown: str = ""
    imitates: str | None = None
    platform: Platform | None = None


def recognise(text: str) -> ShopAddress | Unrecognised:
    """The shop that `text` points at. Words around the address do no harm; two different shops do."""
    mini = _MINI_PROGRAM.search(text[:MAX_TEXT])
    if mini:
        return ShopAddress(Platform.WECHAT, (f"{MINI_PROGRAM}{mini.group(2)}",), mini.group())
    answers: list[ShopAddress | Unrecognised] = []
    for address in find_addresses(text):
        answer = _recognise_address(address)
        if answer not in answers:
            answers.append(answer)
    if not answers:
        return Unrecognised(Refusal.NO_ADDRESS)
    distinct = {answer.keys if isinstance(answer, ShopAddress) else answer.reason for answer in answers}
    if len(distinct) > 1:
        imitated = next((answer.imitates for answer in answers if answer.imitates), None)
        return Unrecognised(Refusal.SEVERAL, " · ".join(answer.shown for answer in answers), imitated)
    return answers[0]


def shop_key(text: str) -> str | None:
    """The same word for every address of one shop; None for a text that names none."""
    recognition = recognise(text)
    return recognition.keys[0] if isinstance(recognition, ShopAddress) else None


def as_registered(text: str) -> ShopAddress | Unrecognised:
    """`recognise`, but refuses what would authorise more than one shop: a whole shared site, an address told by its query."""
    answer = recognise(text)
    if not isinstance(answer, ShopAddress) or answer.platform is not Platform.WEBSITE or answer.is_opaque:
        return answer
    address = find_addresses(text)[0]
    if _is_shared(address.host) and not _site_path(address):
        return Unrecognised(Refusal.SHARED_SITE, answer.shown)
    if any(not _TRACKING.fullmatch(name) for name in address.query):
        return Unrecognised(Refusal.QUERY_ADDRESS, answer.shown)
    return answer


def _recognise_address(address: WebAddress) -> ShopAddress | Unrecognised:
    address = _without_glued_words(address)
    if address.disguised:
        return Unrecognised(Refusal.DISGUISED, address.shown, _imitated(address.host))
    family = platform_of_link(address.host)
    if family is not None:
        return Unrecognised(Refusal.SHORT_LINK, address.shown, platform=family)
    if _leads_on(address):
        return Unrecognised(Refusal.LEADS_ON, address.shown, _imitated(address.host))
    if address.port is None:
        owner = owner_keys(address)
        if owner is not None:
            platform, answer = owner
            if isinstance(answer, Refusal):
                return Unrecognised(answer, address.shown, platform=platform)
            return ShopAddress(platform, answer, address.shown)
    elif platform_domain(address.host):
        return Unrecognised(Refusal.NOT_A_SHOP, address.shown)
    return _website(address)


_POST = re.compile(
    r"/(?:explore|video|note|notes|status|detail|item|items|goods|p|post|posts|article|articles|question|answer|s|search|"
    r"discovery|watch|reel|tag|topic|fw|short-video|live)/",
    re.IGNORECASE,
)


def _leads_on(address: WebAddress) -> bool:
    """Whether another address stands inside this one, to which it leads whoever opens it."""
    named = any(_FOREIGN.match(value) for name, value in address.query.items() if name in LEADING_ON)
    return named or any(_FOREIGN.match(segment + "//") for segment in address.path if segment.endswith(":"))


def _without_glued_words(address: WebAddress) -> WebAddress:
    """A platform's host without Chinese words stuck in front of it; no platform has such hosts."""
    first, _, rest = unicode_host(address.host).partition(".")
    plain = first.lstrip("".join(sorted({letter for letter in first if not letter.isascii()})))
    if plain != first and plain.isascii() and platform_domain(address.host):
        return replace(address, host=f"{plain}.{rest}".removeprefix("."))
    return address


def _website(address: WebAddress) -> ShopAddress:
    host = _bare_host(address.host)
    site = f"website:{host}" + (f":{address.port}" if address.port else "")
    path = _site_path(address)[:_WIDEST_PATH]
    scopes = ["/".join([site, *path[:length]])[:200] for length in range(len(path), -1, -1)]
    return ShopAddress(
        Platform.WEBSITE,
        keys=(scopes[0],),
        shown=address.shown,
        wider=tuple(scope for scope in scopes[1:] if not (_is_shared(address.host) and scope == site)),
        imitates=_imitated(address.host),
    )


def _site_path(address: WebAddress) -> tuple[str, ...]:
    path = address.path
    return path[:-1] if path and _INDEX_PAGE.fullmatch(path[-1]) else path


def _bare_host(host: str) -> str:
    """The host without the first label that only says how the same site is served."""
    first, _, rest = host.partition(".")
    return rest if first in _SERVING_LABELS and "." in rest and rest not in _OPEN_SUFFIXES else host


def names_no_shop(address: ShopAddress) -> Refusal | None:
    """Why an address that no registration covers says nothing of a shop all the same; None when it does.

    A mini-program has many links; the front page of a site that many share is nobody's, nor is a post or product on it.
    """
    if address.is_opaque:
        return Refusal.SHORT_LINK
    host, _, path = address.keys[0].removeprefix("website:").partition("/")
    if address.platform is not Platform.WEBSITE or not _is_shared(host):
        return None
    if not path:
        return Refusal.SHARED_SITE
    return Refusal.PRODUCT_PAGE if _POST.search(f"/{path}/") else None


def _is_shared(host: str) -> bool:
    return _bare_host(host) in SHARED_SITES


def _imitated(host: str) -> str | None:
    """The platform that a host outside it is made to look like."""
    if platform_domain(host):
        return None
    drawn = unicode_host(host).translate(_CONFUSABLE).replace("rn", "m").replace("vv", "w")
    domain = platform_domain(drawn)
    if domain:
        return domain
    named = next((brand for brand in _BRANDS if brand in drawn), None)
    if named:
        return f"{named}.com"
    return next((d for d in ("jd.com", "1688.com") if f".{d.translate(_CONFUSABLE)}." in f".{drawn}."), None)
