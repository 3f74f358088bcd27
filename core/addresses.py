"""Addresses that leave the site, in messages, invitations and documents: always those of `PUBLIC_URL`, never the request's."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request, url_for

from core.settings import THIS_MACHINE, Settings, current_settings


def public_address(endpoint: str, /, **values: Any) -> str:
    """The address of a page as people outside may use it, whatever host the present request named."""
    return f"{current_settings().base_url}{url_for(endpoint, _external=False, **values)}"


def safe_path(target: str | None) -> str:
    """`target` if it is an address on this site, else the home page."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(character) < 0x20 for character in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def init_addresses(app: Flask, settings: Settings) -> None:
    """On a public server answer 400 to requests that name another host; this machine may ask for itself, as health checks do."""
    app.jinja_env.globals["public_address"] = public_address
    if settings.is_this_machine:
        return
    ours = THIS_MACHINE | {urlsplit(settings.base_url).hostname}

    @app.before_request
    def refuse_foreign_hosts() -> Response | None:
        if _hostname(request.host) in ours:
            return None
        return Response("This host is not served here.\n", status=400, mimetype="text/plain")


def _hostname(host: str) -> str | None:
    """Of `host:port`; None for what is no host."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
