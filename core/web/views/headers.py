"""Security headers on every answer: a strict content policy without inline script or style."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from core.logs import carries_secret
from core.settings import Settings


def content_policy(settings: Settings) -> str:
    """The Content-Security-Policy; forms may lead only to us and to the payment page."""
    payment = ["https://checkout.stripe.com"] if settings.stripe_secret_key else []
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        payment.append(f"{parts.scheme}://{parts.netloc}")
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            " ".join(["form-action 'self'", *payment]),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ]
    )


def init_headers(app: Flask, settings: Settings) -> None:
    """Add the headers after each request; a view that set one itself keeps it."""
    always = {
        "Content-Security-Policy": content_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if settings.is_secure:
        always["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        if "Referrer-Policy" not in headers and carries_secret():
            headers["Referrer-Policy"] = "no-referrer"
        given = {name.lower() for name in headers.keys()}  # noqa: SIM118 - iterating headers gives pairs
        for name, value in always.items():
            if name.lower() not in given:
                headers.add(name, value)
        if "cache-control" not in given and not request.path.startswith(("/static/", "/media/", "/log/")):
            headers.add("Cache-Control", "no-store" if request.method != "GET" else "private, no-cache")
        return response
