"""What several journeys share."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.database import db
from core.web.views.limits import counter
from wsgi import create_app


@pytest.fixture
def limited(app: Flask) -> Iterator[Flask]:
    """The same application with its limits in force, as in production."""
    strict = create_app(app.config["SETTINGS"].model_copy(update={"ratelimit_enabled": True}))
    strict.test_client_class = app.test_client_class
    counter.reset()
    yield strict
    with strict.app_context():
        db.engine.dispose()
    counter.enabled = False


@pytest.fixture
def limited_client(limited: Flask) -> FlaskClient:
    """A visitor of the application with its limits in force."""
    return limited.test_client()
