"""The channels of NOTIFY_URLS, through Apprise, or the folder that stands for them."""

import threading
import uuid
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app

from core.atomic import write_durably
from core.clock import now, to_utc
from core.messaging.rules import ANY_MAIL, PLAIN, filled, serving, would_address
from core.settings import SettingError, Settings

_LOADING = threading.Lock()


def init_messaging(app: Flask, settings: Settings) -> None:
    """Check the channels of NOTIFY_URLS, or fall to the folder `var/messages`."""
    urls = [url.get_secret_value() for url in settings.notify_urls]
    for url in urls:
        scheme = url.split(":", 1)[0][:20]
        try:
            tried = url.format(to="x", email="a%40example.org", phone="13800000000")
        except (KeyError, IndexError, ValueError):
            raise SettingError(
                "NOTIFY_URLS", f"{scheme}: may hold {{to}}, {{email}} and {{phone}} in braces, nothing else"
            ) from None
        if not apprise_for([tried]):
            raise SettingError("NOTIFY_URLS", f"Apprise does not understand the address {scheme}:")
        if tried == url:
            raise SettingError(
                "NOTIFY_URLS", f"{scheme}: must say where the receiver goes: {{to}}, {{email}} or {{phone}}"
            )
    folder = settings.var / "messages"
    if not urls:
        folder.mkdir(exist_ok=True)
    app.extensions["messaging"] = (urls, folder)


def _write_to_folder(
    body: str, title: str, _notify_type: str, *_args: object, meta: dict[str, Any], **_kwargs: object
) -> bool:
    """A file with title, text and, at its end, whom it is for."""
    _urls, folder = current_app.extensions["messaging"]
    stamp = f"{to_utc(now()):%Y%m%dT%H%M%S}"
    write_durably(
        Path(folder, f"{stamp}-{uuid.uuid4().hex[:8]}.txt"),
        f"{title}\n\n{body}\n\n-> {meta['qsd']['to']}\n".encode(),
    )
    return True


@cache
def _loaded_apprise() -> Any:
    import apprise
    from apprise.decorators import notify

    notify(on="guiyuanfolder", name="folder")(_write_to_folder)
    return apprise


def _apprise_module() -> Any:
    """Apprise with our folder channel; loaded on first use, by one thread, since it brings some hundred plug-ins."""
    with _LOADING:
        return _loaded_apprise()


def apprise_for(channels: list[str]) -> Any:
    """An `apprise.Apprise` that writes to these channels; false when none could be understood."""
    sender = _apprise_module().Apprise()
    for channel in channels:
        sender.add(channel)
    return sender


def reaches(receiver: str) -> bool:
    """Whether every channel for this kind of receiver would write to exactly this one; asked before it is taken.

    Addresses of plain letters and digits are not asked about again: `send_waiting` asks for every message.
    """
    if PLAIN.fullmatch(receiver):
        return True
    urls, _folder = current_app.extensions["messaging"]
    channels = [*serving(urls, receiver), *([ANY_MAIL] if "@" in receiver else [])]
    return all(would_address(_apprise_module(), channel, receiver) for channel in channels)


def channels_for(receiver: str) -> tuple[list[str], str]:
    """The channels that write to this receiver, and why none does: a channel that would write to another one is none."""
    urls, _folder = current_app.extensions["messaging"]
    if not urls:
        return [f"guiyuanfolder://_?{urlencode({'to': receiver})}"], ""
    right = serving(urls, receiver)
    if not all(would_address(_apprise_module(), channel, receiver) for channel in right):
        return [], "a channel in NOTIFY_URLS would write to somebody else than this address names"
    channels = [filled(channel, receiver) for channel in right]
    return channels, "no channel in NOTIFY_URLS serves this kind of receiver"
