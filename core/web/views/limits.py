"""Rate limits by address; counted in Redis when there is one, else (or while it is away) in this process.

A request is counted before anything reads its body or asks whether its form is genuine: what is refused counts as well.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter

from core.networks import customer_of
from core.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])


def who_asks() -> str:
    """Whom a limit counts: an address of IPv4, a customer's /64 of IPv6."""
    return customer_of(request.remote_addr or "127.0.0.1")


counter = Limiter(key_func=who_asks, default_limits=[], strategy="moving-window")


class _Marks:
    """`@limiter.limit(...)` as Flask-Limiter has it, but counted when the request begins, not when its view is called."""

    def limit(self, value: str, **options: Any) -> Callable[[View], View]:
        """Allow a view so often; options as of `flask_limiter.Limiter.limit`."""
        return _marking(counter.limit(value, **options))

    def shared_limit(self, value: str, scope: str, **options: Any) -> Callable[[View], View]:
        """Allow several views so often together; options as of `flask_limiter.Limiter.shared_limit`."""
        return _marking(counter.shared_limit(value, scope, **options))


limiter = _Marks()


def _marking(counted: Callable[[Callable[[], None]], Callable[[], None]]) -> Callable[[View], View]:
    def mark(view: View) -> View:
        @wraps(view)
        def marked(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        marked.count = counted(getattr(view, "count", None) or _nothing_of(view))  # type: ignore[attr-defined]
        return marked  # type: ignore[return-value]

    return mark


def _nothing_of(view: Callable[..., Any]) -> Callable[[], None]:
    """What carries the limits of a view in its place; Flask-Limiter knows it by its name."""

    def nothing() -> None:
        return None

    nothing.__module__, nothing.__qualname__ = view.__module__, f"{view.__qualname__}.counted"
    return nothing


SIGN_IN = "10 per minute; 60 per hour"
VERIFY = "60 per minute; 600 per hour"
REPORT = "5 per minute; 30 per hour"
ORDER = "30 per minute"


def init_limits(app: Flask, settings: Settings) -> None:
    """Count where all web processes can see it, if Redis is there."""
    broker = settings.celery_broker_url
    shared = broker.startswith(("redis://", "rediss://"))
    app.config["RATELIMIT_STORAGE_URI"] = broker if shared else "memory://"
    app.config["RATELIMIT_ENABLED"] = settings.ratelimit_enabled
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    if shared:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 2, "socket_timeout": 2}
    counter.init_app(app)
    app.before_request(_count)


def _count() -> None:
    count = getattr(current_app.view_functions.get(request.endpoint or ""), "count", None)
    if count is not None:
        count()


def posts_only() -> bool:
    """Exempt reading: for limits on what is sent, not on what is looked at."""
    return request.method in {"GET", "HEAD", "OPTIONS"}
