"""Rate limits are in force unless turned off, and their page says what to do."""

import pytest

from core.database import db
from core.settings import Settings
from core.web.limits import limiter
from wsgi import create_app


@pytest.fixture
def visitor(app):
    """A visitor of the same place as it is when RATELIMIT_ENABLED is not set."""
    default = Settings.model_fields["ratelimit_enabled"].default
    limited = create_app(app.config["SETTINGS"].model_copy(update={"ratelimit_enabled": default}))
    limited.test_client_class = app.test_client_class
    limiter.reset()
    yield limited.test_client()
    limiter.enabled = False
    with limited.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("path", "form", "allowed"),
    [
        ("/account/sign-in", {"email": "nobody@example.org", "password": "wrong-wrong"}, 10),
        ("/verify", {"q": "nothing of ours"}, 60),
        ("/report-fake", {"what": ""}, 5),
    ],
)
def test_who_asks_too_often_is_told_to_wait(visitor, path, form, allowed):
    answers = [visitor.submit(path, form) for _ in range(allowed + 1)]
    assert 429 not in {answer.status_code for answer in answers[:-1]}
    assert answers[-1].status_code == 429
    assert "请等一分钟再试，没有丢失任何内容。" in answers[-1].get_data(as_text=True)
    assert visitor.get(path).status_code == 200
