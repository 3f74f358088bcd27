"""What a device is called."""

from flask_babel import gettext as _


def device_words(browser: str, system: str) -> str:
    """`Chrome, Android`; in Chinese WeChat is 微信."""
    browser = _("WeChat") if browser == "WeChat" else browser
    return ", ".join(word for word in (browser, system) if word) or _("Unknown device")
