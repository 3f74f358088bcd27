"""What the places of sale are called."""

from __future__ import annotations

from flask_babel import gettext as _


def channel_name(code: str) -> str:
    """The name of a channel in the active language; the code itself when it has none."""
    names = {
        "shop": _("Own shop"),
        "taobao": _("Taobao"),
        "tmall": _("Tmall"),
        "pinduoduo": _("Pinduoduo"),
        "jd": _("JD"),
        "douyin": _("Douyin"),
        "1688": "1688",
        "weidian": _("Weidian"),
        "website": _("Own website"),
        "wechat": _("WeChat"),
        "offline": _("Counter sale"),
    }
    return names.get(code, code)
