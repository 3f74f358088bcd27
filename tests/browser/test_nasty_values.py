"""Whatever is sent to whatever address or form by whomever: it is answered, and never with an error of ours."""

import contextvars
import io
import json
import shutil
from random import Random

import pytest
from sqlalchemy.exc import NoResultFound

from core.clock import now
from core.errors import DomainError
from core.settings import Settings
from tests.browser.nasty import QUERY, VALUES, Form, bodies_of, forms_on, nasty_files, paths_of
from tests.browser.pages import PAGES
from tests.browser.town import add_people
from tests.conftest import IsolatedClient
from wsgi import create_app

# It needs no browser; it runs where the town is prepared.
pytestmark = pytest.mark.browser
ROLES = (None, "buyer", "grower1", "technician", "secretary", "committee", "operator")
PASSWORD = "demo-guiyuan"
SEED = 20260312
EACH_FORM, EACH_PATH = 5, 2


@pytest.fixture(scope="module")
def town(prepared, tmp_path_factory):
    """A client for each role in a town of our own, which what is sent here may turn upside down."""
    var = tmp_path_factory.mktemp("nasty")
    shutil.copytree(prepared, var, dirs_exist_ok=True)
    settings = Settings(
        _env_file=None, testing=True, guiyuan_var=var, public_url="http://127.0.0.1:8000", ratelimit_enabled=False,
        parts_here=[], log_level="CRITICAL",
    )  # fmt: skip
    app = create_app(settings)
    app.test_client_class = IsolatedClient
    with app.app_context():
        add_people(now())
    return app


@pytest.fixture
def client_of(town):
    """`client_of(role)` is signed in as that role; a visitor for None."""

    def signed_in(role):
        client = town.test_client()
        if role:
            account = {"email": f"{role}@demo.guiyuan.example", "password": PASSWORD}
            assert client.submit("/account/sign-in", account).status_code in {302, 303}, role
        return client

    return signed_in


def arranged(app, scene):
    """The address that a scene finds or makes in the town."""

    def arrange():
        with app.app_context():
            return scene()

    return contextvars.Context().run(arrange)


def seen_by(client, role):
    """Pages of the list that this role may open, with their content."""
    for page in PAGES:
        if page.as_role == role:
            try:
                path = page.path if isinstance(page.path, str) else arranged(client.application, page.path)
            except (DomainError, NoResultFound):
                continue  # a limit of the town's own, or what was sent before has turned the town upside down
            answer = client.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield path, answer.get_data(as_text=True)


def fault(ask):
    """What is wrong with an answer: an error of ours; nothing where the request was answered, or a part is away."""
    try:
        status = ask().status_code
    except Exception as error:  # noqa: BLE001 - in tests an error of ours comes out as itself
        return f"{type(error).__name__}: {error}"[:200]
    return "" if status < 500 or status in {501, 503} else str(status)


@pytest.mark.parametrize("role", ["grower1", "technician", "secretary", "operator", None])
def test_no_file_is_answered_with_an_error_of_ours(client_of, role):
    client, given = client_of(role), nasty_files()
    forms = {
        form.action: form
        for path, html in seen_by(client, role)
        for form in forms_on(path, html)
        if form.files
    }
    assert forms or role not in {None, "grower1", "secretary"}
    wrong = [
        f"{told} {form.page} to {form.action} {field} {name!r}"
        for form in forms.values()
        for field in form.files
        for name, content in given
        if (
            told := fault(
                lambda form=form, field=field, name=name, content=content: client.post(
                    form.action, data={**form.fields, field: (io.BytesIO(content), name)}
                )
            )
        )
    ]
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.parametrize("role", ROLES)
def test_no_form_is_answered_with_an_error_of_ours(client_of, role):
    client, random = client_of(role), Random(SEED)
    forms: dict[tuple[str, tuple[str, ...]], Form] = {}
    for path, html in seen_by(client, role):
        for form in forms_on(path, html):
            forms.setdefault((form.action, tuple(form.fields)), form)
    assert len(forms) > 2
    wrong = [
        f"{told} {form.page} to {form.action} {body!r}"[:900]
        for form in forms.values()
        for body in bodies_of(form, random, most=EACH_FORM)
        if (told := fault(lambda form=form, body=body: sent(client, form, body)))
    ]
    assert not wrong, f"{len(wrong)} errors of ours:\n" + "\n".join(wrong[:40])


def sent(client, form, body):
    """The answer to a form with this in it."""
    if "csrf_token" in form.fields:
        return client.post(form.action, data=body)
    return client.get(form.action.partition("?")[0], query_string=body)


@pytest.mark.parametrize("role", ROLES)
def test_no_address_answers_with_an_error_of_ours(client_of, role):
    client, random, wrong = client_of(role), Random(SEED), []
    for rule in client.application.url_map.iter_rules():
        if rule.endpoint == "static" or "GET" not in rule.methods:
            continue
        for path in paths_of(rule, random, most=EACH_PATH if rule.arguments else 1, known={}):
            asked = {name: random.choice(VALUES)[:500] for name in random.sample(QUERY, 5)}
            if told := fault(lambda path=path, asked=asked: client.get(path, query_string=asked)):
                wrong.append(f"{told} {rule.rule} {path!r} {asked!r}"[:600])
    assert not wrong, f"{len(wrong)} errors of ours:\n" + "\n".join(wrong[:40])


BODIES = [
    b"", b"null", b"[]", b"{}", b'"x"', b"1", b"1e999999", b"NaN", b"[" * 20_000, b'{"lines": [{"sku": "a", "quantity": 9223372036854775808}]}',
    b'{"lines": [{"sku": "\\u0000", "quantity": 1}]}', b'{"lines": [{"sku": "\\ud800", "quantity": 1e3}], "buyer": []}', b"\xff\xfe\x00",
    json.dumps({"lines": [{"sku": "x" * 60_000, "quantity": 1}], "buyer": {"name": "=1", "phone": "²", "email": "o'neil@b.example"}, "ship_to": {"province": "\u202e"}, "payment_method": "x", "locale": "x" * 999}).encode(),
    b'{"a": 1, "a": 2}', b"{" + b'"a":{' * 500 + b"}" * 501,
]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/orders",
        "/report-fake",
        "/epcis/capture",
        "/epcis/events",
        "/epcis/queries",
        "/payments/stripe/webhook",
        "/cart/items",
        "/branch/inspections/new",
    ],
)
def test_no_document_is_answered_with_an_error_of_ours(client_of, path):
    for role in (None, "technician"):
        client = client_of(role)
        for body in BODIES:
            headers = {"Idempotency-Key": "12345678abc", "Accept": "application/json"}
            told = fault(
                lambda client=client, body=body, headers=headers: client.post(
                    path, data=body, content_type="application/json", headers=headers
                )
            )
            assert not told, (told, path, role, body[:200])
