"""Rate limits by address; counted in Redis when there is one, else (or while it is away) in this process."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from core.settings import Settings

limiter = Limiter(key_func=get_remote_address, default_limits=[], strategy="moving-window")

SIGN_IN = "10 per minute; 60 per hour"
VERIFY = "60 per minute; 600 per hour"
REPORT = "5 per minute; 30 per hour"
ORDER = "30 per minute"


def init_limits(app: Flask, settings: Settings) -> None:
    """Count where all web processes can see it, if Redis is there."""
    broker = settings.celery_broker_url
    app.config["RATELIMIT_STORAGE_URI"] = (
        broker if broker.startswith(("redis://", "rediss://")) else "memory://"
    )
    app.config["RATELIMIT_ENABLED"] = settings.ratelimit_enabled
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    if not app.config["RATELIMIT_STORAGE_URI"].startswith("memory"):
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 2, "socket_timeout": 2}
    limiter.init_app(app)


def posts_only() -> bool:
    """Exempt reading: for limits on what is sent, not on what is looked at."""
    return request.method in {"GET", "HEAD", "OPTIONS"}
