"""A small town on a real port, and a real Chromium."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from core.clock import now
from core.database import Base, db
from core.settings import Settings
from tests.browser.gallery import add_gallery
from tests.browser.looks import open_browser
from tests.browser.town import build_town
from wsgi import create_app


@pytest.fixture(scope="session")
def town_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application with a small town, and the page of all components."""
    settings = Settings(
        _env_file=None,
        testing=True,
        guiyuan_var=tmp_path_factory.mktemp("town"),
        secret_key="only-for-tests-" + "0123456789" * 3,
        public_url="http://127.0.0.1:8000",
        ratelimit_enabled=False,
        log_level="ERROR",
    )
    app = create_app(settings)
    add_gallery(app)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        build_town(now())
    result = app.test_cli_runner().invoke(args=["search", "reindex"])
    assert result.exit_code == 0, f"{result.output} {result.exception!r}"
    return app


@pytest.fixture(scope="session")
def town(town_app: Flask) -> Iterator[str]:
    """The address of the running town."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, town_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    with open_browser() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def sign_ins() -> dict[str, Any]:
    """What a browser remembers of each role's sign-in, filled as roles are needed."""
    return {}
