"""Rate limits are in force unless turned off, and their page says what to do."""

import pytest

from core.database import db
from core.settings import Settings
from core.web.views.limits import counter
from wsgi import create_app


@pytest.fixture
def visitor(app):
    """A visitor of the same place as it is when RATELIMIT_ENABLED is not set."""
    default = Settings.model_fields["ratelimit_enabled"].default
    limited = create_app(app.config["SETTINGS"].model_copy(update={"ratelimit_enabled": default}))
    limited.test_client_class = app.test_client_class
    counter.reset()
    yield limited.test_client()
    counter.enabled = False
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


def test_what_comes_without_a_token_counts_before_it_is_read(visitor):
    for page in (
        "sign-in",
        "confirm",
        "password",
        "second-factor/code",
        "second-factor/set-up-token",
        "recovery-code",
    ):
        answers = [visitor.post(f"/account/{page}", data={"email": "x"}).status_code for _ in range(11)]
        assert answers == [400] * 10 + [429], page


def test_what_is_too_large_counts_and_is_not_read(visitor):
    body = "x" * (64 * 1024 + 1)
    told = [visitor.post("/api/v1/orders", data=body, content_type="application/json") for _ in range(31)]
    assert [answer.status_code for answer in told] == [413] * 30 + [429]
    assert told[0].json["code"] == "http_413"


def test_an_ipv6_customer_is_counted_once_however_many_addresses_he_uses(visitor):
    def sent_from(address):
        return visitor.post("/account/sign-in", data={}, environ_base={"REMOTE_ADDR": address}).status_code

    answers = [sent_from(f"2001:db8:1:2::{n:x}") for n in range(11)]
    assert answers == [400] * 10 + [429]
    assert sent_from("2001:db8:1:3::1") == 400
    assert [sent_from("::ffff:192.0.2.7") for _ in range(5)] + [sent_from("192.0.2.7") for _ in range(6)] == (
        [400] * 10 + [429]
    )


def test_answers_still_tell_the_limit(visitor):
    answer = visitor.post("/account/sign-in", data={})
    assert answer.headers["X-RateLimit-Limit"] == "10"
    assert answer.headers["X-RateLimit-Remaining"] == "9"
