"""A form that creates something is done once, however often and however simultaneously it is sent."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.form_keys import tasks
from core.form_keys.models import FormKey
from core.form_keys.rules import FORGOTTEN_AFTER, VALID_FOR, make_key, read_key
from core.form_keys.service import (
    Outcome,
    Sending,
    SentBefore,
    SentOtherwise,
    claim,
    forget_used,
    note_outcome,
)
from tests.at_once import all_look_first, at_once, windows_of
from tests.conftest import hidden_of
from tests.form_reader import forms_of
from traceability.plots.models.tables import Plot

NEW_PLOT = "/seller/plots/new"
TYPED = {"name": "屋后三亩", "area_mu": "3", "place": "村口往东"}
SENDING = Sending("k" * 26, "somebody", "something")


@pytest.fixture
def grower(login):
    return login(role="grower")


@pytest.fixture
def plots(app):
    """How many plots there are, as committed."""

    def count():
        with app.app_context(), transaction() as session:
            return session.scalar(sa.select(sa.func.count(Plot.id)))

    return count


def a_page(client, at=NEW_PLOT):
    return hidden_of(client.get(at).get_data(as_text=True))


def test_a_key_is_good_for_its_sender_and_for_some_days(at):
    key = make_key("secret", "account 1", at=at)
    assert read_key("secret", "account 1", key, at=at + VALID_FOR) is not None
    assert read_key("secret", "account 1", key, at=at + VALID_FOR + timedelta(seconds=1)) is None
    assert read_key("secret", "account 2", key, at=at) is None
    assert read_key("other", "account 1", key, at=at) is None
    assert read_key("secret", "account 1", "", at=at) is None
    assert make_key("secret", "account 1", at=at) != key


def test_every_form_on_a_page_has_a_key_of_its_own(client):
    pages = [client.get("/registry/check"), client.get("/verify")]
    keys = [
        key
        for page in pages
        for _action, fields in forms_of(page.get_data(as_text=True))
        for key in fields.get("form_key", [])
    ]
    assert len(set(keys)) == len(keys) >= 1


@pytest.mark.both
def test_a_key_is_taken_once_and_remembers_where_it_led(session, at):
    with transaction():
        claim(SENDING, at=at)
        note_outcome(SENDING.key, Outcome("/there", "and this"))
    with pytest.raises(SentBefore) as before, transaction():
        claim(SENDING, at=at)
    assert before.value.outcome == Outcome("/there", "and this")
    with pytest.raises(SentOtherwise), transaction():
        claim(Sending(SENDING.key, SENDING.sender, "something else"), at=at)
    with pytest.raises(SentOtherwise), transaction():
        claim(Sending(SENDING.key, "somebody else", SENDING.content), at=at)


@pytest.mark.both
def test_what_was_undone_leaves_the_key_free(session, at):
    with pytest.raises(ZeroDivisionError), transaction():
        claim(SENDING, at=at)
        raise ZeroDivisionError
    with transaction():
        claim(SENDING, at=at)


@pytest.mark.both
def test_keys_are_forgotten_in_batches_once_no_page_can_carry_them(session, at):
    with transaction():
        for n in range(5):
            claim(Sending(f"old-{n}", "s", "c"), at=at - FORGOTTEN_AFTER - timedelta(seconds=1))
        claim(Sending("young", "s", "c"), at=at - VALID_FOR)
    with transaction():
        assert forget_used(at=at, at_once=3) == 3
    with transaction():
        assert forget_used(at=at, at_once=3) == 2
    assert session.scalars(sa.select(FormKey.key)).all() == ["young"]


def test_the_task_forgets_until_nothing_is_old(session, monkeypatch):
    monkeypatch.setattr(tasks, "FORGOTTEN_AT_ONCE", 2)
    with transaction():
        for n in range(5):
            claim(Sending(f"old-{n}", "s", "c"), at=now() - FORGOTTEN_AFTER - timedelta(hours=1))
    assert tasks.forget() == 5


@pytest.mark.both
def test_the_same_page_sent_twice_makes_one_and_leads_to_the_same_place(grower, plots):
    sent = a_page(grower) | TYPED
    first, second = grower.post(NEW_PLOT, data=sent), grower.post(NEW_PLOT, data=sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert plots() == 1
    assert "没有重复处理" in grower.get(second.location, follow_redirects=True).get_data(as_text=True)


def test_two_pages_make_two(grower, plots):
    for _ in range(2):
        grower.submit(NEW_PLOT, TYPED)
    assert plots() == 2


def test_a_form_that_failed_keeps_its_key(grower, plots):
    key = a_page(grower)
    assert grower.post(NEW_PLOT, data=key | TYPED | {"name": ""}).status_code == 422
    assert grower.post(NEW_PLOT, data=key | TYPED).status_code == 303
    assert plots() == 1


def test_a_page_sent_again_with_something_else_in_it_says_so_and_can_be_sent_once_more(grower, plots):
    key = a_page(grower)
    grower.post(NEW_PLOT, data=key | TYPED)
    other = grower.post(NEW_PLOT, data=key | TYPED | {"name": "河边两亩"})
    page = other.get_data(as_text=True)
    assert other.status_code == 422
    assert "已经提交过一次" in page
    assert "河边两亩" in page
    assert plots() == 1
    assert grower.post(NEW_PLOT, data=hidden_of(page) | TYPED | {"name": "河边两亩"}).status_code == 303
    assert plots() == 2


@pytest.mark.parametrize("key", [None, "", "no key", "another account's", "too old"])
def test_a_page_without_a_good_key_loses_nothing_that_was_typed(app, grower, login, plots, key):
    hidden = a_page(grower)
    if key == "another account's":
        hidden["form_key"] = a_page(login(role="grower"))["form_key"]
    elif key == "too old":
        sender = f"account {grower.account_id}"
        hidden["form_key"] = make_key(app.config["SECRET_KEY"], sender, at=now() - VALID_FOR * 2)
    elif key is None:
        del hidden["form_key"]
    else:
        hidden["form_key"] = key
    answer = grower.post(NEW_PLOT, data=hidden | TYPED)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "这个页面打开得太久" in page
    assert TYPED["name"] in page
    assert plots() == 0
    assert grower.post(NEW_PLOT, data=hidden_of(page) | TYPED).status_code == 303


@pytest.mark.both
def test_two_requests_at_the_same_moment_make_one_and_are_answered_alike(app, grower, plots, monkeypatch):
    sent = a_page(grower) | TYPED
    all_look_first(monkeypatch, "core.form_keys.views.find_used", 2)
    first, second = at_once([partial(one.post, NEW_PLOT, data=sent) for one in windows_of(app, grower, 2)])
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert plots() == 1


def test_while_the_first_is_at_work_the_second_waits_and_is_led_to_what_it_made(app, at):
    started, behind = Barrier(2), Barrier(2)

    def first():
        with app.app_context(), transaction():
            claim(SENDING, at=at)
            started.wait()
            behind.wait()
            note_outcome(SENDING.key, Outcome("/there"))

    def second():
        started.wait()
        behind.wait()
        with app.app_context(), pytest.raises(SentBefore) as before, transaction():
            claim(SENDING, at=at)
        return before.value.outcome.address

    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(first)
        assert pool.submit(second).result() == "/there"
        running.result()


def test_when_the_first_fails_the_second_goes_on_and_does_the_work(app, at):
    started = Barrier(2)

    def first():
        with app.app_context(), pytest.raises(ZeroDivisionError), transaction():
            claim(SENDING, at=at)
            started.wait()
            raise ZeroDivisionError

    def second():
        started.wait()
        with app.app_context(), transaction():
            claim(SENDING, at=at)
            note_outcome(SENDING.key, Outcome("/second"))

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(second)]:
            done.result()
    with app.app_context(), transaction() as session:
        assert session.scalars(sa.select(FormKey.leads_to)).all() == ["/second"]


def test_a_second_sending_that_the_first_made_impossible_is_led_to_it_all_the_same(app, grower, monkeypatch):
    """As two requests at the same moment: the second looked when the first had not committed, and is refused then."""
    from core.form_keys import views as sending

    sent = a_page(grower) | TYPED
    first = grower.post(NEW_PLOT, data=sent)
    real, looked = sending.find_used, []

    def not_yet(engine, wanted):
        looked.append(wanted)
        return None if len(looked) == 1 else real(engine, wanted)

    monkeypatch.setattr(sending, "find_used", not_yet)
    monkeypatch.setattr("traceability.surveys.views.grower.PlotForm.validate_on_submit", lambda _form: False)
    monkeypatch.setattr(
        "traceability.surveys.views.grower.PlotForm.errors", {"name": ["taken"]}, raising=False
    )
    second = grower.post(NEW_PLOT, data=sent)
    assert (second.status_code, second.location) == (303, first.location)
    assert len(looked) == 2


def test_what_is_remembered_of_a_form_can_be_guessed_by_nobody_without_our_secret(app, client, session):
    password = "a long enough pass phrase 9"
    typed = {
        "display_name": "Li",
        "identity": "li@example.org",
        "password": password,
        "password_again": password,
    }
    sent = a_page(client, "/account/sign-up") | typed
    assert client.post("/account/sign-up", data=sent).status_code == 303
    said = sorted((name, value) for name, value in sent.items() if name not in {"csrf_token", "form_key"})
    plain = json.dumps(["/account/sign-up", said, []]).encode()
    kept = session.scalars(sa.select(FormKey.content)).one()
    assert kept != hashlib.sha256(plain).hexdigest()
    secret = app.config["SECRET_KEY"].encode()
    assert kept == hmac.digest(secret, b"form\n" + plain, "sha256").hex()
