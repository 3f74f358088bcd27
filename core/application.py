"""The ground floor of the Flask application: everything a web application needs before it has rooms."""

from collections.abc import Callable
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apiflask import APIFlask
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from core import engine
from core.addresses import init_addresses
from core.database import db, name_revision, render_column_type
from core.files.service import init_files
from core.form_keys.views import init_sending
from core.logs import init_logs, report_errors
from core.messaging.service.channels import init_messaging
from core.safe_methods import init_reading
from core.settings import SettingError, Settings
from core.web.views.api_docs import describe_problems
from core.web.views.bounds import init_bounds
from core.web.views.headers import init_headers
from core.web.views.incoming import init_incoming, read_first
from core.web.views.language import init_i18n
from core.web.views.light_sessions import SESSION_COOKIE, LightSessions
from core.web.views.limits import init_limits
from core.web.views.problems import init_problems
from core.web.views.templates import init_templates
from core.web.wording.formatting import init_formatting

ROOT = Path(__file__).resolve().parents[1]
# Written by `flask demo load` and `make run`.
DEMO_MARKER = "demo-loaded"
csrf = CSRFProtect()


def make_base_app(settings: Settings) -> APIFlask:
    """An application with settings, database, files, messages, languages, limits, logs and error pages.

    Raises:
        SettingError: a setting was given that does not work.
    """
    app = APIFlask(
        "guiyuan",
        root_path=str(ROOT),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        title="Guiyuan",
        version="1",
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret,
        # Only for addresses made outside of requests, in messages and tasks.
        SERVER_NAME=urlsplit(settings.base_url).netloc,
        PREFERRED_URL_SCHEME=urlsplit(settings.base_url).scheme,
        TESTING=settings.testing,
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        # A token is good for its session; how long a page may stay open is said by the one-time key of its form.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SQLALCHEMY_ENGINES={"default": _engine_options(settings)},
        ALEMBIC={
            "script_location": str(ROOT / "migrations"),
            "version_locations": [],
            "file_template": "%%(rev)s",
            "revision_environment": "true",
        },
        ALEMBIC_CONTEXT={
            "render_as_batch": True,
            "compare_type": True,
            "compare_server_default": False,
            "render_item": render_column_type,
            "process_revision_directives": name_revision,
        },
    )
    init_incoming(app)
    app.session_interface = LightSessions()
    # Nothing here is asynchronous; Flask would ask each view and hook whether it is, at every request.
    app.ensure_sync = _as_it_is  # type: ignore[method-assign, assignment]
    init_reading(app)
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    report_errors(settings)
    _open_database(app)
    init_logs(app, settings)
    # Counted first, bounded second; only then is a body read, by the check of its token before all others.
    init_limits(app, settings)
    init_bounds(app)
    app.before_request(read_first)
    csrf.init_app(app)
    init_sending(app)
    init_headers(app, settings)
    init_addresses(app, settings)
    init_i18n(app)
    init_templates(app, settings)
    init_formatting(app)
    init_files(app, settings)
    init_messaging(app, settings)
    init_problems(app)
    app.spec_processor(describe_problems)
    _tell_of_demonstration(app, settings)
    return app


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _tell_of_demonstration(app: APIFlask, settings: Settings) -> None:
    """`demo_mode` in pages: whether the demonstration town was loaded here; one look at a file, so that error pages can ask too."""
    marker = settings.var / DEMO_MARKER

    @app.context_processor
    def demonstration() -> dict[str, bool]:
        return {"demo_mode": marker.exists()}


def _engine_options(settings: Settings) -> dict[str, Any]:
    # Parameters of a statement are personal data: they stay out of errors, which end up in logs.
    options: dict[str, Any] = {"url": settings.sqlalchemy_url, "hide_parameters": True}
    if settings.sqlalchemy_url.startswith("postgresql"):
        options |= {
            "pool_size": 10,
            "max_overflow": 20,
            "pool_pre_ping": True,
            "connect_args": {
                "connect_timeout": 5,
                "options": f"-c timezone=UTC -c lock_timeout={int(engine.LOCK_PATIENCE_S * 500)}",
            },
        }
    else:
        options |= {"pool_size": 10, "max_overflow": 20}
    return options


def _open_database(app: APIFlask) -> None:
    try:
        db.init_app(app)
    except (SQLAlchemyError, ValueError) as error:
        raise SettingError("DATABASE_URL", str(error).partition("\n")[0]) from None
    # Nothing here is asynchronous; closing asynchronous sessions would start a thread after every request.
    ending = app.teardown_appcontext_funcs
    ending[:] = [function for function in ending if not iscoroutinefunction(function)]
    with app.app_context():
        engine.configure_engine(db.engine)
        try:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", error)).strip().splitlines()[0]
            raise SettingError("DATABASE_URL", cause) from None
