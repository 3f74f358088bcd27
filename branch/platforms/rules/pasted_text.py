"""Finds web addresses in what people paste: share texts, bare names, full-width letters.

Pure. Reads an address the way a browser would, because a look-alike is built to be read one way by
a program and another way by the browser that opens it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

import idna

MAX_TEXT = 2_000


def words(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


# Top-level domains written in Chinese; after one of them a full stop may be part of a host.
CHINESE_TLDS = words("""
    中国 中國 公司 网络 網絡 网址 商城 网店 集团 我爱你 在线 中文网 商标 商店 餐厅 世界 娱乐 游戏 企业 信息 佛山 广东 政务 公益 移动 新加坡 香港 台湾 台灣 澳門
    时尚 健康 招聘 购物 手机 网站 书籍 珠宝 手表 食品 政府 机构 慈善
""")
_CJK = "\u3400-\u9fff\uf900-\ufaff"
_DOTS = "。．｡"
# Characters that browsers drop from a host without a trace.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_FULL_WIDTH = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_DOT_INSIDE_HOST = re.compile(rf"[{_DOTS}](?=[0-9A-Za-z]|(?:{'|'.join(sorted(CHINESE_TLDS))})(?![{_CJK}]))")
_SEPARATORS = re.compile(r"""[\s<>"'`|，、；！？：“”‘’「」『』【】〔〕（）《》〈〉…￥¥。．｡]+""")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):[/\\]{2}")
_WEB_SCHEME = re.compile(r"https?:[/\\]*", re.IGNORECASE)
_SCRIPT = re.compile(r"\b(?:javascript|vbscript|data):", re.IGNORECASE)
_BARE = re.compile(
    rf"[0-9A-Za-z\-_{_CJK}]+(?:\.[0-9A-Za-z\-_{_CJK}]+)+(?::\d{{1,5}})?(?:[/?#].*)?", re.DOTALL
)
_GLUED_WORDS = re.compile(rf"([A-Za-z]{{2,}})[{_CJK}].*")
_LDH_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_TRAILING = ".,;:!?)]}~*"


@dataclass(frozen=True)
class WebAddress:
    """A web address taken apart; `host` is lower-case ASCII, `path` has no dot segments."""

    host: str
    port: int | None
    path: tuple[str, ...]
    query: dict[str, str]
    ambiguous: frozenset[str] = frozenset()
    disguised: bool = False

    @property
    def shown(self) -> str:
        """The address to show to people, without scheme and query."""
        port = f":{self.port}" if self.port else ""
        return "/".join([unicode_host(self.host) + port, *self.path])


def find_addresses(text: str) -> list[WebAddress]:
    """Every web address in `text`, in order, each once. Addresses that no browser could open are left out."""
    addresses: list[WebAddress] = []
    for token in _tokens(text[:MAX_TEXT]):
        address = read_address(token)
        if address is not None and address not in addresses:
            addresses.append(address)
    return addresses


def _tokens(text: str) -> list[str]:
    if _SCRIPT.search(text):
        return []
    text = _INVISIBLE.sub("", text).translate(_FULL_WIDTH).replace("：//", "://").replace("：／／", "://")
    text = _DOT_INSIDE_HOST.sub(".", text)
    tokens = []
    for piece in _SEPARATORS.split(text):
        scheme = _SCHEME.search(piece)
        if scheme:
            web = _WEB_SCHEME.search(piece)
            if web and web.start() <= scheme.start() + len(scheme.group(1)):
                tokens.append(piece[web.start() :])
        elif "@" not in piece.split("/", 1)[0]:
            bare = _BARE.search(piece.lstrip("/([{"))
            if bare and bare.start() == 0:
                tokens.append(bare.group())
    return tokens


def read_address(token: str) -> WebAddress | None:
    """Take one address apart; None when it cannot be the address of a public web page."""
    rest = (
        _WEB_SCHEME.sub("", token.rstrip(_TRAILING), count=1)
        if _WEB_SCHEME.match(token)
        else token.rstrip(_TRAILING)
    )
    rest = rest.replace("\\", "/")
    split = re.match(r"([^/?#]*)([^?#]*)(?:\?([^#]*))?", rest)
    assert split is not None
    authority, path, query = split.group(1), split.group(2), split.group(3) or ""
    userinfo, _, host_port = authority.rpartition("@")
    host, _, port = host_port.partition(":")
    ascii_host = _ascii_host(host)
    if ascii_host is None or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        return None
    values, ambiguous = _query(query)
    return WebAddress(
        host=ascii_host,
        port=None if port in ("", "80", "443") else int(port),
        path=_path(path),
        query=values,
        ambiguous=ambiguous,
        disguised=bool(userinfo),
    )


def _ascii_host(host: str) -> str | None:
    """The host as DNS knows it, or None. Words glued behind a Latin top-level domain are cut off: no such domain exists."""
    labels = host.rstrip(".").split(".")
    glued = _GLUED_WORDS.fullmatch(labels[-1])
    if glued:
        labels[-1] = glued.group(1)
    host = ".".join(labels).lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
        except idna.IDNAError:
            return None
    labels = host.split(".")
    if len(labels) < 2 or len(host) > 253 or not all(_LDH_LABEL.fullmatch(label) for label in labels):
        return None
    if (
        labels[-1].isdigit()
        or labels[-1].startswith("0x")
        or labels[-1] in ("localhost", "local", "internal")
    ):
        return None
    return host


def unicode_host(host: str) -> str:
    """The host as people write it; stays ASCII when its Chinese form would not be valid."""
    try:
        return idna.decode(host) if "xn--" in host else host
    except idna.IDNAError:
        return host


def _path(path: str) -> tuple[str, ...]:
    """Segments with percent signs resolved as far as that cannot change their number, dot segments applied."""
    segments: list[str] = []
    for raw in path.split("/"):
        plain = unquote(raw)
        if plain in ("", "."):
            continue
        if plain == "..":
            del segments[-1:]
            continue
        segments.append(raw if "/" in plain or "\\" in plain else plain)
    return tuple(segments)


def _query(query: str) -> tuple[dict[str, str], frozenset[str]]:
    """Parameters by name without case and underscores; names given twice with different values are ambiguous."""
    values: dict[str, str] = {}
    ambiguous = set()
    for name, value in parse_qsl(query.replace("&amp;", "&"), keep_blank_values=True, max_num_fields=200):
        plain = name.lower().replace("_", "")
        if values.setdefault(plain, value) != value:
            ambiguous.add(plain)
    return values, frozenset(ambiguous)
